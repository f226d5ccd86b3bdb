"""Whatever the order of alarms, recoveries and hand-overs: each alarm is opened, joined or told."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_authority import MemorySigner
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_changes import MemoryChanges
from shared.adapters.local.memory_channel import MemoryChannel
from shared.adapters.local.memory_event_store import MemoryEventStore, MemoryLogs
from shared.adapters.local.memory_open_incidents import MemoryOpenIncidents
from shared.domain.consensus import DecisionKind
from shared.domain.correlation import alarm_of, ringing
from shared.domain.facts import (
    Author,
    EscalatedToHuman,
    HandedToPeople,
    IncidentClosed,
    IncidentDetected,
    ResolvedByPeople,
    TakenOver,
)
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.domain.service import Measure, MetricSource, Service, ServiceCatalogue, Tier
from shared.domain.signal import Signal, SignalKind
from shared.ports.event_store import believe, load, record
from shared.ports.sources import Sources
from shared.workflow.dismissing import Dismissing
from shared.workflow.opening import Opening, Outcome
from tests.delivering import delivery

METRICS = {Measure.LATENCY: MetricSource(namespace="Shop", name="Latency")}
GRAPH = {"web": ("till", "search"), "till": ("db",), "search": ("index",), "db": (), "index": ()}
SHOP = ServiceCatalogue(
    services=tuple(
        Service(name=name, application="shop", depends_on=calls, metrics=METRICS, tier=Tier.CRITICAL)
        for name, calls in GRAPH.items()
    )
)


class Silent:
    """Telemetry that says nothing: what is felt is what a test says."""

    def series(self, services, start, end):
        return ()

    def logs(self, service, start, end, limit):
        return ()


@dataclass
class Shop:
    """Detection and communication around one application; what is ill is set by hand."""

    clock: ManualClock = field(default_factory=ManualClock)
    logs: MemoryLogs = field(default_factory=MemoryLogs)
    ill: set[str] = field(default_factory=set)
    heard: list[Signal] = field(default_factory=list)
    felt: set[str] = field(default_factory=set)  # ids of alarms that were felt whenever they were delivered
    meanwhile: object = None

    def __post_init__(self):
        stores = {one: MemoryEventStore(self.logs, one, MemorySigner(b"k"), self.clock) for one in Author}
        self.stores, self.channel = stores, MemoryChannel()
        self.open = MemoryOpenIncidents(self.clock)
        catalogue = MemoryCatalogue(SHOP)
        sources = Sources(self.clock, catalogue, Silent(), MemoryChanges(), None)
        detection = stores[Author.DETECTION]
        dismissing = Dismissing(detection, sources)
        self.opening = Opening(detection, self.open, sources, dismissing, believe, self.assess)
        self.telling = delivery(stores[Author.COMMUNICATION], self.clock, self.channel, catalogue=catalogue)
        self.marked = {}

    def assess(self, signal, sources):
        """Trouble of what is ill among the services that may be looked at and lead from or to the alarm's."""
        services = sources.catalogue.services()
        near = {*services.above(signal.service), *services.below(signal.service)}
        hurt = sorted(self.ill & near & set(services.by_name))
        if self.meanwhile is not None:
            then, self.meanwhile = self.meanwhile, None
            then()
        if not hurt:
            return None
        return IncidentDetected(
            signal=signal,
            service=hurt[0],
            application="shop",
            services=tuple(hurt),
            tier=Tier.CRITICAL,
            classification="latency",
            severity="critical",
            confidence=900,
            summary=f"latency in shop: {', '.join(hurt)}",
            started_at=signal.at,
            symptoms=(),
        )

    def signal(self, service, kind=SignalKind.ALARM, key=""):
        at = self.clock.now()
        return Signal(
            source="cloudwatch",
            kind=kind,
            service=service,
            measure=Measure.LATENCY,
            at=at,
            attributes={"alarm": f"{service}-slow"},
            key=key or f"{service} {kind} {at.isoformat()}",
        )

    def hear(self, signal):
        self.heard.append(signal)
        if signal.kind is SignalKind.ALARM and signal.service in self.ill:
            self.felt.add(signal.id)
        outcome = self.opening.hear(signal)
        self.tell()
        return outcome

    def tell(self):
        for log_id, events in [*self.logs.events.items(), *self.logs.days.items()]:
            for event in events[self.marked.get(log_id, 0) :]:
                self.telling.mark(event)
            self.marked[log_id] = len(events)
        self.telling.deliver(self.clock.now() + timedelta(minutes=1))

    def incidents(self) -> list[Incident]:
        return [fold(events) for events in self.logs.events.values()]

    def write(self, incident_id, author, *facts, when=lambda state: state.is_open):
        record(self.stores[author], incident_id, lambda state: facts if when(state) else ())
        self.tell()

    def hand_over(self, incident_id):
        handed = HandedToPeople(
            outcome="escalated", decision=DecisionKind.HUMAN, business_usd="0", incident_usd="0"
        )
        escalated = EscalatedToHuman(reason="approval expired")
        self.write(
            incident_id, Author.WORKFLOW, escalated, handed,
            when=lambda state: state.is_open and not state.with_people,
        )  # fmt: skip

    def take(self, incident_id):
        self.write(incident_id, Author.OPERATOR, TakenOver(by="ada"))

    def resolve(self, incident_id, *, released):
        """A person ends it; the hint to the list of open incidents may be lost."""
        self.write(
            incident_id, Author.OPERATOR, ResolvedByPeople(by="ada", did="restarted it"),
            when=lambda state: state.with_people,
        )  # fmt: skip
        state = load(self.stores[Author.COORDINATOR], incident_id)
        if state.is_open or state.closed is not None:
            return
        closed = IncidentClosed(
            outcome="resolved_by_people", decision=DecisionKind.HUMAN, business_usd="0", incident_usd="0"
        )
        self.write(incident_id, Author.COORDINATOR, closed, when=lambda state: state.closed is None)
        if released:
            self.open.release("shop", incident_id)

    def said_of(self, signal):
        """Everything that people were told of an alarm, by the title of its message."""
        told = []
        for events in [*self.logs.events.values(), *self.logs.days.values()]:
            versions = {one.fact.version for one in events if one.type == "NotificationSent"}
            for event in events:
                about = getattr(event.fact, "signal", None)
                if about is not None and about.id == signal.id and event.version in versions:
                    told.append(event.type)
        return told


