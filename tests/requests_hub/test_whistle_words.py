"""What the pages of a whistle say: of an emergency, of a decision, of who is missing, of scores."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from governance.core.worktime import Amount
from requests_hub.actions import callups, extensions, whistles
from requests_hub.forms.fields import moment
from requests_hub.models import Task
from tests.factories.requests_hub import task_of
from tests.requests_hub.test_whistle_steps import MARKS, fresh, give_back, reported

pytestmark = pytest.mark.django_db


def emergency(make: Any) -> Task:
    request = make.request("accepted")
    lead = make.departments["urban_management"]
    whistles.whistle(request, by=make.cast.town_a, lead=lead, kind="emergency")
    return task_of(request)


def test_times_of_a_call_say_what_they_mean_round_the_clock(
    make: Any, client: Any
) -> None:
    client.force_login(make.cast.town_a)
    request = make.request("accepted")
    html = client.get(f"/requests/{request.no}/step/whistle/").content.decode()
    options = dict(re.findall(r'value="(\w+)" data-clock="([^"]*)"', html))
    assert options["1d"].startswith("1 天，"), options
    assert "工作" not in "".join(options.values())
    # Weekend, holiday or night: four hours on the clock are four hours.
    now = timezone.now()
    near = {moment(now + timedelta(hours=4, minutes=n)) for n in (-1, 0, 1)}
    with translation.override("zh-hans"):
        near |= {moment(now + timedelta(hours=4, minutes=n)) for n in (-1, 0, 1)}
    assert any(when in options["4h"] for when in near), (options["4h"], near)


def test_a_too_long_extension_of_an_emergency_is_refused_at_its_field(
    make: Any, client: Any
) -> None:
    task = whistles.report_in(emergency(make), by=make.cast.officer_a)
    client.force_login(make.cast.officer_a)
    sent = {"amount_usual": "other", "amount_other": "3d", "reason": "调车"}
    answer = client.post(f"/tasks/{task.pk}/step/ask_extension/", sent)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert set(errors) == {"amount"}
    assert "1 天" in errors["amount"][0]  # as it counts: not working hours


def test_who_decides_on_more_time_reads_how_much_and_why(
    call: Any, client: Any
) -> None:
    reported(call)
    day, officer = Amount.parse("2d"), call.cast.officer_a
    extensions.ask_extension(
        fresh(call.lead), by=officer, amount=day, reason="等配件到货"
    )
    client.force_login(call.cast.town_a)
    for step in ("grant_extension", "refuse_extension"):
        page = client.get(f"/tasks/{call.lead.pk}/step/{step}/").content.decode()
        assert "等配件到货" in page
        assert "申请延期：2 个工作日" in page
    given = extensions.grant_extension(fresh(call.lead), by=call.cast.town_a)
    with translation.override("zh-hans"):
        assert moment(given.due_at) in page  # until when it was said to run
    seen = client.get(f"/requests/{call.request.no}/").content.decode()
    assert "申请延期，2 个工作日" in seen


def test_more_time_asked_for_is_answered_from_the_to_do_list(
    call: Any, client: Any
) -> None:
    reported(call)
    day, officer = Amount.parse("1d"), call.cast.officer_a
    extensions.ask_extension(fresh(call.lead), by=officer, amount=day, reason="x")
    client.force_login(call.cast.town_a)
    page = client.get("/todo/").content.decode()
    url = f"/requests/{call.request.no}/"
    assert re.search(rf'<a class="btn[^"]*" href="{url}">答复延期</a>', page)


def test_the_timeline_names_the_department_that_was_added(
    call: Any, client: Any
) -> None:
    water = call.departments["water"]
    callups.add_department(
        call.whistle, by=call.cast.town_a, department=water, reason="涉水"
    )
    client.force_login(call.cast.town_a)
    page = client.get(f"/requests/{call.request.no}/").content.decode()
    assert f"增派了部门，{water.short}" in page


def test_who_answers_a_return_reads_its_reason(call: Any, client: Any) -> None:
    give_back(call, reason="权属在自来水公司")
    client.force_login(call.cast.town_a)
    for step in ("send_again", "ask_ruling"):
        page = client.get(f"/tasks/{call.lead.pk}/step/{step}/").content.decode()
        assert "权属在自来水公司" in page


def test_the_whistle_names_who_is_missing(call: Any, client: Any) -> None:
    client.force_login(call.cast.town_a)
    page = client.get(f"/whistles/{call.whistle.pk}/").content.decode()
    lead, other = call.lead.department.short, call.other.department.short
    assert f"还差：{lead}、{other}" in page
    callups.release(fresh(call.other), by=call.cast.town_a, reason="不需要")
    page = client.get(f"/whistles/{call.whistle.pk}/").content.decode()
    assert "还差" not in page or other not in page.split("还差", 1)[1][:60]


def test_the_officer_has_one_button_in_front(call: Any, client: Any) -> None:
    client.force_login(call.cast.officer_a)
    head = client.get(f"/requests/{call.request.no}/").content.decode()
    main = re.search(r'<a class="btn btn-primary" href="([^"]+)"', head)
    assert main is not None
    assert main[1] == f"/tasks/{call.lead.pk}/step/report_in/"


def test_both_sides_are_asked_to_score_when_it_is_closed(
    make: Any, client: Any
) -> None:
    row = make.request("closed")
    task = task_of(row, make.departments["transport"])
    for person, step in (
        (make.cast.town_a, "score"),
        (make.cast.officer_b, "score_call"),
    ):
        client.force_login(person)
        page = client.get(f"/requests/{row.no}/").content.decode()
        steps_of = page.split('id="steps-title"', 1)[1].split("</section>", 1)[0]
        assert f"/tasks/{task.pk}/step/{step}/" in steps_of
    given = {f"marks_{code}": n for code, n in MARKS.items()}
    client.force_login(make.cast.town_a)
    client.post(f"/tasks/{task.pk}/step/score/", given)
    page = client.get(f"/requests/{row.no}/").content.decode()
    assert f"/tasks/{task.pk}/step/score/" not in page


def test_a_refused_extension_and_a_released_call_say_so(call: Any, client: Any) -> None:
    reported(call)
    day, officer = Amount.parse("1d"), call.cast.officer_a
    extensions.ask_extension(fresh(call.lead), by=officer, amount=day, reason="x")
    extensions.refuse_extension(fresh(call.lead), by=call.cast.town_a, reason="可以")
    callups.release(fresh(call.other), by=call.cast.town_a, reason="不需要")
    client.force_login(call.cast.town_a)
    page = client.get(f"/whistles/{call.whistle.pk}/").content.decode()
    assert "1 个工作日，未同意" in page
    card = page.split(f'id="call-{call.other.pk}"', 1)[1].split("</section>", 1)[0]
    assert "无时限" not in card
