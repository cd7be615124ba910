"""Bulletins: the sentences, the frozen figures, the files, and that they can be reckoned again."""

import io
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from governance.core import dictionaries
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import User
from grids.models import Grid
from requests_hub.actions import (
    bulletins,
    feedback,
    issues,
    likeness_many,
    privacy,
    suggestions,
    supporters,
)
from requests_hub.actions.actors import Reporter
from requests_hub.actions.base import at
from requests_hub.assessment.periods import period_of
from requests_hub.bulletins import figures, guarded, words
from requests_hub.models import Bulletin, IssueMember, Request
from requests_hub.queries import areas, assessment
from tests.factories.requests_hub import submit

pytestmark = pytest.mark.django_db

PRINTED = {
    "kind": "month",
    "first": "2026-10-26",
    "last": "2026-11-25",
    "cut_off": "2026-11-26T00:00:00+08:00",
    "weights": [30, 35, 35],
    "basically": 0.9,
    "whole": {
        "received": 996, "close_due": 972, "close_done": 911, "close_met": 737,
        "valid": 420, "contacted": 412, "solved": 386, "satisfied": 360, "basically": 30,
        "whistles": 23, "report_due": 58, "report_met": 55, "overdue": 27, "reworks": 11,
    },
    "before": {"received": 940, "close_due": 900, "close_done": 850, "close_met": 682},
    "year_before": {"received": 1042},
    "towns": [
        {"name": f"{n}镇", "close_due": 10, "close_done": 9, "close_met": met}
        for n, met in zip("甲乙丙丁戊己庚", (9, 8, 8, 7, 3, 5, 6), strict=True)
    ],
    "categories": [{"name": "供水排水", "n": 71, "before": 54, "where": ["马岗村", "云硫社区"]}],
    "unclassified": 6,
    "topics": [
        {"issue": 7, "name": "兴云路积水", "category": "供水排水", "n": 12, "people": 19,
         "open": 3, "before": 8, "where": ["马岗村"]},
        {"issue": 8, "name": "", "category": "社会治安", "n": 2, "people": 2, "open": 0,
         "before": 0, "where": []},
    ],
    "overdue": [{"no": "YC20261105-0112", "title": "外墙砖松动", "unit": "区住建局", "days": 6}],
    "named": [{"name": "区水务局", "n": 2}],
}  # fmt: skip


def text_of(content):
    return "\n".join(line for s in content["sections"] for line in s["paragraphs"])


def test_the_fixed_sentences_in_chinese():
    with translation.override("zh-hans"):
        content = words.make(PRINTED, ["11月27日前完成月检。"])
    said = text_of(content)
    assert content["head"] == "网格治理月报"
    assert "10月26日至11月25日" in content["title"]
    for part in (
        "受理诉求 996 件，环比上升 6.0%，同比下降 4.4%。",
        "应结案 972 件，结案 911 件，结案率 93.7%，环比下降 0.7 个百分点；",
        "按期结案 737 件，按期结案率 75.8%，环比持平。",
        "有效回访 420 件，响应率 98.1%，解决率 91.9%，满意率 92.1%，"
        "综合得分 93.8 分（权重 30、35、35）。",
        "网格吹哨 23 次，应报到部门 58 个次，按时报到 55 个次，按时报到率 94.8%。",
        "前三：甲镇 90.0%、乙镇 80.0%、丙镇 80.0%；后三：戊镇 30.0%、己镇 50.0%、庚镇 60.0%。",
        "供水排水类最多，71 件，环比上升 31.5%，集中在马岗村、云硫社区。另有 6 件尚未归类。",
        "反映最集中的是“兴云路积水”，共 12 件、19 人，环比上升 50.0%，集中在马岗村，"
        "其中 3 件尚未办结。热点清单见下表。",
        "返工 11 件，返工率 1.1%",
        "区水务局（2 次）",
    ):
        assert part in said, (part, said)
    assert content["sections"][1]["table"]["head"][:4] == [
        "镇街",
        "受理",
        "应结案",
        "结案",
    ]
    ranks = [row[-1] for row in content["sections"][1]["table"]["rows"]]
    assert ranks == ["1", "2", "2", "4", "7", "6", "5", "—"]
    hot = content["sections"][2]["table"]["rows"]
    assert hot[0] == ["兴云路积水", "12", "19", "8", "3", "马岗村"]
    assert hot[1][0] == "（不公开）社会治安类"
    assert content["sections"][-1]["paragraphs"] == ["（一）11月27日前完成月检。"]