def where(shop, signal):
    """Where an alarm ended: opened, joined, or dismissed."""
    found = []
    for events in [*shop.logs.events.values(), *shop.logs.days.values()]:
        for event in events:
            about = getattr(event.fact, "signal", None)
            if about is not None and about.id == signal.id and about.kind is SignalKind.ALARM:
                found.append(event)
    return found


def assert_nobody_is_deaf(shop):
    shop.clock.advance(timedelta(days=2))
    for log_id, events in shop.logs.days.items():
        shop.telling.untold.mark(log_id, events[-1].version)
    shop.tell()
    shop.telling.deliver(shop.clock.now() + timedelta(minutes=1))
    for signal in {one.id: one for one in shop.heard if one.kind is SignalKind.ALARM}.values():
        ended = where(shop, signal)
        assert ended, f"{signal.key} left no trace"
        types = [one.type for one in ended]
        assert types.count("IncidentDetected") + types.count("SignalCorrelated") <= 1, types
        if shop.said_of(signal):
            continue
        [joined] = ended  # not told: only when its incident has said the same alarm before, and still has it
        assert joined.type == "SignalCorrelated"
        assert not joined.fact.announced
        before = fold(shop.logs.events[joined.incident_id][: joined.version - 1])
        same = [one for one in before.signals if alarm_of(one) == alarm_of(signal)]
        assert same
        assert not before.with_people or alarm_of(signal) in ringing(before.signals)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "ill",
                "ill",
                "alarm",
                "alarm",
                "alarm",
                "ok",
                "well",
                "hand",
                "hand",
                "take",
                "resolve",
                "again",
            ]
        ),
        st.sampled_from(sorted(GRAPH)),
        st.integers(0, 2**16),
    ),
    max_size=16,
)


def play(steps):  # noqa: C901 - one arm a step
    shop, late = Shop(), []
    for what, service, seed in steps:
        chance = random.Random(seed)
        shop.clock.advance(timedelta(seconds=chance.choice([1, 30, 90, 3_600, 20_000])))
        ids = list(shop.logs.events)
        one = chance.choice(ids) if ids else None
        match what:
            case "ill":
                shop.ill.add(service)
            case "well":
                shop.ill.discard(service)
            case "alarm" | "ok":
                kind = SignalKind.ALARM if what == "alarm" else SignalKind.RECOVERY
                signal = shop.signal(service, kind)
                if chance.random() < 0.3:
                    late.append(signal)
                else:
                    shop.hear(signal)
            case "again" if shop.heard:
                shop.hear(chance.choice(shop.heard))
            case "hand" if one:
                shop.hand_over(one)
            case "take" if one:
                shop.take(one)
            case "resolve" if one:
                shop.resolve(one, released=chance.random() < 0.5)
        if late and chance.random() < 0.4:
            shop.hear(late.pop(chance.randrange(len(late))))
    for signal in late:
        shop.hear(signal)
    return shop


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_no_order_of_events_leaves_anybody_deaf(steps):
    assert_nobody_is_deaf(play(steps))


@settings(max_examples=100, deadline=None)
@given(STEPS)
def test_the_same_signals_once_more_change_nothing_while_their_incidents_are_open(steps):
    shop = play([one for one in steps if one[0] != "resolve"])
    before = {name: len(events) for name, events in [*shop.logs.events.items(), *shop.logs.days.items()]}
    decided = {
        one.id for one in shop.heard if where(shop, one) and where(shop, one)[0].type != "AlarmDismissed"
    }
    for signal in [one for one in shop.heard if one.id in decided]:
        shop.opening.hear(signal)
    after = {name: len(events) for name, events in [*shop.logs.events.items(), *shop.logs.days.items()]}
    assert after == before


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from(sorted(GRAPH)))
def test_after_anything_an_outage_is_told(steps, service):
    """Case 50 and all like it: whatever went before, the next alarm that is felt reaches people."""
    shop = play(steps)
    shop.clock.advance(timedelta(hours=3))
    shop.ill.add(service)
    said = len(shop.channel.messages)
    known = {one.id for one in shop.heard}
    rang = {alarm for one in shop.incidents() if one.is_open for alarm in ringing(one.signals)}
    signal = shop.signal(service)
    assert signal.id not in known
    outcome = shop.hear(signal)
    assert outcome in (Outcome.OPENED, Outcome.CORRELATED)
    if alarm_of(signal) not in rang and outcome is Outcome.OPENED:
        assert len(shop.channel.messages) > said
    [event] = where(shop, signal)
    assert event.type == "IncidentDetected" or event.fact.announced or _said_before(shop, event)


def _said_before(shop, event):
    before = fold(shop.logs.events[event.incident_id][: event.version - 1])
    return any(alarm_of(one) == alarm_of(event.fact.signal) for one in before.signals)
