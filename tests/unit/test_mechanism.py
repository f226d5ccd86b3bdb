"""The mechanism table: complete in both directions, and what explains more is preferred."""

import pytest

from shared.agents.clues import CAUSE_OF_CHANGE
from shared.domain.mechanism import MECHANISMS, Approach, Cause, Sign, explained
from shared.runbooks.catalogue import remedies


def test_each_cause_has_a_row_and_a_remedy_and_each_remedy_a_cause_that_has_a_row():
    assert set(MECHANISMS) == set(Cause)
    cured = set().union(*(one.runbook.causes for one in remedies().values()))
    assert cured == set(Cause)
    assert all(one.runbook.causes for one in remedies().values())


def test_whatever_is_announced_as_a_change_is_a_cause_that_a_change_brings():
    assert all(MECHANISMS[one].change for one in CAUSE_OF_CHANGE.values())


@pytest.mark.parametrize("cause", Cause)
def test_a_service_that_shows_nothing_has_no_cause(cause):
    assert explained([cause], []) is None


@pytest.mark.parametrize(
    ("signs", "cause"),
    [
        ({Sign.SURGING, Sign.AT_LIMIT, Sign.SLOW}, Cause.DDOS_ATTACK),
        ({Sign.FAILING}, Cause.DEPLOYMENT),
        ({Sign.MEMORY_FULL, Sign.SLOW}, Cause.DEPLOYMENT),
    ],
)
def test_of_all_causes_the_upper_row_explains(signs, cause):
    assert explained(list(Cause), signs) is cause


@pytest.mark.parametrize(
    ("signs", "cause"),
    [
        ({Sign.MEMORY_FULL, Sign.AT_LIMIT, Sign.SLOW}, Cause.MEMORY_LEAK),
        ({Sign.MEMORY_FULL, Sign.AT_LIMIT, Sign.SURGING}, None),
        ({Sign.AT_LIMIT, Sign.SLOW, Sign.FAILING}, Cause.SATURATION),
        ({Sign.AT_LIMIT, Sign.SURGING}, Cause.SATURATION),
        ({Sign.FAILING}, Cause.UNHEALTHY_INSTANCE),
        ({Sign.FAILING, Sign.AT_LIMIT}, Cause.SATURATION),
        ({Sign.SURGING}, None),
    ],
)
def test_a_full_memory_a_full_limit_and_a_sick_instance_are_told_apart(signs, cause):
    known = [Cause.MEMORY_LEAK, Cause.SATURATION, Cause.UNHEALTHY_INSTANCE]
    assert explained(known, signs) is cause


@pytest.mark.parametrize(
    ("approach", "ids"),
    [
        (Approach.UNDO_CHANGE, {"restore-parameter", "roll-back-alias", "roll-back-configuration"}),
        (Approach.LIFT_LIMIT, {"scale-out-service", "raise-database-connections"}),
        (Approach.REPLACE, {"restart-service", "replace-instance"}),
        (Approach.SHED_ORIGIN, {"block-address-range"}),
        (Approach.SHED_LOAD, {"throttle-api-stage", "tighten-rate-rule", "stop-query-source"}),
    ],
)
def test_the_order_of_remedies_is_data(approach, ids):
    assert ids <= {id_ for id_, one in remedies().items() if one.runbook.approach is approach}
    assert sorted(Approach) == [1, 2, 3, 4, 5]