def test_a_town_where_hardly_anything_was_due_is_not_ranked():
    few = {"name": "辛镇", "close_due": 2, "close_done": 2, "close_met": 0}
    with translation.override("zh-hans"):
        towns = [*PRINTED["towns"], few, {"name": "壬镇"}]
        section = words.make({**PRINTED, "towns": towns})["sections"][1]
    first, second = section["paragraphs"]
    assert "后三：戊镇 30.0%、己镇 50.0%、庚镇 60.0%。" in first
    assert second == "应结案不足 3 件，不参加排名：辛镇。"
    assert section["table"]["rows"][7][-2:] == ["0.0%", "—"]


def test_nothing_happened_says_so_without_figures():
    empty = {**PRINTED, "whole": {}, "before": {}, "year_before": {}, "towns": [],
             "categories": [], "topics": [], "overdue": [], "named": []}  # fmt: skip
    with translation.override("zh-hans"):
        said = text_of(words.make(empty))
    assert "办结 0 件，尚无诉求到应结案时间。" in said
    assert "返工 0 件。" in said
    assert "本期没有诉求。" in said
    assert "0.0%" not in said


@pytest.fixture
def life(make):
    """Requests of every kind, told over the last days."""
    made = [make.request(s) for s in ("submitted", "whistled", "replied", "reworked")]
    closed = make.request("closed")
    feedback.rate(
        closed, by=Reporter(closed.pk), is_solved=True, satisfaction="basically"
    )
    return [*made, closed, make.request("reopened")]


def test_no_two_requests_about_one_matter_is_said_in_words():
    with translation.override("zh-hans"):
        section = words.make({**PRINTED, "topics": []})["sections"][2]
    assert section["paragraphs"][1] == "本期没有两件以上诉求反映同一事项。"
    assert "table" not in section


def month():
    return period_of("month", timezone.localdate())


def test_issued_figures_are_those_of_the_rows(make, life, forest):
    row = bulletins.issue(forest.district.pk, month(), by=make.cast.district)
    whole = row.figures["whole"]
    held = areas.Held(forest.district.pk, "district", (0,))
    counted = assessment.total(held, month())
    for name in ("received", "closed", "valid", "solved", "basically"):
        assert whole.get(name, 0) == counted.get(name, 0), name
    assert whole["received"] == 6
    assert whole["whistles"] == 5
    assert whole["reworks"] == 1
    assert (row.year, row.no, row.edition) == (month().last.year, 1, 1)


def test_the_same_cut_off_gives_the_same_figures_for_ever(make, life, forest):
    row = bulletins.issue(forest.district.pk, month(), by=make.cast.district)
    feedback.reopen(life[4], by=Reporter(life[4].pk), reason="又坏了。")
    make.request("closed")
    with at(timezone.now() + timedelta(days=2)):
        make.request("reworked")
    assert bulletins.recomputed(row) == row.figures
    now = bulletins.draft(forest.district.pk, month())["figures"]
    assert now["whole"]["received"] == 7


@pytest.fixture
def lamps(forest):
    """Three requests about the same lamps, one of them of the period before, and one other."""
    words_ = "清河路桥头两盏路灯坏了，晚上看不见路，请尽快修理。"
    with at(figures.moment(month().before().first) + timedelta(minutes=1)):
        old = submit(forest.district, body=words_, reporter_phone="13800000001")
    new = [
        submit(forest.district, body=words_, reporter_phone=f"1380000000{n}")
        for n in (1, 2)
    ]
    other = submit(forest.district, body="小公园里有人遛大狗不牵绳，孩子们都害怕。")
    likeness_many.catch_up(forest.district)
    return [old, *new, other]


def test_hot_topics_are_the_issues_of_the_period(make, lamps, forest):
    supporters.me_too(lamps[1], visitor="a browser", phone="13800000009")
    row = bulletins.issue(forest.district.pk, month(), by=make.cast.district)
    [topic] = row.figures["topics"]
    assert (topic["n"], topic["people"], topic["before"], topic["open"]) == (2, 3, 1, 2)
    issue = lamps[1].likeness.issue
    assert (topic["issue"], topic["name"]) == (issue.pk, issue.title)
    table = row.content["sections"][2]["table"]
    assert table["rows"][0][:5] == [issue.title, "2", "3", "1", "2"]


