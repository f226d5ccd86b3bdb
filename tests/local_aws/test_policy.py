"""`commander policy` on a deployed stage: why an action may be done, the switch, the levels, the tags."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from scripts.commander.main import application
from scripts.demo.stage import Stage, deployed
from scripts.local_aws.process import LocalAws
from scripts.local_aws.state import ACCOUNT, REGION
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.kms_authority import KmsSigner
from shared.adapters.local.system_clock import SystemClock
from shared.domain.errors import CommanderError
from shared.domain.events import Event, head_of
from shared.domain.facts import ActionWithheld, Author, EscalatedToHuman, SeverityChanged
from shared.domain.proposal import Proposal
from shared.domain.service import Service, ServiceCatalogue, Tier
from tests.policies import request
from tests.sample import opened

pytestmark = pytest.mark.local_aws

CLOCK = SystemClock()
POOL, SECRET = "/shop/pool", "/shop/secret"
ARN = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
WEB = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/web"
REMEDY = ("--runbook", "restore-parameter", "--service")


def service(name: str, **resources: str) -> Service:
    return Service(name=name, application="shop", tier=Tier.IMPORTANT, resources=resources)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Two services with a parameter each, of which one is protected, as is an ECS service."""
    with LocalAws() as aws:
        made = deployed(aws, lambda _line: None)
        made.watch_over(
            ServiceCatalogue(
                services=(
                    service("checkout", parameter=f"{ARN}{POOL}"),
                    service("vault", parameter=f"{ARN}{SECRET}"),
                    service("web", ecs_service=WEB),
                )
            )
        )
        ssm, ecs = made.client("ssm"), made.client("ecs")
        protected = {"commander:protected": "true"}
        ssm.put_parameter(Name=POOL, Value="5", Type="String")
        tags = [{"Key": key, "Value": value} for key, value in protected.items()]
        ssm.put_parameter(Name=SECRET, Value="5", Type="String", Tags=tags)
        ecs.create_cluster(clusterName="shop")
        container = {"name": "app", "image": "app", "memory": 64}
        task = ecs.register_task_definition(family="web", containerDefinitions=[container])["taskDefinition"]
        ecs.create_service(
            cluster="shop",
            serviceName="web",
            taskDefinition=task["taskDefinitionArn"],
            desiredCount=0,
            tags=[{"key": key, "value": value} for key, value in protected.items()],
        )
        yield made


def commander(stage: Stage, *words: str, says: str = "", group: str = "policy") -> tuple[int, str]:
    """Exit code and output, with the administrator's credentials in the environment."""
    asked = [group, *words, "--stage", "LOCAL"]  # `local` would be the detached local AWS
    done = CliRunner(env=stage.aws.environment()).invoke(application(asked), asked, input=says)
    if isinstance(done.exception, CommanderError):
        raise done.exception
    return done.exit_code, done.stdout


def explained(stage: Stage, *words: str) -> tuple[int, str, list[str]]:
    code, said = commander(stage, "explain", *words, "--json")
    found: dict[str, Any] = json.loads(said)
    return code, found["outcome"], [rule["id"] for rule in found["rules"]]


def test_an_action_is_permitted_by_a_rule_in_words(stage: Stage) -> None:
    code, said = commander(stage, "explain", *REMEDY, "checkout")
    first, second = said.splitlines()
    assert (code, first) == (0, "permit: restore-parameter on checkout (important, L3)")
    assert second.startswith("  autonomous: at L3 a reversible or transient remedy")


def test_it_can_be_imagined_otherwise(stage: Stage) -> None:
    asks = (1, "needs_approval", ["approved"])
    assert explained(stage, *REMEDY, "checkout", "--level", "L2") == asks
    permitted = explained(stage, *REMEDY, "checkout", "--level", "L2", "--approvals", "1")
    assert permitted == (0, "permit", ["approved"])
    assert explained(stage, *REMEDY, "checkout", "--decision", "human") == (1, "deny", ["decided-by-vote"])


@pytest.mark.parametrize(
    "remedy", [(*REMEDY, "vault"), ("--runbook", "scale-out-service", "--service", "web")]
)
def test_what_is_tagged_protected_is_left_alone(stage: Stage, remedy: tuple[str, ...]) -> None:
    assert explained(stage, *remedy) == (1, "deny", ["protected-target"])


def test_the_switch_stops_everything_until_it_is_turned_back(stage: Stage) -> None:
    assert commander(stage, "stop", "--reason", "it deletes things", says="n\n")[0] == 1
    assert explained(stage, *REMEDY, "checkout")[1] == "permit"
    assert commander(stage, "stop", "--reason", "it deletes things", says="y\n")[0] == 0
    assert explained(stage, *REMEDY, "checkout", "--approvals", "2") == (1, "deny", ["kill-switch"])
    assert "it deletes things" in commander(stage, "show")[1]
    assert commander(stage, "resume", "--reason", "it does not", "--yes")[0] == 0
    assert explained(stage, *REMEDY, "checkout")[1] == "permit"


