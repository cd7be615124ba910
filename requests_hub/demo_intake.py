"""Demo of the doors outside: a program, a subscription, questions, the hotline's states, messages."""

from grids.models import District
from grids.registers import base as records
from requests_hub import gateways
from requests_hub.actions import clients, hotline_messages, open311_settings
from requests_hub.actions.incoming import Message, receive
from requests_hub.actions.subscriptions import new_secret
from requests_hub.models import (
    ApiClient,
    Open311Question,
    Open311Service,
    Request,
    Subscription,
)

LIGHTS = "010204"


def load(district: District) -> int:
    """Add what is missing; gives how many rows were made."""
    nowhere = {**dict.fromkeys(records.PLACE_FIELDS), "district_id": district.pk}
    made = hotline_messages.propose_states(district.pk)
    if ApiClient.objects.filter(district=district).exists():
        return made
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
    return made + 8


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


def _messages(district: District) -> None:
    """Two text messages; without a provider they are printed in the log."""
    closed = Request.objects.filter(district=district, state="closed").order_by("id")
    for row in closed[:2]:
        words = f"您反映的“{row.title}”（{row.no}）已办结，请查看办理结果并评价。"
        gateways.send("sms", "13800990001", "", words, f"demo:{row.pk}", request=row)
