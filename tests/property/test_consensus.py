"""The vote, over generated ballots: what must hold whatever the agents say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.consensus import RULES, Choice, DecisionKind, Rules, tally
from shared.domain.errors import InvalidConfiguration
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
    assert set(RULES.winning_sets()) == {
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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weights": dict(zip(VOTERS, (200, 400, 300, 200), strict=True))}, "1100"),
        ({"weights": dict(zip(VOTERS[:3], (300, 400, 300), strict=True))}, "each of"),
        ({"weights": dict(zip(VOTERS, (400, 400, 100, 100), strict=True)), "min_approvers": 2}, "detection"),
        ({"weights": dict(zip(VOTERS, (1000, 0, 0, 0), strict=True)), "min_approvers": 1}, "detection;"),
        ({"min_approvers": 2}, "diagnosis + prediction"),
    ],
)
def test_rules_under_which_two_could_force_an_action_are_refused_with_the_winning_sets(change, said):
    with pytest.raises(InvalidConfiguration, match=said.replace("+", r"\+")):
        Rules(**change).checked()


lawful = st.builds(
    Rules,
    weights=st.lists(st.integers(0, 1000), min_size=3, max_size=3)
    .map(sorted)
    .map(
        lambda cut: dict(zip(VOTERS, (cut[0], cut[1] - cut[0], cut[2] - cut[1], 1000 - cut[2]), strict=True))
    ),
    more_than=st.integers(500, 999),
    min_approvers=st.integers(1, 4),
    min_confidence=st.integers(0, 1000),
    abstain_below=st.integers(500, 1000),
)


@given(lawful, rounds)
def test_whatever_rules_are_accepted_no_two_agents_win(rules, ballots):
    try:
        rules.checked()
    except InvalidConfiguration:
        return
    result = tally(ballots, CANDIDATES, (), rules)
    if result.winner is not None:
        assert len({one.agent for one in ballots if one.choice == result.winner}) >= 3
