"""A real incident, recorded: what agents saw is in the bucket under its digest, and says the same again."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from scripts.audit.auditor import Auditor
from scripts.commander.main import application
from scripts.commander.reached import Reached
from scripts.demo.play import perform
from scripts.demo.stage import Stage, deployed
from scripts.demo.voice import Voice
from scripts.local_aws.process import LocalAws
from scripts.patient.storefront import Storefront
from scripts.scenarios import get
from scripts.synth import REPOSITORY
from shared.domain.events import Event
from tests.local_aws.test_faults import forbid

pytestmark = pytest.mark.local_aws


@dataclass(frozen=True)
class Recorded:
    """A stage in which the cascade was resolved, while the prediction agent could keep no recording."""

    stage: Stage
    events: tuple[Event, ...]

    @property
    def incident(self) -> str:
        return self.events[0].incident_id

    def commander(self, *words: str) -> tuple[int, str]:
        asked = [*words, "--stage", "LOCAL"]  # `local` would be the detached local AWS
        done = CliRunner(env=self.stage.aws.environment()).invoke(application(asked), asked)
        return done.exit_code, done.stdout


@pytest.fixture(scope="module")
def recorded() -> Iterator[Recorded]:
    with LocalAws() as aws:
        storefront = Storefront(aws)
        storefront.create()
        stage = deployed(aws, lambda _line: None)
        stage.watch_over(storefront.catalogue)
        forbid("PredictionFunction", "s3:PutObject")(stage)
        with storefront:
            run = perform(get("database_cascade"), stage, storefront, Voice(Console(file=io.StringIO())))
        assert run.incident is not None
        assert run.incident.status == "resolved"
        yield Recorded(stage, stage.events(run.incident.id))


def test_every_answer_names_a_recording_that_is_there_but_those_that_could_not_be_kept(recorded) -> None:
    auditor = Auditor(Reached(recorded.stage.client, recorded.stage.outputs))
    kept = auditor.inputs(auditor.case(recorded.incident))
    answers = [one for one in recorded.events if one.type in ("FindingsSubmitted", "BallotCast")]
    assert len(answers) >= 8
    for answer in answers:
        expected = answer.recorded_by.value != "prediction"
        assert (answer.data["inputs"] in kept) is expected, (answer.type, answer.recorded_by)
        assert (answer.data["spans"] in kept) is expected, (answer.type, answer.recorded_by)


def test_every_look_is_explained_and_its_spans_are_in_the_functions_log(recorded) -> None:
    code, said = recorded.commander("explain", recorded.incident, "--json")
    accounts = {one["agent"]: one["looks"] for one in json.loads(said)["reasoning"]["agents"]}
    assert code == 0
    assert {one["trace"] for one in accounts["prediction"]} == {"not kept"}
    for agent in ("detection", "diagnosis", "resolution"):
        for look in accounts[agent]:
            assert (look["trace"], look["input_tokens"]) == ("read", 0)
            assert look["milliseconds"] > 0
            assert look["computed"]
    client, name = recorded.stage.client, recorded.stage.outputs["DiagnosisFunction"]
    group = client("lambda").get_function_configuration(FunctionName=name)["LoggingConfig"]["LogGroup"]
    found = client("logs").filter_log_events(logGroupName=group, filterPattern='"resourceSpans"')["events"]
    requests = [json.loads(one["message"])["resourceSpans"][0]["scopeSpans"][0] for one in found]
    names = {span["name"] for one in requests for span in one["spans"]}
    assert {"invoke_agent diagnosis", "step the metrics", "execute_tool telemetry.series"} <= names


def test_nobody_who_is_none_of_our_roles_may_put_there(recorded) -> None:
    s3, bucket = recorded.stage.client("s3"), recorded.stage.outputs["ArchiveBucket"]
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.put_object(Bucket=bucket, Key=f"inputs/{recorded.incident}/x", Body=b"x")


def test_it_is_replayed_the_same_and_its_bundle_holds_offline(recorded, tmp_path: Path) -> None:
    code, said = recorded.commander("replay", recorded.incident, "--json")
    shown = json.loads(said)
    assert (code, shown["differs"]) == (0, 0), shown
    asked = [one["what"] for one in shown["steps"] if not one["apart"]]
    assert "diagnosis findings" in asked
    assert "prediction findings" not in asked
    bundle = tmp_path / "bundle.json"
    assert recorded.commander("audit", "export", recorded.incident, "--out", str(bundle))[0] == 0
    assert json.loads(bundle.read_text())["inputs"]
    verifier = REPOSITORY / "scripts" / "audit" / "verify_bundle.py"
    checked = subprocess.run(
        [sys.executable, "-I", "-S", str(verifier), str(bundle)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    assert recorded.commander("replay", str(bundle))[0] == 0
