"""A request comes in, from whatever channel."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.core import attachments, coordinates, crypto, dictionaries
from governance.core.errors import Conflict, Invalid
from governance.core.idempotency import once
from governance.core.models import Attachment, DictionaryItem, User
from grids import locate
from grids.models import District, Grid
from grids.scoping import scope_of
from requests_hub import codes, deadlines
from requests_hub.actions import base
from requests_hub.models import Request

TITLE_LENGTH = 30
LONGEST_BODY = 5000


@dataclass(frozen=True)
class Submitted:
    """What came of a submission; `is_repeat` when it was there already."""

    request: Request
    is_repeat: bool = False


@transaction.atomic
def submit_request(
    *,
    district: District,
    channel: str,
    by: User | None = None,
    title: str = "",
    body: str = "",
    category: DictionaryItem | None = None,
    address: str = "",
    lon: float | None = None,
    lat: float | None = None,
    crs: str = "wgs84",
    accuracy_m: int | None = None,
    reporter_name: str = "",
    reporter_phone: str = "",
    is_private: bool = False,
    urgency: str = Request.Urgency.ORDINARY,
    occurred_at: datetime | None = None,
    external_id: str = "",
    idempotency_key: str = "",
    files: base.Files = (),
    grid: Grid | int | None = None,
    session_key: str = "",
) -> Submitted:
    """Put one request into the queue of the place it belongs to.

    A position decides the place; without one the chosen grid does; without both the poster's own
    town; and a request with no place at all lies with the district.

    Args:
        district: the tenant.
        channel: one of `Request.Channel`.
        by: the account that submits, if any.
        title: made from the first words of `body` when empty.
        body: in the resident's words.
        category: an entry of the dictionary "request_category".
        address: in words.
        lon: degrees east in `crs`, together with `lat` or not at all.
        lat: degrees north in `crs`.
        crs: "wgs84", "gcj02" or "bd09".
        accuracy_m: how far off the position may be.
        reporter_name: stored encrypted.
        reporter_phone: stored encrypted, found by keyed hash.
        is_private: shown to the public by its state only.
        urgency: one of `Request.Urgency`.
        occurred_at: when it was seen, if earlier (work done offline).
        external_id: the number in the channel; the same one twice is one request.
        idempotency_key: the client's key; the same key and body is one request.
        files: ids of stored attachments, or attachments that are the caller's own.
        grid: chosen instead of a position.
        session_key: the browser that stored the files, where there is no account.

    Raises:
        Invalid: naming each field.
        KeyConflict: the key was used for another body.
    """
    words = read_words(title, body)
    phone = read_phone(reporter_phone)
    _check_choices(channel, urgency)
    position = read_position(lon, lat, crs, district)
    key = None
    if idempotency_key:
        inputs = _fingerprint(locals(), files)
        scope = f"intake:{district.code}:{channel}:{by.pk if by else 'anyone'}"
        key = once(scope, idempotency_key, inputs)
        if key.is_repeat:
            return Submitted(
                Request.objects.get(pk=key.subject_id or 0), is_repeat=True
            )
    first = _same_number(district, channel, external_id)
    if first is None:
        moment = base.now()
        suffix = "_emergency" if urgency == Request.Urgency.EMERGENCY else ""
        limit = deadlines.limit(f"accept{suffix}")
        request = Request(
            channel=channel,
            external_id=external_id,
            category=category,
            urgency=urgency,
            title=words[0],
            body=words[1],
            address=address.strip(),
            lon=position[0] if position else None,
            lat=position[1] if position else None,
            accuracy_m=accuracy_m,
            reporter_name=reporter_name.strip(),
            reporter_phone=phone,
            phone_hash=phone_hash(phone),
            is_private=is_private or is_sensitive(category),
            created_by=by,
            occurred_at=occurred_at,
            submitted_at=moment,
            stage_at=moment,
            limit=str(limit),
            due_from_at=moment,
            due_at=limit.after(moment),
            **base.close_clock(f"close{suffix}", moment),
            **read_place(district, position, grid, by),
        )
        request.district = district
        first = _insert(request)
        is_repeat = first is not request
    else:
        is_repeat = True
    if key:
        key.keep(first.pk)
    if not is_repeat:
        _announce(first, by, files, session_key)
    return Submitted(first, is_repeat)


def _announce(
    request: Request, by: User | None, files: base.Files, session_key: str
) -> None:
    event = base.tell(
        "request.submitted",
        request,
        by or "resident",
        {
            "to": request.state,
            "step": "submit",
            "channel": request.channel,
            **base.clock_data(vars(request)),
        },
    )
    if files:
        attachments.bind(
            files,
            request,
            Attachment.Purpose.BEFORE,
            by,
            event,
            session_key=session_key,
        )


def _insert(request: Request) -> Request:
    """Insert, with another follow-up code if this one is taken; or the row that was first."""
    for _attempt in range(5):
        request.follow_code = codes.make()
        try:
            with transaction.atomic():
                request.save(force_insert=True)
        except IntegrityError as error:
            name = constraint_of(error)
            if "follow_code" in name:
                continue
            if name == "requests_hub_request_once_per_channel":
                first = _same_number(
                    request.district, request.channel, request.external_id
                )
                if first is not None:
                    return first
            raise
        return request
    raise Conflict(_("No free follow-up code was found. Please send it once more."))


def constraint_of(error: IntegrityError) -> str:
    """Name of the constraint that refused."""
    diag = getattr(error.__cause__, "diag", None)
    return str(getattr(diag, "constraint_name", "") or "")


def _same_number(district: District, channel: str, external_id: str) -> Request | None:
    if not external_id:
        return None
    return Request.objects.filter(
        district=district, channel=channel, external_id=external_id
    ).first()


# --- Checks of the input ------------------------------------------------------------------


def read_words(title: str, body: str) -> tuple[str, str]:
    title, body = clean_text(title), clean_text(body)
    if not (title or body):
        raise Invalid(fields={"body": [_("Say in a few words what it is about.")]})
    if len(body) > LONGEST_BODY:
        limit = {"n": LONGEST_BODY}
        raise Invalid(fields={"body": [_("At most %(n)s characters.") % limit]})
    if len(title) > 120:
        raise Invalid(fields={"title": [_("At most %(n)s characters.") % {"n": 120}]})
    return title or title_of(body), body


def is_sensitive(category: DictionaryItem | None) -> bool:
    """Whether the category, or one above it, is flagged `{"private": true}` in its list."""
    if category is None:
        return False
    entry = dictionaries.by_id(category.pk) or category
    return any(item.data.get("private") for item in dictionaries.path(entry))


def clean_text(text: str) -> str:
    """Text without control characters and outer blanks; lines end alike."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    return "".join(c for c in text if c in "\n\t" or c.isprintable()).strip()


