"""The executor's tasks: prove the decision again, act once, see the effect, undo what made things worse."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.domain.commands import start_action
from shared.domain.errors import CommandRefused, PortError
from shared.domain.facts import (
    ActionCompleted,
    ActionFailed,
    ActionStarted,
    Fact,
    KnownGoodRecorded,
    RolledBack,
)
from shared.domain.incident import Action, Incident, Step
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy, State, differences
from shared.ports.action_history import ActionHistory
from shared.ports.catalogue import CatalogueSource
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.executor import Executor
from shared.ports.known_good import KnownGood
from shared.ports.resources import ResourceReader
from shared.workflow.credentials import noting
from shared.workflow.leases import Leases
from shared.workflow.proof import Proof
from shared.workflow.recorded_values import plain, value_of
from shared.workflow.tokens import acted, run_token

RUNNING, SUCCEEDED, FAILED, BUSY = "running", "succeeded", "failed", "busy"
PATIENCE = timedelta(seconds=120)
"""How long an automation itself may run: as long as the credentials of the caller form."""


@dataclass(frozen=True)
class Execution:
    """Acts on the world, once for an attempt. What it is told by its caller it reads from the log again."""

    store: EventStore
    distrust: Distrust
    clock: Clock
    remedies: Mapping[str, Remedy]
    executor: Executor
    resources: ResourceReader
    catalogue: CatalogueSource
    proof: Proof
    leases: Leases
    history: ActionHistory
    known: KnownGood
    actions_per_hour: int

    def execute(self, incident_id: str) -> str:
        """Verify the certificate, count the ballots again, and start the automation.

        Raises:
            InvalidCertificate: the log does not prove the decision; nothing was started.
            CommandRefused: it was not authorised, locked and rehearsed, or a human has it.
            PortError: it could not be started; an ActionFailed says why.
        """
        state = load(self.store, incident_id, self.distrust)
        proposal = self.proof.of(state)
        if state.rehearsed is None or state.rehearsed.proposal.digest != proposal.digest:
            raise CommandRefused(f"{incident_id}: it was not rehearsed")
        self.leases.keep(state)
        if not self.history.begin(acted(state, proposal, self.clock.now()), self.actions_per_hour):
            raise CommandRefused(
                f"{incident_id}: {self.actions_per_hour} actions an hour on {proposal.service}"
            )
        return self._act(state, proposal, Step.DO)

    def status(self, incident_id: str, step: Step = Step.DO) -> str:
        """Where the action is; its end is written down once, with the target's state after it.

        It has succeeded when the automation has and the target shows its effect. An automation that runs
        too long is stopped, and an effect that does not come in time is a failure.
        """
        state = load(self.store, incident_id, self.distrust)
        action = state.action(step=step)
        if action is None:
            raise CommandRefused(f"{incident_id}: nothing was started")
        if action.ended_at is not None:
            return FAILED if action.failed else SUCCEEDED
        self.leases.regain(state)  # to look and to stop is right whoever has it
        ended = self._ended(state, action)
        if ended is None:
            return RUNNING
        self._record(incident_id, ended, step)
        return FAILED if isinstance(ended, ActionFailed) else SUCCEEDED

    def undo(self, incident_id: str) -> str:
        """Start the runbook's own inverse with what was there before, if it has anything to put back.

        `busy` while another incident changes the target, after a lease that was lost.
        """
        state = load(self.store, incident_id, self.distrust)
        done = state.action(step=Step.DO)
        if done is None:
            raise CommandRefused(f"{incident_id}: nothing was done, so nothing can be undone")
        halted = self._stopped_meanwhile(state)
        if halted:
            raise CommandRefused(f"{incident_id}: {halted}")
        inverse = self._inverse(done)
        if inverse is None:
            return SUCCEEDED
        return self._put_back(state, inverse, Step.UNDO)

    def undo_status(self, incident_id: str) -> str:
        """Where the undoing is; when it ends the target is compared with how it was before.

        If that leaves differences, and the target was once seen to be good, it is brought to that state.
        """
        state = load(self.store, incident_id, self.distrust)
        done = state.action(step=Step.DO)
        if done is None:
            raise CommandRefused(f"{incident_id}: nothing was done")
        status, wanted, known_good = self._undone(state, done), value_of(done.before), False
        if status not in {RUNNING, BUSY} and self._left(done, wanted):
            good = self._known_good(done)
            if good is not None:
                status, wanted, known_good = self._brought_to(state, done, good), good, True
        if status in {RUNNING, BUSY}:
            return RUNNING
        left = self._left(done, wanted)
        if state.closed is None:  # else it was for a time, and that is over
            self.history.harmed(acted(state, done.proposal, done.started_at))

        def decide(now: Incident) -> tuple[Fact, ...]:
            if now.rolled_back is not None and now.rolled_back.attempt == now.attempt:
                return ()
            rolled_back = RolledBack(
                attempt=now.attempt, restored=not left, known_good=known_good, differences=left
            )
            return (rolled_back,)

        record(self.store, incident_id, decide, distrust=self.distrust)
        return SUCCEEDED if not left else FAILED  # whatever the automation said, this is how it is

    def remember(self, incident_id: str) -> None:
        """Record the target as it is, now that the remedy held: a state to come back to."""
        state = load(self.store, incident_id, self.distrust)
        done = state.action(step=Step.DO)
        if done is None:
            raise CommandRefused(f"{incident_id}: nothing was done")
        seen = plain(self._observed(done.proposal))
        fact = KnownGoodRecorded(
            attempt=state.attempt, runbook=done.proposal.runbook, target=done.proposal.target, state=seen
        )
        record(self.store, incident_id, lambda now: () if now.good else (fact,), distrust=self.distrust)
        self.known.save(fact.target, fact.runbook, seen)

    def _undone(self, state: Incident, done: Action) -> str:
        if self._inverse(done) is None:
            return SUCCEEDED
        begun = state.action(step=Step.UNDO) is not None
        return self.status(state.id, Step.UNDO) if begun else self.undo(state.id)

    def _known_good(self, done: Action) -> State | None:
        found = self.known.find(done.proposal.target, done.proposal.runbook)
        return value_of(found) if found is not None else None

    def _brought_to(self, state: Incident, done: Action, good: State) -> str:
        if state.action(step=Step.KNOWN_GOOD) is not None:
            return self.status(state.id, Step.KNOWN_GOOD)
        back = self.remedies[done.proposal.runbook].undo(done.proposal, good)
        return SUCCEEDED if back is None else self._put_back(state, back, Step.KNOWN_GOOD)

    def _put_back(self, state: Incident, proposal: Proposal, step: Step) -> str:
        if not self.leases.regain(state):
            return BUSY
        self.remedies[proposal.runbook].runbook.check(proposal)
        return self._act(state, proposal, step)

    def _inverse(self, done: Action) -> Proposal | None:
        return self.remedies[done.proposal.runbook].undo(done.proposal, value_of(done.before))

    def _act(self, state: Incident, proposal: Proposal, step: Step) -> str:
        runbook = self.remedies[proposal.runbook].runbook
        token, undo = run_token(state.id, state.attempt, step), step is not Step.DO
        if state.action(step=step) is None:
            started = ActionStarted(
                attempt=state.attempt,
                proposal=proposal,
                token=token,
                before=plain(self._observed(proposal)),
                undo=undo,
                known_good=step is Step.KNOWN_GOOD,
            )
            record(self.store, state.id, lambda now: _started(now, started, step), distrust=self.distrust)
        try:
            if self.executor.find(token, proposal.target) is None:
                self.history.touch(proposal.target, token, self.clock.now())
                halted = self._stopped_meanwhile if undo else self.proof.halted
                note = noting(self.store, self.distrust, state, undo=undo, halted=halted)
                guard = self._guard(state, proposal, undo=undo)
                self.executor.start(runbook, proposal, state.id, token, note, guard)
        except CommandRefused as refused:
            self._record(state.id, _failure(state.attempt, f"not started: {refused}", step), step)
            raise
        except PortError as error:
            if not error.retryable:
                self._record(state.id, _failure(state.attempt, str(error), step), step)
            raise
        return RUNNING

    def _ended(self, state: Incident, action: Action) -> ActionCompleted | ActionFailed | None:
        """How it ended, or None while it runs or its effect may still come."""
        run = self.executor.find(action.token, action.proposal.target)
        now, runbook = self.clock.now(), self.remedies[action.proposal.runbook].runbook
        limit = action.started_at + PATIENCE + timedelta(seconds=runbook.expected_seconds)
        if run is None:
            reason = "the automation was never started"
        elif run.status == RUNNING:
            halted = "" if action.undo else self.proof.halted(state)
            if now < limit and not halted:
                return None
            note = noting(self.store, self.distrust, state, undo=action.undo)
            self.executor.stop(runbook, action.proposal, state.id, run.id, note)
            late = f"it had not ended after {(now - action.started_at).total_seconds():.0f} s"
            reason = f"stopped: {self._as_it_is(action, halted) if halted else late}"
        elif run.status != SUCCEEDED:
            reason = run.reason
        else:
            after = self._observed(action.proposal)
            missing = self._missing(action, after)
            if not missing:
                return ActionCompleted(
                    attempt=action.attempt,
                    automation_id=run.id,
                    after=plain(after),
                    undo=action.undo,
                    known_good=action.known_good,
                )
            if now < limit:
                return None
            reason = f"the automation succeeded without effect: {'; '.join(missing)}"
        return _failure(action.attempt, reason, action.step)

    def _stopped_meanwhile(self, state: Incident) -> str:
        """Why not even an undo may start: a person has the target, or has stopped everything."""
        if state.taken is not None:
            return f"{state.taken.by} has it, and what was done with it"
        return self.proof.stopped()

    def _as_it_is(self, action: Action, halted: str) -> str:
        """Why it was stopped, and what people find on the target."""
        wanted = value_of(action.before)
        left = self._left(action, wanted)
        return f"{halted}; on the target: {'; '.join(left) if left else 'as it was before'}"

    def _record(self, incident_id: str, ended: ActionCompleted | ActionFailed, step: Step) -> None:
        def decide(now: Incident) -> tuple[Fact, ...]:
            action = now.action(step=step)
            return () if action is None or action.ended_at is not None else (ended,)

        record(self.store, incident_id, decide, distrust=self.distrust)

    def _observed(self, proposal: Proposal) -> Mapping[str, Any]:
        """Everything that the runbook looks at."""
        return self.resources.observe(self.remedies[proposal.runbook].runbook, proposal.target)

    def _missing(self, action: Action, after: Mapping[str, Any]) -> tuple[str, ...]:
        """What the action should have changed and did not."""
        before = value_of(action.before)
        wanted = self.remedies[action.proposal.runbook].effect(action.proposal, before)
        return differences(before, wanted, after)

    def _left(self, done: Action, wanted: State) -> tuple[str, ...]:
        """What of that is configured on the target is not as it is wanted."""
        names = self.remedies[done.proposal.runbook].compare
        return differences({}, {name: wanted.get(name) for name in names}, self._observed(done.proposal))

    def _guard(self, state: Incident, proposal: Proposal, *, undo: bool) -> str:
        """The service's guard alarm; none that rings already, and none that could stop an undoing."""
        guard = "" if undo else self.catalogue.services().get(proposal.service).guard_alarm or ""
        ringing = {signal.attributes.get("alarm") for signal in state.signals}
        return "" if guard in ringing else guard


def _started(state: Incident, started: ActionStarted, step: Step) -> tuple[Fact, ...]:
    return () if state.action(step=step) is not None else start_action(state, started)


def _failure(attempt: int, reason: str, step: Step) -> ActionFailed:
    return ActionFailed(
        attempt=attempt,
        reason=reason[:1_000],
        undo=step is not Step.DO,
        known_good=step is Step.KNOWN_GOOD,
    )
