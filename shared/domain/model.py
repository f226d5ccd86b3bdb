"""What every value in the domain is made of: frozen, closed models and their canonical form."""

import hashlib
import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Model(BaseModel):
    """A value: frozen, and refusing fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    def plain(self) -> dict[str, Any]:
        """The JSON form as Python values (strings, numbers, lists, dicts)."""
        return self.model_dump(mode="json")


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("time must carry its zone; write it in UTC")
    return value.astimezone(UTC)


Utc = Annotated[datetime, AfterValidator(_utc)]
Thousandths = Annotated[int, Field(ge=0, le=1000)]
"""A confidence or a weight in 1/1000: thresholds never compare floats."""
Name = Annotated[str, Field(min_length=1, max_length=256)]


class AgentName(StrEnum):
    """The five agents; communication does not vote."""

    DETECTION = "detection"
    DIAGNOSIS = "diagnosis"
    PREDICTION = "prediction"
    RESOLUTION = "resolution"
    COMMUNICATION = "communication"


VOTERS = (AgentName.DETECTION, AgentName.DIAGNOSIS, AgentName.PREDICTION, AgentName.RESOLUTION)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(value: Any) -> bytes:
    """One byte form for one value: sorted keys, no spaces, UTF-8, no NaN."""
    return _CANONICAL.encode(value).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, as 64 hexadecimal characters."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
