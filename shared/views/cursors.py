"""Cursors: opaque to who holds them, checked when they come back, and good for the question they belong to.

They are no secrets: a forged one can only ask for what its bearer may see anyway.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field, ValidationError

from shared.domain.errors import InvalidQuery
from shared.domain.model import Model, digest

LONGEST = 6_000
MOST_SEEN = 25
_STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
_WRITTEN = rf"^{_STAMP}(#[\x21-\x7e]{{1,256}})?$"
C = TypeVar("C", bound="Cursor")


class Cursor(Model):
    """A place in the answers to one question."""

    question: str = Field(pattern=r"^[0-9a-f]{16}$")

    def text(self) -> str:
        """What is given out."""
        return urlsafe_b64encode(self.model_dump_json().encode()).decode().rstrip("=")


class ListCursor(Cursor):
    """After a row of the list."""

    after: str = Field(pattern=rf"^{_STAMP}#[\x21-\x7e]{{1,256}}$")


class EventCursor(Cursor):
    """After a version of a log."""

    after: int = Field(ge=1, lt=10**12)


class Seen(Model):
    """A row that was given out, and where it stood among what was written."""

    id: str = Field(max_length=256)
    version: int = Field(ge=1)
    written: str = Field(pattern=_WRITTEN)


class ChangeCursor(Cursor):
    """Everything that was written up to `floor` is known; of what came after it, this was seen."""

    floor: str = Field(pattern=_WRITTEN)
    seen: tuple[Seen, ...] = Field(default=(), max_length=MOST_SEEN)

    def knows(self, incident_id: str, version: int) -> bool:
        """Whether a row as new as this was given out."""
        return any(one.id == incident_id and one.version >= version for one in self.seen)

    def followed(self, given: Sequence[Seen], until: str) -> "ChangeCursor":
        """The cursor after these rows were given out, when all that was written up to `until` is known.

        It remembers so few that it fits into an address: what is older than those counts as known.
        """
        newer = {one.id: one for one in (*self.seen, *given)}
        kept = sorted(newer.values(), key=lambda one: one.written)
        floor = max(self.floor, until, *(one.written for one in kept[:-MOST_SEEN]))
        seen = tuple(one for one in kept if one.written > floor)
        return ChangeCursor(question=self.question, floor=floor, seen=seen)


def question(*parts: str | None) -> str:
    """What stands for a question in its cursors."""
    return digest(list(parts))[:16]


def read(kind: type[C], text: str, asked: str) -> C:
    """The cursor in a text.

    Raises:
        InvalidQuery: it is none, or belongs to another question.
    """
    try:
        cursor = kind.model_validate_json(urlsafe_b64decode(text[:LONGEST] + "=" * (-len(text) % 4)))
    except (ValueError, ValidationError) as error:
        raise InvalidQuery("cursor: it is none that was given out here; begin without one") from error
    if cursor.question != asked:
        raise InvalidQuery("cursor: it belongs to another question; begin without one")
    return cursor
