"""Which runs are made: every lie by every liar and pair, and which of them are equal to one that is made.

Two lies that differ in the wrong proposal alone are equal when, at every vote that is opened on the way, each
honest agent answers the candidates of the one as it answers those of the other, approves neither wrong
proposal, and has read nothing that a liar wrote. Then the tally adds the same weights under another name. The
candidates are those that the product freezes, and the answers are the agents' own, asked on the spot. Every
lie for which this cannot be shown is a run of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations, product

from scripts.scenarios import get
from shared.domain.facts import VoteOpened
from shared.domain.incident import Incident
from shared.domain.model import VOTERS, AgentName
from shared.domain.proposal import Proposal
from shared.runbooks.catalogue import remedies
from shared.workflow.candidates import frozen
from tests.sweep.lies import WARPED, Lie, Start, Way, label
from tests.sweep.run import Baseline, Case, Outcome, Run
from tests.sweep.world import CATALOGUE, proposals

LIARS = tuple(some for size in (1, 2) for some in combinations(VOTERS, size))
ONSETS = (-30, -18, 0, 30)
"""Minutes; the second puts the onset just after the faulty service's innocent deployment."""
WRITTEN_BY_LIARS = frozenset(
    {"", "findings", "heard", "ballots", "attached", "evidence", "tallied", "reused"}
)
"""Fields of an incident; the candidates are compared, and the opening is the same."""
UNCHANGED_BY_ROUNDS = frozenset(
    {"id", "opened", "detected_at", "investigated_at", "attempt", "actions", "tried"}
)


@cache
def services(scenario: str) -> tuple[str, ...]:
    """The faulty service, one that only feels it, and one that is well."""
    root = get(scenario).truth.root_cause or "checkout"
    feels = "web" if root != "web" else "checkout"
    return root, feels, "cache"


@cache
def wrongs(scenario: str) -> tuple[Proposal, ...]:
    """Every candidate on every target, and some with parameters that no runbook would choose.

    The first is one that nobody has a reason for.
    """
    own = proposals(scenario, services(scenario))
    every = (*own, *(_warped(one) for one in own if one.runbook in WARPED))
    return tuple(sorted(every, key=lambda one: (one.runbook, one.service) != ("clean-disk", "cache")))


def _warped(proposal: Proposal) -> Proposal:
    changed = {
        name: proposal.parameters[name].rpartition(":")[0] + value if value.startswith(":") else value
        for name, value in WARPED[proposal.runbook].items()
    }
    return proposal.model_copy(update={"parameters": {**proposal.parameters, **changed}})


def starts(liars: tuple[AgentName, ...]) -> Iterator[Start]:
    """Openings that lie: any service, onsets up to half an hour off, the classes in turns.

    Detection alone lies each onset of each service, with another beside it one of each.
    """
    classes = sorted({name for one in remedies().values() for name in one.runbook.symptoms})
    services = CATALOGUE.services
    for number, (turn, place) in enumerate(product(range(len(ONSETS)), range(len(services)))):
        if len(liars) == 1 or turn == place % len(ONSETS):
            name = classes[number % len(classes)]
            yield Start(services[place].name, name, ONSETS[turn], alone=number % 2 == 1)


def lies(scenario: str, liars: tuple[AgentName, ...]) -> Iterator[Lie]:
    """Every lie but for what is proposed: the way, and the opening if it is theirs."""
    if get(scenario).truth.root_cause is not None:
        for way in Way:
            if way is not Way.SHIFT or len(liars) > 1:
                yield Lie(way)
    if AgentName.DETECTION in liars:
        for start in starts(liars):
            yield Lie(Way.PUSH, start=start)


def aimed(lie: Lie, scenario: str, wrong: Proposal) -> Lie:
    """The lie for this proposal; who floods takes those that come after it in the list."""
    every = wrongs(scenario)
    at = every.index(wrong)
    also = tuple(every[(at + step) % len(every)] for step in range(1, 9))
    return replace(lie, wrong=wrong, also=also if lie.way is Way.FLOOD else ())


