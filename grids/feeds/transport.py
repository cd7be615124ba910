"""Getting a delivered file: from the drop folder, or from an address on the list of hosts.

Folder: only inside FEED_FOLDER, whatever the feed says and wherever links lead. Address: http and
https, hosts of FEED_HOSTS, a public address unless FEED_PRIVATE_NETWORKS allows it, at most three
redirects that pass the same checks, FEED_SECONDS in all and FEED_MAX_MB. The connection goes to
the address that was checked, so that a name cannot change its meaning in between.
"""

import base64
import http.client
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import outbound
from governance.core.errors import Invalid

MOST_REDIRECTS = 3
CHUNK = 64 * 1024
SUFFIXES = {".csv", ".xlsx", ".txt"}
STILL_SECONDS = 5
REDIRECTS = {301, 302, 303, 307, 308}


class NotDelivered(Exception):
    """The file could not be fetched; the text is a translated sentence."""


@dataclass(frozen=True)
class Delivery:
    """A file as it came, and the date of what it says."""

    name: str
    data: bytes
    as_of: datetime


# --- drop folder ----------------------------------------------------------------------------


def folder_of(text: str) -> Path:
    """The folder inside FEED_FOLDER that a feed names.

    Raises:
        Invalid: field "folder": no drop folder is set, or the path leads out of it.
    """
    if not settings.FEED_FOLDER:
        raise _bad("folder", _("No drop folder is set up on this server."))
    root = Path(settings.FEED_FOLDER).resolve()
    part = Path(text.strip())
    if not text.strip() or "\0" in text or part.is_absolute() or ".." in part.parts:
        raise _bad("folder", _("Name a folder inside the drop folder."))
    found = (root / part).resolve()
    if not found.is_relative_to(root) or found == root:
        raise _bad("folder", _("Name a folder inside the drop folder."))
    return found


def from_folder(text: str) -> Delivery | None:
    """The newest table in the folder; None while there is none, or it is still being written.

    Raises:
        NotDelivered: the folder is not there, or the file is too large.
    """
    folder = folder_of(text)
    if not folder.is_dir():
        raise NotDelivered(_("The folder %(name)s is not there.") % {"name": text})
    files = [f for f in folder.iterdir() if _is_table(f, folder)]
    if not files:
        return None
    newest = max(files, key=lambda f: (f.stat().st_mtime, f.name))
    about = newest.stat()
    if time.time() - about.st_mtime < STILL_SECONDS:
        return None
    if about.st_size > settings.FEED_MAX_BYTES:
        raise NotDelivered(_too_large())
    moment = datetime.fromtimestamp(about.st_mtime, tz=UTC)
    return Delivery(newest.name[:200], newest.read_bytes(), moment)


def _is_table(file: Path, folder: Path) -> bool:
    """A plain file of a known kind that lies in the folder itself, not behind a link."""
    return (
        file.suffix.lower() in SUFFIXES
        and not file.name.startswith((".", "~"))
        and file.is_file()
        and file.resolve().parent == folder
    )


# --- address --------------------------------------------------------------------------------


def checked_url(text: str) -> SplitResult:
    """An address that a feed may name.

    Raises:
        Invalid: field "url": scheme, user name in it, or a host that is not on the list.
    """
    try:
        url = urlsplit(text.strip())
        port = url.port
    except ValueError as error:
        raise _bad("url", _("This is not an address.")) from error
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise _bad("url", _("An address starts with http:// or https://."))
    if url.username or url.password:
        raise _bad("url", _("Put the password into FEED_SECRETS, not the address."))
    names = {url.hostname.lower(), f"{url.hostname.lower()}:{port}"}
    usual = port in {None, 80, 443}
    allowed = {host.lower() for host in settings.FEED_HOSTS}
    if not (names if usual else names - {url.hostname.lower()}) & allowed:
        words = _("%(host)s is not among the hosts that this server may ask.")
        raise _bad("url", words % {"host": url.netloc})
    return url


def from_url(text: str, secret: str = "") -> Delivery:
    """The file at an address.

    Args:
        text: the address.
        secret: name of an entry of FEED_SECRETS ("user:password") for basic authentication;
            sent to the first host only.

    Raises:
        NotDelivered: the host, the network or the answer is not what it should be.
    """
    until = time.monotonic() + settings.FEED_SECONDS
    first, url = "", text
    for _hop in range(MOST_REDIRECTS + 1):
        try:
            parts = checked_url(url)
        except Invalid as error:
            raise NotDelivered(error.fields["url"][0]) from error
        first = first or parts.netloc
        shown = secret if parts.netloc == first and _is_same_door(text, parts) else ""
        answer = _get(parts, shown, until)
        if isinstance(answer, Delivery):
            return answer
        url = urljoin(url, answer)
    raise NotDelivered(_("The address leads on and on."))


def _is_same_door(text: str, parts: SplitResult) -> bool:
    """No password over plain http after https."""
    return urlsplit(text.strip()).scheme == parts.scheme


def address_of(parts: SplitResult) -> str:
    """The checked IP address behind a host.

    Raises:
        NotDelivered: unknown, or one of its addresses is none that may be asked.
    """
    try:
        return outbound.address_of(parts, settings.FEED_PRIVATE_NETWORKS)
    except outbound.NotReached as error:
        raise NotDelivered(str(error)) from error


def _get(parts: SplitResult, secret: str, until: float) -> Delivery | str:
    """The file, or the address to which the answer leads."""
    address, headers = address_of(parts), _headers(parts, secret)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = None
    try:
        connection = outbound.connect(parts, address, until)
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        if answer.status in REDIRECTS:
            return answer.headers.get("Location", "")
        if answer.status != 200:
            words = _("The address answers %(status)s.") % {"status": answer.status}
            raise NotDelivered(words)
        data = _body(answer, until)
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered(_("The connection broke; nothing was taken.")) from error
    finally:
        if connection is not None:
            connection.close()
    name = Path(parts.path).name or "feed.csv"
    return Delivery(name[:200], data, timezone.now())


def _headers(parts: SplitResult, secret: str) -> dict[str, str]:
    headers = {"Host": parts.netloc, "Accept-Encoding": "identity"}
    if secret:
        pair = settings.FEED_SECRETS.get(secret)
        if pair is None:
            words = _("There is no secret “%(name)s” in FEED_SECRETS.")
            raise NotDelivered(words % {"name": secret})
        mark = base64.b64encode(pair.encode()).decode()
        headers["Authorization"] = f"Basic {mark}"
    return headers


def _body(answer: http.client.HTTPResponse, until: float) -> bytes:
    """The whole body; less than was announced is a broken connection."""
    announced = answer.headers.get("Content-Length")
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read1(CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > settings.FEED_MAX_BYTES:
            raise NotDelivered(_too_large())
        if time.monotonic() > until:
            raise NotDelivered(_("The address took too long."))
    if announced and announced.isdigit() and size < int(announced):
        raise NotDelivered(_("The connection broke; nothing was taken."))
    return b"".join(pieces)


def _too_large() -> str:
    most = settings.FEED_MAX_BYTES // (1024 * 1024)
    return _("The file is larger than %(n)s MB.") % {"n": most}


def _bad(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, fields={field: [sentence]})
