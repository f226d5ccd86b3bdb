"""Runs without a liar: how they end, and by how much weight, now and before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from scripts.patient.alarms import ALARMS
from scripts.scenarios import get, scenarios
from shared.domain.consensus import RULES
from shared.domain.facts import ActionStarted, ConsensusReached
from tests.e2e.storefront import Patient, Street
from tests.sweep.agents import HONEST, Rules
from tests.sweep.run import Baseline, Case, Run
from tests.sweep.world import HISTORY

BEFORE = {
    "bad_deployment": 1000,
    "database_cascade": 1000,
    "ddos_attack": 1000,
    "healthy": None,
    "memory_leak": 700,
    "remedy_backfires": 900,
    "restart_meets_cold_cache": 900,
    "rollback_after_migration": 1000,
    "scale_out_starves_database": 900,
}
"""Weight that approved what was executed first on commit 55214fc, whose agents followed support."""
DEPLOYED = "memory_leak, 20 minutes after an innocent deployment"


@dataclass(frozen=True)
class Row:
    """One run."""

    name: str
    wanted: str
    ended: str
    executed: tuple[tuple[str, str], ...]  # runbook and service of each attempt
    weight: int | None  # of the first execution's approvers
    before: int | None
    wrong: bool  # it ended otherwise, or something was executed that nobody would defend


def rows(rules: Rules = HONEST) -> Iterator[Row]:
    """Every scenario, and a leak that somebody could blame on a deployment."""
    for name in scenarios():
        yield _row(name, name, Street(voters=tuple(rules.voters().values())))
    street = Street(voters=tuple(rules.voters().values()), patient=lambda clock: Patient(clock, HISTORY))
    _deploy_innocently(street)
    yield _row(DEPLOYED, "memory_leak", street)
    baseline = Baseline(rules)
    for name in scenarios():
        run = Run(baseline, Case(name))
        run.outcome()
        yield _told(f"{name}, in the world of the sweep", name, run.street)


def _deploy_innocently(street: Street) -> None:
    """The same release once more, 20 minutes before the trouble; the patient then lives on."""
    street.patient.deploy("checkout", 1)
    street.wait(timedelta(minutes=20).total_seconds())


def _row(name: str, scenario: str, street: Street) -> Row:
    get(scenario).break_it(street.patient)
    street.wait(12)
    street.patient.live()
    readings = street.patient.latest
    for alarm in ALARMS:
        if readings[alarm.service].values[alarm.measure] > alarm.threshold:
            street.alarm(alarm.service, alarm.measure, key=alarm.name)
    return _told(name, scenario, street)


def _told(name: str, scenario: str, street: Street) -> Row:
    truth, logs = get(scenario).truth, list(street.house.logs.events.values())
    events = logs[0] if logs else ()
    started = [one.fact for one in events if one.type == ActionStarted.__name__]
    executed = tuple((one.proposal.runbook, one.proposal.service) for one in started if not one.undo)
    won = [one.fact.certificate for one in events if one.type == ConsensusReached.__name__]
    approving = [
        each.ballot.agent
        for one in won[:1]
        for each in one.ballots
        if each.ballot.approves == one.proposal.digest
    ]
    ended = street.incident().status.value if logs else "none"
    return Row(
        name,
        truth.status,
        ended,
        executed,
        sum(RULES.weights[agent] for agent in approving) or None,
        BEFORE.get(name),
        ended != truth.status or not truth.acceptable.issuperset(executed),
    )
