"""Merges the parts of the Chinese catalogue, compiles it, and checks that it is complete."""

import ast
import re
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import django
import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation.reloader import translation_file_changed
from django.utils.translation.template import templatize

Key = tuple[str | None, str]

PLAIN = {"gettext", "gettext_lazy", "gettext_noop", "_"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
CODE = ("governance", "grids", "volunteers", "points", "requests_hub")
STRING = r'u?"((?:[^"\\]|\\.)*)"|u?\'((?:[^\'\\]|\\.)*)\''
CALL = re.compile(
    rf"\b(n?p?gettext|_)\(\s*(?:{STRING})(?:\s*,\s*(?:{STRING}))?", re.DOTALL
)
METADATA = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Plural-Forms": "nplurals=1; plural=0;",
}


class Command(BaseCommand):
    """`locale/parts/*.po` → `locale/zh_Hans/LC_MESSAGES/django.{po,mo}`; no gettext program needed.

    The result is built, never committed: by `make run`, the tests and the image.
    """

    help = "Merge locale/parts/*.po, compile the catalogue; --check: complete, none empty or fuzzy"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        catalogue, quarrels = merged(root / "locale" / "parts")
        target = root / "locale" / "zh_Hans" / "LC_MESSAGES"
        if options["check"]:
            self.check_catalogue(root, catalogue, quarrels)
            return
        target.mkdir(parents=True, exist_ok=True)
        write_if_changed(catalogue, target)
        for quarrel in quarrels:
            self.stderr.write(f"two translations: {quarrel}")
        if options["verbosity"]:
            self.stdout.write(f"{len(catalogue)} entries in {target.relative_to(root)}")

    def check_catalogue(
        self, root: Path, catalogue: polib.POFile, quarrels: list[str]
    ) -> None:
        """Raise CommandError that names what is missing, empty or fuzzy."""
        have = {key_of(e): e for e in catalogue}
        faults = [
            f"missing ({where}): {show(key)}"
            for key, where in sorted(
                used_in(root).items(), key=lambda item: (item[1], item[0][1])
            )
            if key not in have and not translated_by_django(key)
        ]
        faults += [f"empty or fuzzy: {show(k)}" for k, e in have.items() if not full(e)]
        faults += [f"two translations: {q}" for q in quarrels]
        if faults:
            raise CommandError("\n".join([f"{len(faults)} faults", *faults]))
        self.stdout.write(f"catalogue complete: {len(have)} entries")


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def show(key: Key) -> str:
    return f"[{key[0]}] {key[1]!r}" if key[0] else repr(key[1])


def full(entry: polib.POEntry) -> bool:
    """Whether an entry has all its translations and nobody doubts them."""
    words = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    return bool(words) and all(words) and not entry.fuzzy


def merged(parts: Path) -> tuple[polib.POFile, list[str]]:
    """All parts as one catalogue, sorted; and where two parts say different words.

    The first part, by file name, wins; `--check` refuses a disagreement.
    """
    found: dict[Key, tuple[polib.POEntry, str]] = {}
    quarrels = []
    for path in sorted(parts.glob("*.po")):
        for entry in polib.pofile(str(path), wrapwidth=0):
            known = found.get(key_of(entry))
            if known is None or (entry.msgid_plural and not known[0].msgid_plural):
                found[key_of(entry)] = (entry, path.name)
            elif words_of(known[0]) != words_of(entry):
                quarrels.append(f"{show(key_of(entry))}: {known[1]} and {path.name}")
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = METADATA
    for key in sorted(found, key=lambda k: (k[1], k[0] or "")):
        catalogue.append(found[key][0])
    return catalogue, quarrels


def words_of(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def write_if_changed(catalogue: polib.POFile, target: Path) -> None:
    """Write .po and .mo, each in one step, so that a running server never reads half a file.

    What this process had read before is forgotten, so that it speaks the new words at once.
    """
    for name, save in (
        ("django.po", catalogue.save),
        ("django.mo", catalogue.save_as_mofile),
    ):
        with tempfile.NamedTemporaryFile(
            dir=target, suffix=".tmp", delete=False
        ) as file:
            fresh = Path(file.name)
        save(str(fresh))
        old = target / name
        if old.exists() and old.read_bytes() == fresh.read_bytes():
            fresh.unlink()
        else:
            fresh.chmod(0o644)
            fresh.replace(old)
    language = translation.get_language()
    translation_file_changed(None, target / "django.mo")
    if language:
        translation.activate(language)


def translated_by_django(key: Key) -> bool:
    """Whether Django's own catalogue has this text, so that a part need not repeat it."""
    return key[0] is None and key[1] in _django_words()


@cache
def _django_words() -> frozenset[str]:
    folder = Path(django.conf.__file__).parent / "locale/zh_Hans/LC_MESSAGES"
    entries = polib.pofile(str(folder / "django.po"))
    return frozenset(e.msgid for e in entries if full(e))


def used_in(root: Path) -> dict[Key, str]:
    """Every source text that code and templates ask for, with the file that does."""
    used: dict[Key, str] = {}
    for app in CODE:
        for path in sorted((root / app).rglob("*.py")):
            if "migrations" not in path.parts:
                for key in in_code(path.read_text(encoding="utf-8")):
                    used.setdefault(key, str(path.relative_to(root)))
    for path in sorted((root / "templates").rglob("*.html")):
        for key in in_template(path.read_text(encoding="utf-8")):
            used.setdefault(key, str(path.relative_to(root)))
    return used


def in_code(source: str) -> Iterator[Key]:
    """Texts of gettext calls whose arguments are literal strings."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = (
            node.func.attr
            if isinstance(node.func, ast.Attribute)
            else getattr(node.func, "id", "")
        )
        texts = [
            a.value
            if isinstance(a, ast.Constant) and isinstance(a.value, str)
            else None
            for a in node.args
        ]
        yield from _keys(name, texts)


def _keys(name: str, texts: list[str | None]) -> Iterator[Key]:
    if name in PLAIN | PLURAL and texts and texts[0]:
        yield None, texts[0]
    elif name in CONTEXT | CONTEXT_PLURAL and len(texts) > 1 and texts[0] and texts[1]:
        yield texts[0], texts[1]


def in_template(source: str) -> Iterator[Key]:
    """Texts of translate, blocktranslate and _("") in a template, by Django's own converter."""
    for found in CALL.finditer(templatize(source)):
        name = found.group(1)
        first = _plain(found.group(2) or found.group(3) or "")
        second = _plain(found.group(4) or found.group(5) or "")
        yield from _keys(name, [first, second])


def _plain(literal: str) -> str:
    """The text of a string literal's inside; only the escapes that the converter writes."""
    return (
        literal.replace("\\n", "\n")
        .replace('\\"', '"')
        .replace("\\'", "'")
        .replace("\\\\", "\\")
    )
