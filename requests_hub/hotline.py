"""The hotline's file: read whatever encoding it has, say of each row what is wrong with it."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.errors import Invalid

NEEDED = ("message_id", "subject", "posted_at", "body")
ANSWER = ("reply", "replied_at")
TIMES = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
LONGEST_BODY = 20_000
LONGEST_ID = 80


@dataclass(frozen=True)
class Message:
    """One row. `line` is where it begins in the file; `fault` says why it cannot go in.

    `reply` and `replied_at` come from columns that a file may lack.
    """

    line: int
    external_id: str = ""
    subject: str = ""
    body: str = ""
    posted_at: datetime | None = None
    reply: str = ""
    replied_at: datetime | None = None
    fault: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether the file says what was answered, and when."""
        return bool(self.reply and self.replied_at)


@dataclass(frozen=True)
class MessageFile:
    """The file as messages, and the hash that tells it from others."""

    sha256: str
    messages: list[Message]


def read(data: bytes) -> MessageFile:
    """Read the file: CSV in UTF-8 (with or without mark) or GB18030, line ends inside cells.

    Raises:
        Invalid: with field "file"; not such a file, or a column is missing.
    """
    reader = csv.DictReader(io.StringIO(_text(data), newline=""))
    names = reader.fieldnames or []
    missing = [name for name in NEEDED if name not in names]
    if missing:
        words = _("These columns are missing: %(names)s") % {
            "names": ", ".join(missing)
        }
        raise Invalid(words, fields={"file": [words]})
    return MessageFile(hashlib.sha256(data).hexdigest(), list(_messages(reader)))


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    words = _("The file is neither UTF-8 nor GB18030.")
    raise Invalid(words, fields={"file": [words]})


def _messages(reader: "csv.DictReader[str]") -> Iterator[Message]:
    line = reader.line_num + 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield Message(line, fault=str(error))
            row = {}
        if row is None:
            return
        if row:
            yield _message(line, row)
        line = reader.line_num + 1


def _message(line: int, row: dict[str, str | None]) -> Message:
    cells = {name: (row.get(name) or "").strip() for name in (*NEEDED, *ANSWER)}
    message = Message(
        line,
        external_id=cells["message_id"],
        subject=cells["subject"],
        body=_text_of(cells["body"]),
        posted_at=_moment(cells["posted_at"]),
        reply=_text_of(cells["reply"]),
        replied_at=_moment(cells["replied_at"]),
    )
    fault = _fault(message, row) or _answer_fault(message, cells["replied_at"])
    return Message(line, message.external_id, fault=fault) if fault else message


def _text_of(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\xa0", " ")


def _answer_fault(message: Message, replied_at: str) -> str:
    if replied_at and message.replied_at is None:
        return _("The time of the reply is not like 2019/2/28 11:25:05.")
    if bool(message.reply) != bool(replied_at):
        return _("A reply goes with its time, and a time with its reply.")
    if (
        message.replied_at
        and message.posted_at
        and message.replied_at < message.posted_at
    ):
        return _("The reply is older than the message.")
    return ""


def _fault(message: Message, row: dict[str, str | None]) -> str:
    if None in row or None in row.values():
        return _("The number of cells does not fit the heading.")
    if not 0 < len(message.external_id) <= LONGEST_ID:
        return _("The message has no usable number.")
    if not (message.subject or message.body):
        return _("There are no words.")
    if len(message.body) > LONGEST_BODY:
        return _("At most %(n)s characters.") % {"n": LONGEST_BODY}
    if message.posted_at is None:
        return _("The time is not like 2019/2/28 11:25:05.")
    return ""


def read_moment(text: str) -> datetime | None:
    """A time as the hotline writes it, with its zone or in ours; None when it is none."""
    try:
        whole = datetime.fromisoformat(text)
    except ValueError:
        return _moment(text)
    return whole if timezone.is_aware(whole) else timezone.make_aware(whole)


def _moment(text: str) -> datetime | None:
    for pattern in TIMES:
        try:
            naive = datetime.strptime(text, pattern)  # noqa: DTZ007 - made aware below
        except ValueError:
            continue
        return timezone.make_aware(naive)
    return None
