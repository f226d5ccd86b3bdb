"""What every line to a patient does: orders in their order, once; and the patient's last word."""

from datetime import UTC, datetime

import boto3
import pytest

from shared.adapters.aws.dynamodb_patient_line import DynamodbPatientLine
from shared.adapters.local.memory_patient_line import MemoryPatientLine
from shared.domain.errors import PortError
from shared.ports.patient_line import Choice, Done, Order, PatientLine, PatientState, Verb

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def order(id_: str, verb: Verb = Verb.START) -> Order:
    return Order(id=id_, verb=verb, name="memory_leak", by="ada", at=NOON)


@pytest.fixture(params=["memory", "aws"])
def line(request: pytest.FixtureRequest) -> PatientLine:
    if request.param == "memory":
        return MemoryPatientLine()
    made = DynamodbPatientLine(request.getfixturevalue("aws").client("dynamodb"))
    made.create()
    made.create()
    return made


def test_orders_are_heard_in_their_order_until_something_became_of_them(line: PatientLine) -> None:
    for id_ in ("02", "01", "03"):
        line.order(order(id_))
    assert [one.id for one in line.pending()] == ["01", "02", "03"]
    assert line.done("01") is None
    line.finish(Done(id="01", ok=True, said="started"))
    assert [one.id for one in line.pending()] == ["02", "03"]
    assert line.done("01") == Done(id="01", ok=True, said="started")


def test_the_last_word_of_the_patient_counts(line: PatientLine) -> None:
    assert line.state() is None
    healthy = PatientState(at=NOON, serving=True, scenarios=(Choice(name="a", title="A"),))
    line.tell(healthy)
    line.tell(healthy.model_copy(update={"scenario": "a"}))
    assert line.state() == healthy.model_copy(update={"scenario": "a"})


def test_where_no_patient_ever_was_nobody_answers_and_no_order_is_taken(aws: boto3.Session) -> None:
    line = DynamodbPatientLine(aws.client("dynamodb"))
    assert line.state() is None
    assert line.done("01") is None
    with pytest.raises(PortError):
        line.order(order("01"))
