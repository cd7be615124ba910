"""The files speak of the product: no path of somebody's machine, no left-over of a merge."""

import re

from tests.architecture.files import ROOT, tracked

# Put together here, so that this file does not find itself.
HOMES = r"(?<![\w.-])/(?:home|Users)/(?!USER|you\b)\w+"
ROOT_HOME = r"(?<![\w.-])/root/\w"
WORK = "/wor" + r"k/\w"
SHARED = r"\.\./sha" + "red"
CONFLICT = r"^(?:<{7}|>{7}) "
FOUND = re.compile("|".join([HOMES, ROOT_HOME, WORK, SHARED, CONFLICT]), re.MULTILINE)


def test_the_search_finds_what_it_should():
    assert FOUND.search("see /hom" + "e/li/notes.txt")
    assert FOUND.search("<" * 7 + " HEAD")
    assert not FOUND.search("network/ and framework/x")


def test_no_file_names_a_path_of_one_machine():
    found = {}
    for path in tracked():
        try:
            text = (ROOT / path).read_text()
        except UnicodeDecodeError:
            continue
        hit = FOUND.search(text)
        if hit and path.name != "test_history_words.py":
            found[str(path)] = hit.group(0)
    assert found == {}


def test_lock_files_name_no_index():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "index-url" not in text
        assert "http://" not in text
        assert "--hash=sha256:" in text


def test_lock_files_hold_what_is_asked_for():
    """A package asked for in an `.in` file and not locked would be missing in a fresh clone."""

    def plain(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    missing = {}
    for asked in (ROOT / "requirements").glob("*.in"):
        lines = [line.split("#")[0].strip() for line in asked.read_text().splitlines()]
        names = [
            re.split(r"[\[<>=~! ]", line)[0]
            for line in lines
            if line and line[0] != "-"
        ]
        locked = re.findall(
            r"^([\w.-]+)==", asked.with_suffix(".txt").read_text(), re.MULTILINE
        )
        lack = {plain(name) for name in names} - {plain(name) for name in locked}
        if lack:
            missing[asked.name] = lack
    assert missing == {}