def test_what_becomes_of_issues_later_changes_no_issued_topic(make, lamps, forest):
    row = bulletins.issue(forest.district.pk, month(), by=make.cast.district)
    assert row.figures["topics"]
    issue = lamps[1].likeness.issue
    issues.rename(issue, "桥头路灯", by=make.cast.district)
    issues.take_out(issue, lamps[1], by=make.cast.district)
    issues.put_in(issue, lamps[3], by=make.cast.district)
    supporters.me_too(lamps[2], visitor="a browser")
    code = dictionaries.items("request_category")[0].code
    suggestions.classify(lamps[2], by=make.cast.district, category=code)
    assert bulletins.recomputed(row) == row.figures
    now = bulletins.draft(forest.district.pk, month())["figures"]
    assert now["topics"][0]["name"] == "桥头路灯"
    assert now["categories"] != row.figures["categories"]
    with pytest.raises(DatabaseError), transaction.atomic():
        IssueMember.objects.all().delete()


def test_a_private_request_lends_its_title_to_no_topic(make, lamps, forest):
    pks = [row.pk for row in lamps]
    Request.objects.filter(pk__in=pks).update(is_private=True)
    [topic] = bulletins.draft(forest.district.pk, month())["figures"]["topics"]
    assert topic["name"] == ""


def files_of(client, row):
    """The text of the page, of the Word document and of the workbook."""
    from docx import Document
    from openpyxl import load_workbook

    yield client.get(f"/bulletins/{row.pk}/").content.decode()
    word = Document(io.BytesIO(client.get(f"/bulletins/{row.pk}/docx/").content))
    cells = [cell.text for table in word.tables for r in table.rows for cell in r.cells]
    yield "\n".join([*(p.text for p in word.paragraphs), *cells])
    book = load_workbook(io.BytesIO(client.get(f"/bulletins/{row.pk}/xlsx/").content))
    sheets = [r for sheet in book for r in sheet.iter_rows(values_only=True)]
    yield "\n".join(str(cell) for r in sheets for cell in r)


@pytest.fixture
def told(make, lamps, forest):
    """An issued bulletin that gives the titles of an issue and of a late request."""
    with at(timezone.now() - timedelta(days=40)):
        late = submit(
            forest.district, body="老码头边有人占道摆摊，臭气熏天，一直没有人管。"
        )
    line = f"盯住{late.title}。"
    row = bulletins.issue(
        forest.district.pk, month(), by=make.cast.district, focus=[line]
    )
    assert late.title in [r["title"] for r in row.figures["overdue"]]
    [topic] = row.figures["topics"]
    named = Request.objects.filter(title=topic["name"], pk__in=[r.pk for r in lamps])
    return row, late, topic["name"], list(named)


def test_a_title_made_private_later_is_shown_to_nobody(client, make, told):
    """The figures stay as issued; page, Word and Excel are without the titles."""
    row, late, name, named = told
    client.force_login(make.cast.town_a)
    for text in files_of(client, row):
        assert late.title in text
        assert name in text
    for request in (late, *named):
        privacy.hide(request, by=make.cast.district, reason="涉及个人。")
    for text in files_of(client, row):
        assert late.title not in text
        assert name not in text
        assert "（不公开）" in text
        assert late.no in text
        assert "另有 2 个标题因诉求后转为不公开" in text
    row.refresh_from_db()
    assert late.title in [r["title"] for r in row.figures["overdue"]]
    assert name in str(row.content)


def test_the_paper_is_in_its_own_language_whoever_reads_it(client, make, told):
    row, *_rest = told
    client.force_login(make.cast.town_a)
    client.cookies["django_language"] = "en"
    page, *files = files_of(client, row)
    assert "All bulletins" in page
    for text in (page, *files):
        assert "多网合一指挥中心" in text
        assert "command centre" not in text
    assert "(seal)" not in page


def test_a_title_made_public_again_is_shown_again(client, make, told):
    row, late, _name, _named = told
    privacy.hide(late, by=make.cast.district, reason="涉及个人。")
    privacy.unhide(late, by=make.cast.district, reason="看错了。")
    client.force_login(make.cast.town_a)
    for text in files_of(client, row):
        assert late.title in text
        assert "（不公开）" not in text


def test_another_private_request_of_the_same_words_masks_no_late_one(make, told):
    """Late requests are known by their number, not by their words."""
    row, late, _name, _named = told
    other = submit(make.district, body=late.body)
    privacy.hide(other, by=make.cast.district, reason="涉及个人。")
    assert guarded.shown(row) == row.content


