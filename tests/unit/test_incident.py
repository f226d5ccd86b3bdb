"""The incident and its log: state is folded, double work is refused, and tampering shows."""

from datetime import timedelta
from itertools import count

import pytest

from shared.domain import facts
from shared.domain.ballot import Ballot, SignedBallot
from shared.domain.commands import cast_ballot, start_action, submit_findings
from shared.domain.errors import CommandRefused, Equivocation, IncidentNotFound
from shared.domain.events import Head, chain, fault_of, head_of
from shared.domain.evidence import Findings
from shared.domain.facts import Author
from shared.domain.folding import fold
from shared.domain.incident import Status
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from tests.sample import NOON, opened

PROPOSAL = Proposal(runbook="restore", version=1, service="checkout", target="arn")
STARTED = facts.ActionStarted(proposal=PROPOSAL, token="t-1", before={"value": "5"})
DETECTED = opened()
ASKED = facts.InvestigationStarted(attempt=1, execution="run-1")
FOUND = Findings(agent=AgentName.DIAGNOSIS, summary="a parameter changed", confidence=900)


def verify(author, digest, mac):
    return mac == f"{author}:{digest}"


def log(*written):
    made, ids = [], count(1)
    for author, fact in written:
        made += chain(
            "inc-1",
            head_of(made),
            [fact],
            author=author,
            now=NOON,
            new_id=lambda: f"e-{next(ids)}",
            mac=lambda digest, author=author: f"{author}:{digest}",
        )
    return made


def signed(agent=AgentName.DIAGNOSIS, choice=None):
    ballot = Ballot(
        agent=agent,
        incident_id="inc-1",
        attempt=1,
        round=1,
        execution="run-1",
        choice=choice,
        confidence=900,
        reasoning="",
        expires_at=NOON + timedelta(minutes=1),
    )
    return SignedBallot(ballot=ballot, mac="")


OPEN = ((Author.DETECTION, DETECTED), (Author.WORKFLOW, ASKED))


def test_the_state_is_what_the_log_adds_up_to():
    events = log(*OPEN, (Author.EXECUTOR, STARTED))
    state = fold(events)
    assert (state.status, state.attempt, len(state.actions)) == (Status.ACTING, 1, 1)
    assert state.head == Head(version=3, hash=events[-1].hash)


@pytest.mark.parametrize("events", [[], log((Author.WORKFLOW, ASKED))])
def test_no_incident_without_its_detection(events):
    with pytest.raises(IncidentNotFound):
        fold(events)


def test_an_agent_votes_once_and_a_second_choice_is_equivocation():
    state = fold(log(*OPEN, (Author.DIAGNOSIS, facts.BallotCast(signed=signed()))))
    assert cast_ballot(state, signed()) == ()
    assert len(cast_ballot(state, signed(AgentName.DETECTION))) == 1
    with pytest.raises(Equivocation):
        cast_ballot(state, signed(choice=PROPOSAL.digest))


def test_an_action_is_never_started_twice_but_can_be_undone_once():
    state = fold(log(*OPEN, (Author.EXECUTOR, STARTED)))
    undo = STARTED.model_copy(update={"undo": True})
    with pytest.raises(CommandRefused):
        start_action(state, STARTED)
    assert start_action(state, undo) == (undo,)


def test_findings_are_taken_once_an_attempt():
    state = fold(log(*OPEN))
    taken = submit_findings(state, FOUND, 1)
    assert len(taken) == 1
    assert submit_findings(state, FOUND, 2) == ()
    assert submit_findings(fold(log(*OPEN, (Author.DIAGNOSIS, taken[0]))), FOUND, 1) == ()


def test_a_chained_log_has_no_fault_and_hangs_together():
    events = log(*OPEN, (Author.EXECUTOR, STARTED))
    assert [fault_of(event, verify) for event in events] == [None] * 3
    assert [event.previous_hash for event in events[1:]] == [event.hash for event in events[:-1]]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"data": {**DETECTED.plain(), "severity": "low"}}, "hash does not match"),
        ({"occurred_at": NOON + timedelta(seconds=1)}, "hash does not match"),
        ({"previous_hash": "f" * 64}, "hash does not match"),
        ({"author_mac": "forged"}, "MAC is not by"),
        ({"type": "MadeUp"}, "unknown event type"),
        ({"recorded_by": Author.EXECUTOR}, "may not write"),
    ],
)
def test_an_edited_event_shows(change, fault):
    assert fault in fault_of(log(*OPEN)[0].model_copy(update=change), verify)


@pytest.mark.parametrize(
    "fact", [facts.FindingsSubmitted(attempt=1, findings=FOUND), facts.BallotCast(signed=signed())]
)
def test_nobody_speaks_for_another_agent(fact):
    assert "of diagnosis" in fault_of(log((Author.DETECTION, fact))[0], verify)
    assert fault_of(log((Author.DIAGNOSIS, fact))[0], verify) is None
