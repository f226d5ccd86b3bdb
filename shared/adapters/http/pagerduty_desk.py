"""PagerDuty's desk: who acknowledges or resolves a page there has said so here.

https://developer.pagerduty.com/docs/webhooks-overview and
https://developer.pagerduty.com/docs/verifying-webhook-signatures: the webhook is tried again after a timeout,
a 429 or a 5xx, and three that were refused otherwise in a row disable it for a day.
"""

from collections.abc import Mapping

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.adapters.http.pagerduty_key import incident_of
from shared.adapters.http.signing import holds
from shared.domain.errors import InvalidAnswer, NotGenuine
from shared.domain.identity import Identity, Where
from shared.ports.reception import Received
from shared.ports.secrets import KeptSecret
from shared.workflow.answers import Answers

HEARD = {"incident.acknowledged": False, "incident.resolved": True}
"""Type of event -> whether it says that it is over."""
USER = "user_reference"
"""An agent that is a person; what our own integration does has another type."""
SIGNATURES = 10
"""Of one request: two while its secret is changed."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Agent(_Part):
    id: str = Field(min_length=1, max_length=64)
    type: str
    summary: str | None = None


class _Incident(_Part):
    incident_key: str | None = None


class Told(_Part):
    """An event, as far as we read it."""

    id: str = Field(min_length=1, max_length=256)
    event_type: str
    occurred_at: AwareDatetime | None = None
    agent: _Agent | None = None
    data: _Incident | None = None

    @property
    def key(self) -> str:
        """The alert's key; empty: it came of none."""
        return (self.data.incident_key if self.data else None) or ""

    @property
    def of_a_person(self) -> bool:
        """Whether a person has acknowledged or resolved something that may be ours."""
        by = self.agent is not None and self.agent.type == USER
        return by and self.event_type in HEARD and bool(self.key)


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
        """Whether a person has said something there; a ping and all other events are welcome, and nothing."""
        told = self._secret.used(lambda secret: _checked(secret, received))
        return told is not None and told.of_a_person

    def act(self, received: Received) -> str:
        """Acknowledge; what is said of no incident of ours is nothing."""
        told = self._secret.used(lambda secret: _checked(secret, received))
        incident = incident_of(self._stage, told.key) if told else ""
        if told is None or told.agent is None or not told.of_a_person or not incident:
            return "ignored"
        who = Identity(where=Where.PAGERDUTY, id=told.agent.id, name=(told.agent.summary or "")[:256])
        over, at = HEARD[told.event_type], told.occurred_at
        said = self._answers.acknowledge(who, incident, told.id, over=over, said_at=at)
        return f"{told.event_type}: {said.outcome.value}"


def _checked(secret: Mapping[str, str], received: Received) -> Told | None:
    """The event, if it is of a kind that is heard."""
    given = received.headers.get("x-pagerduty-signature", "").split(",")[:SIGNATURES]
    key = secret.get("webhook_secret", "")
    versions = [one.strip().partition("=") for one in given]
    if not any(version == "v1" and holds(key, received.body, one) for version, _, one in versions):
        raise NotGenuine("PagerDuty: no signature holds")
    try:
        kind = _Envelope.model_validate_json(received.body).event.event_type
        return _Body.model_validate_json(received.body).event if kind in HEARD else None
    except (ValidationError, ValueError, RecursionError) as error:
        raise InvalidAnswer(f"PagerDuty: this is no event ({type(error).__name__})") from None
