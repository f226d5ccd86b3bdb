"""The coordinator: starts the state machine, completes its waiting states, and names who overstepped."""

from dataclasses import dataclass

from shared.domain.certificate import Rejection
from shared.domain.consensus import DecisionKind
from shared.domain.errors import PortError
from shared.domain.events import Event
from shared.domain.facts import (
    ApprovalDenied,
    ApprovalGranted,
    AttemptAbandoned,
    AuthorRejected,
    BallotCast,
    EscalatedToHuman,
    Fact,
    FindingsSubmitted,
    IncidentClosed,
    IncidentDetected,
    IncidentReopened,
    ResolvedByPeople,
    TakenOver,
)
from shared.domain.incident import Incident
from shared.domain.model import VOTERS
from shared.ports.event_store import EventStore, load, record
from shared.ports.open_incidents import OpenIncidents
from shared.ports.workflow import WaitingRoom, Workflow, waiting_key
from shared.workflow.asking_people import PEOPLE, answer
from shared.workflow.ending import Ending
from shared.workflow.fallback import SUFFIX, Fallback
from shared.workflow.trust import Trust
from shared.workflow.vigilance import Vigilance


@dataclass(frozen=True)
class Coordination:
    """Follows the log. Every reaction may happen twice and counts once."""

    store: EventStore
    trust: Trust
    workflow: Workflow
    waiting: WaitingRoom
    open_incidents: OpenIncidents
    fallback: Fallback
    vigilance: Vigilance
    ending: Ending

    def hear(self, event: Event) -> None:  # noqa: C901 - one arm an event
        """React to one event of the log."""
        fault = self.trust.fault(event)
        if fault is not None:
            self._reject(event, fault)
            return
        match event.fact:
            case IncidentDetected():
                self._start(event.incident_id, 1)
            case AttemptAbandoned(attempt=attempt):
                self._start(event.incident_id, attempt + 1)
            case FindingsSubmitted(attempt=attempt, findings=findings):
                execution = execution_name(event.incident_id, attempt)
                self._complete(execution, "findings", findings.agent.value, event)
            case BallotCast(signed=signed):
                ballot = signed.ballot
                self._complete(ballot.execution, f"ballot-{ballot.round}", ballot.agent.value, event)
            case ApprovalGranted() | ApprovalDenied() | TakenOver():
                self._answered_by_people(event.incident_id)
            case IncidentClosed() | IncidentReopened():
                self._claim(event.incident_id)
            case ResolvedByPeople():
                self.ending.close(event.incident_id)

    def engine_ended(self, execution: str, status: str) -> None:
        """The state machine failed, timed out or was aborted: a proven safe remedy, or a human."""
        incident_id = execution.removesuffix(SUFFIX).rpartition("-")[0]

        def decide(state: Incident) -> tuple[Fact, ...]:
            return self.fallback.decide(state, execution, status)

        state = record(self.store, incident_id, decide, distrust=self.trust.distrust)
        proven = state.certificate is not None and state.decision is DecisionKind.PRIORITY_FALLBACK
        if proven and not state.actions and not state.escalation and state.is_open:
            payload: dict[str, object] = {
                "incident_id": incident_id,
                "attempt": state.attempt,
                "fallback": True,
            }
            self.workflow.start(f"{execution_name(incident_id, state.attempt)}{SUFFIX}", payload)

    def _claim(self, incident_id: str) -> None:
        """Signals are compared with it as long as it is open, whatever came last."""
        state = load(self.store, incident_id, self.trust.distrust)
        change = self.open_incidents.claim_again if state.is_open else self.open_incidents.release
        change(state.opened.application, incident_id)

    def _answered_by_people(self, incident_id: str) -> None:
        state = load(self.store, incident_id, self.trust.distrust)
        said = answer(state)
        token = self.waiting.token(waiting_key(state.execution, "approval", PEOPLE)) if said else None
        if said is not None and token is not None:
            self.workflow.complete(token, said)

    def _start(self, incident_id: str, attempt: int) -> None:
        try:
            name = execution_name(incident_id, attempt)
            self.workflow.start(name, {"incident_id": incident_id, "attempt": attempt})
        except PortError as error:
            if not error.retryable:
                self._escalate(incident_id, f"the state machine cannot be started: {error}"[:1_000])
            raise

    def _escalate(self, incident_id: str, reason: str) -> None:
        def decide(state: Incident) -> tuple[Fact, ...]:
            return () if state.escalation or not state.is_open else (EscalatedToHuman(reason=reason),)

        record(self.store, incident_id, decide, distrust=self.trust.distrust)

    def _complete(self, execution: str, what: str, agent: str, event: Event) -> None:
        token = self.waiting.token(waiting_key(execution, what, agent))
        if token is not None:
            self.workflow.complete(token, {"agent": agent, "event": event.event_id})

    def _reject(self, event: Event, fault: str) -> None:
        overstepped = [
            Rejection(agent=agent, reason=fault)
            for agent in VOTERS
            if agent.value == event.recorded_by.value and self.trust.is_genuine(event)
        ]

        log = self.store.read(event.incident_id)  # where an id that is taken is told apart
        named = next((one.event_id for one in log if one.version == event.version), event.event_id)

        def decide(state: Incident) -> tuple[Fact, ...]:
            if named in state.rejected:
                return ()
            rejected = AuthorRejected(event_id=named, author=event.recorded_by.value, reason=fault)
            proofs = {one.agent: [event.event_id] for one in overstepped}
            return (rejected, *self.vigilance.quarantine(state, overstepped, proofs))

        record(self.store, event.incident_id, decide, event.event_id, self.trust.distrust)


def execution_name(incident_id: str, attempt: int) -> str:
    """The state machine execution of one attempt at an incident."""
    return f"{incident_id}-{attempt}"


def answered(state: Incident, what: str, agent: str) -> bool:
    """Whether an agent's answer is in the log."""
    if what == "findings":
        return any(name.value == agent for name in state.findings)
    round_ = int(what.removeprefix("ballot-"))
    return any(one.ballot.agent.value == agent for one in state.ballots_of(state.attempt, round_))
