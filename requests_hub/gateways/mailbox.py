"""Fetching a mailbox by IMAP (setting MAIL_IMAP_URL); a letter is marked as seen when it is in."""

import imaplib
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)
AT_ONCE = 50
LARGEST = 25 * 1024 * 1024


def unseen() -> Iterator[tuple[bytes, bytes]]:
    """(number in the box, MIME message) of unseen letters; marked as seen after each `next`.

    A letter whose work fails stays unseen and comes again.

    Raises:
        OSError, imaplib.IMAP4.error: the server does not answer or refuses.
    """
    parts = urlsplit(settings.MAIL_IMAP_URL)
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    box = kind(parts.hostname or "", port, timeout=settings.GATEWAY_SECONDS)
    try:
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        box.select(parts.path.strip("/") or "INBOX")
        _state, found = box.search(None, "UNSEEN")
        for number in found[0].split()[:AT_ONCE]:
            data = _fetched(box, number)
            if data is None:
                continue
            yield number, data
            box.store(number, "+FLAGS", "\\Seen")
    finally:
        box.logout()


def _fetched(box: imaplib.IMAP4, number: bytes) -> bytes | None:
    """The letter without marking it; one that is too large is left in the box."""
    text = number.decode()
    _state, sizes = box.fetch(text, "(RFC822.SIZE)")
    first = sizes[0] if sizes else b""
    size = b"".join(first) if isinstance(first, tuple) else first or b""
    digits = "".join(c for c in size.decode().partition("SIZE")[2] if c.isdigit())
    if digits and int(digits) > LARGEST:
        log.warning("letter_too_large", bytes=int(digits))
        return None
    _state, parts = box.fetch(text, "(BODY.PEEK[])")
    return next((part[1] for part in parts if isinstance(part, tuple)), None)
