"""After the machine: who may take, hand on, note, resolve and reopen, and that each counts once."""

from datetime import timedelta

import pytest

from shared.domain import facts
from shared.domain.answer import Outcome
from shared.domain.consensus import DecisionKind
from shared.domain.facts import Author
from shared.domain.identity import Identity, Where
from shared.workflow.ownership import Resolution
from tests.answering import INCIDENT, Asked

ADA, BO, CY, DI = (Identity(where=Where.LOCAL, id=one) for one in ("ada", "bo", "cy", "di"))
PAGER = Identity(where=Where.PAGERDUTY, id="PADA01")
HANDED = facts.HandedToPeople(
    outcome="escalated", decision=DecisionKind.HUMAN, business_usd="10.00", incident_usd="0.01"
)
DONE = Resolution("restarted the pool by hand")


def left() -> Asked:
    """An incident that the machine has left to people."""
    asked = Asked()
    asked.write(Author.WORKFLOW, facts.ApprovalExpired(request=asked.request))
    asked.write(Author.WORKFLOW, facts.EscalatedToHuman(reason="no_quorum"))
    asked.write(Author.WORKFLOW, HANDED)
    asked.clock.advance(timedelta(minutes=1))
    return asked


def test_what_was_escalated_can_be_taken_handed_on_noted_and_resolved() -> None:
    asked = left()
    say = asked.answers()
    assert say.take_over(ADA, INCIDENT).text == "INC-1: ada has it"
    assert asked.incident.status == "owned"
    assert say.hand_on(ADA, INCIDENT, "bo", "my shift ends").text == "INC-1: handed on to bo by ada"
    assert (asked.incident.owner, asked.incident.unanswered) == ("bo", True)
    assert say.take_over(BO, INCIDENT).text == "INC-1: bo has it"
    assert not asked.incident.unanswered
    assert say.note(BO, INCIDENT, "it is the pool").outcome is Outcome.DONE
    assert say.resolve(BO, INCIDENT, DONE).text == "INC-1: resolved by bo"
    assert (asked.incident.is_open, asked.incident.is_felt) == (False, False)


def test_each_said_twice_is_said_once() -> None:
    asked = left()
    say = asked.answers()
    for again in (Outcome.DONE, Outcome.ALREADY, Outcome.ALREADY):
        assert say.take_over(ADA, INCIDENT).outcome is again
        assert say.note(ADA, INCIDENT, "it is the pool").outcome is again
        assert say.note(ADA, INCIDENT, f"other words {again}", reference="view-1").outcome is again
        assert say.hand_on(CY, INCIDENT, "bo", reference="event-1").outcome is again
    for again in (Outcome.DONE, Outcome.ALREADY):
        assert say.resolve(BO, INCIDENT, DONE).outcome is again
    for again in (Outcome.DONE, Outcome.ALREADY):
        assert say.reopen(BO, INCIDENT, "it is back").outcome is again
    for kind in (facts.HandedOn, facts.ResolvedByPeople, facts.IncidentReopened):
        assert len(asked.written(kind)) == 1
    assert len(asked.written(facts.NoteAdded)) == 2
    asked.clock.advance(timedelta(minutes=11))
    assert say.note(ADA, INCIDENT, "it is the pool").outcome is Outcome.DONE  # said anew, not sent again


@pytest.mark.parametrize("who", [DI, Identity(where=Where.SLACK, id="U0NOBODY")])
def test_who_decides_for_no_action_decides_nothing_here(who: Identity) -> None:
    asked = left()
    say = asked.answers()
    before = len(asked.logs.events[INCIDENT])
    for said in (
        say.take_over(who, INCIDENT),
        say.hand_on(who, INCIDENT, "bo"),
        say.note(who, INCIDENT, "hello"),
        say.resolve(who, INCIDENT, DONE),
        say.reopen(who, INCIDENT),
    ):
        assert said.outcome is Outcome.NOT_YOURS
    assert len(asked.logs.events[INCIDENT]) == before


def test_an_incident_is_given_only_to_who_can_have_it_and_the_sentence_says_who() -> None:
    asked = left()
    for nobody in ("di", "nobody", "<!channel>"):
        said = asked.answers().hand_on(ADA, INCIDENT, nobody)
        assert said.outcome is Outcome.WRONG
        assert "people: ada, bo, cy" in said.text
    assert asked.answers().hand_on(ADA, INCIDENT, "shop").outcome is Outcome.DONE
    assert (asked.incident.owner, asked.incident.team) == ("", "shop")


