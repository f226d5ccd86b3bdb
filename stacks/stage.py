"""A stage: the only deploy-time configuration, read from cdk.json."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from shared.domain.approval import DOING, MOST_REQUESTS
from shared.domain.autonomy import ANY, AutonomyRule
from shared.domain.clearance import Clearance
from shared.domain.consensus import Rules
from shared.domain.errors import InvalidConfiguration
from shared.domain.naming import Accounts
from shared.domain.policy import PolicyRules
from shared.domain.sign_in import SignIn, origin_of
from shared.runbooks.catalogue import remedies

DEFAULT_STAGE = "dev"
ROUNDS = 3
"""Of a vote, at most: one, and two clarifications."""
_Limit = Field(ge=5, le=900, strict=True)


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InvestigateSeconds(_Config):
    """How long the state machine waits for each agent's findings."""

    detection: int = _Limit
    diagnosis: int = _Limit
    prediction: int = _Limit
    resolution: int = _Limit


_ADDRESS = r"^[^@\s]{1,64}@[a-z0-9.-]{3,189}$"


class Email(_Config):
    """Who writes to whom, by SES: the sender is a verified identity of the account and Region."""

    sender: str = Field(pattern=_ADDRESS)
    to: str | None = Field(
        default=None, pattern=_ADDRESS, description="who hears of everything; none: people only"
    )


class Channels(_Config):
    """What is tried after Slack when Slack fails, in this order; each True gets a secret of its own."""

    pagerduty: bool = Field(default=False, strict=True)
    email: Email | None = None
    webhook: bool = Field(default=False, strict=True)


class Oidc(_Config):
    """Whose tokens open the dashboard's API; without it callers sign as AWS principals."""

    issuer: str = Field(pattern=r"^https://[a-z0-9.-]{1,253}(/[\w./~-]{0,200})?$")
    audience: tuple[str, ...] = Field(min_length=1, max_length=10, description="client ids")
    client_id: str = Field(
        pattern=r"^[\x21-\x7e]{1,255}$", description="the page's own, of a public client: it has no secret"
    )
    scope: str = Field(default="openid profile email", pattern=r"^[\x21\x23-\x5b\x5d-\x7e ]{1,500}$")
    token_origin: str | None = Field(
        default=None,
        pattern=r"^https://[a-z0-9.-]{1,253}$",
        description="where the token endpoint is, if not at the issuer's origin",
    )
    roles_claim: str = Field(
        pattern=r"^[A-Za-z][\w:./-]{0,127}$", description="a text, or a list of texts: the groups"
    )
    groups: dict[str, Clearance] = Field(
        default_factory=lambda: {one.value: one for one in Clearance},
        min_length=1,
        max_length=20,
        description="a group's whole name, as the issuer writes it, to what its members may do here",
    )

    @model_validator(mode="after")
    def _its_id_token_opens(self) -> Self:
        if self.client_id not in self.audience:
            raise ValueError("client_id must be one of audience: the page's ID tokens have it as their aud")
        if "openid" not in self.scope.split():
            raise ValueError("scope must contain openid: without it the issuer gives no ID token")
        return self

    @property
    def sign_in(self) -> SignIn:
        """What the page is told."""
        token_origin = self.token_origin or origin_of(self.issuer)
        return SignIn(
            issuer=self.issuer, client_id=self.client_id, scope=self.scope, token_origin=token_origin
        )


