"""The whole product in this process on simulated time: what `evaluate` and offline tests run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_action_history import MemoryActionHistory
from shared.adapters.local.memory_authority import MemorySigner, MemoryVerifier
from shared.adapters.local.memory_buckets import MemoryBuckets
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_changes import MemoryChanges
from shared.adapters.local.memory_channel import MemoryChannel
from shared.adapters.local.memory_controls import MemoryControls
from shared.adapters.local.memory_directory import MemoryDirectory
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.adapters.local.memory_executor import MemoryExecutor
from shared.adapters.local.memory_integrity import MemoryIntegrity
from shared.adapters.local.memory_known_good import MemoryKnownGood
from shared.adapters.local.memory_locks import MemoryLocks
from shared.adapters.local.memory_open_incidents import MemoryOpenIncidents
from shared.adapters.local.memory_permissions import NoPermissions
from shared.adapters.local.memory_recordings import MemoryRecordings
from shared.adapters.local.memory_standing import MemoryStanding
from shared.adapters.local.memory_tags import MemoryTags
from shared.adapters.local.memory_untold import MemoryUntold
from shared.adapters.local.memory_waiting_room import MemoryWaitingRoom
from shared.adapters.local.memory_wakes import MemoryWakes
from shared.adapters.local.state_machine import StateMachine, load
from shared.agents import detection, diagnosis, prediction, resolution
from shared.agents.voter import Voter
from shared.composition.local_stage import DEV, Waits, places
from shared.domain.approval import ballots_last
from shared.domain.autonomy import Autonomy
from shared.domain.consensus import RULES
from shared.domain.events import Event
from shared.domain.facts import Author
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.domain.policy import PolicyConfig
from shared.domain.proposal import Proposal
from shared.domain.service import ServiceCatalogue
from shared.domain.signal import Signal
from shared.policies.cedar import CedarEngine
from shared.ports import event_store
from shared.ports.recordings import Recordings
from shared.ports.resources import ResourceReader
from shared.ports.sources import Sources
from shared.ports.telemetry import Telemetry
from shared.runbooks.catalogue import remedies
from shared.workflow.asking import Asking
from shared.workflow.asking_people import AskingPeople
from shared.workflow.audience import Audience
from shared.workflow.authorisation import Authorisation
from shared.workflow.closing import Closing
from shared.workflow.coordination import Coordination
from shared.workflow.deliberation import Deliberation
from shared.workflow.delivery import Delivery
from shared.workflow.dismissing import Dismissing
from shared.workflow.dispatch import executor_tasks, workflow_tasks
from shared.workflow.due import Looking
from shared.workflow.ending import Ending
from shared.workflow.execution import Execution
from shared.workflow.fallback import Fallback
from shared.workflow.judging import Judging
from shared.workflow.leases import Leases
from shared.workflow.opening import Assess, Opening, Outcome
from shared.workflow.participation import Bounding, Participant, as_they_are
from shared.workflow.preparing import Preparing
from shared.workflow.proof import Proof
from shared.workflow.sandbox import Sandbox
from shared.workflow.trust import Trust
from shared.workflow.vigilance import Vigilance
from shared.workflow.watching import Watching

VOTERS = (detection.AGENT, diagnosis.AGENT, prediction.AGENT, resolution.AGENT)


def unworn(port: Any) -> Any:
    """A port as it is."""
    return port


@dataclass
class LocalHouse:
    """Everything that AWS runs, over ports in memory. `silent` agents hear nothing, as if they were down.

    `listeners` hear every event, as people would; `worn` is put around each port with which the state
    machine's tasks change something; `lasting` automations never end by themselves; `sandbox` is an account.
    """

    definition: str
    catalogue: ServiceCatalogue
    telemetry: Telemetry
    resources: ResourceReader
    act: Callable[[Proposal], str | None]
    autonomy: Autonomy
    clock: ManualClock
    waits: Waits = DEV
    silent: frozenset[AgentName] = frozenset()
    logs: MemoryLogs = field(default_factory=MemoryLogs)
    channel: MemoryChannel = field(default_factory=MemoryChannel)
    changes: MemoryChanges = field(default_factory=MemoryChanges)
    recordings: Recordings = field(default_factory=MemoryRecordings)
    voters: Sequence[Voter] = VOTERS
    assess: Assess = detection.assess
    policy: PolicyConfig | None = None
    listeners: Sequence[Callable[[Event], None]] = ()
    worn: Callable[[Any], Any] = unworn
    lasting: bool = False
    sandbox: str | None = None
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    bounded: Bounding = as_they_are

    def __post_init__(self) -> None:
        """Wire it as the stacks do."""
        keys = {author: f"simulated key of {author.value}".encode() for author in Author}
        verifier = MemoryVerifier(keys)
        self.locks, self.history = MemoryLocks(self.clock), MemoryActionHistory()
        self.controls, self.known_good = MemoryControls(), MemoryKnownGood()
        self._stores = {
            author: MemoryEventStore(self.logs, author, MemorySigner(keys[author]), self.clock)
            for author in Author
        }
        catalogue, waiting = MemoryCatalogue(self.catalogue), MemoryWaitingRoom()
        open_incidents, trust = MemoryOpenIncidents(self.clock), Trust(verifier)
        sources = Sources(
            self.clock, catalogue, self.telemetry, self.changes, self.resources, own=self.history
        )
        workflow_store, executor_store = (
            self.worn(self._stores[author]) for author in (Author.WORKFLOW, Author.EXECUTOR)
        )
        self.executor = MemoryExecutor(self.act, clock=self.clock, lasting=self.lasting)
        executor, locks = self.worn(self.executor), self.worn(self.locks)
        self.standing = MemoryStanding(self.clock)
        self.integrity = MemoryIntegrity()
        vigilance = Vigilance(self.standing, self.clock)
        deliberation = Deliberation(
            workflow_store,
            verifier,
            self.clock,
            remedies(),
            vigilance,
            self.integrity,
            trust.distrust,
            ballot_validity=ballots_last(timedelta(seconds=self.waits.approval)),
        )
        policy = self.policy or PolicyConfig(autonomy=self.autonomy, places=places(self.catalogue))
        proof = Proof(verifier, self.clock, remedies(), self.controls)
        leases = Leases(executor_store, trust.distrust, locks, catalogue, proof)
        sandbox = None
        if self.sandbox is not None:
            sandbox = Sandbox(
                executor_store, trust.distrust, remedies(), executor, self.resources, self.sandbox
            )
        preparing = Preparing(
            executor_store,
            trust.distrust,
            self.clock,
            remedies(),
            catalogue,
            self.telemetry,
            self.resources,
            executor,
            NoPermissions("there is no IAM in this process"),
            proof,
            leases,
            sandbox,
        )
        execution = Execution(
            executor_store,
            trust.distrust,
            self.clock,
            remedies(),
            executor,
            self.resources,
            catalogue,
            proof,
            leases,
            self.worn(self.history),
            self.worn(self.known_good),
            policy.actions_per_hour,
        )
        watch = timedelta(seconds=self.waits.watch)
        watching = Watching(executor_store, trust.distrust, self.clock, catalogue, self.telemetry, watch)
        acting = executor_tasks(leases, preparing, execution, watching)
        self.machine = StateMachine(
            load(self.definition, self.waits.placeholders()),
            {
                "workflow": lambda payload: tasks[payload["task"]](payload),
                "executor": lambda payload: acting[payload["task"]](payload),
            },
            self.clock,
            self._pump,
        )
        waits_for_people = timedelta(seconds=self.waits.approval)
        people = AskingPeople(
            workflow_store,
            trust.distrust,
            self.clock,
            waiting,
            self.machine,
            catalogue,
            self.resources,
            remedies(),
            waits_for_people,
        )
        judging = Judging(
            CedarEngine(),
            policy,
            self.controls,
            self.history,
            MemoryTags(self.tags),
            catalogue,
            remedies(),
            self.clock,
        )
        authorisation = Authorisation(
            workflow_store, trust.distrust, remedies(), catalogue, judging.judge, people
        )
        closing = Closing(
            workflow_store, trust.distrust, catalogue, self.clock, vigilance, locks, self.controls, remedies()
        )
        asking = Asking(workflow_store, waiting, self.machine, self.standing, self.clock, trust.distrust)
        tasks = workflow_tasks(deliberation, asking, authorisation, people, closing)
        self.coordination = Coordination(
            self._stores[Author.COORDINATOR],
            trust,
            self.machine,
            waiting,
            open_incidents,
            Fallback(verifier, self.clock, RULES),
            vigilance,
            Ending(self._stores[Author.COORDINATOR], trust.distrust, catalogue, self.clock),
        )
        detection_store = self._stores[Author.DETECTION]
        dismissing = Dismissing(detection_store, sources)
        self.opening = Opening(
            detection_store, open_incidents, sources, dismissing, trust.distrust, self.assess
        )
        self._participants = [
            Participant(
                voter,
                self._stores[Author(voter.name.value)],
                MemorySigner(keys[Author(voter.name.value)]),
                sources,
                self.recordings,
                self.waits.of(voter.name),
                trust.distrust,
                self.bounded,
            )
            for voter in self.voters
            if voter.name not in self.silent
        ]
        self._telling = Delivery(
            self._stores[Author.COMMUNICATION],
            Looking(
                self._stores[Author.COMMUNICATION],
                trust.distrust,
                catalogue,
                Audience("everybody", (self.channel,), MemoryDirectory(), lambda _person: ()),
                MemoryChannel("last resort"),
                self.clock,
            ),
            MemoryUntold(),
            MemoryWakes(),
            MemoryLocks(self.clock),
            MemoryBuckets(self.clock),
            self.clock,
            pause=lambda seconds: self.clock.advance(timedelta(seconds=seconds)),
            jitter=lambda: 0.5,
        )
        self._delivered: dict[str, int] = {}
        self.open_incidents, self.trust = open_incidents, trust

    def hear(self, signal: Signal) -> Outcome:
        """Take a signal in, and let everything that follows from it happen."""
        outcome = self.opening.hear(signal)
        while self._pump():
            pass
        self.machine.drive()
        return outcome

    def incidents(self) -> tuple[Incident, ...]:
        """Every incident as it is now, oldest first."""
        store = self._stores[Author.COORDINATOR]
        return tuple(event_store.load(store, incident_id) for incident_id in self.logs.events)

    def store(self, author: Author) -> MemoryEventStore:
        """The log, written as somebody."""
        return self._stores[author]

    def _pump(self) -> bool:
        """Deliver every event that has not been delivered, to everybody, in order."""
        fresh: list[Event] = []
        reader = self._stores[Author.COORDINATOR]
        for incident_id in [*self.logs.events, *self.logs.days]:
            events = reader.read(incident_id)
            fresh += events[self._delivered.get(incident_id, 0) :]
            self._delivered[incident_id] = len(events)
        for event in fresh:
            self.coordination.hear(event)
            for participant in self._participants:
                participant.hear(event)
            self._telling.hear(event)
            for listener in self.listeners:
                listener(event)
        return bool(fresh)
