"""The auditor of a stage whose log was spoilt from end to end."""

import json

from scripts.audit.auditor import Auditor
from scripts.commander.reached import Reached
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.aws.kms_authority import KmsSigner
from shared.adapters.aws.s3_archive import S3Archive
from shared.adapters.local.manual_clock import ManualClock
from shared.domain.audit_finding import Kind
from shared.domain.events import Head, head_of
from shared.domain.facts import Author
from shared.domain.model import canonical_json
from tests.sample import SENT, opened

EVENTS = 105


def test_more_events_than_one_transaction_takes_are_repaired(aws, table):
    kms, dynamodb, s3 = aws.client("kms"), aws.client("dynamodb"), aws.client("s3")
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_bucket_versioning(Bucket="kept", VersioningConfiguration={"Status": "Enabled"})
    keys = {
        author: kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
        for author in (Author.DETECTION, Author.COMMUNICATION, Author.OPERATOR, Author.ANCHOR)
    }
    stores = {
        author: DynamodbEventStore(dynamodb, table, author, KmsSigner(kms, key), ManualClock())
        for author, key in keys.items()
    }
    made = stores[Author.DETECTION].append("I1", Head(), [opened()])
    while len(made) < EVENTS:
        more = [SENT] * min(99, EVENTS - len(made))
        made += stores[Author.COMMUNICATION].append("I1", head_of(made), more)
    for event in made:
        body = canonical_json(event.plain()).decode()
        S3Archive(s3, "kept").keep("I1", event.version, body)
        place = {"pk": {"S": "INCIDENT#I1"}, "sk": {"S": f"EVENT#{event.version:012d}"}}
        dynamodb.put_item(TableName=table, Item={**place, "body": {"S": body.replace("console", "nobody")}})
    outputs = {
        "AuditKeys": json.dumps({author.value: key for author, key in keys.items()}),
        "ArchiveBucket": "kept",
        "EventsTable": table,
    }
    auditor = Auditor(Reached(aws.client, outputs))
    repaired = auditor.repair("I1")
    assert [one.version for one in repaired] == list(range(EVENTS + 1, EVENTS + len(repaired) + 1))
    assert len(repaired) > 99
    assert {one.kind for one in auditor.verify("I1")} <= {Kind.REPAIRED, Kind.ANCHOR_MISSING}
