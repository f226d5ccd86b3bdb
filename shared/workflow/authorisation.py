"""Whether the winner may be done: the catalogue, its target, and what policy says about it now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.approval import MOST_REQUESTS, Approval
from shared.domain.errors import CommanderError, CommandRefused
from shared.domain.facts import ActionAuthorised, ActionWithheld, Fact
from shared.domain.incident import Incident
from shared.domain.policy import Outcome, PolicyRequest, Verdict
from shared.domain.proposal import Proposal
from shared.domain.runbook import Remedy
from shared.ports.catalogue import CatalogueSource
from shared.ports.event_store import Distrust, EventStore, record
from shared.workflow.asking_people import AskingPeople

PERMITTED, APPROVAL, DENIED = "permitted", "approval", "denied"
Judge = Callable[[Incident, Proposal], tuple[PolicyRequest, Verdict]]


@dataclass(frozen=True)
class Authorisation:
    """Default deny. Asked again after an approval: what policy looks at may have changed meanwhile."""

    store: EventStore
    distrust: Distrust
    remedies: Mapping[str, Remedy]
    catalogue: CatalogueSource
    judge: Judge
    people: AskingPeople

    def authorise(self, incident_id: str) -> str:
        """`permitted`, `approval` (people are asked) or `denied`, written down with the reasons.

        Raises:
            CommandRefused: nothing was decided.
            PortError: policy could not find out what it asks for, and may later.
        """

        def decide(state: Incident) -> tuple[Fact, ...]:
            if state.authorised or state.withheld:
                return ()
            if state.certificate is None:
                raise CommandRefused(f"{incident_id}: nothing was decided, so nothing can be authorised")
            return self._judged(state, state.certificate.proposal)

        state = record(self.store, incident_id, decide, distrust=self.distrust)
        if state.authorised is not None:
            return PERMITTED
        return APPROVAL if state.withheld is None and state.approval is not None else DENIED

    def _judged(self, state: Incident, proposal: Proposal) -> tuple[Fact, ...]:
        against = self._misfits(proposal)
        if against:
            return (ActionWithheld(proposal=proposal, autonomy="", reasons=against),)
        asked, verdict = self.judge(state, proposal)
        level, reasons = asked.autonomy or "unknown", verdict.reasons
        if verdict.outcome is Outcome.PERMIT:
            return (ActionAuthorised(proposal=proposal, autonomy=level, reasons=reasons, asked=asked),)
        if verdict.outcome is Outcome.NEEDS_APPROVAL and _may_ask(state.approval):
            return (self.people.request(state, verdict),)
        if verdict.outcome is Outcome.NEEDS_APPROVAL and state.approval and state.approval.open:
            return ()
        return (ActionWithheld(proposal=proposal, autonomy=level, reasons=reasons, asked=asked),)

    def _misfits(self, proposal: Proposal) -> tuple[str, ...]:
        remedy = self.remedies.get(proposal.runbook)
        if remedy is None:
            return (f"{proposal.runbook} is not in the catalogue",)
        try:
            remedy.runbook.check(proposal)
            service = self.catalogue.services().get(proposal.service)
        except CommanderError as error:
            return (str(error),)
        if service.resources.get(remedy.runbook.resource) != proposal.target:
            return (f"{proposal.target} is not a resource of {service.name}",)
        return ()


def _may_ask(approval: Approval | None) -> bool:
    """Whether people may be asked: first, or once more since their yes is not what policy wants by now.

    A no, or silence, is an answer, and nobody is asked again.
    """
    return approval is None or (approval.granted and approval.number < MOST_REQUESTS)
