"""Files with personal data, sealed while they lie on disk: lines of ciphertext, one a megabyte."""

import base64
import tempfile
from collections.abc import Iterator
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage

from governance.core.crypto import decrypt, encrypt

CHUNK = 1024 * 1024


def store(path: str, plain: IO[bytes]) -> str:
    """Write the bytes of `plain` to the storage, sealed; gives the path that was taken."""
    with tempfile.TemporaryFile() as sealed:
        while chunk := plain.read(CHUNK):
            sealed.write(encrypt(base64.b64encode(chunk).decode()).encode() + b"\n")
        sealed.seek(0)
        return default_storage.save(path, File(sealed))


def chunks(path: str) -> Iterator[bytes]:
    """The plain bytes, a megabyte at a time.

    Raises:
        FileNotFoundError: the storage has lost them.
    """
    with default_storage.open(path) as sealed:
        for line in sealed:
            yield base64.b64decode(decrypt(line.decode().strip()))


def unpacked(path: str) -> IO[bytes]:
    """The plain bytes as a file without a name, at its start."""
    plain = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    for chunk in chunks(path):
        plain.write(chunk)
    plain.seek(0)
    return plain


def remove(path: str) -> None:
    if path:
        default_storage.delete(path)
