"""Calls to other machines: only to allowed addresses, without redirects, and over in time.

The connection goes to the address that was checked, so that a name cannot change its meaning in
between; TLS still asks for the name of the host.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
ANYWHERE = ("0.0.0.0/0", "::/0")
MOST_ANSWER_BYTES = 64 * 1024


class NotReached(Exception):
    """The call did not come about; the text is a translated sentence."""


@dataclass(frozen=True)
class Answer:
    """What the other side said; `body` is cut at 64 KB."""

    status: int
    body: str

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


def is_allowed(text: str, networks: Iterable[str]) -> bool:
    """Whether a connection to this IP address may be opened: public, or in one of `networks`."""
    address: Address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    known = [ipaddress.ip_network(network) for network in networks]
    if any(address.version == n.version and address in n for n in known):
        return True
    return address.is_global and not address.is_multicast


def address_of(parts: SplitResult, networks: Iterable[str]) -> str:
    """The IP address behind a host, every one of whose addresses may be asked.

    Raises:
        NotReached: unknown, or one of its addresses is none that may be asked.
    """
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, port_of(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached(_("%(host)s is not known here.") % {"host": host}) from error
    allowed = list(networks)
    addresses = [str(entry[4][0]) for entry in found]
    for text in addresses:
        if not is_allowed(text, allowed):
            words = _("%(host)s leads into a network that may not be asked.")
            raise NotReached(words % {"host": host})
    return addresses[0]


def port_of(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def connect(
    parts: SplitResult, address: str, until: float
) -> http.client.HTTPConnection:
    """A connection to the checked address, for as long as `until` (monotonic seconds) leaves."""
    left = max(until - time.monotonic(), 0.1)
    port = port_of(parts)
    if parts.scheme == "http":
        return http.client.HTTPConnection(address, port, timeout=left)
    context = ssl.create_default_context()
    connection = http.client.HTTPSConnection(
        address, port, timeout=left, context=context
    )
    plain = socket.create_connection((address, port), timeout=left)
    connection.sock = context.wrap_socket(plain, server_hostname=parts.hostname)
    return connection


def checked(url: str) -> SplitResult:
    """An address of http or https without a user's name in it.

    Raises:
        NotReached: it is none.
    """
    try:
        parts = urlsplit(url.strip())
        _port = parts.port
    except ValueError as error:
        raise NotReached(_("This is not an address.")) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NotReached(_("An address starts with http:// or https://."))
    if parts.username or parts.password:
        raise NotReached(_("An address has no user name in it."))
    return parts


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    networks: Iterable[str] = (),
) -> Answer:
    """Send a body and read the answer; a redirect is an answer like any other.

    Args:
        url: of http or https.
        body: what is sent.
        headers: besides Host and Content-Length.
        seconds: for all of it, from the name's look-up to the last byte.
        networks: not public, and allowed all the same.

    Raises:
        NotReached: address, network, time, or an answer that is no HTTP.
    """
    parts, until = checked(url), time.monotonic() + seconds
    address = address_of(parts, networks)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = None
    try:
        connection = connect(parts, address, until)
        connection.request("POST", target, body, {"Host": parts.netloc, **headers})
        answer = connection.getresponse()
        return Answer(answer.status, _text(answer, until))
    except TimeoutError as error:
        raise NotReached(_("The other side took too long.")) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        words = _("The connection broke: %(name)s.") % {"name": type(error).__name__}
        raise NotReached(words) from error
    finally:
        if connection is not None:
            connection.close()


def _text(answer: http.client.HTTPResponse, until: float) -> str:
    pieces: list[bytes] = []
    size = 0
    while size < MOST_ANSWER_BYTES and (piece := answer.read1(8192)):
        pieces.append(piece)
        size += len(piece)
        if time.monotonic() > until:
            raise TimeoutError
    return b"".join(pieces)[:MOST_ANSWER_BYTES].decode("utf-8", "replace")
