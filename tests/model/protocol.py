"""The protocol as states and steps: four agents, the state machine, the executor, the coordinator, crashes.

What a step decides is decided by the product's code (`tests.model.code`); this file only says who may move.
A task is killed before or after its write; the executor is killed, doubled or overtaken at every port call.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from shared.domain.ballot import SignedBallot
from shared.domain.facts import BallotCast
from shared.domain.model import VOTERS
from tests.model import code
from tests.model.agents import Option, Word, options
from tests.model.linking import Linked
from tests.model.log import START, Log, author_of, canonical, fact_of, heard
from tests.model.state import ABORTED, ACTED, ENDED, ENDS, HUMAN, State, ghost
from tests.model.world import LATER, NAME_OF

TASK = {
    "Freeze": "freeze",
    "Verify ballots": "verify",
    "Decide": "decide",
    "Clarify": "clarify",
    "Authorise": "authorise",
    "Human decides": "escalate",
}


Step = tuple[str, State]


class Protocol:
    """The steps from a state, under some code."""

    def __init__(self, linked: Linked, *, on_time: bool = False) -> None:
        self._linked, self._on_time = linked, on_time
        self._task = cache(lambda *given: code.workflow(linked, *given))
        self._ended = cache(lambda *given: code.engine_ended(linked, *given))
        self._vote = cache(lambda log, signed: code.vote(linked, log, signed))
        self._execute = cache(lambda answers: code.execute(linked, answers))

    def steps(self, state: State) -> Iterator[Step]:
        """Every step that some party can make next."""
        if state.engine == "Vote":
            yield from self._agent(state)
        elif state.engine in TASK:
            yield from self._workflow(state)
        elif state.engine == "Execute" and not state.executors:
            yield "the executor is started", state._replace(executors=((),))
        elif state.engine == ENDED:
            yield from self._coordinator(state)
        for at in range(len(state.executors)):
            yield from self._executor(state, at)
        yield from self._world(state)

    def _agent(self, state: State) -> Iterator[Step]:
        """Agents speak in a fixed order: their words commute, so other orders lead to the same states.

        Where the state machine may be aborted in between, whoever would have come later speaks late.
        """
        agent = VOTERS[state.turn]
        for option in options(state.agents[state.turn], agent, state.round):  # type: ignore[arg-type]
            yield self._spoken(state, option)
            if state.crashes and option.now:
                unheard = Option(f"{option.label}, after an abort", (), option.now + option.late)
                yield self._spoken(state._replace(counted=ABORTED), unheard)

    def _spoken(self, state: State, option: Option) -> Step:
        log, agent, turn = state.log, VOTERS[state.turn], state.turn + 1
        for word in option.now:
            log = self._said(log, word)
        late = tuple(sorted((*state.late, option.late))) if option.late else state.late
        after = state._replace(log=log, late=late, turn=turn)
        if turn == len(VOTERS) and state.counted == ABORTED:
            after = _to(after._replace(crashes=state.crashes - 1), ENDED)
        elif turn == len(VOTERS):
            after = after._replace(engine="Verify ballots")
        return f"round {state.round}: {agent} {option.label}", after

    def _said(self, log: Log, word: Word) -> Log:
        if word.honest:
            return self._vote(log, _ballot(word))
        return log if self._linked.ignores(word.number) else heard(log, word.number)

    def _workflow(self, state: State) -> Iterator[Step]:
        task = TASK[state.engine]
        argument = _argument(state)
        log, answer = self._task(task, state.log, _now(state), argument)
        yield f"{state.engine}: {_plain(answer)}", _after(state._replace(log=log), answer)
        if state.crashes:
            for when, left in (("before", state.log), ("after", log)):
                dead = state._replace(crashes=state.crashes - 1, log=left)
                yield f"{state.engine} is killed {when} its write, and retried", dead
                caught = ENDED if state.engine == "Human decides" else "Human decides"
                yield f"{state.engine} is killed {when} its write, and caught", _to(dead, caught)
                if log == state.log:
                    break

    def _coordinator(self, state: State) -> Iterator[Step]:
        log, proven = self._ended(state.log, _now(state), state.second)
        told = state._replace(log=log, second=state.second or proven)
        said = "the coordinator hears that the state machine ended"
        yield f"{said}{': priority fallback' * proven}", _to(told, "Authorise" if proven else HUMAN)
        if state.crashes:
            for when, left in (("before", state.log), ("after", log)):
                dead = state._replace(crashes=state.crashes - 1, log=left)
                yield f"the coordinator is killed {when} its write, and hears again", dead

    def _executor(self, state: State, at: int) -> Iterator[Step]:
        name = f"executor {at + 1}" if len(state.executors) > 1 else "the executor"
        others = state.executors[:at] + state.executors[at + 1 :]
        label, after, answers, outcome = self._port_call(state, state.executors[at])
        if outcome is None:
            yield f"{name}: {label}", after._replace(executors=(*others, answers))
        else:
            ended = after._replace(executors=others)
            if ended.engine == "Execute":
                ended = _to(ended, ACTED if outcome == "running" else "Human decides")
            yield f"{name}: {label}, and ends: {outcome}", ended
            if state.crashes:
                dead = after._replace(crashes=state.crashes - 1, executors=others)
                yield f"{name} is killed after '{label}', and retried", dead
        if state.crashes:
            dead = state._replace(crashes=state.crashes - 1, executors=others)
            yield f"{name} is killed before '{label}', and retried", dead
            if state.engine == "Execute":
                yield f"{name} is killed before '{label}', and caught", _to(dead, "Human decides")

    def _port_call(self, state: State, answers: tuple[Any, ...]) -> tuple[str, State, tuple[Any, ...], Any]:
        """One call of the executor to the world, and on to the next; a read right after it goes with it."""
        said = []
        while True:
            _, call = self._execute(answers)
            state, answer = _answered(state, call)
            answers = (*answers, answer)
            said.append(call[0])
            kind, following = self._execute(answers)
            if kind != "calls":
                return " and ".join(said), state, answers, following
            if following[0] != "read":
                return " and ".join(said), state, answers, None

    def _world(self, state: State) -> Iterator[Step]:
        if state.engine in ENDS and not state.executors and not state.stray:
            return
        yield from self._late(state)
        fresh = state.engine == "Execute" and (not state.executors or () in state.executors)
        if (fresh or state.engine == "Decide") and not state.expired and not self._on_time:
            yield "time passes: the ballots expire", state._replace(expired=True)
        if state.crashes and state.engine not in ENDS | {ENDED, "Vote"}:
            yield from _aborted(state._replace(crashes=state.crashes - 1))
        if state.crashes and state.engine == "Execute" and len(state.executors) == 1:
            twice = state._replace(crashes=state.crashes - 1, executors=(*state.executors, ()))
            yield "the executor's answer is lost, and it is started again beside itself", twice

    def _late(self, state: State) -> Iterator[Step]:
        """What is heard after its time: agents, and a task whose state machine is no more."""
        if state.engine in {"Decide", "Execute", ENDED} or state.executors:
            for words in state.late:
                log = state.log
                for word in words:
                    log = self._said(log, word)
                said = f"{author_of(words[0].number)} is heard late"
                yield said, state._replace(log=log, late=tuple(one for one in state.late if one != words))
        if state.stray:
            log = self._task(state.stray[0], state.log, _now(state), state.stray[1])[0]
            yield f"the stray {state.stray[0]} writes", state._replace(log=log, stray=None)


def _aborted(dead: State) -> Iterator[Step]:
    yield "the state machine is aborted", _to(dead, ENDED)
    if dead.engine in TASK:
        stray = dead._replace(stray=(TASK[dead.engine], _argument(dead)))
        yield f"the state machine is aborted, and {dead.engine} runs on", _to(stray, ENDED)


def _answered(state: State, call: tuple[Any, ...]) -> tuple[State, Any]:
    match call:
        case ("read",):
            return state, (state.log, _now(state))
        case ("append", version, numbers):
            if version != len(state.log):
                return state, False
            return state._replace(log=canonical(state.log + numbers)), True
        case ("find", token):
            return state, token in dict(state.runs)
        case ("start", token, digest):
            if token in dict(state.runs):
                return state, None
            return state._replace(runs=(*state.runs, (token, digest))), None
    raise AssertionError(call)


def _argument(state: State) -> Any:
    """What the state machine gives to the task that it is at."""
    return {"Decide": state.counted, "Clarify": state.round, "Human decides": "no_quorum"}.get(state.engine)


def _after(state: State, answer: Any) -> State:
    """The state machine's own choices (`test_reductions.py` holds them against its definition)."""
    match state.engine:
        case "Freeze":
            return state._replace(engine="Vote")
        case "Verify ballots" if isinstance(answer, tuple):
            if answer[0] is not None:
                return state._replace(engine="Decide", counted=answer)
            return _to(state, "Clarify") if state.round < 3 else _to(state, "Human decides")
        case "Decide" if answer == "won":
            return _to(state, "Authorise")
        case "Clarify" if answer is None:
            return state._replace(engine="Vote", round=state.round + 1, turn=0, late=())
        case "Authorise" if answer == "permitted":
            return _to(state, "Execute")
        case "Human decides" if answer is None:
            return _to(state, HUMAN)
    return _to(state, ENDED if state.engine == "Human decides" else "Human decides")


def _to(state: State, engine: str) -> State:
    state = state._replace(engine=engine, counted=None)
    if engine != "Clarify":
        state = state._replace(agents=ghost(state.agents), turn=0)
    return state if state.executors or engine in {"Authorise", "Execute", ENDED} else state._replace(late=())


def _plain(answer: Any) -> str:
    if isinstance(answer, tuple):
        return f"{NAME_OF[answer[0]]} by {answer[1]}" if answer[0] else "no winner"
    return "done" if answer is None else str(answer)


def _ballot(word: Word) -> SignedBallot:
    fact = fact_of(word.number)
    assert isinstance(fact, BallotCast)
    return fact.signed


def _now(state: State) -> Any:
    return LATER if state.expired else START
