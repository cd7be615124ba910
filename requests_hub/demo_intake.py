"""Demo of the doors outside: a program, a subscription, questions, the hotline's states, messages."""

import json

from django.utils import timezone

from governance.core.models import User
from grids.models import District, Grid
from grids.registers import base as records
from requests_hub import gateways
from requests_hub.actions import (
    clients,
    hotline_messages,
    likeness_many,
    open311_settings,
    sendings,
)
from requests_hub.actions.incoming import Message, receive
from requests_hub.actions.subscriptions import new_secret
from requests_hub.models import (
    ApiClient,
    HotlineMessage,
    HotlineState,
    Open311Question,
    Open311Service,
    Request,
    Sending,
    Subscription,
)

LIGHTS = "010204"


def load(district: District) -> int:
    """Add what is missing; gives how many rows were made."""
    made = hotline_messages.propose_states(district.pk)
    if not ApiClient.objects.filter(district=district).exists():
        made += _doors(district)
    if not HotlineMessage.objects.filter(district=district).exists():
        made += _batch(district)
    if not Sending.objects.filter(district=district, channel="webhook").exists():
        made += _calls(district)
    return made


def _doors(district: District) -> int:
    """Programs with a key, a subscription, a service with its question, messages."""
    nowhere = {**dict.fromkeys(records.PLACE_FIELDS), "district_id": district.pk}
    program = {"name": "市城管平台", "contact": "信息科", "may_report": True}
    rights = {"may_update": True, "limit": "120/m", "is_active": True}
    client = clients.save_client(None, {**program, **rights, **nowhere}, by="demo")
    clients.issue_key(client, by="demo")
    hotline = {"name": "12345 热线", "contact": "热线中心", "may_hotline": True}
    clients.save_client(None, {**hotline, "limit": "600/m", **nowhere}, by="demo")
    _subscription(district)
    if not Open311Service.objects.filter(district=district).exists():
        _service(nowhere)
    _messages(district)
    _came_in(district)
    return 8


def _subscription(district: District) -> None:
    """Not in use: nothing of the demo calls anybody."""
    values = {
        "name": "市数据共享平台",
        "url": "https://hooks.example.org/onegrid",
        "event_names": ["request.submitted", "request.closed"],
        "secret": new_secret(),
        "is_active": False,
        "district_id": district.pk,
    }
    records.write(None, Subscription, values, by="demo")


def _service(nowhere: dict[str, object]) -> None:
    service = {"category": LIGHTS, "kind": Open311Service.Kind.BATCH}
    open311_settings.save_service(
        None, {**service, "keywords": "路灯, 井盖", **nowhere}, by="demo"
    )
    question = {
        "category": LIGHTS,
        "code": "state",
        "words": "设施现在什么样？",
        "datatype": Open311Question.Datatype.SINGLE,
        "choices": "broken = 损坏\nmissing = 缺失\nblocked = 堵塞",
        "is_required": True,
    }
    open311_settings.save_question(None, {**question, **nowhere}, by="demo")


def _came_in(district: District) -> None:
    """A text message that could not go in, and a letter of a machine."""
    for message in (
        Message("sms", "demo-1", "13800990007", ""),
        Message(
            "email",
            "demo-2",
            "daemon@example.org",
            "自动回复：我正在休假。",
            "自动回复",
            is_machine=True,
        ),
    ):
        receive(message, district=district)


BATCH = (
    ("GD26110001", "环城路人行道地砖松动", "环城路银行门口人行道地砖松动，下雨踩上去溅一身水。", ""),
    ("GD26110002", "公交站牌倒了", "城西公交站牌被大风刮倒，一直靠在树上，怕砸到人。", "已受理"),
    ("GD26110003", "学校门口没有斑马线", "新建小学门口没有斑马线，放学时车多人多，希望划线。", "已受理"),
)  # fmt: skip


def _batch(district: District) -> int:
    """Three messages of the hotline, two of which it has marked since."""
    desk = User.objects.filter(username="town_a").first()
    if desk is None:
        return 0
    words = {state.theirs for state in HotlineState.objects.filter(district=district)}
    for number, title, body, state in BATCH:
        values = {"number": number, "title": title, "body": body}
        grid = Grid.objects.filter(code="445302001009").first()
        message = hotline_messages.receive(None, {**values, "grid": grid}, by=desk)
        if state in words:
            again = {**values, "their_state": state}
            hotline_messages.receive(message, again, by=desk)
    likeness_many.catch_up(district)  # what came in here is compared as well
    return len(BATCH)


def _calls(district: District) -> int:
    """Two webhook calls: one was taken, one was given up after its tries."""
    row = Subscription.objects.filter(district=district, name="市数据共享平台").first()
    if row is None:
        return 0
    request = Request.objects.filter(district=district, state="closed").first()
    for n, code in enumerate((200, 503), 1):
        call = sendings.queue(
            "webhook",
            row.url,
            "request.closed",
            json.dumps({"type": "request.closed", "data": {"demo": n}}),
            f"demo:{row.pk}:{n}",
            district_id=district.pk,
            request_id=request.pk if request else None,
            subscription_id=row.pk,
        )
        error = "" if code < 300 else "503 Service Unavailable"
        done = sendings.Try(timezone.now(), 84 * n, code, error, is_final=True)
        sendings.settle(call, done)
    return 2


def _messages(district: District) -> None:
    """Two text messages; without a provider they are printed in the log."""
    closed = Request.objects.filter(district=district, state="closed").order_by("id")
    for row in closed[:2]:
        words = f"您反映的“{row.title}”（{row.no}）已办结，请查看办理结果并评价。"
        gateways.send("sms", "13800990001", "", words, f"demo:{row.pk}", request=row)
