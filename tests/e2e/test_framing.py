"""Framing: what a faulty author writes to make honest agents look guilty, or their words disappear."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache

import pytest

from shared.agents.detection import assess
from shared.domain import facts
from shared.domain.autonomy import Autonomy
from shared.domain.consensus import RULES
from shared.domain.events import Event, Head
from shared.domain.facts import Author
from shared.domain.incident import Status
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.service import Measure
from shared.ports.event_store import load
from shared.views.sentences import believed
from shared.workflow.opening import Outcome, incident_id
from tests.e2e.storefront import WEB, Street
from tests.forging import forge

RESTART_WEB = Proposal(runbook="restart-service", version=1, service="web", target=WEB)
Attack = Callable[[Street, Event], None]


def as_workflow(street: Street, fact: facts.Fact) -> Event:
    """What communication, which has no vote, writes in the workflow's name."""
    return forge(street.house.store(Author.COMMUNICATION), type(fact).__name__, fact.plain(), Author.WORKFLOW)


def a_round(street: Street, event: Event, round_: int = 1, execution: str = "") -> Event:
    forged = facts.VoteOpened(
        attempt=1,
        round=round_,
        execution=execution or f"{event.incident_id}-1",
        candidates=(RESTART_WEB,),
        safe=(),
        expires_at=street.clock.now() + timedelta(minutes=10),
        rules=RULES,
    )
    return as_workflow(street, forged)


def another_execution(street, event):
    a_round(street, event, execution=f"{event.incident_id}-9")


def a_second_round(street, event):
    a_round(street, event, 2)


def an_investigation(street, event):
    as_workflow(street, facts.InvestigationStarted(attempt=7, execution=f"{event.incident_id}-7"))


def a_quarantine(street, event):
    until = street.clock.now() + timedelta(hours=1)
    fact = facts.AgentQuarantined(agent=AgentName.DIAGNOSIS, until=until, reason="lies", proof=())
    as_workflow(street, fact)
    forge(street.house.store(Author.COMMUNICATION), "AgentQuarantined", fact.plain())


def an_end_of_the_round(street, event):
    as_workflow(street, facts.VoteClosed(attempt=1, round=1))


def a_copied_ballot(street, event):
    """Diagnosis's signed ballot, once in its name and once in the copier's own."""
    for name in (Author.DIAGNOSIS, Author.COMMUNICATION):
        forge(street.house.store(Author.COMMUNICATION), "BallotCast", event.data, name)


def a_ballot_of_another_incident(street, event):
    """A genuine event, put where it does not belong."""
    put(street, event.incident_id, elsewhere())


def the_same_event_once_more(street, event):
    put(street, event.incident_id, event)


def a_rejection(street, event):
    forged = facts.AuthorRejected(
        event_id=event.event_id, author=event.recorded_by.value, reason="not theirs"
    )
    for name in (Author.COORDINATOR, Author.COMMUNICATION):
        forge(street.house.store(Author.COMMUNICATION), "AuthorRejected", forged.plain(), name)


def a_rejection_of_itself(street, event):
    """A forged count that says of itself that it was found out already."""
    forged = facts.AuthorRejected(event_id="itself", author=Author.COORDINATOR.value, reason="not theirs")
    store = street.house.store(Author.COMMUNICATION)
    forge(store, "AuthorRejected", forged.plain(), Author.COORDINATOR, event_id="itself")


def an_id_once_more(street, event):
    """Nonsense under the id of an honest event: to ignore one must not be to ignore the other."""
    forge(street.house.store(Author.COMMUNICATION), "Nonsense", {}, event_id=event.event_id)


def put(street: Street, incident: str, event: Event) -> None:
    """An item as whoever may put items can put it."""
    logs = street.house.logs
    logs.events[incident] = (*logs.events[incident], event)


@cache
def elsewhere() -> Event:
    """Diagnosis's ballot of the first round of another incident."""
    street = attacked("", lambda *_: None, key="another alarm")
    [events] = street.house.logs.events.values()
    return next(one for one in events if is_ballot_of_diagnosis(one))


def is_ballot_of_diagnosis(event: Event) -> bool:
    return event.type == "BallotCast" and event.recorded_by is Author.DIAGNOSIS


def attacked(on: str, attack: Attack, key: str = "alarm", **options) -> Street:
    """The database cascade, attacked once: after the first event of a type, diagnosis's if it is a ballot."""
    done: list[str] = []

    def faulty(event: Event) -> None:
        if event.type == on and not done and (on != "BallotCast" or is_ballot_of_diagnosis(event)):
            done.append(event.event_id)
            attack(street, event)

    street = Street(listeners=(faulty,), **options)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    street.alarm(key=key)
    assert done or not on
    return street


def incident(street: Street):
    """As whoever acts on it reads it."""
    [name] = street.house.logs.events
    return load(street.house.store(Author.COORDINATOR), name, street.house.trust.distrust)


