"""The executor's tasks: prove the decision again, act once, watch, and undo what made things worse."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.certificate import verify_certificate
from shared.domain.consensus import RULES, Rules
from shared.domain.errors import CommandRefused, InvalidCertificate, PortError
from shared.domain.facts import (
    ActionAuthorised,
    ActionCompleted,
    ActionFailed,
    ActionStarted,
    Author,
    Fact,
    RolledBack,
)
from shared.domain.commands import start_action
from shared.domain.incident import Action, Incident
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy
from shared.ports.authority import Verifier
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.executor import Executor, Run
from shared.ports.resources import ResourceReader

RUNNING, SUCCEEDED, FAILED = "running", "succeeded", "failed"
NAMESPACE = uuid.UUID("5f0ac9c4-6a4b-4f0e-9f5e-0c2d3a1b7e11")


@dataclass(frozen=True)
class Execution:
    """Acts on the world, once for an attempt. What it is told by its caller it reads from the log again."""

    store: EventStore
    distrust: Distrust
    verifier: Verifier
    clock: Clock
    remedies: Mapping[str, Remedy]
    executor: Executor
    resources: ResourceReader
    rules: Rules = RULES

    def execute(self, incident_id: str) -> str:
        """Verify the certificate, count the ballots again, and start the automation.

        Raises:
            InvalidCertificate: the log does not prove the decision; nothing was started.
            CommandRefused: it was not authorised, or a human has it.
            PortError: it could not be started; an ActionFailed says why.
        """
        state = load(self.store, incident_id, self.distrust)
        return self._act(state, self._proven(state), undo=False)

    def status(self, incident_id: str, *, undo: bool = False) -> str:
        """Where the automation is; its end is written down once, with the target's state after it."""
        state = load(self.store, incident_id, self.distrust)
        action = _action(state, undo)
        if action is None:
            raise CommandRefused(f"{incident_id}: nothing was started")
        if action.ended_at is not None:
            return FAILED if action.failed else SUCCEEDED
        run = self.executor.find(action.token)
        if run is not None and run.status == RUNNING:
            return RUNNING
        self._ended(state, action, run)
        return SUCCEEDED if run is not None and run.status == SUCCEEDED else FAILED

    def undo(self, incident_id: str) -> str:
        """Start the runbook's own inverse with what was there before, if it has anything to put back."""
        state = load(self.store, incident_id, self.distrust)
        done = _action(state, undo=False)
        if done is None:
            raise CommandRefused(f"{incident_id}: nothing was done, so nothing can be undone")
        inverse = self.remedies[done.proposal.runbook].undo(done.proposal, done.before)
        if inverse is None:
            return SUCCEEDED
        self.remedies[inverse.runbook].runbook.check(inverse)
        return self._act(state, inverse, undo=True)

    def undo_status(self, incident_id: str) -> str:
        """Where the undoing is; when it ends the target is compared with how it was before."""
        state = load(self.store, incident_id, self.distrust)
        done = _action(state, undo=False)
        if done is None:
            raise CommandRefused(f"{incident_id}: nothing was done")
        status = SUCCEEDED
        if self.remedies[done.proposal.runbook].undo(done.proposal, done.before) is not None:
            status = self.status(incident_id, undo=True)
        if status == RUNNING:
            return status
        differences = self._differences(done)

        def decide(now: Incident) -> tuple[Fact, ...]:
            if now.rolled_back is not None:
                return ()
            return (RolledBack(restored=not differences, differences=differences),)

        record(self.store, incident_id, decide, distrust=self.distrust)
        return status if not differences else FAILED

    def _proven(self, state: Incident) -> Proposal:
        certificate = state.certificate
        if certificate is None:
            raise InvalidCertificate(f"{state.id}: there is no certificate")
        cast = state.ballots_of(certificate.attempt, certificate.round)
        verify_certificate(certificate, state.poll(), cast, self._made_by, self.clock.now(), self.rules)
        authorised: ActionAuthorised | None = state.authorised
        if authorised is None or authorised.proposal.digest != certificate.proposal.digest:
            raise CommandRefused(f"{state.id}: the winner was not authorised")
        if state.escalation or state.closed:
            raise CommandRefused(f"{state.id}: a human has it")
        self.remedies[certificate.proposal.runbook].runbook.check(certificate.proposal)
        return certificate.proposal

    def _made_by(self, agent: AgentName, digest: str, mac: str) -> bool:
        return self.verifier.verify(Author(agent.value), digest, mac)

    def _act(self, state: Incident, proposal: Proposal, *, undo: bool) -> str:
        runbook = self.remedies[proposal.runbook].runbook
        token = run_token(state.id, state.attempt, undo=undo)
        if _action(state, undo) is None:
            before = self._observed(proposal)
            started = ActionStarted(proposal=proposal, token=token, before=before, undo=undo)
            record(self.store, state.id, lambda now: _started(now, started), distrust=self.distrust)
        try:
            if self.executor.find(token) is None:
                self.executor.start(runbook, proposal, state.id, token)
        except PortError as error:
            if not error.retryable:
                self._record(state.id, ActionFailed(reason=str(error)[:1_000], undo=undo))
            raise
        return RUNNING

    def _ended(self, state: Incident, action: Action, run: Run | None) -> None:
        if run is not None and run.status == SUCCEEDED:
            after = self._observed(action.proposal)
            self._record(state.id, ActionCompleted(automation_id=run.id, after=after, undo=action.undo))
        else:
            reason = run.reason if run is not None else "the automation was never started"
            self._record(state.id, ActionFailed(reason=reason[:1_000], undo=action.undo))

    def _record(self, incident_id: str, ended: ActionCompleted | ActionFailed) -> None:
        def decide(now: Incident) -> tuple[Fact, ...]:
            action = _action(now, ended.undo)
            return () if action is None or action.ended_at is not None else (ended,)

        record(self.store, incident_id, decide, distrust=self.distrust)

    def _observed(self, proposal: Proposal) -> dict[str, Any]:
        """What undoing compares, and what undoing needs: the target's state, as JSON."""
        remedy = self.remedies[proposal.runbook]
        state = self.resources.observe(remedy.runbook, proposal.target)
        return {name: state[name] for name in remedy.compare}

    def _differences(self, done: Action) -> tuple[str, ...]:
        now = self._observed(done.proposal)
        return tuple(
            f"{name}: {done.before.get(name)!r} before, {value!r} now"
            for name, value in now.items()
            if done.before.get(name) != value
        )


def run_token(incident_id: str, attempt: int, *, undo: bool) -> str:
    """The client token of an action: the same for every retry of it, a UUID as Automation wants it."""
    return str(uuid.uuid5(NAMESPACE, f"{incident_id}/{attempt}/{'undo' if undo else 'do'}"))


def _action(state: Incident, undo: bool) -> Action | None:
    return next((one for one in state.actions if one.undo is undo), None)


def _started(state: Incident, started: ActionStarted) -> tuple[Fact, ...]:
    return () if _action(state, started.undo) else start_action(state, started)
