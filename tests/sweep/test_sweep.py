"""A slice of the sweep: the attacks that were seen, each broken rule, and the pruning."""

import pytest

from shared.domain.model import AgentName
from tests.sweep.agents import MUTANTS
from tests.sweep.cases import Equals, aimed, find, wrongs
from tests.sweep.lies import Lie, Way
from tests.sweep.run import Baseline, Case, End, Run

HONEST = Baseline()
OPENING = "checkout,cache_failure,-18"
"""Just after the innocent deployment."""


def executed(outcome):
    return [(one.runbook, one.service) for one in outcome.executed]


@pytest.mark.parametrize(
    ("name", "end"),
    [
        # One lying agent turned a restart into more tasks, and the reverse.
        ("memory_leak/diagnosis/push/honest/scale-out-service@checkout", End.HUMAN),
        ("remedy_backfires/diagnosis/push/honest/restart-service@checkout", End.HUMAN),
        # A lying pair with diagnosis restarted a healthy web while the database was ill.
        ("database_cascade/diagnosis+prediction/push/honest/restart-service@web", End.HUMAN),
        ("database_cascade/detection+diagnosis/push/honest/restart-service@web", End.HUMAN),
        # One agent took every place on the list.
        ("bad_deployment/resolution/flood/honest/scale-out-group@cache", End.RESOLVED),
        # The opening lied about service, class and onset.
        (f"memory_leak/detection/push/{OPENING}/roll-back-service-deployment@checkout", End.RESOLVED),
        ("healthy/detection/push/web,resource_exhaustion,+0/restart-service@web", End.HUMAN),
        # The right remedy on the right target, with parameters that nobody would choose.
        ("database_cascade/resolution/push/honest/restore-parameter!@database", End.RESOLVED),
    ],
)  # fmt: skip
def test_what_once_steered_the_vote_steers_nothing(name, end):
    outcome = HONEST.run(find(name))
    assert outcome.end is end
    assert not outcome.forced


@pytest.mark.parametrize(
    ("rule", "name", "done"),
    [
        (
            "support() breaks ties again",
            "bad_deployment/diagnosis/push/honest/drain-target@checkout",
            ("drain-target", "checkout"),
        ),
        (
            "a target is telling without a look at its health",
            "memory_leak/diagnosis+prediction/push/honest/roll-back-service-deployment@web",
            ("roll-back-service-deployment", "web"),
        ),
        (
            "the opening is believed",
            f"memory_leak/detection/push/{OPENING}/roll-back-service-deployment@checkout",
            ("roll-back-service-deployment", "checkout"),
        ),
    ],
)
def test_without_each_rule_a_liar_steers_and_with_it_none_does(rule, name, done):
    steered = Baseline(MUTANTS[rule]).run(find(name))
    assert (steered.end, executed(steered)) == (End.STEERED, [done])
    assert HONEST.run(find(name)).end is not End.STEERED


def test_lies_that_are_counted_as_equal_end_as_the_one_that_was_gone_through():
    lie, liars = Lie(Way.PUSH), (AgentName.DIAGNOSIS,)
    first, *others = wrongs("memory_leak")
    case = Case("memory_leak", liars, aimed(lie, "memory_leak", first))
    equal = Equals(case, others)
    run = Run(HONEST, case, equal.compare)
    outcome = run.outcome()
    same = equal.of(run)
    assert len(same) > 50
    for wrong in same[::20]:
        assert HONEST.run(Case("memory_leak", liars, aimed(lie, "memory_leak", wrong))) == outcome


def test_agents_that_read_what_liars_wrote_have_every_lie_gone_through():
    broken = Baseline(MUTANTS["support() breaks ties again"])
    first, *others = wrongs("bad_deployment")
    case = Case("bad_deployment", (AgentName.DIAGNOSIS,), aimed(Lie(Way.PUSH), "bad_deployment", first))
    equal = Equals(case, others)
    run = Run(broken, case, equal.compare)
    run.outcome()
    assert equal.of(run) == ()
