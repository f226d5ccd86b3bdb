"""What every service catalogue keeps."""

import boto3
import pytest
from pydantic import ValidationError

from shared.adapters.aws.dynamodb_catalogue import DynamodbCatalogue
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.domain.errors import InvalidConfiguration, PortError
from shared.domain.service import Measure, MetricSource, Service, ServiceCatalogue

SHOP = ServiceCatalogue(
    services=(
        Service(
            name="api",
            application="shop",
            depends_on=("db",),
            metrics={Measure.LATENCY: MetricSource(namespace="Shop", name="Latency", statistic="p99")},
            resources={"parameter": "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/pool"},
        ),
        Service(name="db", application="shop", log_group="/shop/db"),
    )
)


@pytest.fixture(params=["local", "aws"])
def catalogue(request: pytest.FixtureRequest) -> MemoryCatalogue | DynamodbCatalogue:
    if request.param == "local":
        return MemoryCatalogue()
    client, table = request.getfixturevalue("aws").client("dynamodb"), request.getfixturevalue("table")
    return DynamodbCatalogue(client, table)


def test_it_is_empty_until_one_is_saved(catalogue: MemoryCatalogue | DynamodbCatalogue) -> None:
    assert catalogue.services().services == ()
    catalogue.save(SHOP)
    assert catalogue.services() == SHOP
    catalogue.save(ServiceCatalogue(services=SHOP.services[1:]))
    assert list(catalogue.services().by_name) == ["db"]


def test_one_that_contradicts_itself_is_not_saved(catalogue: MemoryCatalogue | DynamodbCatalogue) -> None:
    with pytest.raises(InvalidConfiguration, match="no service 'db'"):
        catalogue.save(ServiceCatalogue(services=SHOP.services[:1]))
    assert catalogue.services().services == ()


def test_everything_that_is_wrong_is_said_at_once_with_its_path_and_what_to_write(
    catalogue: MemoryCatalogue | DynamodbCatalogue,
) -> None:
    web, db = SHOP.services
    odd = (
        web.model_copy(update={"time_zone": "Europe/Berln", "depends_on": ("db", "dbb")}),
        db.model_copy(update={"time_zone": "/etc/localtime"}),
        db,
    )
    with pytest.raises(InvalidConfiguration) as raised:
        catalogue.save(ServiceCatalogue(services=odd))
    assert str(raised.value).split("; ") == [
        "services: a service name appears twice: 'db'",
        "rename all but one",
        "services.api.depends_on: no service 'dbb'",
        "name one of this file",
        "services.api.time_zone: no zone 'Europe/Berln'",
        "give an IANA name, as in Europe/Berlin",
        "services.db.time_zone: no zone '/etc/localtime'",
        "give an IANA name, as in Europe/Berlin",
    ]
    assert catalogue.services().services == ()


@pytest.mark.parametrize("users", [-1, -20_000])
def test_fewer_than_no_users_are_refused(users: int) -> None:
    plain = {"services": [{"name": "web", "application": "shop", "users": users}]}
    with pytest.raises(ValidationError, match=r"services\.0\.users"):
        ServiceCatalogue.model_validate(plain)


def test_an_item_that_is_no_catalogue_is_refused(aws: boto3.Session, table: str) -> None:
    item = {"pk": {"S": "CATALOGUE"}, "sk": {"S": "SERVICES"}, "body": {"S": '{"services": [1]}'}}
    aws.client("dynamodb").put_item(TableName=table, Item=item)
    with pytest.raises(PortError, match="load it again") as raised:
        DynamodbCatalogue(aws.client("dynamodb"), table).services()
    assert not raised.value.retryable


def test_a_table_that_is_not_there_is_a_port_error(aws: boto3.Session) -> None:
    with pytest.raises(PortError, match="GetItem"):
        DynamodbCatalogue(aws.client("dynamodb"), "none").services()