def test_a_person_sets_a_level_for_a_tier(stage: Stage) -> None:
    words = ("level", "restore-parameter", "important", "L1", "--reason", "not yet", "--yes")
    assert commander(stage, *words)[0] == 0
    assert explained(stage, *REMEDY, "checkout", "--approvals", "2") == (1, "deny", ["advice-only"])
    assert explained(stage, *REMEDY, "vault")[2] == ["advice-only", "protected-target"]
    shown = json.loads(commander(stage, "show", "--json")[1])
    [level] = shown["levels"]["set"]
    assert (level["level"], level["reason"]) == ("L1", "not yet")
    assert f":{ACCOUNT}:" in level["by"]
    assert commander(stage, *words[:3], "L3", *words[4:])[0] == 0
    assert explained(stage, *REMEDY, "checkout")[1] == "permit"


def test_an_incident_is_graded_again_once_and_by_whom_aws_knows(stage: Stage) -> None:
    signer = KmsSigner(stage.client("kms"), json.loads(stage.outputs["AuditKeys"])["detection"])
    table = stage.outputs["EventsTable"]
    store = DynamodbEventStore(stage.client("dynamodb"), table, Author.DETECTION, signer, CLOCK)
    store.append("INC-GRADED", head_of(()), [opened(CLOCK.now())])
    words = ("INC-GRADED", "low", "--reason", "one shop only")
    code, said = commander(stage, *words, group="severity")
    assert (code, said.startswith("INC-GRADED: graded low by ")) == (0, True)
    assert "graded low already" in commander(stage, *words, group="severity")[1]
    [graded] = [one.fact for one in stage.events("INC-GRADED") if one.type == "SeverityChanged"]
    assert isinstance(graded, SeverityChanged)
    assert (graded.severity, graded.reason) == ("low", "one shop only")
    assert said == f"INC-GRADED: graded low by {graded.by}\n"
    shown = json.loads(commander(stage, "INC-GRADED", "--json", group="explain")[1])
    assert (shown["severity"], shown["graded"][0]["by"]) == ("low", graded.by)


def withheld(stage: Stage) -> None:
    """An incident of checkout whose remedy was kept back, as its authors would have written it."""
    keys = json.loads(stage.outputs["AuditKeys"])
    remedy = Proposal(
        runbook="restore-parameter",
        version=1,
        service="checkout",
        target=f"{ARN}{POOL}",
        parameters={"Name": POOL, "Value": "20"},
    )
    asked = request(runbook=remedy.runbook, target=remedy.target, tier="important", autonomy="L1")
    said = ActionWithheld(proposal=remedy, autonomy="L1", reasons=("advice-only",), asked=asked)
    written: tuple[Event, ...] = ()
    for author, fact in (
        (Author.DETECTION, opened(CLOCK.now())),
        (Author.WORKFLOW, said),
        (Author.WORKFLOW, EscalatedToHuman(reason="advice-only", suggestion=remedy)),
    ):
        signer = KmsSigner(stage.client("kms"), keys[author.value])
        table = stage.outputs["EventsTable"]
        store = DynamodbEventStore(stage.client("dynamodb"), table, author, signer, CLOCK)
        written += store.append("INC-SHADOW", head_of(written), [fact])


def test_a_level_is_earned_by_what_people_say(stage: Stage) -> None:
    pair = ("restore-parameter", "important")
    assert commander(stage, "level", *pair, "L1", "--reason", "new here", "--yes")[0] == 0
    withheld(stage)
    code, said = commander(stage, "report", group="shadow")
    assert code == 0
    assert "not graded, `commander shadow enter` says what people did: INC-SHADOW" in said
    words = ("enter", "INC-SHADOW", "--did", "restore-parameter", "--helped")
    assert commander(stage, *words, group="shadow") == (
        0,
        "INC-SHADOW: people did restore-parameter, which helped\n",
    )
    [row] = json.loads(commander(stage, "report", "--json", group="shadow")[1])
    assert (row["runbook"], row["tier"], row["precision"]["count"]) == ("restore-parameter", "important", 1)
    promoting = ("promote", *pair, "--yes")
    with pytest.raises(CommanderError, match="right in 1 incidents of the 20 that are asked for"):
        commander(stage, *promoting, group="shadow")
    forced = commander(stage, *promoting, "--force", "--reason", "a drill", group="shadow")
    assert forced == (0, "restore-parameter is at L2 for important services (forced: a drill)\n")
    assert explained(stage, *REMEDY, "checkout")[1] == "needs_approval"
