"""One run: a scenario, its liars and their lie, through the whole product in this process."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from scripts.patient.topology import APPLICATION
from scripts.scenarios import get
from shared.adapters.local.manual_clock import ManualClock
from shared.agents import detection
from shared.agents.voter import Voter
from shared.domain.consensus import RULES
from shared.domain.events import Event
from shared.domain.facts import ActionStarted, ConsensusReached, VoteOpened
from shared.domain.incident import Status
from shared.domain.model import AgentName
from shared.domain.proposal import Proposal
from shared.domain.runbook import Feasible
from shared.domain.signal import Signal
from tests.e2e.storefront import Street
from tests.sweep.agents import HONEST, Rules
from tests.sweep.lies import Lie, Way
from tests.sweep.memo import Memo, Path
from tests.sweep.world import CATALOGUE, World, prepared_on, trouble

HONESTLY = Lie(Way.MUTE)


class End(StrEnum):
    """How a run ended, as far as the sweep counts."""

    RESOLVED = "resolved"
    HUMAN = "at a human"
    QUIET = "quiet"  # no incident was opened
    STEERED = "steered"


@dataclass(frozen=True)
class Case:
    """One run to make."""

    scenario: str
    liars: tuple[AgentName, ...] = ()
    lie: Lie = HONESTLY

    @property
    def id(self) -> str:
        """What names it on the command line."""
        return "/".join((self.scenario, "+".join(self.liars) or "nobody", *self.lie.words))


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    end: End
    executed: tuple[Proposal, ...] = ()  # in the order of attempts
    forced: bool = False
    status: str = ""  # of the incident, when the run was made to its end
    weights: tuple[int, ...] = ()  # of the approvers of each execution, of 1000

    @property
    def steered(self) -> bool:
        """Whether something was executed that nobody would have chosen or would defend."""
        return self.end is End.STEERED


class Enough(Exception):
    """The rest of the run is known."""


class Baseline:
    """Honest agents (or broken ones), how they answered so far, and how liar-free runs went."""

    def __init__(self, rules: Rules = HONEST) -> None:
        self.rules, self.memo = rules, Memo()
        self._honest: dict[str, Outcome] = {}
        self._opened: dict[object, object] = {}

    def honest(self, scenario: str) -> Outcome:
        """The run without a liar."""
        if scenario not in self._honest:
            self._honest[scenario] = Run(self, Case(scenario)).outcome()
        return self._honest[scenario]

    def run(self, case: Case) -> Outcome:
        """The case, to its end."""
        return Run(self, case).outcome()

    def assess(self, world: object, signal: Signal, sources) -> object:
        """What honest detection opens, worked out once."""
        key = (world, signal.id)
        if key not in self._opened:
            self._opened[key] = detection.assess(signal, sources)
        return self._opened[key]


class Run:
    """A case on its way; `vote_opened` is called for each round, with the run."""

    def __init__(
        self,
        baseline: Baseline,
        case: Case,
        vote_opened: Callable[["Run", VoteOpened], None] = lambda *_: None,
    ) -> None:
        self.case, self.baseline, self._vote_opened = case, baseline, vote_opened
        self.read: set[Path] = set()
        self.started: list[Proposal] = []
        self._certified: dict[str, frozenset[AgentName]] = {}
        self._own: set[str] = set()
        begun = trouble(case.scenario)
        self._alarms = begun.alarms
        asked = baseline.rules.voters(baseline.memo.look(baseline.rules.look, lambda: self.came))
        self.voters = {agent: self._voter(agent, voter) for agent, voter in asked.items()}
        self.street = Street(
            silent=case.lie.mute(case.liars),
            patient=begun.patient.twin,
            clock=ManualClock(begun.now),
            services=CATALOGUE,
            resources=self._inhabited,
            act=self._act,
            voters=tuple(self.voters.values()),
            assess=self._assess(),
            listeners=(self._hear,),
        )
        for one in begun.announced:
            self.street.house.changes.note(APPLICATION, one)

    def _inhabited(self, patient) -> World:
        self.world = World(patient, trouble(self.case.scenario))
        return self.world

    def _act(self, proposal: Proposal) -> None:
        self.world.act(proposal)

    @property
    def sources(self):
        """What agents may look at."""
        return self.street.house.opening.sources

    @property
    def came(self) -> object:
        """How the world has come to be as it is."""
        done = tuple((at, one.digest) for at, one in self.world.done)
        return self.case.scenario, self.street.clock.now(), done

    def _voter(self, agent: AgentName, voter: Voter) -> Voter:
        if agent in self.case.liars:
            return self.case.lie.voter(agent, self.case.liars.index(agent))
        return self.baseline.memo.voter(voter, lambda: self.came, lambda: self.sources, self.read.update)

    def _assess(self):
        def honest(signal, sources):
            return self.baseline.assess(self.came, signal, sources)

        return self.case.lie.assess(honest) if AgentName.DETECTION in self.case.liars else honest

    def _hear(self, event: Event) -> None:
        if event.type == VoteOpened.__name__:
            self._own.update(one.digest for one in self._acceptable())
            self._vote_opened(self, event.fact)
        elif event.type == ConsensusReached.__name__:
            won = event.fact.certificate
            approving = (
                one.ballot.agent for one in won.ballots if one.ballot.approves == won.proposal.digest
            )
            self._certified[won.proposal.digest] = frozenset(approving)
        elif event.type == ActionStarted.__name__ and not (event.fact.undo or event.fact.known_good):
            self.started.append(event.fact.proposal)
            if self.case.liars and (self._as_honest() or self._wrong(event.fact.proposal)):
                raise Enough

    def _acceptable(self) -> Iterable[Proposal]:
        """The defensible remedies as their runbooks themselves would do them now."""
        for runbook, service in get(self.case.scenario).truth.acceptable:
            prepared = prepared_on(self.world, service, runbook, self._began)
            if isinstance(prepared, Feasible):
                yield prepared.proposal

    @property
    def _began(self):
        return trouble(self.case.scenario).now

    def _as_honest(self) -> bool:
        """What was executed cures, as in the honest run: nobody is asked anything more.

        Unless the opening lies, of which the watch may read since when it was ill.
        """
        if self.case.lie.start is not None:
            return False
        honest = self.baseline.honest(self.case.scenario)
        return honest.end is End.RESOLVED and honest.executed == tuple(self.started)

    def _wrong(self, proposal: Proposal) -> bool:
        honest = self.baseline.honest(self.case.scenario).executed if self.case.liars else ()
        return proposal not in honest and proposal.digest not in self._own

    def outcome(self) -> Outcome:
        """Run it to its end, or until the rest is known."""
        enough = False
        try:
            for alarm in self._alarms:
                self.street.alarm(*alarm)
                if self.street.house.logs.events:
                    break
        except Enough:
            enough = True
        if not self.street.house.logs.events:
            return Outcome(End.QUIET)
        (incident,) = self.street.house.incidents()
        weights = tuple(
            sum(RULES.weights[agent] for agent in self._certified[one.digest]) for one in self.started
        )
        forced = any(not self._certified[one.digest] - {*self.case.liars} for one in self.started)
        if any(self._wrong(one) for one in self.started):
            end = End.STEERED
        elif enough or incident.status is Status.RESOLVED:
            end = End.RESOLVED
        else:
            end = End.HUMAN
        return Outcome(end, tuple(self.started), forced, "" if enough else incident.status.value, weights)
