"""The catalogue builder finds texts, merges parts and refuses gaps."""

from pathlib import Path
from typing import Any

import polib
import pytest
from django.utils import translation
from django.utils.translation.reloader import translation_file_changed

from governance.core.management.commands import build_catalogue as builder

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def write(folder: Path, name: str, *pairs: tuple[str, str]) -> None:
    body = "".join(f'msgid "{a}"\nmsgstr "{b}"\n\n' for a, b in pairs)
    (folder / name).write_text(HEAD + body, encoding="utf-8")


def test_texts_of_code_are_found_with_their_context() -> None:
    source = '_("Plain")\npgettext_lazy("task", "Done")\nngettext("one", "many", n)\n_(name)\n'
    assert list(builder.in_code(source)) == [
        (None, "Plain"),
        ("task", "Done"),
        (None, "one"),
    ]


def test_texts_of_templates_are_found() -> None:
    source = (
        '{% load i18n %}{% translate "It\'s here" %}{% translate "Done" context "task" %}'
        "{% blocktranslate count n=n %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}"
        '{% include "x.html" with a=_("Word") %}{{ b|default:_("Other") }}'
    )
    assert set(builder.in_template(source)) == {
        (None, "It's here"), ("task", "Done"), (None, "%(n)s row"), (None, "Word"), (None, "Other"),
    }  # fmt: skip


def test_parts_are_merged_and_disagreement_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a.po", ("Open", "打开"), ("Close", "关闭"))
    write(tmp_path, "b.po", ("Open", "开启"), ("Print", "打印"))
    catalogue, quarrels = builder.merged(tmp_path)
    assert [(e.msgid, e.msgstr) for e in catalogue] == [
        ("Close", "关闭"), ("Open", "打开"), ("Print", "打印"),
    ]  # fmt: skip
    assert len(quarrels) == 1
    assert "Open" in quarrels[0]


def test_an_unchanged_catalogue_is_not_written_again(tmp_path: Path) -> None:
    parts, target = tmp_path / "parts", tmp_path / "out"
    parts.mkdir()
    target.mkdir()
    write(parts, "a.po", ("Open", "打开"))
    builder.write_if_changed(builder.merged(parts)[0], target)
    before = (target / "django.mo").stat().st_mtime_ns
    builder.write_if_changed(builder.merged(parts)[0], target)
    assert (target / "django.mo").stat().st_mtime_ns == before
    assert sorted(p.name for p in target.iterdir()) == ["django.mo", "django.po"]


def test_the_process_that_builds_it_speaks_it_at_once(
    tmp_path: Path, settings: Any
) -> None:
    target = tmp_path / "zh_Hans" / "LC_MESSAGES"
    target.mkdir(parents=True)
    write(tmp_path, "a.po", ("Unheard of", "闻所未闻"))
    settings.LOCALE_PATHS = [str(tmp_path)]
    try:
        with translation.override("zh-hans"):
            assert translation.gettext("Unheard of") == "Unheard of"
            builder.write_if_changed(builder.merged(tmp_path)[0], target)
            assert translation.gettext("Unheard of") == "闻所未闻"
    finally:
        translation_file_changed(None, target / "django.mo")


@pytest.mark.parametrize(
    ("words", "fuzzy", "is_full"),
    [("", False, False), ("开", True, False), ("开", False, True)],
)
def test_empty_and_fuzzy_entries_are_not_full(
    words: str, fuzzy: bool, is_full: bool
) -> None:
    entry = polib.POEntry(msgid="Open", msgstr=words, flags=["fuzzy"] if fuzzy else [])
    assert builder.full(entry) is is_full


def test_the_parts_of_this_product_have_no_gap_of_their_own() -> None:
    parts = Path(__file__).resolve().parents[2] / "locale" / "parts"
    for path in parts.glob("*.po"):
        gaps = [e.msgid for e in polib.pofile(str(path)) if not builder.full(e)]
        assert gaps == [], path.name
