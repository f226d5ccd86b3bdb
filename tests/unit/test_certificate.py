"""The quorum certificate: the good one passes, and every way to forge one is refused."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.ballot import Ballot, SignedBallot
from shared.domain.certificate import BLAMELESS, Certificate, Poll, verify_ballots, verify_certificate
from shared.domain.consensus import DecisionKind
from shared.domain.errors import InvalidCertificate
from shared.domain.evidence import OWN_KIND, Evidence, EvidenceKind
from shared.domain.model import VOTERS, AgentName, digest
from shared.domain.proposal import Proposal

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PROPOSAL, OTHER = (
    Proposal(runbook=name, version=1, service="checkout", target="arn") for name in ("restore", "scale")
)
FACTS = {
    agent: Evidence(kind=OWN_KIND[agent], service="checkout", statement="p99 is 4 s", observed_at=NOW)
    for agent in VOTERS
}
ELSEWHERE = Evidence(
    kind=EvidenceKind.ROOT_CAUSE, service="cache", statement="it is the cache", observed_at=NOW
)
KNOWN = {one.id: one for one in (*FACTS.values(), ELSEWHERE)}
PLACE = {"incident_id": "inc-1", "attempt": 1, "round": 2, "execution": "run-1"}
POLL = Poll(**PLACE, candidates=(PROPOSAL, OTHER), evidence=KNOWN)


def mac(agent, digest):
    return hmac.new(agent.value.encode(), digest.encode(), hashlib.sha256).hexdigest()


def verify(agent, digest, shown):
    return hmac.compare_digest(mac(agent, digest), shown)


def ballot(agent, **change):
    said = {
        "choice": PROPOSAL.digest,
        "confidence": 900,
        "reasoning": "it fits",
        "evidence": (FACTS[agent].id,),
    }
    said["expires_at"] = NOW + timedelta(minutes=1)
    made = Ballot(agent=agent, **{**PLACE, **said, **change})
    return SignedBallot(ballot=made, mac=mac(agent, made.digest))


GOOD = tuple(ballot(agent) for agent in VOTERS)


def certificate(ballots=GOOD, **change):
    made = {"kind": DecisionKind.QUORUM, "proposal": PROPOSAL, "ballots": ballots, **PLACE}
    return Certificate(**{**made, **change})


def with_diagnosis(signed):
    return tuple(signed if one.ballot.agent is AgentName.DIAGNOSIS else one for one in GOOD)


def refusal(shown, cast):
    with pytest.raises(InvalidCertificate) as refused:
        verify_certificate(shown, POLL, cast, verify, NOW)
    return str(refused.value)


def test_a_certificate_of_the_ballots_in_the_log_holds():
    assert verify_certificate(certificate(), POLL, GOOD, verify, NOW).winner == PROPOSAL.digest


@pytest.mark.parametrize(
    ("signed", "reason"),
    [
        (GOOD[1].model_copy(update={"mac": "0" * 64}), "bad MAC"),
        (GOOD[1].model_copy(update={"mac": GOOD[0].mac}), "bad MAC"),
        (ballot(AgentName.DIAGNOSIS, expires_at=NOW), "expired"),
        (ballot(AgentName.DIAGNOSIS, round=1), "replay"),
        (ballot(AgentName.DIAGNOSIS, execution="run-0"), "replay"),
        (ballot(AgentName.DIAGNOSIS, evidence=()), "does not support"),
        (ballot(AgentName.DIAGNOSIS, evidence=("e" * 32,)), "does not exist"),
        (ballot(AgentName.DIAGNOSIS, evidence=(FACTS[AgentName.DETECTION].id,)), "does not support"),
        (ballot(AgentName.DIAGNOSIS, evidence=(ELSEWHERE.id,)), "does not support"),
        (ballot(AgentName.DIAGNOSIS, choice="f" * 64), "not among the frozen candidates"),
    ],
)
def test_a_ballot_that_does_not_count_spoils_the_certificate_even_if_cast(signed, reason):
    ballots = with_diagnosis(signed)
    assert reason in refusal(certificate(ballots), ballots)


def test_a_ballot_swapped_for_one_never_cast_is_refused():
    forged = with_diagnosis(ballot(AgentName.DIAGNOSIS, confidence=999))
    assert "never cast" in refusal(certificate(forged), GOOD)


def test_two_different_ballots_of_one_agent_are_equivocation():
    both = (*GOOD, ballot(AgentName.DIAGNOSIS, choice=OTHER.digest))
    assert "equivocation" in refusal(certificate(both), both)
    assert "not the ones that count" in refusal(certificate(GOOD), both)


def test_a_ballot_for_another_opening_of_the_round_counts_nowhere_and_blames_nobody():
    poll = POLL.model_copy(update={"opened": "a" * 64})
    answers = tuple(ballot(agent, answers="a" * 64) for agent in VOTERS)
    stray = ballot(AgentName.DIAGNOSIS, answers="b" * 64, choice=OTHER.digest)
    accepted, rejected = verify_ballots(poll, (stray, *answers), verify, NOW)
    assert (accepted, rejected) == (answers, ())
    accepted, rejected = verify_ballots(poll, (stray, *answers[2:]), verify, NOW)
    assert accepted == answers[2:]
    assert [one.agent for one in rejected] == [AgentName.DIAGNOSIS]
    assert {one.reason for one in rejected} <= BLAMELESS


@pytest.mark.parametrize("answers", ["", "b" * 64])
def test_a_ballot_that_does_not_name_the_opening_makes_no_certificate(answers):
    poll = POLL.model_copy(update={"opened": "a" * 64})
    ballots = tuple(ballot(agent, answers=answers) for agent in VOTERS)
    with pytest.raises(InvalidCertificate, match="another opening"):
        verify_certificate(certificate(ballots), poll, ballots, verify, NOW)


def test_a_ballot_from_before_openings_were_named_keeps_its_digest():
    plain = GOOD[0].ballot.plain()
    del plain["answers"]
    assert Ballot.model_validate(plain).digest == digest(plain)


def test_leaving_out_a_ballot_that_counts_is_refused():
    assert "not the ones that count" in refusal(certificate(GOOD[:3]), GOOD)


@pytest.mark.parametrize(
    "change", [{"proposal": OTHER}, {"kind": DecisionKind.DEGRADED_QUORUM}, {"attempt": 2}, {"round": 1}]
)
def test_a_certificate_that_says_otherwise_than_its_ballots_is_refused(change):
    assert refusal(certificate(**change), GOOD)


def test_a_quarantined_agents_ballot_does_not_count():
    poll = POLL.model_copy(update={"quarantined": (AgentName.DIAGNOSIS,)})
    accepted, rejected = verify_ballots(poll, GOOD, verify, NOW)
    assert [one.ballot.agent for one in accepted] == [one for one in VOTERS if one is not AgentName.DIAGNOSIS]
    assert [(one.agent, one.reason) for one in rejected] == [(AgentName.DIAGNOSIS, "quarantined")]


@pytest.mark.parametrize("safe", [(), (PROPOSAL.digest,)])
def test_a_fallback_runs_only_what_is_safe(safe):
    poll = POLL.model_copy(update={"safe": safe})
    shown = certificate(kind=DecisionKind.PRIORITY_FALLBACK)
    if safe:
        assert verify_certificate(shown, poll, GOOD, verify, NOW).winner == PROPOSAL.digest
    else:
        with pytest.raises(InvalidCertificate):
            verify_certificate(shown, poll, GOOD, verify, NOW)
