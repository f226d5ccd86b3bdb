"""Asking the agents on behalf of the state machine's waiting states."""

from dataclasses import dataclass

from shared.domain.commands import reuse_findings
from shared.domain.facts import Fact
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.ports.clock import Clock
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.standing import Standing
from shared.ports.workflow import WaitingRoom, Workflow, waiting_key
from shared.workflow.coordination import answered


@dataclass(frozen=True)
class Asking:
    """Asks an agent on behalf of a waiting state."""

    store: EventStore
    waiting: WaitingRoom
    workflow: Workflow
    standing: Standing
    clock: Clock
    distrust: Distrust

    def ask(self, incident_id: str, execution: str, what: str, agent: str, token: str) -> None:
        """Leave the token, then look whether the answer is there already: neither order loses one.

        Nobody waits for findings of an agent whose breaker is open: what this log has of it from the last
        five minutes stands in for them. What it sends in time counts, and replaces that.
        """
        self.waiting.wait(waiting_key(execution, what, agent), token)
        if answered(load(self.store, incident_id, self.distrust), what, agent):
            self.workflow.complete(token, {"agent": agent})
        elif what == "findings" and not self.standing.allows(AgentName(agent)):
            self.workflow.complete(
                token, {"agent": agent, "breaker": "open", **self._reused(incident_id, agent)}
            )

    def _reused(self, incident_id: str, agent: str) -> dict[str, object]:
        def decide(state: Incident) -> tuple[Fact, ...]:
            return reuse_findings(state, AgentName(agent), self.clock.now())

        state = record(self.store, incident_id, decide, distrust=self.distrust)
        reused = state.reused.get(AgentName(agent))
        return {"cached": True, "age_seconds": reused.age_seconds} if reused else {}
