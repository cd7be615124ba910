"""How cells of the six data are read, filtered, matched to records and checked as a whole."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import coordinates, dictionaries
from governance.core.errors import Invalid
from governance.core.registers.spec import Planned, Problem, Viewer
from grids import locate, positions
from grids.models import Department, Organisation, Place, PublicObject, Sentiment
from grids.registers.filters import RecordFilter
from grids.scoping import posts_of

# --- cells --------------------------------------------------------------------------------


def department(text: str) -> Department | None:
    """The department of that code, name or short name.

    Raises:
        ValueError: there is none.
    """
    word = text.strip()
    if not word:
        return None
    named = Q(code=word) | Q(name=word) | Q(short_name=word) | Q(name__endswith=word)
    found = Department.objects.active().filter(named).first()
    if found is None:
        raise ValueError(_("There is no department “%(name)s”.") % {"name": word})
    return found


def owner(text: str) -> Department | str | None:
    """A department of ours, or the words as they stand."""
    try:
        return department(text)
    except ValueError:
        return text.strip()


def outline(text: str) -> dict[str, Any] | None:
    """A GeoJSON polygon in WGS84.

    Raises:
        ValueError: no polygon, or one that crosses itself.
    """
    if not text.strip():
        return None
    import shapely

    try:
        shape = shapely.from_geojson(text)
    except shapely.errors.GEOSException as error:
        raise ValueError(_("This is no GeoJSON.")) from error
    if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"}:
        raise ValueError(_("An outline is a GeoJSON polygon."))
    if not shape.is_valid:
        raise ValueError(_("The outline crosses itself."))
    value: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return value


def owner_words(row: PublicObject) -> str:
    return row.owner.short if row.owner else row.owner_name


def passed_words(row: Sentiment) -> str:
    return row.passed_to.short if row.passed_to else ""


def shape_words(row: Place) -> str:
    return json.dumps(row.shape) if row.shape else ""


# --- filters --------------------------------------------------------------------------------


def _terms(dictionary: str) -> Any:
    return lambda: dictionaries.choices(dictionary)


class PlaceFilters(RecordFilter):
    words_in = ("name", "code", "address")
    kind = django_filters.ChoiceFilter(
        choices=_terms("place_kind"), label=gettext_lazy("Kind")
    )


class ObjectFilters(RecordFilter):
    words_in = ("name", "code", "address", "owner_name")
    kind = django_filters.ChoiceFilter(
        choices=_terms("object_class"),
        method="of_class",
        label=gettext_lazy("Class"),
    )
    state = django_filters.ChoiceFilter(
        choices=PublicObject.State.choices, label=gettext_lazy("State")
    )

    def of_class(self, rows: QuerySet[Any], _name: str, code: str) -> QuerySet[Any]:
        """A class has all its subclasses."""
        return rows.filter(kind__startswith=code)


class SentimentFilters(RecordFilter):
    words_in = ("text", "done", "source_no")
    kind = django_filters.ChoiceFilter(
        choices=_terms("sentiment_kind"), label=gettext_lazy("Kind")
    )
    tendency = django_filters.ChoiceFilter(
        choices=Sentiment.Tendency.choices, label=gettext_lazy("Tendency")
    )
    state = django_filters.ChoiceFilter(
        choices=Sentiment.State.choices, label=gettext_lazy("State")
    )


class OrganisationFilters(RecordFilter):
    words_in = ("name", "credit_code", "address")
    kind = django_filters.ChoiceFilter(
        choices=_terms("organisation_kind"), label=gettext_lazy("Kind")
    )
    two_new = django_filters.ChoiceFilter(
        choices=Organisation.TwoNew.choices[1:],
        label=gettext_lazy("Two-new organisation"),
    )
    has_party_body = django_filters.BooleanFilter(label=gettext_lazy("Party body"))


# --- which record a row is ------------------------------------------------------------------

Found = Mapping[int, Any]
COLUMN = {"_village": "medium_id"}


def settled(rows: Sequence[Planned]) -> None:
    """Turn positions to WGS84 and a named grid to the deepest one there, before comparing.

    Without it a row in GCJ-02 would differ from its own record at every run.
    """
    for row in rows:
        if not {"lon", "lat"} & row.values.keys():
            row.values.pop("crs", None)
            continue
        try:
            values = positions.settle(None, row.values)
        except Invalid as error:
            row.problems += [
                Problem(name, words[0]) for name, words in error.fields.items()
            ]
            continue
        if "grid" not in row.values:
            values.pop("grid", None)
        row.values.clear()
        row.values.update(values)


def _matched(
    rows: Sequence[Planned],
    known: QuerySet[Any],
    keys: Sequence[tuple[str, ...]],
) -> Found:
    """Records by the first of `keys` whose columns a row fills, where exactly one fits."""
    found: dict[int, Any] = {}
    for key in keys:
        waiting = [
            row
            for row in rows
            if row.number not in found and all(row.values.get(c) for c in key)
        ]
        if not waiting:
            continue
        first = {str(row.values[key[0]]) for row in waiting}
        by_key: dict[tuple[str, ...], list[Any]] = {}
        for record in known.filter(**{f"{key[0]}__in": first}):
            mark = tuple(str(getattr(record, COLUMN.get(c, c))) for c in key)
            by_key.setdefault(mark, []).append(record)
        for row in waiting:
            mark = tuple(str(row.values[c]) for c in key)
            if len(by_key.get(mark, ())) == 1:
                found[row.number] = by_key[mark][0]
    return found


def find_places(rows: Sequence[Planned], viewer: Viewer) -> Found:
    """By number; else by name and kind within the village."""
    settled(rows)
    known = Place.objects.visible_to(viewer).live()
    by_code = _matched(rows, known, [("code",)])
    rest = [row for row in rows if row.number not in by_code]
    for row in rest:
        row.values["_village"] = _village(row)
    named = [row for row in rest if not row.values.get("code")]
    coded = [row for row in rest if row.values.get("code")]
    keys = [("name", "kind", "_village"), ("name", "kind")]
    found = {
        **by_code,
        **_matched(named, known, keys),
        **_matched(coded, known.filter(code=""), keys),
    }
    for row in rest:
        del row.values["_village"]
    return found


def _village(row: Planned) -> int | None:
    """The village of the named grid or of the position."""
    grid = row.values.get("grid")
    if grid is not None:
        return locate.place_of(grid).medium_id
    lon, lat = row.values.get("lon"), row.values.get("lat")
    place = locate.locate(lon, lat) if lon and lat else None
    return place.medium_id if place else None


def find_objects(rows: Sequence[Planned], viewer: Viewer) -> Found:
    settled(rows)
    known = PublicObject.objects.visible_to(viewer).live().select_related("owner")
    return _matched(rows, known, [("code",)])


def find_sentiments(rows: Sequence[Planned], viewer: Viewer) -> Found:
    known = Sentiment.objects.visible_to(viewer).live().select_related("passed_to")
    numbered = [row for row in rows if row.values.get("source_no")]
    plain = [row for row in rows if not row.values.get("source_no")]
    return {
        **_matched(numbered, known, [("source_no", "source")]),
        **_matched(plain, known, [("text", "heard_on"), ("text", "source")]),
    }


def find_organisations(rows: Sequence[Planned], viewer: Viewer) -> Found:
    settled(rows)
    known = Organisation.objects.visible_to(viewer).live()
    by_code = _matched(rows, known, [("credit_code",)])
    rest = [row for row in rows if row.number not in by_code]
    coded = [row for row in rest if row.values.get("credit_code")]
    uncoded = [row for row in rest if not row.values.get("credit_code")]
    return {
        **by_code,
        **_matched(coded, known.filter(credit_code=""), [("name",)]),
        **_matched(uncoded, known, [("name",)]),
    }


# --- a look at a whole file -----------------------------------------------------------------


def check_positions(rows: Sequence[Planned], viewer: Viewer) -> None:
    """Ask when most positions of a file do not fit as they are marked."""
    marked: dict[str, list[Planned]] = {}
    for row in rows:
        if row.values.get("lon") and row.values.get("lat"):
            marked.setdefault(_datum(row), []).append(row)
    district_id = next((post.district_id for post in posts_of(viewer)), None)
    for crs, group in marked.items():
        judged = positions.verdict([_point(r) for r in group], crs, district_id)
        if not judged.is_doubtful:
            continue
        proposal = judged.fits if judged.fits != positions.SWAPPED else ""
        for row in group:
            row.problems.append(Problem("crs", judged.words, proposal, asks=True))


def _datum(row: Planned) -> str:
    """The datum that the cell names; the values are in WGS84 already."""
    word = row.cells.get("crs", "").strip().lower()
    return coordinates.NAMES.get(word, "wgs84")


def _point(row: Planned) -> positions.Point:
    """The position as the cells have it."""
    grid = row.values.get("grid")
    lon, lat = (
        coordinates.from_wgs84(row.values["lon"], row.values["lat"], _datum(row))
        if _datum(row) != "wgs84"
        else (row.values["lon"], row.values["lat"])
    )
    return positions.Point(lon, lat, grid.pk if grid else None)
