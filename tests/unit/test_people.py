"""What people did is told from the ledger and the metrics without a guess, or not at all."""

from datetime import timedelta

import pytest

from shared.analysis.people import alike, seen, well_at
from shared.domain.facts import EscalatedToHuman
from shared.domain.facts.outcome import OTHER, Result
from shared.domain.incident import Incident
from shared.domain.runbook import Adopted
from shared.domain.service import Measure
from shared.domain.signal import Signal, SignalKind
from shared.ports.telemetry import Series
from shared.runbooks.catalogue import remedies
from tests.sample import NOON, opened, scale_out

BOOKS = [remedy.runbook for remedy in remedies().values()]
SERVICE = scale_out().target
POOL = "arn:aws:ssm:us-east-1:000000000000:parameter/shop/pool"
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/orders"
ON_SERVICES = {"restart-service", "roll-back-service-deployment", "scale-out-service"}
DECIDED, WELL = NOON + timedelta(minutes=2), NOON + timedelta(minutes=9)
STATE = Incident(
    id="INC-1",
    opened=opened(),
    detected_at=NOON,
    changed_at=NOON,
    decided_at=DECIDED,
    escalation=EscalatedToHuman(reason="advice-only"),
)


def change(text, resource=POOL, minutes=5):
    at = NOON + timedelta(minutes=minutes)
    return Signal(
        source="ssm",
        kind=SignalKind.CHANGE,
        service="checkout",
        resource=resource,
        text=text,
        at=at,
        key=text,
    )


@pytest.mark.parametrize(
    ("text", "resource", "runbooks"),
    [
        ("Update", POOL, {"restore-parameter"}),
        ("PutParameter", POOL, {"restore-parameter"}),
        ("Delete", POOL, set()),
        ("Update", SERVICE, set()),
        ("UpdateService", SERVICE, ON_SERVICES),
        ("SERVICE_DEPLOYMENT_COMPLETED", SERVICE, ON_SERVICES),
        ("UpdateTable", TABLE, {"raise-table-capacity", "switch-table-to-on-demand"}),
        ("PutParameter", "arn:aws:s3:::shop", set()),
    ],
)  # fmt: skip
def test_a_change_is_alike_by_its_call_and_its_resource(text, resource, runbooks):
    assert alike(change(text, resource), BOOKS) == runbooks


def test_what_an_adopted_document_does_is_not_known_so_nothing_is_alike():
    document = Adopted(name="Ours", version="1", sha256="0" * 64)
    book = remedies()["restore-parameter"].runbook.model_copy(update={"document": document})
    assert alike(change("PutParameter"), [book]) == frozenset()


@pytest.mark.parametrize(
    ("changes", "well", "did"),
    [
        ([change("Update")], WELL, "restore-parameter"),
        ([change("DeleteTable", TABLE), change("Update", minutes=6)], WELL, "restore-parameter"),
        ([change("Update"), change("DeleteTable", TABLE, 6)], WELL, OTHER),
        ([change("Update", minutes=1)], WELL, None),
        ([change("Update", minutes=10)], WELL, None),
        ([change("UpdateService", SERVICE)], WELL, None),
        ([change("Update")], None, None),
        ([], WELL, None),
    ],
)
def test_the_last_change_before_it_was_well_is_what_helped(changes, well, did):
    said = seen(STATE, changes, well, BOOKS)
    assert (said and said.did) == did
    if said:
        assert (said.result, said.resolved_at) == (Result.HELPED, WELL)


def test_it_is_well_once_the_last_values_are_within_the_baseline():
    start = NOON - timedelta(hours=2)
    times = tuple(start + timedelta(minutes=minute) for minute in range(180))
    ill = range(120, 150)
    values = tuple((2.0 if minute in ill else 0.1) + minute % 3 / 1000 for minute in range(180))
    found = well_at([Series("checkout", Measure.LATENCY, times, values)], NOON, DECIDED)
    assert found is not None
    assert start + timedelta(minutes=150) <= found <= start + timedelta(minutes=156)
    until = times.index(start + timedelta(minutes=149))
    sick = Series("checkout", Measure.LATENCY, times[:until], values[:until])
    assert well_at([sick], NOON, DECIDED) is None
    assert well_at([], NOON, DECIDED) is None
