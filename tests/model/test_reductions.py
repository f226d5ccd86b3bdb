"""Why the model may leave out what it leaves out: shown on the product's own code."""

from itertools import permutations, product

import pytest

from shared.domain import certificate, commands, consensus, folding
from shared.domain.certificate import count, verify_ballots
from shared.domain.model import VOTERS
from tests.model.agents import Behaviour, options
from tests.model.code import vote, workflow
from tests.model.linking import KEYS, link
from tests.model.log import ID, START, canonical, events, opening
from tests.model.protocol import TASK
from tests.model.world import EXECUTION, EXPIRY, REMEDIES, ballot, beginning, own_evidence
from tests.statemachines.asl import machine

CODE = link()
SAID = (("good",), ("plot",), ("good", "plot"), ("doubt",), ())
POLL = certificate.Poll(
    incident_id=ID,
    attempt=1,
    round=1,
    execution=EXECUTION,
    opened=opening(1),
    candidates=tuple(REMEDIES.values()),
    safe=tuple(one.digest for one in REMEDIES.values()),
    evidence={one.id: one for one in map(own_evidence, VOTERS)},
)
SKIPPED = {"Choice", "Pass"}


def signed(agent, said):
    return ballot(agent, 1, "good", sure=400) if said == "doubt" else ballot(agent, 1, said)


def counted(ballots):
    made = verify_ballots(POLL, ballots, KEYS.verify, START)
    result = count(POLL, made[0])
    return {one.ballot.digest for one in made[0]}, {one.agent for one in made[1]}, result


@pytest.mark.parametrize("first", SAID, ids="+".join)
def test_the_order_of_ballots_decides_nothing(first):
    for others in product(SAID, repeat=3):
        by_agent = list(zip(VOTERS, (first, *others), strict=True))
        seen = [
            counted([signed(agent, one) for agent, said in order for one in said][:: 1 if forward else -1])
            for order in permutations(by_agent)
            for forward in (True, False)
        ]
        assert all(one == seen[0] for one in seen)


def test_what_earlier_rounds_left_in_the_log_decides_nothing():
    whole = short = workflow(CODE, "freeze", beginning(), START, None)[0]
    for round_ in (1, 2):
        for agent in VOTERS[:2]:
            short = vote(CODE, short, ballot(agent, round_, "good"))
        whole += tuple(one for one in short if one not in whole)
        short = workflow(CODE, "clarify", short, START, round_)[0]
        whole += tuple(one for one in short if one not in whole)
    for agent in VOTERS:
        short = vote(CODE, short, ballot(agent, 3, "good"))
    whole += tuple(one for one in short if one not in whole)
    assert len(whole) > len(short) == len(canonical(whole))
    for task, argument in (("verify", None), ("decide", (REMEDIES["good"].digest, "quorum"))):
        assert workflow(CODE, task, whole, START, argument) == workflow(CODE, task, short, START, argument)


def test_the_state_machine_leads_where_the_model_goes():
    leads = {name: reached(name) for name in (*TASK, "Vote")}
    human = "Human decides"
    assert leads == {
        "Freeze": {"Vote", human},
        "Vote": {"Verify ballots"},
        "Verify ballots": {"Decide", "Clarify", human},
        "Decide": {"Authorise", human},
        "Clarify": {"Vote", human},
        "Authorise": {"Approve", "Lock", human},
        human: {"Close"},
    }
    # What is between policy and the action can only delay or prevent it: the model takes it as passed.
    assert {name: reached(name) for name in ("Approve", "Lock", "Look again", "Rehearse", "Again")} == {
        "Approve": {"Authorise", human},
        "Lock": {"Rehearse", "Busy wait", "Look again", human},
        "Look again": {"Close", "Again"},
        "Rehearse": {"Execute", "Close", "Again", "Rehearsal wait", human},
        "Again": {"Attempt given up", human},
    }
    for name in (*TASK, "Execute"):
        [caught] = machine()["States"][name]["Catch"]
        assert caught["Next"] == ("Nobody was told" if name == human else human)


def test_a_log_folds_to_the_same_whether_at_once_or_event_by_event():
    forged = [word.number for word in options(Behaviour.FORGING, VOTERS[0], 1)[0].now]
    log = workflow(CODE, "freeze", beginning(), START, None)[0]
    log = workflow(CODE, "escalate", (*vote(CODE, log, ballot(VOTERS[1], 1, "good")), *forged), START, "x")[0]
    for length in range(1, len(log) + 1):
        seen = events(log[:length])
        ignored = CODE.distrust(seen)
        assert CODE.names["fold"](seen, ignored) == folding.fold(seen, ignored)


def test_an_event_that_is_disbelieved_changes_nothing_but_the_logs_length():
    log = workflow(CODE, "freeze", beginning(), START, None)[0]
    words = [word.number for word in options(Behaviour.FORGING, VOTERS[0], 1)[0].now]
    assert [CODE.ignores(one) for one in words] == [False, *[True] * 8]
    seen = events((*log, *words))
    whole, short = folding.fold(seen, CODE.distrust(seen)), folding.fold(events((*log, words[0])))
    assert whole.model_copy(update={"head": short.head}) == short


def test_a_link_without_an_alteration_is_the_product_itself():
    for name, module in (("tally", consensus), ("verify_ballots", certificate), ("cast_ballot", commands)):
        assert CODE.names[name].__code__ is getattr(module, name).__code__
    altered = link(tally=len)
    assert altered.names["count"].__globals__["tally"] is len
    assert certificate.tally is consensus.tally
    assert ballot(VOTERS[0], 1, "good").ballot.expires_at == EXPIRY


def reached(name):
    state = machine()["States"][name]
    direct = {one["Next"] for one in state.get("Choices", ())} | {
        state[key] for key in ("Next", "Default") if key in state
    }
    return {
        end
        for one in direct
        for end in (reached(one) if machine()["States"][one]["Type"] in SKIPPED else {one})
    }
