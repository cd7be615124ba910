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
    ("request.look_asked", "诉求先核实", "request looked at before it is accepted"),
    ("request.looked", "诉求已核实", "what the look has found"),
    ("request.signed", "网格已签收", "taken by the grid"),
    ("request.begun", "网格开始办理", "work has begun"),
    ("request.recalled", "诉求退回派单台", "request back at the desk"),
    ("request.held", "诉求已挂账", "request on hold"),
    ("request.resumed", "诉求恢复办理", "request taken up again"),
    ("request.review_due", "挂账复核日期到", "review of a hold is due"),
    ("request.merged", "诉求已并案", "merged as a duplicate"),
    ("request.split_off", "诉求撤销并案", "split off again"),
    ("request.excluded", "诉求已剔除", "left out of the rates"),
    ("request.included", "诉求恢复计入", "counted in the rates again"),
    ("request.hidden", "诉求设为不公开", "request made private"),
    ("request.shown", "诉求恢复公开", "request made public again"),
    ("request.revisited", "诉求已回访", "resident asked afterwards"),
    ("request.revisit_missed", "回访未联系上", "resident not reached this time"),
    ("request.unreached", "多次未联系上", "resident not reached, no more tries"),
)
# What is asked within the house and not decided yet is nobody's outside.
INSIDE = frozenset(
    {
        "request.carried_over",
        "request.hold_asked",
        "request.hold_refused",
        "request.exclude_asked",
        "request.exclude_refused",
    }
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
