"""A deployed stage's policy, with the caller's own credentials: asked as the workflow function asks it."""

from dataclasses import dataclass
from functools import cached_property

from scripts.commander.reached import Reached
from shared.adapters.aws.dynamodb_action_history import DynamodbActionHistory
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_controls import DynamodbControls
from shared.adapters.aws.tagging_tags import TaggingTags
from shared.adapters.local.system_clock import SystemClock
from shared.domain.autonomy import Autonomy
from shared.domain.errors import CommandRefused, InvalidConfiguration
from shared.domain.facts import IncidentDetected
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.policy import Outcome, PolicyConfig, PolicyRequest
from shared.domain.proposal import Proposal
from shared.domain.service import Service
from shared.domain.signal import Signal, SignalKind
from shared.policies.cedar import CedarEngine
from shared.runbooks.catalogue import remedies
from shared.settings import Setting
from shared.workflow.judging import Judging

CLOCK = SystemClock()


@dataclass(frozen=True)
class StagePolicy:
    """Over what the stage's tables and its workflow function say."""

    reached: Reached

    @cached_property
    def engine(self) -> CedarEngine:
        """The rules of this checkout."""
        return CedarEngine()

    @cached_property
    def controls(self) -> DynamodbControls:
        """The stage's kill switch and levels."""
        return DynamodbControls(self.reached.client("dynamodb"), self.reached.outputs["StateTable"], CLOCK)

    @cached_property
    def config(self) -> PolicyConfig:
        """What the workflow function was deployed with.

        Raises:
            InvalidConfiguration: it was deployed by a version that knew no policy.
        """
        name = self.reached.outputs["WorkflowFunction"]
        found = self.reached.client("lambda").get_function_configuration(FunctionName=name)
        given = found["Environment"]["Variables"].get(Setting.POLICY.value)
        if given is None:
            raise InvalidConfiguration(f"{name} has no policy: deploy the stage again")
        return PolicyConfig.model_validate_json(given)

    @cached_property
    def catalogue(self) -> DynamodbCatalogue:
        """The stage's services."""
        return DynamodbCatalogue(self.reached.client("dynamodb"), self.reached.outputs["StateTable"])

    def permits(self, asked: PolicyRequest) -> bool:
        """Whether it would be done at L3, by itself or when people say yes."""
        at_most = {"autonomy": Autonomy.AUTONOMOUS, "approvers": frozenset[str]()}
        return self.engine.decide(asked.model_copy(update=at_most)).outcome is not Outcome.DENY

    @property
    def caller(self) -> str:
        """Who asks: the ARN that AWS knows them by."""
        return str(self.reached.client("sts").get_caller_identity()["Arn"])

    def of_incident(self, incident_id: str) -> PolicyRequest:
        """What policy was asked about the incident's remedy; what it would be asked now, if it was not.

        Raises:
            IncidentNotFound: there is none.
            CommandRefused: no remedy was decided or suggested.
        """
        state = fold(self.reached.events(incident_id))
        for said in (state.authorised, state.withheld):
            if said is not None and said.asked is not None:
                return said.asked
        suggested = state.escalation.suggestion if state.escalation else None
        proposal = state.certificate.proposal if state.certificate else suggested
        if proposal is None:
            raise CommandRefused(f"{incident_id}: no remedy was decided or suggested")
        return self._judging.request(state, proposal)

    def of_remedy(self, runbook: str, service: str) -> PolicyRequest:
        """What policy would be asked about a runbook on a service's own resource, in an incident there.

        Raises:
            UnknownService: it is not in the stage's catalogue.
            CommandRefused: there is no such runbook, or the service has nothing that it acts on.
        """
        remedy, found = remedies().get(runbook), self.catalogue.services().get(service)
        target = found.resources.get(remedy.runbook.resource) if remedy else None
        if remedy is None or target is None:
            known = ", ".join(
                id_ for id_, one in remedies().items() if one.runbook.resource in found.resources
            )
            raise CommandRefused(f"{runbook} is no runbook for {service}; these are: {known or 'none'}")
        proposal = Proposal(runbook=runbook, version=remedy.runbook.version, service=service, target=target)
        return self._judging.request(_imagined(found), proposal)

    @cached_property
    def _judging(self) -> Judging:
        client = self.reached.client("dynamodb")
        return Judging(
            self.engine,
            self.config,
            self.controls,
            DynamodbActionHistory(client, self.reached.outputs["StateTable"], CLOCK),
            TaggingTags(lambda _, service: self.reached.client(service)),
            self.catalogue,
            remedies(),
            CLOCK,
        )


def _imagined(service: Service) -> Incident:
    """A critical incident of the service, which is in no log."""
    now = CLOCK.now()
    opened = IncidentDetected(
        signal=Signal(
            source="policy", kind=SignalKind.OBSERVATION, service=service.name, at=now, key="policy"
        ),
        service=service.name,
        application=service.application,
        services=(service.name,),
        tier=service.tier,
        classification="imagined",
        severity="critical",
        confidence=1000,
        summary="imagined, to ask policy",
        started_at=now,
        symptoms=(),
    )
    return Incident(id="imagined", opened=opened, detected_at=now, changed_at=now)
