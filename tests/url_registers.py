"""Addresses that the registers make, and those of the feeds that fill them."""

from typing import Any

from governance.core import registers
from governance.core.registers import imports
from tests.url_kinds import GONE, IN, NO, OUT, Url

POSTS = {
    "worker_a": "grid_worker",
    "worker_b": "grid_worker",
    "officer_a": "officer",
    "officer_b": "officer",
    "town_a": "township",
    "town_b": "township",
    "district": "district",
    "leader": "leader",
    "admin": "admin",
    "auditor": "auditor",
    "resident": "resident",
    "good_person": "good_person",
}


def _of_register(register: Any) -> list[Url]:
    """The pages of one register: readers read, writers write, others are refused."""
    readers = {p for p, r in POSTS.items() if r in register.readers | register.writers}
    writers = {p for p, r in POSTS.items() if r in register.writers}

    def url(name: str, people: set[str], status: int = IN, **more: Any) -> Url:
        stranger = more.pop("stranger", OUT)
        answers = {"anonymous": stranger, **dict.fromkeys(people, status)}
        given = {"key": register.key, **more.pop("args", {})}
        return Url(name, NO, lambda _w: dict(given), answers=answers, **more)

    gone = {"args": {"pk": 10**15}}  # small ids may be taken in a fresh database
    program = {"stranger": 401}
    is_first = {"is_shown": register.key in ("places", "probe")}
    return [
        url("registry", readers, **is_first),
        url("registry_print", readers, is_paper=True, **is_first),
        url("registry_record", readers, GONE, **gone),
        url("registry_new", writers, **is_first),
        url("registry_grids", writers),
        url("registry_edit", writers, GONE, **gone),
        url("registry_template", writers),
        url("registry_export", readers, **is_first),
        url("registry_export_run", readers, GONE, **gone),
        url("registry_export_file", readers, GONE, **gone),
        url("import_new", writers, **is_first),
        url("api_records", readers, **program),
        url("api_record", readers, GONE, **gone, **program),
    ]


def of_registers() -> list[Url]:
    """Every register that the apps declare; a new one needs no entry here."""
    return [url for register in registers.every() for url in _of_register(register)]


def of_feeds() -> list[Url]:
    """The overview, feeds and their deliveries, the queue of what differs."""
    reading = {"towns": IN, "district": IN, "readers": IN}
    staff = {"anonymous": OUT, "officers": IN, **reading}
    nothing = {**dict.fromkeys(staff, GONE), "anonymous": OUT}
    setting = {"anonymous": OUT, "district": IN, "admin": IN}
    no_feed = {"anonymous": OUT, "district": GONE, "admin": GONE}
    first = {"args": lambda _w: {"pk": 1}}
    return [
        Url(
            "six_data",
            NO,
            answers={"anonymous": OUT, "workers": IN, **reading},
            page=True,
        ),
        Url("feeds", NO, answers=staff, page=True),
        Url("feed_new", NO, answers=setting, page=True),
        Url("feed", NO, answers=nothing, **first),
        *(
            Url(f"feed_{name}", NO, answers=no_feed, **first)
            for name in ("columns", "rules", "schedule")
        ),
        Url("feed_upload", NO, answers=nothing, is_post=True, **first),
        Url("feed_fetch", NO, answers=nothing, is_post=True, **first),
        Url("feed_run", NO, answers=nothing, **first),
        Url("feed_go_on", NO, answers=nothing, is_post=True, **first),
        Url("feed_errors", NO, answers=nothing, **first),
        Url("conflicts", NO, answers=staff, page=True),
        Url(
            "conflicts_decide",
            NO,
            answers={"anonymous": OUT, "desks": OUT},
            is_post=True,
        ),
        Url(
            "conflicts_undo",
            NO,
            answers={"anonymous": OUT, "desks": GONE},
            is_post=True,
        ),
    ]


def importers() -> set[str]:
    """Who writes some register, and who sees the imports of the whole district."""
    roles = {role for register in registers.every() for role in register.writers}
    return {p for p, r in POSTS.items() if r in roles | imports.SEE_ALL}
