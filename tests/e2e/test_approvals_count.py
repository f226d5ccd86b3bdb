"""A yes counts for as long as people were told, and for what policy wants when it is acted on."""

from datetime import timedelta

import pytest

from shared.adapters.local.memory_directory import MemoryDirectory
from shared.composition.local_stage import places
from shared.domain.approval import ballots_last
from shared.domain.autonomy import Autonomy
from shared.domain.facts import ApprovalRequested, Author
from shared.domain.freeze import Freeze
from shared.domain.identity import Identity, Where
from shared.domain.incident import Status
from shared.domain.policy import PolicyConfig
from shared.workflow.answers import Answers
from stacks.stage import read_stage
from tests.answering import KNOWN
from tests.e2e.storefront import Street
from tests.e2e.test_transaction import fallen
from tests.stacks.test_stage import STAGES

pytestmark = pytest.mark.long


class Asked:
    """Hears what people are asked, and lets one answer each time: after so many minutes, who it is."""

    def __init__(self, *answers, **street):
        self._answers, self.requests = list(answers), []
        self.street = Street(listeners=(self,), **{"autonomy": Autonomy.APPROVE, **street})

    def __call__(self, event):
        if event.type != ApprovalRequested.__name__:
            return
        house, asked = self.street.house, event.fact
        self.requests.append(asked)
        if not self._answers:
            return
        minutes, who = self._answers.pop(0)
        self.street.wait(60 * minutes)
        said = Answers(
            house.store(Author.RECEPTION), house.trust.distrust, MemoryDirectory(KNOWN), house.clock
        ).approve(
            Identity(where=Where.SLACK, id=who), event.incident_id, asked.request, asked.proposal.digest
        )
        assert said.ok, said.text


@pytest.mark.parametrize("minute", [1, 11, 29])
def test_a_yes_at_any_minute_of_the_thirty_promised_is_carried_out(minute):
    asked = Asked((minute, "U0ADA"))
    incident = fallen(asked.street).incident()
    assert len(asked.street.patient.actions) == 1
    assert incident.status is Status.RESOLVED


def frozen_from(minutes):
    """A freeze that begins so long after the house is built; a critical incident's lead may break it."""
    street = Street()
    begins = street.clock.now() + timedelta(minutes=minutes)
    freeze = Freeze(reason="the sale", begins=begins, until=begins + timedelta(hours=9))
    return PolicyConfig(autonomy=Autonomy.APPROVE, freezes=(freeze,), places=places(street.house.catalogue))


def test_a_freeze_that_began_meanwhile_asks_a_lead_and_then_it_is_done():
    asked = Asked((15, "U0ADA"), (2, "U0CY"), policy=frozen_from(10))
    incident = fallen(asked.street).incident()
    assert [one.role for one in asked.requests] == ["on_call", "incident_lead"]
    assert len({one.request for one in asked.requests}) == 2
    assert (
        "the sale" in " ".join(asked.requests[1].reasons) or "change-freeze" in asked.requests[1].reasons[0]
    )
    assert len(asked.street.patient.actions) == 1
    assert incident.status is Status.RESOLVED


def test_in_a_freeze_the_yes_of_who_is_on_call_executes_nothing():
    asked = Asked((15, "U0ADA"), policy=frozen_from(10))
    incident = fallen(asked.street).incident()
    assert len(asked.requests) == 2
    assert asked.street.patient.actions == []
    assert "approval expired" in incident.escalation.reason


@pytest.mark.parametrize("minutes", [0.5, 30, 1_440])
def test_ballots_outlive_both_requests_and_the_execution_outlives_them(minutes):
    wait = timedelta(minutes=minutes)
    assert ballots_last(wait) >= 2 * wait + timedelta(minutes=40)
    stage = read_stage({"dev": {**STAGES["dev"], "approval_seconds": int(wait.total_seconds())}}, "dev")
    assert stage.execution_seconds >= 2 * wait.total_seconds() + 1_800
