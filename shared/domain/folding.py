"""From events to the incident. `evolve` is pure."""

from collections.abc import Container, Iterable

from shared.domain import approval, facts, felt, ownership
from shared.domain.errors import IncidentNotFound
from shared.domain.events import Event, Head, malformed
from shared.domain.incident import LEFT_WITH_A_HUMAN, Action, Heard, Incident, Status


def fold(events: Iterable[Event], ignored: Container[str] = frozenset()) -> Incident:
    """The incident that these events, from the first one on, add up to.

    Args:
        ignored: ids of events that must not be believed. They, and malformed ones, only move the head.

    Raises:
        IncidentNotFound: there are no events, or the first does not open an incident.
    """
    state: Incident | None = None
    for event in events:
        if event.event_id not in ignored and malformed(event) is None:
            state = evolve(state, event)
        elif state is not None:
            head = Head(version=event.version, hash=event.hash)
            state = state.model_copy(update={"head": head})
    if state is None:
        raise IncidentNotFound("no such incident")
    return state


def evolve(state: Incident | None, event: Event) -> Incident:
    """The next state. Facts that change nothing but the head leave the rest as it is."""
    fact = event.fact
    if state is None:
        if not isinstance(fact, facts.IncidentDetected):
            raise IncidentNotFound(f"{event.incident_id} begins with {event.type}")
        return Incident(
            id=event.incident_id,
            head=Head(version=event.version, hash=event.hash),
            opened=fact,
            signals=(fact.signal,),
            detected_at=event.occurred_at,
            changed_at=event.occurred_at,
            asked_at=event.occurred_at,
            felt=felt.felt_since(fact.started_at),
        )
    change = {**_answering(state, fact, event), **_change(state, fact, event)}
    change["felt"] = felt.evolve(state.felt, fact, event, with_people=state.with_people)
    change |= {"head": Head(version=event.version, hash=event.hash), "changed_at": event.occurred_at}
    return state.model_copy(update=change)


def _change(state: Incident, fact: facts.Fact, event: Event) -> dict[str, object]:
    for phase in (_deliberation, _permission, _execution, _ending, ownership.evolve):
        change = phase(state, fact, event)
        if change and phase is _execution and (state.with_people or not state.is_open):
            # What was for a time only is taken back as foreseen: the incident stays as it ended.
            change.pop("status", None)
        if change:
            return change
    return {}


def _answering(state: Incident, fact: facts.Fact, event: Event) -> dict[str, object]:
    """Whether people are needed, and whether one of them has answered. Who has it, has it until the end."""
    match fact:
        case facts.ApprovalRequested() | facts.EscalatedToHuman() if state.taken is None:
            return {"asked_at": event.occurred_at, "acknowledged_at": None, "page_over": False}
        case facts.SignalCorrelated(announced=True) if state.with_people and not state.owner:
            return {"asked_at": event.occurred_at, "acknowledged_at": None, "page_over": False}
        case facts.HandedOn() | facts.IncidentReopened():
            return {"asked_at": event.occurred_at, "acknowledged_at": None, "page_over": False}
        case facts.AcknowledgementExpired() if not state.owner:
            return {"asked_at": event.occurred_at, "acknowledged_at": None, "page_over": False}
        case facts.Acknowledged(over=over):
            answered = state.acknowledged_at or event.occurred_at
            return {"acknowledged_at": answered, "page_over": state.page_over or over}
        case (
            facts.TakenOver()
            | facts.ApprovalGranted()
            | facts.ApprovalDenied()
            | facts.HumanOutcome()
            | facts.ResolvedByPeople()
        ):
            return {"acknowledged_at": state.acknowledged_at or event.occurred_at}
        case facts.LevelCalled():
            return {"called": (*state.called, fact)}
    return {}


def _deliberation(state: Incident, fact: facts.Fact, event: Event) -> dict[str, object]:  # noqa: C901, PLR0911 - one arm an event
    match fact:
        case facts.SignalCorrelated():
            return {"signals": (*state.signals, fact.signal)}
        case facts.InvestigationStarted():
            first = state.investigated_at or event.occurred_at
            asked = {"attempt": fact.attempt, "execution": fact.execution, "investigated_at": first}
            return {"status": Status.INVESTIGATING, **asked}
        case facts.FindingsSubmitted():
            return _found(state, fact, event)
        case facts.FindingsReused():
            earlier = state.remembered(fact.agent)
            if earlier is None:
                return {}
            findings = {**state.findings, fact.agent: earlier.findings}
            return {"findings": findings, "reused": {**state.reused, fact.agent: fact}}
        case facts.VoteOpened():
            return {"status": Status.VOTING, "vote": fact, "vote_hash": event.hash}
        case facts.BallotCast():
            if (fact.signed.ballot.attempt, fact.signed.ballot.round) in state.over:
                return {}
            attached = (*state.attached, *fact.evidence)
            return {"ballots": (*state.ballots, fact.signed), "attached": attached}
        case facts.AgentQuarantined():
            return {"quarantined": {**state.quarantined, fact.agent: fact}}
        case facts.VoteClosed():
            return {"over": state.over | {(fact.attempt, fact.round)}}
        case facts.BallotsTallied():
            return {"tallied": fact}
        case facts.ConsensusReached():
            return {"certificate": fact.certificate, "decided_at": event.occurred_at}
    return {}