class StageConfig(PolicyRules):
    """One entry of `context.stages`."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]{1,15}$")
    watch_seconds: int = Field(ge=5, le=3600, strict=True, description="the regression watch")
    investigate_seconds: InvestigateSeconds
    vote_seconds: int = Field(ge=5, le=300, strict=True)
    approval_seconds: int = Field(
        default=1_800, ge=30, le=86_400, strict=True, description="how long people are waited for"
    )
    consensus: Rules = Field(default_factory=Rules, description="weights and thresholds of the vote")
    archive_lock: Literal["GOVERNANCE", "COMPLIANCE"] = Field(
        default="GOVERNANCE", description="who may delete early: a person with the right to bypass, or nobody"
    )
    archive_lock_days: int = Field(default=30, ge=1, le=3650, strict=True)
    replica_bucket_arn: str | None = Field(
        default=None,
        pattern=r"^arn:aws:s3:::[a-z0-9.-]{3,63}$",
        description="a bucket in another Region, with versions and Object Lock, that gets every copy too",
    )
    accounts: Accounts = Field(
        default_factory=Accounts, description="hub, sandbox and targets: where else the stage may act"
    )
    channels: Channels = Field(default_factory=Channels, description="beside Slack")
    daily_usd: int = Field(
        default=10, ge=1, le=100_000, strict=True, description="what incidents may cost us in 24 hours"
    )
    oidc: Oidc | None = Field(default=None, description="who may use the dashboard's API by a token")
    retain: bool = Field(default=False, strict=True, description="keep the data when the stage is destroyed")
    demo: bool = Field(default=False, strict=True, description="a patient may be broken on purpose")

    @field_validator("autonomy_by")
    @classmethod
    def _of_the_catalogue(cls, rules: tuple[AutonomyRule, ...]) -> tuple[AutonomyRule, ...]:
        unknown = {rule.runbook for rule in rules} - {ANY, *remedies()}
        if unknown:
            raise ValueError(f"there is no runbook {min(unknown)}")
        return rules

    @model_validator(mode="after")
    def _only_a_patient_is_broken(self) -> Self:
        if self.demo and not self.on_this_machine:
            raise ValueError(
                "demo: only `local` has a patient; elsewhere people depend on what would be broken"
            )
        return self

    @property
    def policy(self) -> PolicyRules:
        """What policy is configured with."""
        return PolicyRules(**{name: getattr(self, name) for name in PolicyRules.model_fields})

    @property
    def watch_poll_seconds(self) -> int:
        """How often the state machine looks: a fifth of the watch, at most every 15 s."""
        return min(15, max(1, self.watch_seconds // 5))

    @property
    def execution_seconds(self) -> int:
        """After which an execution is stuck: everything that it may wait for, each at its longest, and half
        an hour for what is done and undone.
        """
        asked = max(seconds for _, seconds in self.investigate_seconds) + ROUNDS * self.vote_seconds
        kept = max(remedy.runbook.expires_seconds or 0 for remedy in remedies().values())
        people = MOST_REQUESTS * self.approval_seconds
        return asked + people + self.watch_seconds + kept + int(DOING.total_seconds())

    @property
    def on_this_machine(self) -> bool:
        """Whether the functions run under this machine's Python, in the local AWS."""
        return self.name == "local"


def read_stage(stages: object, name: object) -> StageConfig:
    """The stage of that name.

    Args:
        stages: the value of `context.stages`.
        name: the value of `-c stage=`; None means `dev`.

    Raises:
        InvalidConfiguration: in one sentence, naming the key that is wrong.
    """
    if not isinstance(stages, Mapping) or not stages:
        raise InvalidConfiguration("stages: cdk.json declares none, or the CDK CLI did not read it")
    chosen = str(name or DEFAULT_STAGE)
    if chosen not in stages:
        raise InvalidConfiguration(f"stage: there is no {chosen!r}; cdk.json declares {', '.join(stages)}")
    given = stages[chosen]
    if not isinstance(given, Mapping) or "name" in given:
        raise InvalidConfiguration(f"stages.{chosen}: must be an object, without a name of its own")
    try:
        stage = StageConfig.model_validate({**given, "name": chosen})
        stage.consensus.checked()
    except InvalidConfiguration as error:
        raise InvalidConfiguration(f"stages.{chosen}.consensus.{error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"] if part != "name")
        raise InvalidConfiguration(f"stages.{chosen}{key and '.'}{key}: {_said(first)}") from error
    return stage


def _said(error: Mapping[str, Any]) -> str:
    return str(error["msg"]).removeprefix("Value error, ")
