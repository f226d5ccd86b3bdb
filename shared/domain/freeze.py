"""Change freezes: when nothing is changed without a person."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from shared.domain.model import Model, Utc


def _moment(value: object) -> datetime:
    """Text or a time; a bare number would be taken for seconds since 1970."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("write a time as ISO 8601 text with its offset")  # noqa: TRY004 - pydantic wants it
    return datetime.fromisoformat(value)


Moment = Annotated[Utc, BeforeValidator(_moment)]


class Freeze(Model):
    """One entry of the calendar, written `{from, until, reason}`."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    begins: Moment = Field(alias="from", description="the first moment of it")
    until: Moment = Field(description="the first moment after it")
    reason: str = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Freeze":
        if self.until <= self.begins:
            raise ValueError("until is not later than from")
        return self


def freeze_at(freezes: Iterable[Freeze], now: datetime) -> str:
    """The reason of the freeze that is in force at `now`, the first one listed; empty when none is."""
    return next((one.reason for one in freezes if one.begins <= now < one.until), "")
