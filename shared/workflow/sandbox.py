"""The sandbox: before a remedy touches its target, it runs on that target's twin and is undone there."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.errors import PortError
from shared.domain.facts import Fact, SandboxStarted
from shared.domain.incident import Incident
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy
from shared.ports.event_store import Distrust, EventStore, record
from shared.ports.executor import Executor
from shared.ports.resources import ResourceReader
from shared.workflow.credentials import noting
from shared.workflow.recorded_values import plain, value_of
from shared.workflow.tokens import sandbox_token

RUNNING, DONE, FAILED, IMPOSSIBLE = "running", "done", "failed", "impossible"


@dataclass(frozen=True)
class Sandbox:
    """Another account with twins of the targets: the same ARNs but for the account."""

    store: EventStore
    distrust: Distrust
    remedies: Mapping[str, Remedy]
    executor: Executor
    resources: ResourceReader
    account: str

    def tried(self, state: Incident, proposal: Proposal) -> tuple[str, str]:
        """(`running`, `done`, `failed` or `impossible`, and in words); asked again until it is not running.

        Raises:
            PortError: something could not be asked, and may be later.
        """
        there = twin(proposal, self.account)
        done = self._started(state, there, undo=False)
        if done is None:
            return self._begin(state, there, undo=False)
        status, why = self._ended(state, done)
        if status != DONE:
            return status, why
        inverse = self.remedies[there.runbook].undo(there, value_of(done.before))
        if inverse is None:
            return DONE, "it ran in the sandbox"
        undone = self._started(state, there, undo=True)
        if undone is None:
            return self._begin(state, inverse, undo=True)
        status, why = self._ended(state, undone)
        return (DONE, "it ran in the sandbox, and was undone there") if status == DONE else (status, why)

    def _started(self, state: Incident, there: Proposal, *, undo: bool) -> SandboxStarted | None:
        tries = (one for one in state.sandbox if one.attempt == state.attempt and one.undo is undo)
        return next((one for one in tries if one.proposal.target == there.target), None)

    def _begin(self, state: Incident, there: Proposal, *, undo: bool) -> tuple[str, str]:
        try:
            before = self.resources.observe(self.remedies[there.runbook].runbook, there.target)
        except PortError as error:
            if error.retryable:
                raise
            return IMPOSSIBLE, f"the sandbox has no {there.target}: {error}"
        started = SandboxStarted(
            attempt=state.attempt,
            proposal=there,
            token=sandbox_token(state.id, state.attempt, undo=undo),
            before=plain(before),
            undo=undo,
        )

        def decide(now: Incident) -> tuple[Fact, ...]:
            return () if self._started(now, there, undo=undo) else (started,)

        record(self.store, state.id, decide, distrust=self.distrust)
        return self._run(state, started)

    def _run(self, state: Incident, started: SandboxStarted) -> tuple[str, str]:
        runbook = self.remedies[started.proposal.runbook].runbook
        note = noting(self.store, self.distrust, state, undo=started.undo)
        try:
            self.executor.start(runbook, started.proposal, state.id, started.token, note)
        except PortError as error:
            if error.retryable:
                raise
            return FAILED, f"in the sandbox: {error}"
        return RUNNING, ""

    def _ended(self, state: Incident, started: SandboxStarted) -> tuple[str, str]:
        run = self.executor.find(started.token, started.proposal.target)
        if run is None:  # whoever wrote that it starts did not live to start it
            return self._run(state, started)
        if run.status == "running":
            return RUNNING, ""
        verb = "its undo failed" if started.undo else "it failed"
        return (DONE, "") if run.status == "succeeded" else (FAILED, f"in the sandbox {verb}: {run.reason}")


def twin(proposal: Proposal, account: str) -> Proposal:
    """The same proposal on the target of that account; ARNs among the parameters move with it."""
    home = f":{proposal.target.split(':', 5)[4]}:"
    moved = {name: value.replace(home, f":{account}:") for name, value in proposal.parameters.items()}
    return proposal.model_copy(
        update={"target": proposal.target.replace(home, f":{account}:", 1), "parameters": moved}
    )
