"""Plays a scenario: the patient breaks, and the log of what follows is told as it happens."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

from scripts.demo.report import Run
from scripts.demo.stage import Stage, deployed
from scripts.demo.voice import Voice
from scripts.local_aws.process import LocalAws
from scripts.patient.controlled import pulse
from scripts.patient.scenario import Scenario
from scripts.patient.storefront import Storefront
from shared.agents.communication import tells
from shared.domain.errors import IncidentNotFound
from shared.domain.events import Event
from shared.domain.facts import Author, FindingsSubmitted
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.views.story import story

POLL_SECONDS = 0.2
LIMIT_SECONDS = 90.0
"""How long nothing may happen: a busy machine is slow, and not at its end."""
CALM_SECONDS = 3.0
"""After detection has dismissed an alarm, how long nothing more must come before we say that nothing does."""
TOLD_SECONDS = 10.0
OURS = "IncidentCommander-"
"""How the names of the commander's own alarms begin: they are not about the patient."""


def nothing_more(_of: object) -> None:
    """For a stage that nobody looks at, and a patient that nobody needs afterwards."""


def play(
    scenario: Scenario,
    aws: LocalAws,
    voice: Voice,
    afterwards: Callable[[Storefront], None] = nothing_more,
    beside: Callable[[Stage], None] = nothing_more,
) -> Run:
    """Deploy the stage beside the patient, break it, and follow it to its end.

    Args:
        afterwards: given the patient once it serves no more here.
        beside: given the stage before anything breaks.
    """
    storefront = Storefront(aws, voice.say)
    storefront.create()  # before the pipeline: its own creation is no change to be explained
    voice.doing(lambda: "setting up")
    stage = deployed(aws, voice.say)
    stage.watch_over(storefront.catalogue)
    beside(stage)
    with storefront:
        run = perform(scenario, stage, storefront, voice)
    afterwards(storefront)
    return run


def perform(scenario: Scenario, stage: Stage, storefront: Storefront, voice: Voice) -> Run:
    """Break the patient of a deployed stage and follow what comes of it."""
    voice.doing(lambda: pulse(storefront.latest))
    _until(lambda: bool(storefront.latest), 10)
    before, earlier = storefront.state(), set(stage.incident_ids())
    voice.say(f"the storefront serves: {pulse(storefront.latest)}", "dim")
    broke_at = datetime.now(UTC)
    scenario.break_it(storefront)
    voice.say(f"it breaks: {scenario.title}", "bold red")
    follower = Follower(stage, voice, earlier)
    incident = follower.follow(broke_at)
    return Run(
        scenario=scenario,
        broke_at=broke_at,
        incident=incident,
        before=before,
        after=storefront.state(),
        dead_letters=tuple(str(one.get("reason", one))[:600] for one in stage.dead_letters()),
        root_cause=follower.root_cause,
    )


class Follower:
    """Reads the log of the first new incident, event by event."""

    def __init__(self, stage: Stage, voice: Voice, earlier: set[str]) -> None:
        self._stage, self._voice, self._earlier = stage, voice, earlier
        self._events: tuple[Event, ...] = ()

    def follow(self, broke_at: datetime) -> Incident | None:
        """The incident at its end; None when an alarm came and nothing came of it."""
        quiet_since, seen = time.monotonic(), 0
        alarmed, calm_since = False, None
        while time.monotonic() - quiet_since < LIMIT_SECONDS:
            self._read()
            if len(self._events) > seen:
                quiet_since, seen = time.monotonic(), len(self._events)
            if self._events and self._is_told():
                return fold(self._events)
            alarmed = alarmed or bool(self._events) or self._alarm(broke_at)
            if not self._events and calm_since is None and alarmed and self._stage.has_dismissed(broke_at):
                self._voice.say("detection looked, and nothing can be felt: busy is not broken", "bold green")
                calm_since = time.monotonic()
            if not self._events and calm_since and time.monotonic() - calm_since > CALM_SECONDS:
                return None
            time.sleep(POLL_SECONDS)
        return self._late()

    @property
    def root_cause(self) -> str | None:
        """What diagnosis first named; after a remedy that did harm it may rightly name something else."""
        said = (one.fact for one in self._events if one.type == "FindingsSubmitted")
        named = (one.findings.root_causes for one in said if isinstance(one, FindingsSubmitted))
        return next((causes[0] for causes in named if causes), None)

    def _late(self) -> Incident | None:
        self._voice.say(f"it did not end, and nothing happened for {LIMIT_SECONDS:.0f} s", "bold red")
        try:
            return fold(self._events)
        except IncidentNotFound:
            return None

    def _read(self) -> None:
        new = [one for one in self._stage.incident_ids() if one not in self._earlier]
        if not new:
            return
        events = self._stage.events(new[0])
        for said in islice(story(events), len(self._events), None):
            for text, style in said:
                self._voice.say(text, style)
        self._events = events

    def _is_told(self) -> bool:
        """Closed, and people have heard of everything (or have not within some seconds of the end)."""
        closed = next((one for one in self._events if _is_the_end(one)), None)
        if closed is None:
            return False
        told = {one.data["version"] for one in self._events if one.type == "NotificationSent"}
        waiting = {one.version for one in self._events if tells(one)} - told
        return not waiting or (datetime.now(UTC) - closed.occurred_at).total_seconds() > TOLD_SECONDS

    def _alarm(self, since: datetime) -> bool:
        found = self._stage.client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]
        patients = [one for one in found if not one["AlarmName"].startswith(OURS)]
        fresh = [one for one in patients if one["StateUpdatedTimestamp"] >= since]
        for one in fresh:
            self._voice.say(f"alarm: {one['AlarmName']}", "yellow")
        return bool(fresh)


def _is_the_end(event: Event) -> bool:
    """Ended by the state machine, or handed over by the coordinator because that has failed."""
    handed_over = event.type == "EscalatedToHuman" and event.recorded_by is Author.COORDINATOR
    return event.type in ("IncidentClosed", "HandedToPeople") or handed_over


def _until(ready: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