def title_of(body: str) -> str:
    """The first clause, cut to a line."""
    head = re.split(r"[。！？!?；;\n]", body.strip(), maxsplit=1)[0].strip() or body
    head = " ".join(head.split())
    return head if len(head) <= TITLE_LENGTH else head[: TITLE_LENGTH - 1] + "…"


def read_phone(text: str) -> str:
    """A telephone number as digits; empty stays empty.

    Raises:
        Invalid: with field "reporter_phone".
    """
    digits = re.sub(r"[\s()\-–—]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", digits)
    if not digits:
        return ""
    if re.fullmatch(r"1\d{10}|(0\d{2,3})?[2-9]\d{6,7}", digits):
        return digits
    if digits.isdigit() and digits.startswith("1"):
        words = _("A mobile number has 11 digits; here are %(n)s.") % {"n": len(digits)}
    else:
        words = _("This is not a telephone number we can ring.")
    raise Invalid(fields={"reporter_phone": [words]})


def phone_hash(phone: str) -> str:
    return crypto.keyed_hash(phone, "phone") if phone else ""


def _check_choices(channel: str, urgency: str) -> None:
    wrong = {}
    if channel not in Request.Channel.values:
        wrong["channel"] = [_("There is no such channel.")]
    if urgency not in Request.Urgency.values:
        wrong["urgency"] = [_("There is no such urgency.")]
    if wrong:
        raise Invalid(fields=wrong)


def read_position(
    lon: float | None, lat: float | None, crs: str, district: District
) -> tuple[float, float] | None:
    """The position in WGS 84, or None."""
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        missing = "lon" if lon is None else "lat"
        raise Invalid(fields={missing: [_("A position has two numbers.")]})
    point = coordinates.to_wgs84(lon, lat, crs)
    if locate.is_far_outside(*point, district.pk):
        raise Invalid(fields={"lon": [_("This place lies outside the district.")]})
    return point


def read_place(
    district: District,
    position: tuple[float, float] | None,
    grid: Grid | int | None,
    by: User | None,
) -> dict[str, Any]:
    """The place columns: by position, by chosen grid, by the poster's town, or none."""
    found = locate.locate(*position, district=district) if position else None
    if found is None and grid is not None:
        try:
            found = locate.place_of(grid)
        except KeyError:
            found = None
        if found is None or found.district_id != district.pk:
            raise Invalid(fields={"grid": [_("There is no such grid.")]})
    if found is not None:
        return found.ids
    return {"district_id": district.pk, "large_id": _own_town(by)}


def _own_town(by: User | None) -> int | None:
    """The town of the poster's grid post; None without one."""
    if by is None:
        return None
    for ids in scope_of(by).grids.values():
        for place in locate.places_of(sorted(ids)):
            return place.large_id
    return None


def _fingerprint(inputs: dict[str, Any], files: base.Files) -> dict[str, Any]:
    """What counts as the same body: every field, a file by its content."""
    names = (
        "title", "body", "address", "lon", "lat", "crs", "accuracy_m", "reporter_name",
        "reporter_phone", "is_private", "urgency", "external_id",
    )  # fmt: skip
    category, grid = inputs["category"], inputs["grid"]
    return {
        **{name: inputs[name] for name in names},
        "category": category.code if category else "",
        "grid": grid.pk if isinstance(grid, Grid) else grid,
        "files": _contents(files),
    }


def _contents(files: Sequence[int | Attachment]) -> list[str]:
    loose = [f for f in files if not isinstance(f, Attachment)]
    hashes = [f.sha256 for f in files if isinstance(f, Attachment)]
    if loose:
        found = Attachment.objects.filter(pk__in=loose)
        hashes += found.values_list("sha256", flat=True)
    return sorted(hashes)
