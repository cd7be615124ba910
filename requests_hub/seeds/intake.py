"""What programs outside may be told of."""

from collections.abc import Iterator

from governance.core.seeds import Seed, entries

EVENTS = (
    ("request.submitted", "诉求已提交", "request submitted"),
    ("request.accepted", "诉求已受理", "request accepted"),
    ("request.rejected", "诉求不予受理", "request not accepted"),
    ("request.dispatched", "诉求已派到网格", "request given to the grid"),
    ("request.whistled", "诉求已吹哨", "departments whistled"),
    ("request.answered", "部门已全部回复", "every department has answered"),
    ("request.replied", "诉求已回复", "request replied"),
    ("request.verified", "诉求已核查", "request checked on site"),
    ("request.reworked", "诉求退回返工", "request sent back for rework"),
    ("request.closed", "诉求已结案", "request closed"),
    ("request.rated", "诉求已评价", "request rated"),
    ("request.reopened", "诉求重新办理", "request reopened"),
    ("request.withdrawn", "诉求已撤回", "request withdrawn"),
    ("request.added", "诉求有补充", "details added to a request"),
)


def dictionaries() -> Iterator[Seed]:
    """The events that subscriptions choose from."""
    yield Seed(
        "webhook_event",
        "推送事件",
        "Events for webhooks",
        entries(EVENTS),
        note="编码是事件名，程序按编码推送，请勿修改。",
    )
