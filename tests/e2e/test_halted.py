"""The kill switch and a take-over stop the machine at every moment; what had run is told."""

import pytest

from shared.adapters.local.memory_directory import MemoryDirectory
from shared.domain import facts
from shared.domain.facts import Author
from shared.domain.identity import Identity, Where
from shared.ports.controls import KillSwitch
from shared.workflow.answers import Answers
from tests.answering import KNOWN
from tests.e2e.people import Meanwhile
from tests.e2e.storefront import Street
from tests.e2e.test_transaction import fallen

pytestmark = pytest.mark.long
STOPPED = {"switch": "ann has stopped everything: drill", "taken": "cy has taken it over"}


def somebody(how, street, incident_id):
    """Throws the switch, or takes the incident as people do."""
    house = street.house
    if how == "switch":
        house.controls.switch(KillSwitch(on=True, by="ann", reason="drill", at=house.clock.now()))
        return
    people = MemoryDirectory(KNOWN)
    said = Answers(house.store(Author.RECEPTION), house.trust.distrust, people, house.clock).take_over(
        Identity(where=Where.SLACK, id="U0CY"), incident_id
    )
    assert said.ok, said.text


class OnceItRuns:
    """Worn around the ports of the tasks: somebody comes when the executor looks after what it started."""

    def __init__(self, comes):
        self._comes, self._looks = comes, 0

    def __call__(self, port):
        return Looking(port, self)

    def looked(self):
        self._looks += 1
        if self._looks == 2:  # the first is right before the start
            self._comes()


class Looking:
    def __init__(self, port, watcher):
        self._port, self._watcher = port, watcher

    def __getattr__(self, name):
        if name == "find" and hasattr(self._port, "pinned"):
            self._watcher.looked()
        return getattr(self._port, name)


MOMENTS = [
    facts.InvestigationStarted,  # 1 while the agents look
    facts.ConsensusReached,  # 2 when it is decided
    facts.ActionAuthorised,  # 3 when policy has permitted it
    facts.ActionRehearsed,  # 4 when it is locked and was tried
    facts.ActionStarted,  # 5 when the start is in the log, and no credential yet
    facts.CredentialsIssued,  # 6 when the credential is in the log, and not used yet
]


@pytest.mark.parametrize("how", STOPPED)
@pytest.mark.parametrize("moment", MOMENTS)
def test_until_the_automation_has_started_nothing_is_done(how, moment):
    street = Street(worn=Meanwhile(moment, lambda incident_id: somebody(how, street, incident_id)))
    incident = fallen(street).incident()
    assert street.patient.actions == []
    assert incident.is_open
    assert incident.resolved_at is None
    assert all(STOPPED[how] in one.failed for one in incident.actions)


@pytest.mark.parametrize("how", STOPPED)
def test_what_runs_is_stopped_and_people_hear_how_the_target_is(how):
    def comes():
        somebody(how, street, next(iter(street.house.logs.events)))

    street = Street(worn=OnceItRuns(comes), lasting=True)  # 7 while it runs
    incident = fallen(street).incident()
    [action] = incident.actions
    assert action.failed == f"stopped: {STOPPED[how]}; on the target: value: '200', not '20'"
    assert len(street.patient.actions) == 1  # and nothing more: not even an undo
    assert incident.is_open


@pytest.mark.parametrize("how", STOPPED)
def test_what_was_done_and_harms_is_left_to_whoever_stopped_it(how):
    watched = facts.ActionCompleted  # 8 while people would see whether it helped
    street = Street(worn=Meanwhile(watched, lambda incident_id: somebody(how, street, incident_id)))
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm()
    incident = street.incident()
    assert len(street.patient.actions) == 1  # the remedy that backfires
    assert incident.regressed is not None
    assert incident.rolled_back is None
    assert incident.is_open
