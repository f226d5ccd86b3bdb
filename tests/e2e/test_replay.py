"""A recorded incident decided again: the same by today's rules, and named where another rule would differ."""

import json

import pytest

from scripts.replay.replay import Today, replay
from shared.domain.autonomy import Autonomy
from shared.domain.consensus import Rules
from shared.domain.service import Measure
from shared.runbooks.catalogue import remedies
from tests.e2e.storefront import Street
from tests.e2e.test_incidents import cascade
from tests.test_commander import commander

TODAY = Today(remedies(), Rules())


def events_of(street: Street):
    [events] = street.house.logs.events.values()
    return events


def backfired() -> Street:
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    return street


@pytest.mark.parametrize("incident", [cascade, backfired], ids=["cascade", "backfires"])
def test_the_same_code_and_configuration_decide_the_same_again(incident):
    events = events_of(incident())
    steps = replay(events, TODAY)
    assert len(steps) >= 3
    assert not [one for one in steps if one.differs]
    assert steps == replay(events, TODAY)


def test_another_rule_policy_or_catalogue_is_named_where_it_would_differ():
    events = events_of(cascade())

    def different(today):
        return [one.what for one in replay(events, today) if one.differs]

    assert different(Today(remedies(), Rules(min_confidence=960))) == ["tally of round 1"]
    assert different(Today(remedies(), Rules(), Autonomy.ADVISE)) == ["policy at L1"]
    assert different(Today({}, Rules())) == ["candidates", "policy at L3"]


def test_an_exported_bundle_is_replayed_on_the_command_line(tmp_path):
    bundle = tmp_path / "bundle.json"
    events = [{"key": "EVENT", "body": one.model_dump_json()} for one in events_of(cascade())]
    bundle.write_text(json.dumps({"events": events}))
    assert commander("replay", str(bundle)).returncode == 0
    assert commander("replay", str(bundle), "--autonomy", "L1").returncode == 1
    assert commander("replay", str(tmp_path / "nothing.json"), "--stage", "local").returncode == 2
