"""Columns that identify somebody are encrypted; equality is asked of a keyed hash.

AES-GCM through `cryptography`; the first of `settings.FIELD_KEYS` encrypts, every one decrypts,
so a key is rotated by putting a new one in front.
"""

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

PREFIX = "v1:"


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"onegrid.field:" + secret.encode()).digest()


def encrypt(text: str) -> str:
    """Ciphertext of `text` as ASCII; the empty string stays empty."""
    if not text:
        return ""
    nonce = os.urandom(12)
    sealed = AESGCM(_key(settings.FIELD_KEYS[0])).encrypt(nonce, text.encode(), None)
    return PREFIX + base64.urlsafe_b64encode(nonce + sealed).decode()


def decrypt(token: str) -> str:
    """The text behind `token`.

    Raises:
        ValueError: no key of the ring fits.
    """
    if not token:
        return ""
    raw = base64.urlsafe_b64decode(token.removeprefix(PREFIX))
    for secret in settings.FIELD_KEYS:
        try:
            return AESGCM(_key(secret)).decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag:
            continue
    raise ValueError("no field key fits this value")


def keyed_hash(text: str, purpose: str) -> str:
    """64 hex digits by which equal values are found without being readable."""
    key = _key(settings.FIELD_KEYS[-1])
    return hmac.new(key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is ciphertext in the database and plain in Python."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value) if isinstance(value, str) else value

    def from_db_value(self, value: str | None, *_args: object) -> str | None:
        return value if value is None else decrypt(value)
