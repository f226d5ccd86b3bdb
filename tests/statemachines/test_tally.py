"""The state machine's sums are the domain's sums, whatever the ballots."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.consensus import RULES, Choice, Rules, tally
from shared.domain.model import VOTERS, AgentName
from tests.statemachines.asl import evaluate, states

DIGESTS = tuple(letter * 64 for letter in "abcde")
EVERYBODY = frozenset(VOTERS)


def by_the_machine(choices, candidates, safe, rules=RULES):
    given_to_it = {
        "rules": rules.plain(),
        "ballots": [one.model_dump(mode="json") for one in choices],
        "candidates": list(candidates),
        "safe": list(safe),
    }
    return evaluate(states()["Tally"]["Output"], states={"input": given_to_it})


def assert_same(choices, candidates, safe, rules=RULES):
    expected = tally(choices, candidates, safe, rules).model_dump(mode="json")
    actual = by_the_machine(choices, candidates, safe, rules)
    assert actual.keys() == expected.keys()
    for field, value in expected.items():
        assert actual[field] == value, field
    return actual


confidences = st.one_of(st.sampled_from((0, 499, 500, 699, 700, 701, 1000)), st.integers(0, 1000))


@st.composite
def voting(draw):
    candidates = draw(st.lists(st.sampled_from(DIGESTS), unique=True, max_size=5))
    favourite = candidates[:1] * 4
    options = [*favourite, *candidates, None, "f" * 64]
    agents = draw(
        st.one_of(st.just(VOTERS), st.permutations(VOTERS), st.lists(st.sampled_from(VOTERS), unique=True))
    )
    missing = draw(st.booleans())
    choices = [
        Choice(agent=agent, choice=draw(st.sampled_from(options)), confidence=draw(confidences))
        for agent in agents
        if not (missing and agent is AgentName.DIAGNOSIS)
    ]
    safe = [one for one in candidates if draw(st.booleans())]
    stricter = Rules(
        more_than=draw(st.sampled_from((666, 700, 850))),
        min_approvers=draw(st.sampled_from((3, 4))),
        min_confidence=draw(st.sampled_from((700, 701, 900))),
        abstain_below=draw(st.sampled_from((500, 699, 700))),
    )
    return choices, candidates, safe, stricter


@settings(max_examples=250, deadline=None)
@given(voting())
def test_the_machine_and_the_domain_count_alike(one):
    assert_same(*one)


def ballots(agents, choice, confidence=900):
    return [Choice(agent=agent, choice=choice, confidence=confidence) for agent in VOTERS if agent in agents]


@pytest.mark.parametrize(
    ("choices", "candidates", "safe", "kind"),
    [
        pytest.param([], (), (), "none", id="nothing at all"),
        pytest.param([], DIGESTS[:1], DIGESTS[:1], "none", id="nobody voted"),
        pytest.param(ballots(EVERYBODY, None), DIGESTS[:2], (), "none", id="all abstain"),
        pytest.param(ballots(EVERYBODY, DIGESTS[0]), (), (), "none", id="ballots without candidates"),
        pytest.param(ballots(EVERYBODY, DIGESTS[0]), DIGESTS[:1], (), "quorum", id="one candidate"),
        pytest.param(ballots(EVERYBODY, DIGESTS[0], 700), DIGESTS[:2], (), "quorum", id="exactly 0.7"),
        pytest.param(ballots(EVERYBODY, DIGESTS[0], 699), DIGESTS[:2], (), "none", id="just below 0.7"),
        pytest.param(ballots([AgentName.DIAGNOSIS], DIGESTS[0]), DIGESTS[:1], (), "none", id="one approver"),
        pytest.param(
            ballots(EVERYBODY - {AgentName.DIAGNOSIS}, DIGESTS[1]),
            DIGESTS[:2],
            DIGESTS[1:2],
            "degraded_quorum",
            id="diagnosis missing, safe",
        ),
        pytest.param(
            ballots(EVERYBODY - {AgentName.DIAGNOSIS}, DIGESTS[1]),
            DIGESTS[:2],
            DIGESTS[:1],
            "none",
            id="diagnosis missing, not safe",
        ),
        pytest.param(
            [
                *ballots(EVERYBODY - {AgentName.DIAGNOSIS}, DIGESTS[0]),
                *ballots([AgentName.DIAGNOSIS], None),
            ],
            DIGESTS[:1],
            DIGESTS[:1],
            "none",
            id="diagnosis dissents",
        ),
    ],
)
def test_the_edges(choices, candidates, safe, kind):
    actual = assert_same(choices, candidates, safe)
    assert actual["kind"] == kind
    assert isinstance(actual["sums"], list)


def test_weights_stay_integers():
    (line,) = by_the_machine(ballots(EVERYBODY, DIGESTS[0]), DIGESTS[:1], ())["sums"]
    assert type(line["weight"]) is int
    assert type(line["weighted_confidence"]) is int
