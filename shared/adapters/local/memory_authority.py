"""MAC keys held in this process: HMAC-SHA256 as KMS computes it."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from shared.domain.facts import Author


class MemorySigner:
    """One author's key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def mac(self, digest: str) -> str:
        """The MAC of a digest, base64."""
        return base64.b64encode(hmac.digest(self._key, digest.encode(), hashlib.sha256)).decode()


class MemoryVerifier:
    """Everybody's keys."""

    def __init__(self, keys: Mapping[Author, bytes]) -> None:
        self._keys = dict(keys)

    def verify(self, author: Author, digest: str, mac: str) -> bool:
        """Whether that author's key made the MAC; an author without a key made none."""
        key = self._keys.get(author)
        if key is None:
            return False
        try:
            given = base64.b64decode(mac, validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(hmac.digest(key, digest.encode(), hashlib.sha256), given)