@pytest.mark.parametrize(
    ("on", "attack"),
    [
        ("InvestigationStarted", a_round),
        ("FindingsSubmitted", a_round),
        ("VoteOpened", a_round),
        ("FindingsSubmitted", another_execution),
        ("VoteOpened", another_execution),
        ("VoteOpened", a_second_round),
        ("BallotCast", a_second_round),
        ("IncidentDetected", an_investigation),
        ("InvestigationStarted", an_investigation),
        ("VoteOpened", a_quarantine),
        ("VoteOpened", an_end_of_the_round),
        ("BallotCast", a_copied_ballot),
        ("VoteOpened", a_ballot_of_another_incident),
        ("BallotCast", a_ballot_of_another_incident),
        ("BallotCast", the_same_event_once_more),
        ("FindingsSubmitted", the_same_event_once_more),
        ("BallotCast", a_rejection),
        ("VoteOpened", a_rejection),
        ("BallotCast", a_rejection_of_itself),
        ("IncidentDetected", an_id_once_more),
        ("FindingsSubmitted", an_id_once_more),
        ("VoteOpened", an_id_once_more),
        ("BallotCast", an_id_once_more),
    ],
)
def test_nobody_honest_is_framed_and_the_incident_goes_on_to_its_normal_end(on, attack):
    street = attacked(on, attack)
    state = incident(street)
    assert (state.quarantined, street.house.standing.quarantined(street.clock.now())) == ({}, {})
    assert (state.status, state.closed.outcome) == (Status.RESOLVED, "resolved")
    assert [one.runbook for one in street.patient.actions] == ["restore-parameter"]
    assert len(state.certificate.ballots) == 4


@pytest.mark.parametrize("attack", [a_rejection, a_rejection_of_itself, an_id_once_more])
def test_who_reads_without_keys_sees_every_honest_ballot_and_none_of_the_forged(attack):
    street = attacked("BallotCast", attack)
    [events] = street.house.logs.events.values()
    read = street.house.store(Author.COORDINATOR).read(events[0].incident_id)
    shown = [one.type for one in believed(read)]
    assert shown.count("BallotCast") == 4
    forged = [one for one in events if one.recorded_by is Author.COORDINATOR and one.type == "AuthorRejected"]
    told = [one for one in believed(read) if one.type == "AuthorRejected"]
    assert 0 < len(told) <= len(forged)
    assert all(one.fact.event_id != "itself" for one in told if street.house.trust.fault(one))


def test_a_forged_end_does_not_make_detection_give_an_incident_up():
    street = attacked("", lambda *_: None, autonomy=Autonomy.ADVISE)
    over = facts.ResolvedByPeople(by="ada", did="nothing")
    forge(street.house.store(Author.COMMUNICATION), "ResolvedByPeople", over.plain(), Author.RECEPTION)
    assert street.alarm("web", Measure.ERRORS, key="more") is Outcome.CORRELATED
    assert incident(street).is_open


def test_a_forged_opening_does_not_take_the_place_of_the_genuine():
    forged = dict[str, str]()

    def first(signal, sources):
        """Somebody was faster: with what detection would say, but not its key."""
        opened = assess(signal, sources)
        if opened is not None and not forged:
            mine = incident_id(signal)
            communication = street.house.store(Author.COMMUNICATION)
            [event] = communication.append(mine, Head(), [opened])
            forged[mine] = event.event_id
            put_instead(street, mine, event.model_copy(update={"recorded_by": Author.DETECTION}))
        return opened

    street = Street(assess=first)
    street.change()
    street.patient.set_connections(20)
    street.wait(12)
    assert street.alarm() is Outcome.OPENED
    state = incident(street)
    assert state.id in forged
    assert (state.status, state.quarantined) == (Status.RESOLVED, {})


def put_instead(street: Street, incident: str, event: Event) -> None:
    """A log of one event."""
    street.house.logs.events[incident] = (event,)


def test_who_votes_in_anothers_name_with_its_own_key_is_quarantined_and_the_other_is_not():
    def detection_copies(street, event):
        forge(street.house.store(Author.DETECTION), "BallotCast", event.data)

    street = attacked("BallotCast", detection_copies)
    assert [*incident(street).quarantined] == [AgentName.DETECTION]
    assert [*street.house.standing.quarantined(street.clock.now())] == [AgentName.DETECTION]


def test_two_ballots_for_one_opening_are_an_offence_of_whoever_signed_both():
    def twice(street, event):
        """Diagnosis itself, with its own key, answers the same round once more and otherwise."""
        signed = event.fact.signed
        other = signed.ballot.model_copy(update={"choice": None, "reasoning": "or not"})
        other = other.model_validate(other.plain())
        mac = street.house.store(Author.DIAGNOSIS)._pen.signer.mac(other.digest)
        fact = facts.BallotCast(signed=signed.model_copy(update={"ballot": other, "mac": mac}))
        forge(street.house.store(Author.DIAGNOSIS), "BallotCast", fact.plain())

    street = attacked("BallotCast", twice)
    [(agent, fact)] = incident(street).quarantined.items()
    assert agent is AgentName.DIAGNOSIS
    assert "equivocation" in fact.reason
