"""PagerDuty's desk: who acknowledges, resolves, reopens or reassigns a page there has said so here.

https://developer.pagerduty.com/docs/webhooks-overview and
https://developer.pagerduty.com/docs/verifying-webhook-signatures: the webhook is tried again after a timeout,
a 429 or a 5xx, and three that were refused otherwise in a row disable it for a day.
"""

from collections.abc import Mapping

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from shared.adapters.http.pagerduty_key import found_in
from shared.adapters.http.signing import holds
from shared.domain.answer import Outcome
from shared.domain.errors import InvalidAnswer, NotGenuine
from shared.domain.identity import Identity, Where
from shared.ports.reception import Received
from shared.ports.secrets import KeptSecret
from shared.workflow.answers import Answers
from shared.workflow.ownership import Resolution
from shared.workflow.said import Said

SEEN, UNSEEN, OVER, AGAIN, GIVEN = (
    "incident.acknowledged",
    "incident.unacknowledged",
    "incident.resolved",
    "incident.reopened",
    "incident.reassigned",
)
HEARD = frozenset({SEEN, UNSEEN, OVER, AGAIN, GIVEN})
USER = "user_reference"
"""An agent that is a person; what our own integration does has another type."""
SIGNATURES = 10
"""Of one request: two while its secret is changed."""
CLOSED_THERE = Resolution("closed in PagerDuty; what was done was not said there")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Agent(_Part):
    id: str = Field(min_length=1, max_length=64)
    type: str = ""
    summary: str | None = None


class _Incident(_Part):
    assignees: tuple[_Agent, ...] = ()


class Told(_Part):
    """An event, as far as we read it."""

    id: str = Field(min_length=1, max_length=256)
    event_type: str
    occurred_at: AwareDatetime | None = None
    agent: _Agent | None = None
    data: dict[str, JsonValue] | None = None

    @property
    def heard(self) -> bool:
        """Whether a person has said something that may be ours, or nobody has come back to it in time."""
        by_person = self.agent is not None and self.agent.type == USER
        return self.event_type in HEARD and (by_person or self.event_type == UNSEEN) and bool(self.data)

    @property
    def assignees(self) -> tuple[_Agent, ...]:
        """Who was given it there.

        Raises:
            ValidationError: that cannot be read.
        """
        return _Incident.model_validate(self.data or {}).assignees


class _Body(_Part):
    event: Told


class _Kind(_Part):
    event_type: str


class _Envelope(_Part):
    event: _Kind


class PagerDutyDesk:
    """The secret gives webhook_secret. Whoever the directory does not know is `pagerduty:<id>`."""

    def __init__(self, secret: KeptSecret, answers: Answers, stage: str) -> None:
        self._secret, self._answers, self._stage = secret, answers, stage

    def take(self, received: Received) -> bool:
        """Whether something was said there; a ping and all other events are welcome, and nothing."""
        told = self._secret.used(lambda secret: _checked(secret, received))
        return told is not None and bool(self._incident(told))

    def act(self, received: Received) -> str:
        """Do as they said; what is said of no incident of ours is nothing."""
        told = self._secret.used(lambda secret: _checked(secret, received))
        incident = self._incident(told) if told else ""
        if told is None or not incident:
            return "ignored"
        said = self._said(told, incident)
        return f"{told.event_type}: {said.outcome.value if said else 'nobody here was meant'}"

    def _incident(self, told: Told) -> str:
        return found_in(self._stage, told.data) if told.heard and told.data else ""

    def _said(self, told: Told, incident: str) -> Said | None:
        agent = told.agent or _Agent(id="nobody")
        who = Identity(where=Where.PAGERDUTY, id=agent.id, name=(agent.summary or "")[:256])
        answers, at = self._answers, told.occurred_at
        match told.event_type:
            case "incident.unacknowledged":
                return answers.expire(incident, who, told.id, at)
            case "incident.resolved":
                return self._over(who, incident, told)
            case "incident.reopened":
                said = answers.reopen(who, incident, "reopened in PagerDuty", told.id, at, vouched=True)
                # what had only been closed there was never over here: it is as if nobody had seen it
                return answers.expire(incident, who, told.id, at) if said.outcome is Outcome.ALREADY else said
            case "incident.reassigned":
                return self._given(who, incident, told)
        return answers.acknowledge(who, incident, told.id, said_at=at)

    def _over(self, who: Identity, incident: str, told: Told) -> Said:
        """An end, of who may end what people have; while the machine has it, and of others, it is seen."""
        said = self._answers.resolve(who, incident, CLOSED_THERE, told.id, told.occurred_at)
        if said.outcome not in (Outcome.NOT_YOURS, Outcome.TOO_LATE):
            return said
        return self._answers.acknowledge(who, incident, told.id, over=True, said_at=told.occurred_at)

    def _given(self, who: Identity, incident: str, told: Told) -> Said | None:
        """Handed on to the first whom the directory knows; who is a stranger here is given nothing."""
        directory = self._answers.directory.directory()
        known = (directory.known_as(Where.PAGERDUTY, one.id) for one in told.assignees)
        to = next((one.id for one in known if one is not None), None)
        reason = "reassigned in PagerDuty"
        return self._answers.hand_on(who, incident, to, reason, told.id) if to else None


def _checked(secret: Mapping[str, str], received: Received) -> Told | None:
    """The event, if it is of a kind that is heard."""
    given = received.headers.get("x-pagerduty-signature", "").split(",")[:SIGNATURES]
    key = secret.get("webhook_secret", "")
    versions = [one.strip().partition("=") for one in given]
    if not any(version == "v1" and holds(key, received.body, one) for version, _, one in versions):
        raise NotGenuine("PagerDuty: no signature holds")
    try:
        kind = _Envelope.model_validate_json(received.body).event.event_type
        if kind not in HEARD:
            return None
        told = _Body.model_validate_json(received.body).event
        _ = told.assignees
    except (ValidationError, ValueError, RecursionError) as error:
        raise InvalidAnswer(f"PagerDuty: this is no event ({type(error).__name__})") from None
    return told
