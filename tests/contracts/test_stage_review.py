"""A deployed stage's incident is reviewed: `commander review`, on moto."""

import boto3
import pytest

from scripts.commander.reached import Reached
from scripts.commander.review import of_stage
from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.aws.dynamodb_event_store import DynamodbEventStore
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.domain.errors import IncidentNotFound
from shared.domain.events import Head
from shared.domain.facts import Author
from tests.sample import opened
from tests.unit.test_words import SHOP


def test_the_log_is_read_and_priced_by_the_stages_services(aws: boto3.Session, table: str) -> None:
    client = aws.client("dynamodb")
    reached = Reached(aws.client, {"EventsTable": table, "StateTable": table})
    with pytest.raises(IncidentNotFound):
        of_stage(reached, "INC-1")
    DynamodbCatalogue(client, table).save(SHOP)
    store = DynamodbEventStore(client, table, Author.DETECTION, MemorySigner(b"key"), ManualClock())
    store.append("INC-1", Head(), [opened()], cause="signal")
    text = of_stage(reached, "INC-1")
    assert text.startswith("# INC-1: checkout is slow\n")
    assert "- **Broken:** checkout (critical, 5,000 users)" in text
