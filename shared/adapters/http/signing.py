"""Signatures of what is posted to us: HMAC-SHA256 by a key that the vendor and we share."""

import hashlib
import hmac


def signed(key: str, content: bytes) -> str:
    """The hexadecimal HMAC of the content."""
    return hmac.new(key.encode(), content, hashlib.sha256).hexdigest()


def holds(key: str, content: bytes, given: str) -> bool:
    """Whether what was given is that HMAC, compared in constant time; an empty key signs nothing."""
    return bool(key) and hmac.compare_digest(signed(key, content).encode(), given.encode(errors="replace"))