@dataclass
class Swept:
    """What became of one liar set's lies in one scenario."""

    scenario: str
    liars: tuple[AgentName, ...]
    made: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    forced: int = 0
    shown: list[tuple[str, Outcome]] = field(default_factory=list)  # the forced and the steered
    alone: str = ""  # how it ends when the liars say nothing

    def count(self, case: Case, outcome: Outcome, times: int = 1) -> None:
        """Add runs that ended like this."""
        self.outcomes[outcome.end] = self.outcomes.get(outcome.end, 0) + times
        self.forced += times * outcome.forced
        if outcome.forced or outcome.steered:
            self.shown.append((case.id, outcome))


def sweep(baseline: Baseline, scenario: str, liars: tuple[AgentName, ...]) -> Swept:
    """Every lie of these liars in this scenario."""
    swept = Swept(scenario, liars)
    for lie in lies(scenario, liars):
        if lie.way is Way.MUTE:
            case = Case(scenario, liars, lie)
            outcome = Run(baseline, case).outcome()
            swept.made += 1
            swept.alone = outcome.end
            swept.count(case, outcome)
            continue
        _sweep(baseline, swept, lie)
    return swept


def _sweep(baseline: Baseline, swept: Swept, lie: Lie) -> None:
    """One way, for every wrong proposal: a run for each that is not shown to be equal to one before."""
    left = list(wrongs(swept.scenario))
    while left:
        case = Case(swept.scenario, swept.liars, aimed(lie, swept.scenario, left.pop(0)))
        equal = Equals(case, left)
        run = Run(baseline, case, equal.compare)
        outcome = run.outcome()
        same = equal.of(run)
        swept.made += 1
        swept.count(case, outcome, 1 + len(same))
        left = [one for one in left if one not in same]


def find(name: str) -> Case:
    """The case of an id.

    Raises:
        ValueError: there is none.
    """
    scenario, who, way, start, what = name.split("/")
    liars = next((one for one in LIARS if "+".join(one) == who), ())
    for lie in lies(scenario, liars):
        if lie.words[:2] == (way, start):
            for wrong in wrongs(scenario):
                if label(wrong) == what:
                    return Case(scenario, liars, aimed(lie, scenario, wrong))
            return Case(scenario, liars, lie)
    raise ValueError(f"no case {name!r}")


class Equals:
    """The proposals that can stand for a run's wrong one without any honest agent answering otherwise."""

    def __init__(self, case: Case, others: Sequence[Proposal]) -> None:
        self._case, self._left = case, list(others)
        self._compared: object = None

    def of(self, run: Run) -> tuple[Proposal, ...]:
        """Those that are left at the end; none when somebody read what a liar wrote."""
        return () if _read(run) & WRITTEN_BY_LIARS else tuple(self._left)

    def compare(self, run: Run, vote: VoteOpened) -> None:
        """Ask every honest agent about each other lie, at a vote that has just been opened.

        A further round over the same candidates in the same world is the same question to those who look
        at nothing that a round changes.
        """
        question = run.came, tuple(one.digest for one in vote.candidates)
        if not self._left or (question == self._compared and _read(run) <= UNCHANGED_BY_ROUNDS):
            return
        self._compared = question
        (incident,) = run.street.house.incidents()
        here = self._answers(run, incident, self._case.lie)
        if here is None:
            self._left.clear()
        self._left = [
            one
            for one in self._left
            if self._answers(run, incident, aimed(self._case.lie, self._case.scenario, one)) == here
        ]

    def _answers(self, run: Run, incident: Incident, lie: Lie) -> tuple[object, ...] | None:
        """Each honest agent's choice and confidence; None when one approves what the liars vote for."""
        found = dict(incident.findings)
        for place, agent in enumerate(self._case.liars):
            if agent in found:  # else it is mute
                found[agent] = lie.findings(agent, place, run.street.clock.now())
        state = incident.model_copy(update={"findings": found})
        candidates, struck = frozen(state, remedies())
        vote = incident.vote.model_copy(update={"candidates": candidates, "struck": struck})
        state = state.model_copy(update={"vote": vote})
        honest = [voter for agent, voter in run.voters.items() if agent not in self._case.liars]
        verdicts = [voter.judge(state, candidates, run.sources) for voter in honest]
        if any(one.choice == lie.wrong for one in verdicts):
            return None
        said = [(one.choice and one.choice.digest, one.confidence) for one in verdicts]
        return lie.wrong in candidates, len(struck), *said


def _read(run: Run) -> set[str]:
    """The fields of the incident that honest agents have read; "" for all of it."""
    return {path[0] if path else "" for path in run.read}
