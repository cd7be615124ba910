"""Columns that identify somebody are encrypted; equality is asked of a keyed hash.

AES-GCM through `cryptography`, HMAC-SHA-256 for the hashes. The first of `settings.FIELD_KEYS`
encrypts and hashes, every one decrypts and is tried in a lookup. Each value says which key it
was made with, so `manage.py rotate_field_keys` sees in the rows themselves what is left to do.
"""

import base64
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from governance.core.identifiers import phone_tail

PREFIX = "v2:"
FIRST_PREFIX = "v1:"  # before values named their key


@lru_cache(maxsize=32)
def _key(secret: str) -> bytes:
    return hashlib.sha256(b"onegrid.field:" + secret.encode()).digest()


@lru_cache(maxsize=32)
def key_id(secret: str) -> str:
    """Eight hex digits that name a key and say nothing of it."""
    named = hmac.new(_key(secret), b"onegrid.key-id", hashlib.sha256)
    return named.hexdigest()[:8]


def current_key_id() -> str:
    return key_id(settings.FIELD_KEYS[0])


@lru_cache(maxsize=32)
def _cipher(secret: str) -> AESGCM:
    return AESGCM(_key(secret))


def encrypt(text: str) -> str:
    """Ciphertext of `text` as ASCII, `v2:<key id>:<base64>`; the empty string stays empty."""
    if not text:
        return ""
    secret, nonce = settings.FIELD_KEYS[0], os.urandom(12)
    sealed = _cipher(secret).encrypt(nonce, text.encode(), None)
    body = base64.urlsafe_b64encode(nonce + sealed).decode()
    return f"{PREFIX}{key_id(secret)}:{body}"


def decrypt(token: str) -> str:
    """The text behind `token`.

    Raises:
        ValueError: no key of the ring fits.
    """
    if not token:
        return ""
    named, body = "", token.removeprefix(FIRST_PREFIX)
    if token.startswith(PREFIX):
        named, _colon, body = token.removeprefix(PREFIX).partition(":")
    raw = base64.urlsafe_b64decode(body)
    for secret in settings.FIELD_KEYS:
        if named and key_id(secret) != named:
            continue
        try:
            return _cipher(secret).decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag:
            continue
    raise ValueError("no field key fits this value")


def keyed_hash(text: str, purpose: str, *, secret: str | None = None) -> str:
    """64 hex digits by which equal values are found without being readable.

    The first eight name the key; without `secret` the newest key is used, as for every new row.
    """
    secret = settings.FIELD_KEYS[0] if secret is None else secret
    found = hmac.new(_key(secret), f"{purpose}:{text}".encode(), hashlib.sha256)
    return key_id(secret) + found.hexdigest()[:56]


def every_hash(text: str, purpose: str) -> list[str]:
    """The hashes of `text` under each key: rows not yet rotated are found as well."""
    return [keyed_hash(text, purpose, secret=key) for key in settings.FIELD_KEYS]


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is ciphertext in the database and plain in Python."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value) if isinstance(value, str) else value

    def from_db_value(self, value: str | None, *_args: object) -> str | None:
        return value if value is None else decrypt(value)


def whole(text: str) -> str:
    return text


def plain_address(text: str) -> str:
    """An address without blanks and marks, so that 8 号 302 and 8号302 are one."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in narrow if c.isalnum())


TAKES: dict[str, Callable[[str], str]] = {
    "whole": whole,
    "tail": phone_tail,
    "address": plain_address,
}


class KeyedHashField(models.CharField):  # type: ignore[type-arg]
    """The hash of another column of the row, kept in step with it by itself.

    Args:
        source: attribute that is hashed; an empty one leaves the hash empty.
        purpose: keeps hashes of equal texts with different meanings apart.
        take: "whole"; "tail" for the last four digits of a telephone number; "address".
    """

    def __init__(
        self,
        *args: Any,
        source: str = "",
        purpose: str = "",
        take: str = "whole",
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)
        self.source, self.purpose, self.take = source, purpose, take

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        kwargs |= {"source": self.source, "purpose": self.purpose, "take": self.take}
        return name, path, args, kwargs

    def hash_of(self, text: str) -> str:
        """What the column holds for this text of its source."""
        taken = TAKES[self.take](text) if text else ""
        return keyed_hash(taken, self.purpose) if taken else ""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if not self.source:
            return super().pre_save(model_instance, add)
        value = self.hash_of(getattr(model_instance, self.source) or "")
        setattr(model_instance, self.attname, value)
        return value


class KeepsHashes(models.Model):
    """A model whose hash columns are saved whenever their source is."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = with_hashes(type(self), kwargs["update_fields"])
        super().save(*args, **kwargs)


def with_hashes(model: type[models.Model], attributes: Iterable[str]) -> list[str]:
    """These attributes and the hash columns that follow from them."""
    named = list(attributes)
    for each in model._meta.concrete_fields:  # noqa: SLF001 - Django's documented API
        if isinstance(each, KeyedHashField) and each.source in named:
            named.append(each.attname)
    return named
