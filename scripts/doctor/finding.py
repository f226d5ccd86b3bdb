"""What a check found, in words, and what to do about it."""

from enum import StrEnum

from shared.domain.model import Model


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "not checked"


class Finding(Model):
    """One sentence about one thing."""

    check: str
    level: Level
    said: str
    fix: str = ""


def ok(check: str, said: str) -> Finding:
    """All is well."""
    return Finding(check=check, level=Level.OK, said=said)


def warning(check: str, said: str, fix: str) -> Finding:
    """It works, but not as well as it might, or not for long."""
    return Finding(check=check, level=Level.WARNING, said=said, fix=fix)


def wrong(check: str, said: str, fix: str) -> Finding:
    """It does not work."""
    return Finding(check=check, level=Level.WRONG, said=said, fix=fix)


def unknown(check: str, why: str) -> Finding:
    """Nobody can say: the check itself was not possible."""
    fix = "ask with credentials that may read it, or see whether AWS has an outage"
    return Finding(check=check, level=Level.UNKNOWN, said=why, fix=fix)
