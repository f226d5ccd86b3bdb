"""One incident at a time on a target and on what depends on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.domain.errors import CommandRefused
from shared.domain.facts import Fact, TargetBusy, TargetLocked
from shared.domain.incident import Incident
from shared.domain.proposal import Proposal
from shared.domain.service import ServiceCatalogue
from shared.ports.catalogue import CatalogueSource
from shared.ports.event_store import Distrust, EventStore, load, record
from shared.ports.locks import Busy, Lease, Locks
from shared.workflow.proof import Proof

SECONDS = 900
"""Of a lease; every look at the action renews it. Longer than any session's right lasts, so that whoever
comes after a lost lease meets no credential that still works."""
LOCKED, BUSY, FREE_AGAIN = "locked", "busy", "free_again"


@dataclass(frozen=True)
class Leases:
    """Takes, keeps and gives back the leases of an incident, and writes them into its log."""

    store: EventStore
    distrust: Distrust
    locks: Locks
    catalogue: CatalogueSource
    proof: Proof

    def lock(self, incident_id: str) -> str:
        """`locked`; `busy` while another incident has it; then `free_again`, and nothing is taken.

        What was decided while another incident changed the target was decided about another target.

        Raises:
            InvalidCertificate, CommandRefused: this incident may not act.
        """
        state = load(self.store, incident_id, self.distrust)
        keys = lock_keys(self.catalogue.services(), self.proof.of(state))
        if self._renewed(state):
            return LOCKED
        answer = self.locks.acquire(keys, incident_id, SECONDS)
        if isinstance(answer, Busy):
            busy = TargetBusy(attempt=state.attempt, key=answer.key, owner=answer.owner)
            self._record(incident_id, lambda now: () if now.busy else (busy,))
            return BUSY
        if state.busy is not None:
            self.locks.release(keys, incident_id)
            return FREE_AGAIN
        self._record(incident_id, lambda _now: (_locked(state, keys, answer),))
        return LOCKED

    def keep(self, state: Incident) -> None:
        """Renew what this attempt holds.

        Raises:
            CommandRefused: it holds nothing any more.
        """
        if state.lock is None or not self._renewed(state):
            raise CommandRefused(f"{state.id}: its lease of the target was lost")

    def regain(self, state: Incident) -> bool:
        """Whether it holds the target, taken again if need be: putting things back must not wait for long."""
        if self._renewed(state):
            return True
        done = state.action(undo=False)
        if done is None:
            return False
        keys = lock_keys(self.catalogue.services(), done.proposal)
        lease = self.locks.acquire(keys, state.id, SECONDS)
        if isinstance(lease, Lease):
            self._record(state.id, lambda _now: (_locked(state, keys, lease),))
        return isinstance(lease, Lease)

    def _renewed(self, state: Incident) -> bool:
        held = state.lock
        return held is not None and bool(self.locks.renew(held.keys, state.id, held.fence, SECONDS))

    def _record(self, incident_id: str, decide: Callable[[Incident], Sequence[Fact]]) -> None:
        record(self.store, incident_id, decide, distrust=self.distrust)


def _locked(state: Incident, keys: Sequence[str], lease: Lease) -> TargetLocked:
    return TargetLocked(attempt=state.attempt, keys=tuple(keys), fence=lease.fence, until=lease.until)


def give_back(locks: Locks, catalogue: ServiceCatalogue, state: Incident) -> None:
    """Release whatever the incident may hold, also what it took without living to write it down."""
    if state.lock is not None:  # as they were taken: the catalogue may have changed since
        locks.release(state.lock.keys, state.id)
    decided = [state.certificate.proposal] if state.certificate else []
    for proposal in (*decided, *(one.proposal for one in state.actions)):
        locks.release(lock_keys(catalogue, proposal), state.id)


def lock_keys(catalogue: ServiceCatalogue, proposal: Proposal) -> tuple[str, ...]:
    """The target, its service, and every service that depends on it."""
    return (proposal.target, *catalogue.above(proposal.service))
