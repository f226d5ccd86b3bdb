"""What every archive keeps: each body once, the first one for good, whatever comes again."""

from dataclasses import dataclass
from datetime import UTC, datetime

import boto3
import pytest

from shared.adapters.aws.s3_anchors import S3Anchors
from shared.adapters.aws.s3_archive import S3Archive
from shared.adapters.local.memory_anchors import MemoryAnchors
from shared.adapters.local.memory_archive import MemoryArchive
from shared.domain.audit_records import Anchor, Stored
from shared.domain.errors import PortError
from shared.ports.anchors import Anchors
from shared.ports.archive import Archive, DifferentCopy

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class World:
    archive: Archive
    anchors: Anchors


@pytest.fixture
def bucket(aws: boto3.Session) -> str:
    s3 = aws.client("s3")
    where = {"LocationConstraint": "eu-central-1"}
    s3.create_bucket(Bucket="archive", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True)
    return "archive"


@pytest.fixture(params=["memory", "aws"])
def world(request: pytest.FixtureRequest) -> World:
    if request.param == "memory":
        return World(MemoryArchive(), MemoryAnchors())
    name: str = request.getfixturevalue("bucket")
    s3 = request.getfixturevalue("aws").client("s3")
    return World(S3Archive(s3, name), S3Anchors(s3, name))


def anchor(version: int = 1, hash_: str = "h", minute: int = 0) -> Anchor:
    return Anchor(
        incident_id="inc-1", version=version, hash=hash_, at=NOW.replace(minute=minute), mac=f"m{minute}"
    )


def test_bodies_come_back_by_version_byte_for_byte(world: World) -> None:
    bodies = {10: '{"a":"é"}', 2: "{}", 1: ""}
    for version, body in bodies.items():
        world.archive.keep("inc-1", version, body)
    world.archive.keep("inc-10", 1, "another incident's")
    expected = tuple(Stored(version=version, bodies=(bodies[version],)) for version in (1, 2, 10))
    assert world.archive.copies("inc-1") == expected
    assert world.archive.incident_ids() == ("inc-1", "inc-10")


def test_the_same_again_changes_nothing(world: World) -> None:
    for _ in range(3):
        world.archive.keep("inc-1", 1, "{}")
    assert world.archive.copies("inc-1") == (Stored(version=1, bodies=("{}",)),)


def test_another_body_is_refused_for_good_and_the_first_stays(world: World) -> None:
    world.archive.keep("inc-1", 1, "{}")
    with pytest.raises(DifferentCopy) as refused:
        world.archive.keep("inc-1", 1, "{ }")
    assert not refused.value.retryable
    assert world.archive.copies("inc-1") == (Stored(version=1, bodies=("{}",)),)


def test_nothing_is_kept_of_who_is_unknown(world: World) -> None:
    assert (world.archive.copies("inc-1"), world.anchors.anchors("inc-1")) == ((), ())
    assert world.archive.incident_ids() == ()


def test_an_anchor_of_the_same_head_stays_as_it_was_whenever_it_is_put_again(world: World) -> None:
    for minute in (1, 2):
        world.anchors.put(anchor(minute=minute))
    assert world.anchors.anchors("inc-1") == (Stored(version=1, bodies=(anchor(minute=1).body(),)),)


def test_an_anchor_of_another_head_is_refused(world: World) -> None:
    world.anchors.put(anchor())
    with pytest.raises(DifferentCopy):
        world.anchors.put(anchor(hash_="x"))
    world.anchors.put(anchor(version=2))
    assert [each.version for each in world.anchors.anchors("inc-1")] == [1, 2]


def test_what_was_laid_over_or_hidden_is_told_and_the_first_body_stays_in_sight(
    aws: boto3.Session, bucket: str
) -> None:
    s3 = aws.client("s3")
    archive, key = S3Archive(s3, bucket), "events/inc-1/000000000001.json"
    archive.keep("inc-1", 1, "first")
    s3.put_object(Bucket=bucket, Key=key, Body=b"second")
    assert archive.copies("inc-1") == (Stored(version=1, bodies=("first", "second")),)
    s3.delete_object(Bucket=bucket, Key=key)
    assert archive.copies("inc-1") == (Stored(version=1, bodies=("first", "second"), hidden=True),)
    assert archive.incident_ids() == ("inc-1",)


def test_a_key_that_is_not_ours_is_no_copy(aws: boto3.Session, bucket: str) -> None:
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="events/inc-1/readme.txt", Body=b"")
    s3.put_object(Bucket=bucket, Key="events/inc-1/000000000000.json", Body=b"")
    assert S3Archive(s3, bucket).copies("inc-1") == ()


def test_an_anchor_over_what_is_no_anchor_is_refused(aws: boto3.Session, bucket: str) -> None:
    aws.client("s3").put_object(Bucket=bucket, Key="anchors/inc-1/000000000001.json", Body=b"{")
    with pytest.raises(DifferentCopy):
        S3Anchors(aws.client("s3"), bucket).put(anchor())


def test_a_bucket_that_is_not_there_is_a_port_error(aws: boto3.Session) -> None:
    archive = S3Archive(aws.client("s3"), "nobody")
    with pytest.raises(PortError):
        archive.keep("inc-1", 1, "{}")
    with pytest.raises(PortError):
        archive.copies("inc-1")
