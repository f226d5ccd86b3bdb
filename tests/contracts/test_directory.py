"""What every place that keeps the stakeholder directory keeps."""

import boto3
import pytest

from shared.adapters.aws.dynamodb_directory import DynamodbDirectory
from shared.adapters.local.memory_directory import MemoryDirectory
from shared.domain.directory import Directory
from shared.domain.errors import InvalidConfiguration, PortError
from shared.ports.directory import DirectorySource
from tests.people_sample import PEOPLE


@pytest.fixture(params=["local", "aws"])
def source(request: pytest.FixtureRequest) -> DirectorySource:
    if request.param == "local":
        return MemoryDirectory()
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbDirectory(client, table)


def test_it_is_empty_until_one_is_saved_and_the_last_one_counts(source: DirectorySource) -> None:
    assert source.directory() == Directory()
    source.save(PEOPLE)
    assert source.directory() == PEOPLE
    source.save(Directory(people=PEOPLE.people[2:]))
    assert list(source.directory().by_id) == ["cy", "di", "ed"]


def test_one_that_contradicts_itself_is_not_saved(source: DirectorySource) -> None:
    source.save(PEOPLE)
    with pytest.raises(InvalidConfiguration, match="nobody is 'ada'"):
        source.save(Directory(people=PEOPLE.people[1:], teams=PEOPLE.teams))
    assert source.directory() == PEOPLE


def test_an_item_that_is_no_directory_is_refused(aws: boto3.Session, table: str) -> None:
    item = {"pk": {"S": "DIRECTORY"}, "sk": {"S": "PEOPLE"}, "body": {"S": '{"people": [1]}'}}
    aws.client("dynamodb").put_item(TableName=table, Item=item)
    with pytest.raises(PortError, match="people set") as raised:
        DynamodbDirectory(aws.client("dynamodb"), table).directory()
    assert not raised.value.retryable


def test_a_table_that_is_not_there_is_a_port_error(aws: boto3.Session) -> None:
    with pytest.raises(PortError, match="GetItem"):
        DynamodbDirectory(aws.client("dynamodb"), "none").directory()
