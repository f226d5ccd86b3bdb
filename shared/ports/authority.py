"""MACs: who says so. A signer holds one author's key; a verifier can check everybody's and make none."""

from typing import Protocol

from shared.domain.facts import Author


class Signer(Protocol):
    """One author's key."""

    def mac(self, digest: str) -> str:
        """The MAC of a digest, base64."""
        ...


class Verifier(Protocol):
    """Everybody's keys, for checking only."""

    def verify(self, author: Author, digest: str, mac: str) -> bool:
        """Whether that author's key made the MAC."""
        ...