def _found(state: Incident, fact: facts.FindingsSubmitted, event: Event) -> dict[str, object]:
    agent = fact.findings.agent
    heard = Heard(findings=fact.findings, at=event.occurred_at, version=event.version)
    return {
        "findings": {**state.findings, agent: fact.findings},
        "heard": {**state.heard, agent: heard},
        "reused": {name: one for name, one in state.reused.items() if name is not agent},
    }


def _permission(state: Incident, fact: facts.Fact, event: Event) -> dict[str, object]:
    match fact:
        case facts.ActionAuthorised():
            return {"status": Status.ACTING, "authorised": fact}
        case facts.ActionWithheld():
            return {"status": Status.OBSERVED, "withheld": fact}
        case facts.ApprovalRequested():
            number = state.approval.number + 1 if state.approval else 1
            asked = approval.Approval(asked=fact, number=number)
            return {"status": Status.AWAITING_APPROVAL, "approval": asked}
        case (
            facts.ApprovalGranted()
            | facts.ApprovalDenied()
            | facts.ApprovalExpired()
            | facts.ApprovalSuperseded()
        ) if state.approval is not None:
            return {"approval": approval.evolve(state.approval, fact, event.occurred_at, event.recorded_by)}
        case facts.SeverityChanged() if state.is_open:
            return {"graded": fact, "grades": (*state.grades, fact.severity)}
    return {}


def _execution(state: Incident, fact: facts.Fact, event: Event) -> dict[str, object]:  # noqa: C901, PLR0911 - one arm an event
    match fact:
        case facts.TargetBusy():
            return {"busy": fact}
        case facts.TargetLocked():
            return {"lock": fact}
        case facts.SandboxStarted():
            return {"sandbox": (*state.sandbox, fact)}
        case facts.ActionRehearsed():
            return {"rehearsed": fact}
        case facts.NotNeeded():
            return {"status": Status.OBSERVED, "unneeded": fact}
        case facts.ActionStarted():
            action = Action(
                attempt=fact.attempt,
                proposal=fact.proposal,
                token=fact.token,
                before=dict(fact.before),
                undo=fact.undo,
                known_good=fact.known_good,
                started_at=event.occurred_at,
            )
            return {"status": Status.ACTING, "actions": (*state.actions, action)}
        case facts.ActionCompleted():
            done = {"automation_id": fact.automation_id, "ended_at": event.occurred_at}
            return {"status": Status.WATCHING, "actions": _with_last(state, done)}
        case facts.ActionFailed():
            done = {"failed": fact.reason, "ended_at": event.occurred_at}
            return {"actions": _with_last(state, done)}
        case facts.RemedyVerified():
            return {"verified": fact, "verified_at": event.occurred_at}
        case facts.KnownGoodRecorded():
            return {"good": fact}
        case facts.RegressionDetected():
            return {"regressed": fact}
        case facts.RolledBack():
            return {"status": Status.ROLLED_BACK, "rolled_back": fact}
    return {}


def _ending(state: Incident, fact: facts.Fact, event: Event) -> dict[str, object]:
    match fact:
        case facts.EscalatedToHuman():
            decided_at = state.decided_at or event.occurred_at
            where = ownership.status(state, state.held)
            return {"status": where, "escalation": fact, "decided_at": decided_at}
        case facts.AttemptAbandoned():
            fresh = dict.fromkeys(_OF_ONE_ATTEMPT)
            return {
                **fresh,
                "abandoned": fact.attempt,
                "findings": {},
                "reused": {},
                "status": Status.INVESTIGATING,
            }
        case facts.IncidentResolved():
            return {"status": Status.RESOLVED, "resolved_at": event.occurred_at}
        case facts.IncidentClosed() if state.resolution is None and fact.outcome in LEFT_WITH_A_HUMAN:
            return ownership.left(state, fact, event.occurred_at)
        case facts.IncidentClosed():
            over = {"status": Status.CLOSED} if state.resolution is not None else {}
            return {**over, "closed": fact, "closed_at": event.occurred_at}
        case facts.AuthorRejected():
            return {"rejected": state.rejected | {fact.event_id}}
        case facts.NotificationSent(folded_into=0):
            told = {**state.notifications, fact.channel: state.notifications.get(fact.channel, 0) + 1}
            return {"notifications": told}
    return {}


_OF_ONE_ATTEMPT = (
    "vote",
    "tallied",
    "certificate",
    "authorised",
    "withheld",
    "approval",
    "busy",
    "lock",
    "rehearsed",
    "verified",
    "verified_at",
    "good",
    "regressed",
)
"""What an attempt found out about itself, and the next one has to find out again."""


def _with_last(state: Incident, update: dict[str, object]) -> tuple[Action, ...]:
    if not state.actions:
        return ()
    return (*state.actions[:-1], state.actions[-1].model_copy(update=update))
