"""A signal: one thing the outside world said, in the one shape the rest of the house reads."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue, ValidationError

from shared.domain.errors import InvalidSignal
from shared.domain.model import Model, Name, Utc, digest
from shared.domain.service import Measure

MAX_BYTES = 200_000
"""A signal larger than this is refused: Kinesis takes 1 MB, and nothing we read needs more."""


class SignalKind(StrEnum):
    """What sort of thing was said."""

    ALARM = "alarm"
    RECOVERY = "recovery"
    CHANGE = "change"
    LOG = "log"
    OBSERVATION = "observation"


class Signal(Model):
    """A normalised signal; `key` is equal for two deliveries of the same thing."""

    source: Name = Field(description="who said it: cloudwatch, ssm, ecs, datadog ...")
    kind: SignalKind
    service: Name
    resource: Annotated[str, Field(max_length=2048)] = ""
    measure: Measure | None = None
    at: Utc
    value: float | None = None
    text: Annotated[str, Field(max_length=10_000)] = ""
    attributes: dict[str, JsonValue] = Field(default_factory=dict)
    key: Name

    @property
    def id(self) -> str:
        """The identity of this signal."""
        return digest([self.source, self.key])[:32]


def parse_signal(body: bytes) -> Signal:
    """The signal in a record.

    Raises:
        InvalidSignal: with a reason that a person can act on.
    """
    if len(body) > MAX_BYTES:
        raise InvalidSignal(f"oversized: {len(body)} bytes, at most {MAX_BYTES}")
    try:
        return Signal.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise InvalidSignal(f"malformed: {where}: {first['msg']} ({error.error_count()} in all)") from None
