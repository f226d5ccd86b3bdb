"""The vote, over generated ballots: what must hold whatever the agents say."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.consensus import WEIGHTS, Choice, DecisionKind, tally, winning_sets
from shared.domain.model import VOTERS, AgentName

CANDIDATES = ("a" * 64, "b" * 64, "c" * 64)
choices = st.builds(
    Choice,
    agent=st.sampled_from(VOTERS),
    choice=st.sampled_from((*CANDIDATES, None)),
    confidence=st.integers(0, 1000),
)
rounds = st.lists(choices, unique_by=lambda one: one.agent, max_size=4)


@given(rounds, st.sets(st.sampled_from(CANDIDATES)))
def test_no_one_and_no_two_agents_win_by_their_own_ballots(ballots, safe):
    result = tally(ballots, CANDIDATES, safe)
    if result.winner is not None:
        approvers = next(one.approvers for one in result.sums if one.proposal == result.winner)
        assert len(approvers) >= 3


@given(rounds, st.sets(st.sampled_from(CANDIDATES)))
def test_at_most_one_candidate_wins(ballots, safe):
    result = tally(ballots, CANDIDATES, safe)
    assert sum(one.quorum or one.degraded_quorum for one in result.sums) <= 1


@given(rounds)
def test_lost_weight_is_never_redistributed(ballots):
    fewer = [one for one in ballots if one.agent is not AgentName.DIAGNOSIS]
    before, after = tally(ballots, CANDIDATES), tally(fewer, CANDIDATES)
    for one, other in zip(before.sums, after.sums, strict=True):
        assert other.weight <= one.weight
    assert after.kind is not DecisionKind.QUORUM


@given(rounds, st.sets(st.sampled_from(CANDIDATES)))
def test_a_dissenting_diagnosis_is_not_a_missing_one(ballots, safe):
    result = tally(ballots, CANDIDATES, safe)
    if any(one.agent is AgentName.DIAGNOSIS for one in ballots):
        assert result.kind is not DecisionKind.DEGRADED_QUORUM


def test_the_winning_sets_are_the_documented_ones():
    d, g, p, r = VOTERS
    assert set(winning_sets(dict(WEIGHTS))) == {
        frozenset({d, g, p}), frozenset({d, g, r}), frozenset({g, p, r}), frozenset(VOTERS),
    }  # fmt: skip


def test_the_two_agent_conflict_of_the_design_document_ends_as_a_suggestion():
    restart, scale = CANDIDATES[:2]
    result = tally(
        [
            Choice(agent=AgentName.DIAGNOSIS, choice=restart, confidence=800),
            Choice(agent=AgentName.PREDICTION, choice=scale, confidence=700),
        ],
        (restart, scale),
    )
    assert result.winner is None
    assert result.suggestion == restart
