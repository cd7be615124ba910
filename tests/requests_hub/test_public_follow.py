"""Following by code: what is shown, to whom, and what a resident may do."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from requests_hub.actions import desk, feedback, handling, intake
from requests_hub.models import Request, Task
from requests_hub.public import public_view
from tests.requests_hub.test_redaction import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    cache.clear()


def ask(forest: SimpleNamespace, **more: Any) -> Request:
    return intake.submit_request(
        district=forest.district,
        channel="public",
        body=more.pop("body", "巷口路灯坏了三天"),
        lon=112.005,
        lat=22.905,
        **more,
    ).request


def closed(forest: SimpleNamespace, cast: SimpleNamespace, **more: Any) -> Request:
    row = ask(forest, **more)
    row = desk.accept(row, by=cast.town_a)
    row = desk.reply(row, by=cast.town_a, reply="灯已经换好。")
    row = feedback.verify(row, by=cast.town_a, note="亮了")
    return feedback.close(row, by=cast.town_a)


@pytest.mark.parametrize("shape", ["{}", "{:.3} {:.6}", " {} "])
def test_a_code_may_be_typed_in_any_shape(
    client: Client, forest: SimpleNamespace, shape: str
) -> None:
    code = ask(forest).follow_code
    spaced = f"{code[:3]} {code[3:6]} {code[6:]}"
    wide = spaced.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for text in (code, spaced, wide):
        answer = client.get("/follow/", {"code": text})
        assert answer["Location"] == f"/follow/{code}/"


def test_a_typo_is_told_by_the_check_digit(
    client: Client, forest: SimpleNamespace
) -> None:
    code = ask(forest).follow_code
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    answer = client.get("/follow/", {"code": wrong})
    assert answer.status_code == 422
    assert "code_error" in answer.content.decode()


def test_page_says_state_holder_and_day_and_hides_itself(
    client: Client, forest: SimpleNamespace
) -> None:
    row = ask(forest)
    answer = client.get(f"/follow/{row.follow_code}/")
    html = answer.content.decode()
    assert row.title in html
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]
    assert row.no not in html
    assert client.get("/").content.decode().count(row.title) == 1


def test_forget_drops_the_code_from_this_browser(
    client: Client, forest: SimpleNamespace
) -> None:
    row = ask(forest)
    client.get(f"/follow/{row.follow_code}/")
    client.post("/follow/forget/")
    assert row.title not in client.get("/").content.decode()


def test_a_private_request_shows_its_state_until_the_phone_is_proven(
    client: Client, forest: SimpleNamespace
) -> None:
    row = ask(forest, is_private=True, reporter_phone="13812342046")
    path = f"/follow/{row.follow_code}/"
    shut = client.get(path).content.decode()
    assert row.title not in shut
    assert "2046" not in shut
    assert client.get(path + "add/").status_code == 302
    assert client.post(path + "open/", {"tail": "1111"}).status_code == 422
    assert client.post(path + "open/", {"tail": "２０４６"}).status_code == 302
    assert row.title in client.get(path).content.decode()
    assert row.title not in Client().get(path).content.decode()


def test_tries_at_the_phone_are_limited(
    client: Client, forest: SimpleNamespace
) -> None:
    row = ask(forest, is_private=True, reporter_phone="13812342046")
    path = f"/follow/{row.follow_code}/open/"
    for n in range(10):
        client.post(path, {"tail": f"{n:04d}"})
    late = client.post(path, {"tail": "2046"})
    assert late.status_code == 422


def test_guessing_is_shut_and_ones_own_code_stays_open(
    client: Client, forest: SimpleNamespace, settings: Any
) -> None:
    settings.FOLLOW_LIMIT_PER_ADDRESS = "3/h"
    row, other = ask(forest), ask(forest, body="另一件")
    from requests_hub import codes

    client.get(f"/follow/{row.follow_code}/")
    seen = [client.get(f"/follow/{codes.make()}/").status_code for _n in range(5)]
    assert seen[:3] == [404, 404, 404]
    assert seen[3:] == [429, 429]
    assert client.get(f"/follow/{row.follow_code}/").status_code == 200
    assert client.get(f"/follow/{other.follow_code}/").status_code == 429


def test_rate_once_then_ask_again(
    client: Client, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    row = closed(forest, cast)
    path = f"/follow/{row.follow_code}/"
    assert "灯已经换好" in client.get(path).content.decode()
    assert client.post(path + "rate/", {"is_solved": "1"}).status_code == 422
    data = {"is_solved": "1", "satisfaction": "satisfied", "comment": "谢谢"}
    assert client.post(path + "rate/", data).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.satisfaction, row.is_solved) == (
        "revisited",
        "satisfied",
        True,
    )
    assert client.post(path + "rate/", data).status_code == 409
    again = client.post(
        path + "reopen/", {"reason": "broke_again", "note": "亮了一晚又灭"}
    )
    assert again.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.round) == ("reopened", 2)


def test_one_tap_on_a_face_says_both(
    client: Client, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    row = closed(forest, cast)
    client.cookies["elder"] = "1"
    answer = client.post(f"/follow/{row.follow_code}/rate/", {"face": "dissatisfied"})
    assert answer["Location"].endswith("/reopen/")
    row.refresh_from_db()
    assert (row.is_solved, row.satisfaction) == (False, "dissatisfied")


def test_withdraw_and_add_only_while_the_table_says_so(
    client: Client, forest: SimpleNamespace
) -> None:
    row = ask(forest)
    path = f"/follow/{row.follow_code}/"
    assert client.post(path + "add/", {"note": ""}).status_code == 422
    assert client.post(path + "add/", {"note": "灯杆也歪了"}).status_code == 302
    assert client.post(path + "withdraw/", {}).status_code == 302
    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert client.post(path + "add/", {"note": "还在"}).status_code == 409


def test_unknown_code_is_not_there(client: Client, forest: SimpleNamespace) -> None:
    from requests_hub import codes

    for tail in ("", "rate/", "reopen/", "add/", "withdraw/"):
        assert client.get(f"/follow/{codes.make()}/{tail}").status_code == 404
    assert client.get("/follow/nonsense/").status_code == 422


@pytest.mark.parametrize("answers", ["desk", "grid"])
def test_pictures_of_what_was_done_reach_the_resident(
    forest: SimpleNamespace, cast: SimpleNamespace, answers: str
) -> None:
    row = desk.accept(ask(forest), by=cast.town_a)
    given = {"reply": "灯已经换好。", "files": [picture(cast.town_a)]}
    if answers == "desk":
        desk.reply(row, by=cast.town_a, **given)
        words = "已答复，有人去核实"
    else:
        desk.dispatch(row, by=cast.town_a, holder=cast.worker_a)
        task = Task.objects.get(request=row)
        handling.claim(task, by=cast.worker_a)
        given["files"] = [picture(cast.worker_a)]
        handling.reply(task, by=cast.worker_a, **given)
        words = "办完了"
    first = public_view(Request.objects.get(pk=row.pk)).history[0]
    assert words in first.text
    assert len(first.files) == 1
