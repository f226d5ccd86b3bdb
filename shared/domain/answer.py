"""What becomes of what somebody says about an incident."""

from enum import StrEnum


class Outcome(StrEnum):
    """A refusal is an outcome too, with a sentence."""

    DONE = "done"
    ALREADY = "already"  # it was so before
    TOO_LATE = "too_late"  # expired, answered otherwise, or in somebody's hands
    SUPERSEDED = "superseded"  # this is not what is asked now
    NOT_YOURS = "not_yours"
    WRONG = "wrong"  # something in it cannot be so; the sentence names everything
    UNKNOWN = "unknown"  # there is no such incident