def test_the_rows_of_the_towns_add_up_to_the_whole(make, life, forest):
    """Also when a town is gone that had requests."""
    Grid.objects.filter(pk=life[0].large_id).update(
        retired_on=timezone.localdate() - timedelta(days=1)
    )
    made = bulletins.draft(forest.district.pk, month())
    table = made["content"]["sections"][1]["table"]["rows"]
    for column in (1, 2, 3, 4):
        rows = [int(cells[column]) for cells in table]
        assert sum(rows[:-1]) == rows[-1], table
    assert table[-2][0] == "未落镇街"


def test_a_bulletin_is_frozen_and_only_a_new_edition_takes_its_place(make, forest):
    district, by = forest.district.pk, make.cast.district
    row = bulletins.issue(district, month(), by=by)
    with pytest.raises(DatabaseError), transaction.atomic():
        Bulletin.objects.filter(pk=row.pk).update(no=9)
    with pytest.raises(Conflict):
        bulletins.issue(district, month(), by=by)
    with pytest.raises(Invalid):
        bulletins.issue(district, month(), by=by, replaces=row)
    second = bulletins.issue(district, month(), by=by, replaces=row, reason="口径有误")
    assert (second.no, second.edition, second.replaces_id) == (row.no, 2, row.pk)
    assert list(Bulletin.objects.standing()) == [second]
    with pytest.raises(Conflict):
        bulletins.issue(district, month(), by=by, replaces=row, reason="再来一次")


def test_who_may_issue_and_when(make, forest):
    district = forest.district.pk
    with pytest.raises(NotAllowed):
        bulletins.issue(district, month(), by=make.cast.town_a)
    later = period_of("day", timezone.localdate() + timedelta(days=1))
    with pytest.raises(Invalid):
        bulletins.issue(district, later, by=make.cast.district)


def test_pages_and_files(client, make, life, forest):
    client.force_login(make.cast.district)
    today = client.get("/bulletins/today/")
    assert today.url.startswith("/bulletins/draft/?kind=day")
    page = client.get(today.url)
    assert "未发布" in page.content.decode()
    sent = client.post(today.url, {"focus": "做好值守。"})
    assert client.get("/bulletins/today/").url == sent.url
    shown = client.get(sent.url).content.decode()
    assert "（一）做好值守。" in shown
    assert "受理诉求 6 件" in shown

    from docx import Document
    from openpyxl import load_workbook

    word = Document(io.BytesIO(client.get(f"{sent.url}docx/").content))
    assert any("受理诉求 6 件" in p.text for p in word.paragraphs)
    assert word.tables[0].cell(0, 0).text == "镇街"
    book = load_workbook(io.BytesIO(client.get(f"{sent.url}xlsx/").content))
    assert book.worksheets[1]["B4"].value == 6
    assert book.worksheets[1].page_setup.paperSize == 9
    assert [p.style.name for p in word.paragraphs][3:5] == ["Heading 1", "Heading 2"]
    assert sum(c.width.mm for c in word.tables[0].rows[0].cells) == pytest.approx(
        156, 1
    )
    client.force_login(make.cast.outsider)
    assert client.get(sent.url).status_code in (403, 404)


def test_any_period_can_be_drafted_from_the_page(client, make, forest):
    client.force_login(make.cast.district)
    page = client.get("/bulletins/draft/?kind=month&at=2019-07-15").content.decode()
    assert '<input class="form-control" type="date" id="at" name="at"' in page
    for link in ("kind=month&amp;at=2019-06-01", "kind=month&amp;at=2019-08-01"):
        assert link in page
    assert "kind=week&amp;at=2019-07-31" in page
    running = client.get("/bulletins/draft/?kind=day").content.decode()
    assert "后一期" not in running


def test_one_day_is_written_as_one():
    days = {"first": "2026-11-23", "last": "2026-11-23"}
    with translation.override("zh-hans"):
        assert words.days_words(days) == "2026年11月23日"
        days = {"first": "2026-12-28", "last": date(2027, 1, 3).isoformat()}
        assert words.days_words(days) == "2026年12月28日至2027年1月3日"


def test_a_growth_of_many_times_is_told_so():
    with translation.override("zh-hans"):
        said = words._changes({"received": 452}, {"received": 383}, {"received": 33})
    assert said == "，环比上升 18.0%，为上年同期的 13.7 倍"


def test_the_command_says_what_is_missing(make, db):
    def said(*args):
        with pytest.raises(CommandError) as caught:
            call_command("bulletin", "day", "2026-11-20", *args)
        return str(caught.value)

    assert said("--district", "990000") == "没有区划 990000。"
    assert said("--by", "nobody-of-this-name") == "没有这个账号。"
    nowhere = User.objects.create_user("nowhere")
    assert "没有任职" in said("--by", nowhere.username)
