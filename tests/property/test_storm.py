"""Whatever the streams and the network do, an incident ends as on a calm day, and nothing happens twice."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache

import pytest

from scripts.bench.writers import forks, gaps
from tests.property.storm import day

pytestmark = pytest.mark.long


def essence(street):
    """What must not depend on the weather: everything but order, versions and identities."""
    incident = street.incident()
    [events] = street.house.logs.events.values()
    return {
        "status": incident.status,
        "outcome": incident.machine_ended.outcome,
        "winner": incident.certificate.proposal.digest,
        "findings": {agent: one.candidates for agent, one in incident.findings.items()},
        "ballots": {
            one.ballot.agent: (one.ballot.approves, one.ballot.confidence) for one in incident.ballots
        },
        "done": [(one.proposal.digest, one.undo, one.failed) for one in incident.actions],
        "executed": [one.digest for one in street.patient.actions],
        "told": Counter(one.data["about"] for one in events if one.type == "NotificationSent"),
        # A session that nobody used is written down too: a start that was interrupted asks for another.
        "log": Counter(one.type for one in events if one.type != "CredentialsIssued"),
    }


@cache
def calm():
    return essence(day(None))


@pytest.mark.parametrize("seed", range(5))
def test_a_stormy_day_ends_as_a_calm_one_and_its_replay_changes_nothing(seed):
    street = day(random.Random(seed))
    [events] = street.house.logs.events.values()
    assert sum(street.house.logs.met.values()) >= 5, "no storm"
    assert (gaps(events), forks(events)) == (0, 0)
    assert essence(street) == calm()
    sent = [one.data for one in events if one.type == "NotificationSent"]
    assert len(sent) == len({(one["channel"], one["version"]) for one in sent})
    street.house.replay_everything()
    assert street.house.logs.events[events[0].incident_id] == events
