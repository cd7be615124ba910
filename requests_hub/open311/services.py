"""The services: the category tree below its first level, as the district offers it."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.models import DictionaryItem
from grids.models import District
from requests_hub.categories import CATEGORIES
from requests_hub.models import Open311Question, Open311Service
from requests_hub.open311.formats import Faults

OTHER = ("其他", "Other", "Others")


@dataclass(frozen=True)
class Service:
    """One category with how it is offered and what it asks."""

    item: DictionaryItem
    group: str
    name: str
    kind: str = Open311Service.Kind.REALTIME
    about: str = ""
    keywords: str = ""
    is_private: bool = False
    questions: list[Open311Question] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.item.code

    def row(self) -> dict[str, Any]:
        """As the list of services has it."""
        return {
            "service_code": self.code,
            "service_name": self.name,
            "description": self.about or f"{self.group} / {self.name}",
            "metadata": bool(self.questions),
            "type": str(self.kind),
            "keywords": self.keywords or self.group,
            "group": self.group,
        }

    def definition(self) -> dict[str, Any]:
        """What it asks."""
        return {
            "service_code": self.code,
            "attributes": [_attribute(question) for question in self.questions],
        }


def _attribute(question: Open311Question) -> dict[str, Any]:
    return {
        "variable": not question.is_notice,
        "code": question.code,
        "datatype": question.datatype,
        "required": question.is_required,
        "datatype_description": question.datatype_note,
        "order": question.position,
        "description": question.words,
        "values": [{"key": key, "name": name} for key, name in question.values],
    }


def offered(district: District) -> dict[str, Service]:
    """All services of a district by code: two statements, the tree from memory."""
    rows = {r.category: r for r in _live(Open311Service, district)}
    questions: dict[str, list[Open311Question]] = {}
    for question in _live(Open311Question, district).order_by("position", "pk"):
        questions.setdefault(question.category, []).append(question)
    found = {}
    for item in dictionaries.items(CATEGORIES):
        row = rows.get(item.code)
        if item.parent_id is None or (row is not None and not row.is_offered):
            continue
        found[item.code] = _service(item, row, questions.get(item.code, []))
    return found


def _live(model: Any, district: District) -> Any:
    return model.objects.filter(district=district, ended_on__isnull=True)


def _service(
    item: DictionaryItem,
    row: Open311Service | None,
    questions: list[Open311Question],
) -> Service:
    path = dictionaries.path(item)
    group, name = path[0].label, name_of(item)
    if row is None:
        return Service(item, group, name, questions=questions)
    return Service(
        item,
        group,
        name,
        row.kind,
        row.about,
        row.keywords,
        row.is_private,
        questions,
    )


def name_of(item: DictionaryItem | None) -> str:
    """The label; one that says nothing alone, such as “other”, with the one above it."""
    if item is None:
        return ""
    path = dictionaries.path(item)
    if item.label in OTHER and len(path) > 1:
        return f"{path[-2].label}-{item.label}"
    return item.label


def service(district: District, code: str) -> Service:
    """One service.

    Raises:
        Faults: 404.
    """
    found = offered(district).get(code)
    if found is None:
        raise Faults((404, _("There is no service_code “%s”.") % code[:60]))
    return found


# --- Answers to what a service asks -------------------------------------------------------


def checked(of: Service, given: dict[str, list[str]]) -> dict[str, list[str]]:
    """The answers that the service asks for; others are left out.

    Raises:
        Faults: 400, one for each that is missing or wrong.
    """
    kept: dict[str, list[str]] = {}
    faults = []
    for question in of.questions:
        if question.is_notice:
            continue
        texts = given.get(question.code, [])
        words = _wrong(question, texts)
        if words:
            faults.append((400, f"attribute[{question.code}]: {words}"))
        elif texts:
            kept[question.code] = texts
    if faults:
        raise Faults(*faults)
    return kept


def _wrong(question: Open311Question, texts: list[str]) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if not texts:
        return _("This is needed.") if question.is_required else ""
    kind, keys = question.datatype, {key for key, _words in question.values}
    if kind != Open311Question.Datatype.MULTI and len(texts) > 1:
        return _("One answer is expected.")
    if kind in ("singlevaluelist", "multivaluelist") and not keys.issuperset(texts):
        return _("Choose one of the answers.")
    if kind == "number" and not _is_number(texts[0]):
        return _("A number is expected.")
    if kind == "datetime" and not _is_moment(texts[0]):
        return _("A day and time are expected, such as 2026-11-19 09:30.")
    return ""


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 1e15
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        return parse_datetime(text) is not None
    except ValueError:
        return False
