"""What every store of recordings keeps: bytes by their digest, once, whatever is laid over them."""

import gzip
import hashlib

import boto3
import pytest

from shared.adapters.aws.s3_recordings import S3Recordings
from shared.adapters.local.memory_recordings import MemoryRecordings
from shared.domain.errors import PortError
from shared.ports.recordings import Recordings
from shared.workflow.looking import MOST_BYTES

BODY = '{"é":[1.5,null]}'.encode()
DIGEST = hashlib.sha256(BODY).hexdigest()
CUT = gzip.compress(BODY, mtime=0)[:9]
KEY = f"inputs/inc-1/{DIGEST}.json.gz"


@pytest.fixture
def bucket(aws: boto3.Session) -> str:
    where = {"LocationConstraint": "eu-central-1"}
    aws.client("s3").create_bucket(
        Bucket="archive", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True
    )
    return "archive"


@pytest.fixture(params=["memory", "aws"])
def recordings(request: pytest.FixtureRequest) -> Recordings:
    if request.param == "memory":
        return MemoryRecordings()
    name: str = request.getfixturevalue("bucket")
    return S3Recordings(request.getfixturevalue("aws").client("s3"), name)


def test_bytes_come_back_by_their_digest(recordings: Recordings) -> None:
    assert recordings.keep("inc-1", BODY) == DIGEST
    assert recordings.keep("inc-1", b"") != DIGEST
    assert recordings.read("inc-1", DIGEST) == BODY


def test_the_same_again_changes_nothing(recordings: Recordings) -> None:
    assert {recordings.keep("inc-1", BODY) for _ in range(3)} == {DIGEST}
    assert recordings.read("inc-1", DIGEST) == BODY


def test_what_is_not_kept_or_is_another_incidents_is_none(recordings: Recordings) -> None:
    recordings.keep("inc-10", BODY)
    assert recordings.read("inc-1", DIGEST) is None
    assert recordings.read("inc-1", "0" * 64) is None


def test_it_is_put_only_where_nothing_is(aws: boto3.Session, bucket: str) -> None:
    s3 = aws.client("s3")
    for _ in range(2):
        S3Recordings(s3, bucket).keep("inc-1", BODY)
    versions = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert [each["Key"] for each in versions] == [KEY]
    assert gzip.decompress(s3.get_object(Bucket=bucket, Key=KEY)["Body"].read()) == BODY


@pytest.mark.parametrize(
    "other",
    [b"", b"no gzip", gzip.compress(b"another", mtime=0), CUT],
    ids=["empty", "no gzip", "another", "cut"],
)
def test_what_was_laid_over_or_hidden_is_seen_through(aws: boto3.Session, bucket: str, other: bytes) -> None:
    s3 = aws.client("s3")
    recordings = S3Recordings(s3, bucket)
    recordings.keep("inc-1", BODY)
    s3.put_object(Bucket=bucket, Key=KEY, Body=other)
    assert recordings.read("inc-1", DIGEST) == BODY
    s3.delete_object(Bucket=bucket, Key=KEY)
    assert recordings.read("inc-1", DIGEST) == BODY


def test_other_content_alone_is_none(aws: boto3.Session, bucket: str) -> None:
    aws.client("s3").put_object(Bucket=bucket, Key=KEY, Body=gzip.compress(b"another"))
    assert S3Recordings(aws.client("s3"), bucket).read("inc-1", DIGEST) is None


def test_what_is_too_large_or_has_no_bucket_is_a_port_error(aws: boto3.Session) -> None:
    recordings = S3Recordings(aws.client("s3"), "nobody")
    with pytest.raises(PortError, match="at most"):
        recordings.keep("inc-1", bytes(MOST_BYTES + 1))
    with pytest.raises(PortError):
        recordings.keep("inc-1", BODY)
    with pytest.raises(PortError):
        recordings.read("inc-1", DIGEST)
