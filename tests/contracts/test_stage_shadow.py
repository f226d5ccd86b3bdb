"""`commander shadow` on moto's AWS: people's words in the log, the report, and what it lets be promoted."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import boto3
import pytest

from scripts.commander.reached import Reached
from scripts.operator_log import CLOCK
from scripts.shadow.stage import StageShadow
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.kms_authority import KmsSigner
from shared.analysis.scorecard import Grade
from shared.domain.autonomy import Autonomy, Promotion
from shared.domain.errors import CommandRefused, IncidentNotFound
from shared.domain.events import Head, head_of
from shared.domain.facts import ActionWithheld, Author, EscalatedToHuman, HumanOutcome
from shared.domain.facts.outcome import Result
from shared.domain.policy import PolicyConfig
from shared.domain.service import Service, ServiceCatalogue, Tier
from shared.settings import Setting
from tests.policies import HERE, request
from tests.sample import opened, scale_out

RULE = Promotion(least_incidents=2, precision_at_least=300, wrong_action_at_most=700)
CONFIG = PolicyConfig(autonomy=Autonomy.ADVISE, places=frozenset({HERE}), promotion=RULE)
SHOP = ServiceCatalogue(services=(Service(name="checkout", application="shop", tier=Tier.CRITICAL),))
SAME = scale_out().runbook
WITHHELD = ActionWithheld(
    proposal=scale_out(), autonomy="L1", reasons=("advice-only",), asked=request(autonomy="L1")
)


@dataclass(frozen=True)
class Deployed:
    """The workflow function's settings."""

    def get_function_configuration(self, **_: Any) -> dict[str, Any]:
        return {"Environment": {"Variables": {Setting.POLICY.value: CONFIG.model_dump_json()}}}


@dataclass(frozen=True)
class Stage:
    """Two tables' worth of a stage in one; incidents are written by their authors."""

    shadow: StageShadow
    write: Callable[..., None]

    def incident(self, id_: str) -> None:
        self.write(id_, Author.DETECTION, opened(CLOCK.now() - timedelta(hours=2)))
        self.write(id_, Author.WORKFLOW, WITHHELD, EscalatedToHuman(reason="advice-only"))

    def says(self, id_: str, did: str = SAME, result: Result = Result.HELPED, **more: Any) -> None:
        self.shadow.enter(id_, HumanOutcome(did=did, result=result, by="ada", **more))


@pytest.fixture
def stage(aws: boto3.Session, table: str) -> Stage:
    kms, dynamodb = aws.client("kms"), aws.client("dynamodb")
    keys = {
        author: kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
        for author in (Author.DETECTION, Author.WORKFLOW, Author.OPERATOR)
    }

    def write(id_: str, author: Author, *facts: Any, key: Author | None = None) -> None:
        store = DynamodbEventStore(dynamodb, table, author, KmsSigner(kms, keys[key or author]), CLOCK)
        events = store.read(id_)
        store.append(id_, head_of(events) if events else Head(), facts)

    def client(name: str) -> Any:
        return Deployed() if name == "lambda" else aws.client(name)

    DynamodbCatalogue(dynamodb, table).save(SHOP)
    outputs = {"EventsTable": table, "StateTable": table, "WorkflowFunction": "workflow"}
    outputs["AuditKeys"] = json.dumps({author.value: key for author, key in keys.items()})
    return Stage(StageShadow(Reached(client, outputs)), write)


def test_what_people_say_is_in_the_log_and_earns_a_level_once(stage: Stage) -> None:
    for id_ in ("INC-1", "INC-2"):
        stage.incident(id_)
        stage.says(id_, resolved_at=CLOCK.now())
    [row] = stage.shadow.report()
    assert (row.level, row.promote_to, row.missing) == (Autonomy.ADVISE, Autonomy.APPROVE, ())
    change = stage.shadow.promote(SAME, Tier.CRITICAL)
    assert (change.level, change.reason) == (Autonomy.APPROVE, "shadow: right in 2 of 2")
    [row] = stage.shadow.report()
    assert (row.level, row.cases) == (Autonomy.APPROVE, ())
    with pytest.raises(CommandRefused, match="right in 0 incidents of the 2"):
        stage.shadow.promote(SAME, Tier.CRITICAL)


def test_what_is_not_earned_needs_a_reason(stage: Stage) -> None:
    stage.incident("INC-1")
    stage.says("INC-1", result=Result.HARMED)
    with pytest.raises(CommandRefused, match="wrong actions may be as many as 100 %, at most 70 %"):
        stage.shadow.promote(SAME, Tier.CRITICAL)
    assert stage.shadow.promote(SAME, Tier.CRITICAL, "the drill").reason == "forced: the drill"
    assert stage.shadow.promote("restart-service", Tier.SUPPORTING, "the drill").level == Autonomy.APPROVE
    assert stage.shadow.promote(SAME, Tier.CRITICAL, "the drill").level == Autonomy.AUTONOMOUS
    with pytest.raises(CommandRefused, match="highest level"):
        stage.shadow.promote(SAME, Tier.CRITICAL, "the drill")


def test_what_nobody_with_the_operators_key_said_counts_for_nothing(stage: Stage) -> None:
    stage.incident("INC-1")
    forged = HumanOutcome(did=SAME, result=Result.HELPED, by="mallory")
    stage.write("INC-1", Author.OPERATOR, forged, key=Author.DETECTION)
    [row] = stage.shadow.report()
    assert [case.grade for case in row.cases] == [None]
    stage.says("INC-1")
    assert [case.grade for case in stage.shadow.report()[0].cases] == [Grade.RIGHT]


def test_what_cannot_be_is_refused(stage: Stage) -> None:
    stage.incident("INC-1")
    with pytest.raises(CommandRefused, match="there is no runbook reboot-everything; say `other`"):
        stage.says("INC-1", did="reboot-everything")
    for away in (timedelta(hours=-3), timedelta(hours=1)):
        with pytest.raises(CommandRefused, match="it was resolved after that, and not in the future"):
            stage.says("INC-1", resolved_at=CLOCK.now() + away)
    with pytest.raises(IncidentNotFound):
        stage.says("INC-9")
    with pytest.raises(CommandRefused, match="there is no runbook reboot-everything"):
        stage.shadow.promote("reboot-everything", Tier.CRITICAL)
