"""What became of one recorded incident, beside its truth; and what all of them add up to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from scripts.evaluate.recorded import Case
from shared.domain.incident import Incident
from shared.domain.model import AgentName

HUMAN = "human"
NOTHING = "none"


@dataclass(frozen=True)
class Row:
    """One case: an incident of the recording, or a false alarm in its healthy time."""

    name: str
    healthy: bool
    detected: bool
    classification: str | None
    suspects: tuple[str, ...]  # diagnosis' root causes, most suspect first
    root_cause: str | None  # the truth; None: nothing was wrong
    fault: str | None  # the truth, when the recording tells
    decision: str  # quorum, degraded_quorum, priority_fallback, human or none
    remedy: str  # id of the runbook that won, human, or none
    status: str | None
    actions_executed: int

    @property
    def place(self) -> int | None:
        """Where among the suspects the true root cause stands, from 1; None when it does not."""
        return self.suspects.index(self.root_cause) + 1 if self.root_cause in self.suspects else None

    def plain(self) -> dict[str, Any]:
        """For JSON; anybody can score it again."""
        return {**asdict(self), "suspects": list(self.suspects), "place": self.place}


def row_of(name: str, case: Case, incident: Incident | None, actions: int) -> Row:
    """The row of a case; `incident` is None when detection left the alarm alone.

    Args:
        actions: how many actions were carried out, by the count of whoever carries them out.
    """
    truth = case.truth
    found = incident.findings.get(AgentName.DIAGNOSIS) if incident else None
    decision = incident.decision.value if incident else NOTHING
    remedy = incident.certificate.proposal.runbook if incident and incident.certificate else None
    return Row(
        name=name,
        healthy=truth is None,
        detected=incident is not None,
        classification=incident.opened.classification if incident else None,
        suspects=found.root_causes if found else (),
        root_cause=truth.root_cause if truth else None,
        fault=truth.fault.value if truth and truth.fault else None,
        decision=decision,
        remedy=remedy or (HUMAN if decision == HUMAN else NOTHING),
        status=incident.status.value if incident else None,
        actions_executed=actions,
    )


def summary(rows: Sequence[Row], seconds: float) -> dict[str, Any]:
    """The counts, and a row for each incident; of the healthy windows only those not left alone."""
    incidents = [one for one in rows if not one.healthy]
    healthy = [one for one in rows if one.healthy]
    return {
        "incidents": len(incidents),
        "detected": sum(one.detected for one in incidents),
        "root_cause_first_1": sum(one.place == 1 for one in incidents),
        "root_cause_first_3": sum(one.place is not None and one.place <= 3 for one in incidents),
        "healthy_windows": len(healthy),
        "healthy_left_alone": sum(not one.detected for one in healthy),
        "actions_executed": sum(one.actions_executed for one in rows),
        "decisions": dict(sorted(Counter(one.decision for one in incidents).items())),
        "seconds": round(seconds, 1),
        "rows": [one.plain() for one in incidents],
        "false_alarms": [one.plain() for one in healthy if one.detected],
    }
