"""Template tags: times, groups, badges, links that keep the filter."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from governance.core.templatetags import ui
from governance.core.workflow import State

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 19, 9, 42, tzinfo=SHANGHAI)


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW.replace(hour=9, minute=5), "today 09:05"),
        (NOW - timedelta(days=1), "yesterday 09:42"),
        (NOW + timedelta(days=1), "tomorrow 09:42"),
        (NOW - timedelta(days=2), "11-17 09:42"),
        (NOW - timedelta(days=400), "2025-10-15 09:42"),
        (NOW.replace(hour=0, minute=1), "today 00:01"),
        (None, ""),
    ],
)
def test_times_are_short_and_say_the_day(moment: datetime | None, words: str) -> None:
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        assert ui.when(moment) == words


def test_midnight_of_a_source_is_a_day() -> None:
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        day = NOW.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
        assert ui.when_said(day) == "11-17"
        assert ui.when_said(day + timedelta(minutes=1)) == "11-17 00:01"
        assert ui.when_said(None) == ""


def test_a_day_in_a_sentence_names_its_weekday() -> None:
    with translation.override("zh-hans"):
        assert (
            ui.day_words(datetime(2026, 11, 27, tzinfo=SHANGHAI)) == "11月27日（周五）"
        )


@pytest.mark.parametrize(
    ("given", "shown"),
    [("13812342046", "138 1234 2046"), ("138****2046", "138 **** 2046"), (None, "")],
)
def test_mobile_numbers_are_grouped(given: str | None, shown: str) -> None:
    assert ui.cn_phone(given) == shown


def test_codes_and_numbers_are_grouped() -> None:
    assert ui.code_groups("4820631795") == "482 063 1795"
    assert ui.code_groups("12") == "12"
    for language in ("zh-hans", "en"):
        with translation.override(language):
            assert ui.grouped(1204) == "1,204"


def test_links_keep_the_filter_and_change_one_part() -> None:
    request = RequestFactory().get("/dispatch/?view=new&page=3&grid=a&grid=b")
    shown = render("{% query_with page=4 %}", request=request)
    assert shown == "?view=new&amp;grid=a&amp;grid=b&amp;page=4"
    assert (
        render('{% query_with view="" page=None grid=None %}', request=request) == "?"
    )


def test_a_state_is_tone_icon_and_word() -> None:
    html = render("{% state_badge s %}", s=State("x", "To dispatch", "amber", "inbox"))
    assert "tone-amber" in html
    assert "#inbox" in html
    assert "To dispatch" in html
    assert 'aria-hidden="true"' in html


@pytest.mark.parametrize(
    ("share", "dash"),
    [
        (0.5, "15.71 31.42"),
        (1.0, "31.42 31.42"),
        (7, "31.42 31.42"),
        (None, "0.00 31.42"),
    ],
)
def test_the_ring_shows_the_share_left(share: float | None, dash: str) -> None:
    clock = SimpleNamespace(code="running", text="2 d left", share=share, tip="")
    html = render("{% clock c %}", c=clock)
    assert f'stroke-dasharray="{dash}"' in html
    assert "2 d left" in html


def test_no_clock_draws_nothing() -> None:
    assert render("{% clock c %}", c=None).strip() == ""


class Sample(forms.Form):
    note = forms.CharField(label="Note", help_text="For the resident")


def test_a_wrong_field_is_tied_to_its_help_and_its_error() -> None:
    form = Sample({"note": ""})
    html = render('{% include "components/form_field.html" %}', field=form["note"])
    assert 'aria-describedby="id_note_help id_note_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_note_error"' in html
    assert '<label class="field-label" for="id_note">' in html


def test_text_of_people_is_escaped() -> None:
    entry = SimpleNamespace(
        icon="",
        tone="",
        who="<b>x</b>",
        verb="y",
        when=None,
        note="<script>",
        used="",
        is_awaited=False,
        attachments=[],
    )
    html = render('{% include "components/timeline.html" %}', entries=[entry])
    assert "<script>" not in html
    assert "&lt;b&gt;" in html


def test_the_address_of_a_record_is_a_link_and_the_rest_is_escaped() -> None:
    said = ui.with_links("<b>见 /registry/people/7/ 或 /registry/people/new/")
    assert said.startswith("&lt;b&gt;见 ")
    assert said.count("<a ") == 1
    assert '<a href="/registry/people/7/">' in said
    assert said.endswith(" 或 /registry/people/new/")
