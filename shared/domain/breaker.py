"""The circuit breaker of an agent: a state, and what each call does to it.

Nygard, Release It! (2nd ed. 2018), "Circuit Breaker". Five failures in a row open it for 30 seconds; then
at most three calls try the agent; two successes close it, one failure opens it again. A success while it
is closed forgets the failures before it: an agent that mostly answers is asked, and what it misses is the
vote's to bear. Calls carry no token, so a late answer to a call from before it opened counts as a trial's
while it is half open: it may close early, and then opens again after five failures.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from shared.domain.model import Model, Utc

FAILURES_TO_OPEN = 5
OPEN_FOR = timedelta(seconds=30)
MOST_TRIALS = 3
SUCCESSES_TO_CLOSE = 2
TRIAL_ENDS = timedelta(minutes=5)
"""The longest time limit of any agent: a trial that said nothing for so long died with its caller."""


class Phase(StrEnum):
    """Whether the agent is asked."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker(Model):
    """One agent's breaker; the defaults are a closed one that knows of no failure."""

    phase: Phase = Phase.CLOSED
    failures: int = Field(default=0, ge=0, lt=FAILURES_TO_OPEN, description="in a row, while closed")
    trials: int = Field(default=0, ge=0, le=MOST_TRIALS, description="calls let through since half open")
    successes: int = Field(default=0, ge=0, lt=SUCCESSES_TO_CLOSE, description="of the trials")
    since: Utc | None = Field(default=None, description="opened, or the last trial let through")

    def allows(self, now: datetime) -> tuple[bool, "Breaker"]:
        """Whether a call may go out at `now`, and the breaker after that; a refusal changes nothing.

        Distances in time count both ways, so that a clock that ran ahead does not keep it open.
        """
        if self.phase is Phase.CLOSED:
            return True, self
        waited = abs(now - self.since) if self.since is not None else TRIAL_ENDS
        if self.phase is Phase.OPEN:
            return (True, _trial(1, 0, now)) if waited >= OPEN_FOR else (False, self)
        if waited >= TRIAL_ENDS:
            return True, _trial(1, 0, now)
        if self.trials < MOST_TRIALS:
            return True, _trial(self.trials + 1, self.successes, now)
        return False, self

    def succeeded(self) -> "Breaker":
        """The breaker after an answer; the answer to a call from before it opened changes nothing."""
        if self.phase is Phase.OPEN:
            return self
        if self.phase is Phase.CLOSED or self.successes + 1 >= SUCCESSES_TO_CLOSE:
            return Breaker()
        return self.model_copy(update={"successes": self.successes + 1})

    def failed(self, now: datetime) -> "Breaker":
        """The breaker after a failure; once open, further ones do not keep it open longer."""
        if self.phase is Phase.OPEN:
            return self
        if self.phase is Phase.CLOSED and self.failures + 1 < FAILURES_TO_OPEN:
            return Breaker(failures=self.failures + 1)
        return Breaker(phase=Phase.OPEN, since=now)


def _trial(number: int, successes: int, now: datetime) -> Breaker:
    return Breaker(phase=Phase.HALF_OPEN, trials=number, successes=successes, since=now)
