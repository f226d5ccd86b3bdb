"""The code under check, behind ports of the model: the one place that knows its signatures."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from shared.domain import consensus
from shared.domain.ballot import SignedBallot
from shared.domain.errors import CommanderError, Equivocation
from shared.domain.facts import ActionAuthorised, ActionRehearsed, Author
from shared.runbooks.catalogue import remedies
from shared.workflow.fallback import SUFFIX
from shared.workflow.vigilance import Vigilance
from tests.model.linking import Linked
from tests.model.log import ID, Log, canonical, written
from tests.model.ports import Answered, Paper, Starts, Stopped, Undisturbed, Unremarked

_UNREMARKED = {"standing": Unremarked(), "integrity": Unremarked()}


def workflow(code: Linked, task: str, log: Log, now: datetime, argument: Any) -> tuple[Log, Any]:
    """Run one workflow task to its end; what it wrote and what it answered, or the error's name."""
    paper = Paper(log, Author.WORKFLOW)
    tasks = _built(code, "Deliberation", store=paper, clock=code.clock(now))
    try:
        answer = _authorise(code, paper) if task == "authorise" else _call(code, tasks, task, argument)
    except CommanderError as error:
        answer = type(error).__name__
    return canonical(paper.log), answer


def _call(code: Linked, tasks: Any, task: str, argument: Any) -> Any:
    if task == "verify":
        said = tasks.verify(ID)
        choices = [consensus.Choice.model_validate(one) for one in said["ballots"]]
        result = code.names["tally"](choices, said["candidates"], said["safe"])
        return result.winner, result.kind.value
    if task == "decide":
        return tasks.decide(ID, {"winner": argument[0], "kind": argument[1]})
    given = () if argument is None else (argument,)
    getattr(tasks, task)(ID, *given)
    return None


def _authorise(code: Linked, paper: Paper) -> str:
    """Policy says yes to every winner, and the rehearsal goes well: the worst case."""
    state = code.names["load"](paper, ID, code.distrust)
    if state.certificate is None:
        return "CommandRefused"
    if state.authorised is None:
        said = ActionAuthorised(proposal=state.certificate.proposal, autonomy="L3", reasons=("policy",))
        paper.append(ID, state.head, [said])
        executor = Paper(paper.log, Author.EXECUTOR)
        head = code.names["load"](executor, ID, code.distrust).head
        rehearsed = ActionRehearsed(attempt=1, proposal=said.proposal, preview=(), done=("all",))
        executor.append(ID, head, [rehearsed])
        paper.log = executor.log
    return "permitted"


def engine_ended(code: Linked, log: Log, now: datetime, second: bool) -> tuple[Log, bool]:
    """What the coordinator writes when the state machine has failed, timed out or was aborted.

    And whether it starts the one further execution, which carries out what the ballots prove.
    """
    paper, clock, started = Paper(log, Author.COORDINATOR), code.clock(now), Starts()
    coordination = _built(
        code,
        "Coordination",
        store=paper,
        trust=code,
        workflow=started,
        fallback=_built(code, "Fallback", clock=clock),
        clock=clock,
    )
    coordination.engine_ended(f"{ID}-1{SUFFIX if second else ''}", "FAILED")
    return canonical(paper.log), bool(started.names)


def _built(code: Linked, name: str, **ports: Any) -> Any:
    """One of the product's parts, with those ports that it takes."""
    at_hand = {
        "verifier": code.verifier,
        "distrust": code.distrust,
        "remedies": remedies(),
        "rules": consensus.RULES,
        "waiting": None,
        "ballot_validity": timedelta(minutes=10),
        "ending": None,
        **dict.fromkeys(("leases", "history", "controls", "catalogue", "known"), Undisturbed()),
        "actions_per_hour": 3,
        "open_incidents": None,
        **_UNREMARKED,
        **ports,
    }
    at_hand["vigilance"] = _taking(Vigilance, at_hand)
    at_hand["proof"] = _taking(code.names["Proof"], at_hand)
    return _taking(code.names[name], at_hand)


def _taking(part: Any, at_hand: dict[str, Any]) -> Any:
    return part(**{one.name: at_hand[one.name] for one in fields(part) if one.name in at_hand})


def vote(code: Linked, log: Log, signed: SignedBallot) -> Log:
    """An honest agent casts a ballot, by the product's rule."""
    state = code.names["load"](Paper(log, Author.WORKFLOW), ID, code.distrust)
    try:
        made = code.names["cast_ballot"](state, signed)
    except Equivocation:
        made = ()
    return canonical(log + tuple(written(one, Author(signed.ballot.agent.value)) for one in made))


def execute(code: Linked, answers: tuple[Any, ...]) -> tuple[str, Any]:
    """Run the executor over the answers that it has had: the call that it makes next, or its end."""
    ports = Answered(answers, code)
    made = _built(code, "Execution", store=ports, clock=ports, executor=ports, resources=ports)
    try:
        return "ended", made.execute(ID)
    except Stopped as stopped:
        return "calls", stopped.call
    except CommanderError as error:
        return "refused", type(error).__name__
