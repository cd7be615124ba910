"""A posted or fetched e-mail as its parts: number, sender, words, pictures."""

import hashlib
import html
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from django.utils.translation import gettext as _

from governance.core.errors import Invalid

LONGEST_NUMBER = 80
LONGEST_BODY = 5000
TAGS = re.compile(
    r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]+>", re.DOTALL | re.IGNORECASE
)
BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^>]*>", re.IGNORECASE)
# Where a mail programme begins to repeat what it answers to.
QUOTED = re.compile(
    r"^(?:>|-{2,} ?(?:原始邮件|Original Message|Forwarded)|_{5,}$|发件人[:：]|From: "
    r"|On .{4,80} wrote:$|在 ?\d{4}[-年].{4,80}写道[:：]$|\d{4}年.{4,80}写道[:：]$)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Letter:
    """`number` is the Message-ID (its hash when it is long); `is_machine` letters have no person.

    `pictures` are (file name, bytes). `answers_to` are the Message-IDs that it names.
    """

    number: str
    sender: str
    name: str
    subject: str
    body: str
    is_machine: bool = False
    answers_to: list[str] = field(default_factory=list)
    pictures: list[tuple[str, bytes]] = field(default_factory=list)


def read(data: bytes) -> Letter:
    """Read a MIME message.

    Raises:
        Invalid: no Message-ID or no sender.
    """
    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)  # noqa: S101 - what the policy makes
    raw = _head(mail, "Message-ID")
    name, sender = parseaddr(_head(mail, "From"))
    if not raw or "@" not in sender:
        raise Invalid(_("A message needs a Message-ID and a sender."))
    return Letter(
        number=number_of(raw),
        sender=sender[:200],
        name=name[:60],
        subject=" ".join(_head(mail, "Subject").split())[:120],
        body=_words(mail)[:LONGEST_BODY],
        is_machine=_is_machine(mail, sender),
        answers_to=re.findall(
            r"<[^<>\s]+>", _head(mail, "In-Reply-To") + _head(mail, "References")
        ),
        pictures=_pictures(mail),
    )


def number_of(raw: str) -> str:
    """The Message-ID as it fits the column."""
    clean = raw.strip()
    if len(clean) <= LONGEST_NUMBER and clean.isprintable():
        return clean
    return hashlib.sha256(clean.encode("utf-8", "replace")).hexdigest()


def _head(mail: EmailMessage, name: str) -> str:
    try:
        return str(mail.get(name, "") or "")
    except (ValueError, IndexError, AttributeError):
        return ""  # a heading that is no heading


def _is_machine(mail: EmailMessage, sender: str) -> bool:
    """Bounces, absence notes and lists: answering them would never end."""
    auto = _head(mail, "Auto-Submitted").lower()
    if auto and auto != "no":
        return True
    if _head(mail, "Precedence").lower() in {"bulk", "list", "junk"}:
        return True
    local = sender.partition("@")[0].lower()
    return local in {"mailer-daemon", "postmaster"} or "noreply" in local.replace(
        "-", ""
    )


def _words(mail: EmailMessage) -> str:
    """The plain text without what it answers to; of HTML the text."""
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError, KeyError):
        raw = part.get_payload(decode=True)
        text = raw.decode("gb18030", "replace") if isinstance(raw, bytes) else ""
    if part.get_content_type() == "text/html":
        text = html.unescape(TAGS.sub("", BREAKS.sub("\n", text)))
    lines = [line.strip() for line in text.replace("\r\n", "\n").splitlines()]
    whole = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    quoted = QUOTED.search(whole)
    own = whole[: quoted.start()].strip() if quoted else whole
    return own or whole


def _pictures(mail: EmailMessage) -> list[tuple[str, bytes]]:
    found = []
    for part in mail.walk():
        if part.get_content_maintype() != "image":
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and data:
            found.append((str(part.get_filename() or "photo.jpg")[:100], data))
    return found
