"""A stage that is wrong is refused in one sentence that names the key."""

import json
from typing import Any

import pytest

from scripts.synth import REPOSITORY, SynthesisError, synth
from shared.domain.errors import InvalidConfiguration
from stacks.stage import StageConfig, read_stage

STAGES = json.loads((REPOSITORY / "cdk.json").read_text())["context"]["stages"]


ISSUER = {
    "issuer": "https://x.example",
    "audience": ["a"],
    "client_id": "a",
    "roles_claim": "groups",
}


def changed(**values: Any) -> dict[str, Any]:
    return {"local": {**STAGES["local"], **values}}


def test_every_declared_stage_is_valid() -> None:
    assert {name: read_stage(STAGES, name).autonomy for name in STAGES} == {
        "local": "L3",
        "dev": "L1",
        "prod": "L1",
    }


def test_only_the_local_stage_may_have_a_patient_to_break() -> None:
    assert [name for name in STAGES if read_stage(STAGES, name).demo] == ["local"]
    with pytest.raises(InvalidConfiguration, match=r"stages\.dev: demo: only `local` has a patient"):
        read_stage({"dev": {**STAGES["dev"], "demo": True}}, "dev")


def test_dev_is_the_default_and_only_prod_retains() -> None:
    assert read_stage(STAGES, None).name == "dev"
    assert [name for name in STAGES if read_stage(STAGES, name).retain] == ["prod"]


@pytest.mark.parametrize(
    ("stages", "sentence"),
    [
        (changed(vote_seconds="15"), "stages.local.vote_seconds: Input should be a valid integer"),
        (changed(vote_seconds=0), "stages.local.vote_seconds: Input should be greater than or equal to 5"),
        (
            changed(autonomy_by=[{"runbook": "restart-everything", "tier": "*", "level": "L3"}]),
            "stages.local.autonomy_by: there is no runbook restart-everything",
        ),
        (
            changed(autonomy_by=[{"runbook": "*", "tier": "*", "level": "L3"}] * 2),
            "stages.local.autonomy_by: two levels for runbook *, tier *",
        ),
        (
            changed(
                freezes=[{"from": "2026-11-27T00:00:00Z", "until": "2026-11-30T00:00:00", "reason": "sale"}]
            ),
            "stages.local.freezes.0.until: time must carry its zone; write it in UTC",
        ),
        (
            changed(freezes=[{"from": "2026-11-27", "until": "2026-11-26T00:00:00Z", "reason": "sale"}]),
            "stages.local.freezes.0.from: time must carry its zone; write it in UTC",
        ),
        (
            changed(actions_per_hour=0),
            "stages.local.actions_per_hour: Input should be greater than or equal to 1",
        ),
        (
            changed(oidc=ISSUER | {"issuer": "http://x"}),
            "stages.local.oidc.issuer: String should match pattern '^https://[a-z0-9.-]{1,253}(/[\\w./~-]{0,200})?$'",
        ),
        (
            changed(oidc=ISSUER | {"audience": []}),
            "stages.local.oidc.audience: Tuple should have at least 1 item after validation, not 0",
        ),
        (
            changed(oidc={name: value for name, value in ISSUER.items() if name != "client_id"}),
            "stages.local.oidc.client_id: Field required",
        ),
        (
            changed(oidc=ISSUER | {"client_id": "b"}),
            "stages.local.oidc: client_id must be one of audience: the page's ID tokens have it as their aud",
        ),
        (
            changed(oidc=ISSUER | {"scope": "profile"}),
            "stages.local.oidc: scope must contain openid: without it the issuer gives no ID token",
        ),
        (
            changed(oidc=ISSUER | {"token_origin": "https://x.example/token"}),
            "stages.local.oidc.token_origin: String should match pattern '^https://[a-z0-9.-]{1,253}$'",
        ),
        (changed(channels={"pager": True}), "stages.local.channels.pager: Extra inputs are not permitted"),
        (
            changed(channels={"email": {"sender": "commander", "to": "ops@example.com"}}),
            "stages.local.channels.email.sender: "
            r"String should match pattern '^[^@\s]{1,64}@[a-z0-9.-]{3,189}$'",
        ),
        (changed(autonomy="L4"), "stages.local.autonomy: Input should be 'L0', 'L1', 'L2' or 'L3'"),
        (
            changed(investigate_seconds={"detection": 20}),
            "stages.local.investigate_seconds.diagnosis: Field required",
        ),
        (
            changed(archive_lock="FOREVER"),
            "stages.local.archive_lock: Input should be 'GOVERNANCE' or 'COMPLIANCE'",
        ),
        (
            changed(archive_lock_days=0),
            "stages.local.archive_lock_days: Input should be greater than or equal to 1",
        ),
        (
            changed(replica_bucket_arn="bucket"),
            r"stages.local.replica_bucket_arn: String should match pattern '^arn:aws:s3:::[a-z0-9.-]{3,63}$'",
        ),
        (
            changed(accounts={"hub": "1" * 12, "targets": ["12"]}),
            "stages.local.accounts.targets.0: String should match pattern '^[0-9]{12}$'",
        ),
        (
            changed(accounts={"targets": ["1" * 12]}),
            "stages.local.accounts: hub is needed: the roles in the other accounts trust it",
        ),
        (
            changed(accounts={"hub": "1" * 12, "sandbox": "2" * 12, "targets": ["2" * 12]}),
            "stages.local.accounts: hub, sandbox and targets are different accounts",
        ),
        (
            changed(promotion={"precision_at_least": 1.5}),
            "stages.local.promotion.precision_at_least: Input should be a valid integer, "
            "got a number with a fractional part",
        ),
        (
            changed(promotion={"least_incidents": 0}),
            "stages.local.promotion.least_incidents: Input should be greater than or equal to 1",
        ),
        (
            changed(promotion={"wrong_actions": 1}),
            "stages.local.promotion.wrong_actions: Extra inputs are not permitted",
        ),
        (changed(demo="yes"), "stages.local.demo: Input should be a valid boolean"),
        (changed(retain="yes"), "stages.local.retain: Input should be a valid boolean"),
        (changed(colour="red"), "stages.local.colour: Extra inputs are not permitted"),
        (changed(name="dev"), "stages.local: must be an object, without a name of its own"),
        ({"local": None}, "stages.local: must be an object, without a name of its own"),
        ({"dev": {}}, "stage: there is no 'local'; cdk.json declares dev"),
        (None, "stages: cdk.json declares none, or the CDK CLI did not read it"),
    ],
)
def test_the_sentence_names_the_key(stages: object, sentence: str) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        read_stage(stages, "local")
    assert str(refused.value) == sentence


@pytest.mark.parametrize(("watch", "poll"), [(5, 1), (6, 1), (50, 10), (300, 15)])
def test_the_watch_is_looked_at_five_times_and_at_least_every_15_seconds(watch: int, poll: int) -> None:
    stage = StageConfig.model_validate({**STAGES["local"], "name": "local", "watch_seconds": watch})
    assert stage.watch_poll_seconds == poll


def test_app_py_says_it_in_one_line() -> None:
    with pytest.raises(SynthesisError) as refused:
        synth("staging")
    assert str(refused.value) == "stage: there is no 'staging'; cdk.json declares local, dev, prod"