def test_from_somebody_who_sleeps_it_is_taken_by_handing_it_on_to_oneself() -> None:
    asked = left()
    say = asked.answers()
    say.take_over(ADA, INCIDENT)
    assert say.take_over(BO, INCIDENT).text == "INC-1: ada has it already"
    assert say.hand_on(BO, INCIDENT, "bo").outcome is Outcome.DONE
    assert asked.incident.owner == "bo"


def test_all_that_cannot_be_so_in_an_end_is_said_at_once() -> None:
    asked = left()
    tomorrow = asked.clock.now() + timedelta(days=1)
    said = asked.answers().resolve(ADA, INCIDENT, Resolution(" ", "no-such-runbook", over_at=tomorrow))
    assert said.outcome is Outcome.WRONG
    for part in ("did:", "runbook:", "over_at:"):
        assert part in said.text
    assert asked.incident.is_open


def test_while_the_machine_is_at_it_people_take_it_first() -> None:
    asked = Asked()
    say = asked.answers()
    for said in (say.resolve(ADA, INCIDENT, DONE), say.hand_on(ADA, INCIDENT, "bo")):
        assert (said.outcome, "take it over first" in said.text) == (Outcome.TOO_LATE, True)
    say.take_over(ADA, INCIDENT)
    assert say.resolve(ADA, INCIDENT, DONE).outcome is Outcome.DONE


def test_what_is_over_is_not_taken_and_says_how_it_comes_back() -> None:
    asked = left()
    say = asked.answers()
    say.resolve(ADA, INCIDENT, DONE)
    said = say.take_over(BO, INCIDENT)
    assert said.outcome is Outcome.TOO_LATE
    assert said.text == "INC-1: it is over: ada resolved it; reopen it if it is not"
    assert say.reopen(BO, INCIDENT).outcome is Outcome.DONE
    assert asked.incident.unanswered
    assert say.take_over(BO, INCIDENT).outcome is Outcome.DONE


def test_what_the_machine_closed_is_reopened_too() -> None:
    asked = Asked()
    closed = facts.IncidentClosed(
        outcome="observed", decision=DecisionKind.NONE, business_usd="0", incident_usd="0"
    )
    asked.write(Author.WORKFLOW, closed)
    assert asked.answers().reopen(ADA, INCIDENT).outcome is Outcome.DONE
    assert (asked.incident.status, asked.incident.with_people) == ("escalated", True)


def test_a_vendors_late_word_changes_nothing_that_came_after_it() -> None:
    asked = left()
    say, early = asked.answers(), asked.clock.now()
    asked.clock.advance(timedelta(minutes=1))
    say.take_over(ADA, INCIDENT)
    say.hand_on(ADA, INCIDENT, "shop")
    assert say.resolve(ADA, INCIDENT, DONE, "event-1", early).outcome is Outcome.TOO_LATE
    asked.clock.advance(timedelta(minutes=1))
    say.resolve(ADA, INCIDENT, DONE)
    asked.write(Author.COORDINATOR, HANDED_CLOSED)
    assert say.reopen(ADA, INCIDENT, "", "event-2", early).outcome is Outcome.TOO_LATE


HANDED_CLOSED = facts.IncidentClosed(
    outcome="resolved_by_people", decision=DecisionKind.HUMAN, business_usd="1", incident_usd="1"
)


def test_an_acknowledgement_that_times_out_calls_people_again_once() -> None:
    asked = left()
    say = asked.answers()
    say.acknowledge(PAGER, INCIDENT, "event-1")
    assert not asked.incident.unanswered
    asked.clock.advance(timedelta(minutes=30))
    for again in (Outcome.DONE, Outcome.ALREADY):
        assert say.expire(INCIDENT, PAGER, "event-2", asked.clock.now()).outcome is again
    assert asked.incident.unanswered
    assert asked.incident.asked_at == asked.clock.now()
    say.acknowledge(PAGER, INCIDENT, "event-3")
    assert say.expire(INCIDENT, PAGER, "event-4", asked.clock.now() - timedelta(minutes=9)).outcome is (
        Outcome.ALREADY
    )  # it speaks of an earlier acknowledgement


def test_two_at_once_have_one_owner() -> None:
    asked = left()

    class Racing:
        """Somebody else takes it between the reading and the writing."""

        def __init__(self, store) -> None:
            self.store, self.raced = store, False

        def __getattr__(self, name: str):
            return getattr(self.store, name)

        def append(self, *given, **named):
            if not self.raced:
                self.raced = True
                asked.answers().take_over(BO, INCIDENT)
            return self.store.append(*given, **named)

    said = asked.answers(worn=Racing).take_over(ADA, INCIDENT)
    assert (said.outcome, said.text) == (Outcome.ALREADY, "INC-1: bo has it already")
    assert asked.incident.owner == "bo"
