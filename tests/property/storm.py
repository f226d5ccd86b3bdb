"""The house in bad weather: deliveries reordered, repeated, held back; appends that crash or go unheard."""

from __future__ import annotations

import random
from collections.abc import Callable
from threading import Lock

from shared.adapters.local.memory_event_store import MemoryLogs
from shared.composition.local import LocalHouse
from shared.domain.autonomy import Autonomy
from shared.domain.errors import PortError, TryAgain
from tests.e2e.storefront import DEFINITION, WAITS, Street, catalogue

CRASH, LOSE, OVERTAKE, HOLD, AGAIN = 0.15, 0.15, 0.4, 0.3, 0.4
"""How often: before an append; after it; somebody else in between; a delivery waits; one comes twice."""


class Weather(MemoryLogs):
    """The logs, and their own lock: what happens around an append is decided where it is taken and given."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance, self._inner = chance, Lock()
        self.lock = self
        self.stormy = False
        self.met = {"crash": 0, "lost": 0, "overtaken": 0}
        self.meanwhile: Callable[[], bool] = lambda: False

    def __enter__(self):
        if self.stormy:
            if self._chance.random() < CRASH:
                self.met["crash"] += 1
                raise PortError("crashed between read and append", retryable=True)
            if self._chance.random() < OVERTAKE:
                self.met["overtaken"] += self.meanwhile()
        self._inner.acquire()

    def __exit__(self, kind, error, trace):
        self._inner.release()
        if kind is None and self.stormy and self._chance.random() < LOSE:
            self.met["lost"] += 1
            raise PortError("appended, and the answer was lost", retryable=True)


class StormyHouse(LocalHouse):
    """Delivers as streams are allowed to, and calls its functions as a state machine that retries does."""

    def __post_init__(self):
        super().__post_init__()
        self.chance = self.logs._chance
        self.consumers = [self.coordination, *self._participants, self._telling]
        self.letters, self.busy, self.now = [], set(), None
        self.logs.meanwhile = self.deliver_one
        self.machine._functions = {
            name: self.retried(function) for name, function in self.machine._functions.items()
        }

    def retried(self, function):
        def call(payload):
            while True:
                try:
                    answer = function(payload)
                except (PortError, TryAgain):
                    continue
                if self.chance.random() > AGAIN:
                    return answer

        return call

    def _pump(self):
        self.collect()
        due, self.letters = self.letters, []
        self.chance.shuffle(due)
        for at, letter in enumerate(due):
            if self.logs.stormy and self.chance.random() < HOLD:
                self.letters.append(letter)
            else:
                self.letters += due[at + 1 :]
                self.deliver(letter)
                return True
        return bool(self.letters)

    def collect(self):
        """Put every new event into everybody's post, sometimes twice."""
        for incident_id, events in self.logs.events.items():
            for event in events[self._delivered.get(incident_id, 0) :]:
                for at in range(len(self.consumers)):
                    copies = 1 + (self.logs.stormy and self.chance.random() < AGAIN)
                    self.letters += [(at, event)] * copies
            self._delivered[incident_id] = len(events)

    def deliver(self, letter):
        """One invocation; what fails comes again."""
        at, event = self.now = letter
        self.busy |= {at} & {len(self.consumers) - 1}
        try:
            self.consumers[at].hear(event)
        except PortError:
            self.letters.append(letter)
        finally:
            self.busy.discard(at)

    def deliver_one(self):
        """An invocation in the middle of one; whether there was any.

        It may be the same agent's, as after a timeout; only communication works on one record at a time.
        """
        self.collect()
        idle = [letter for letter in self.letters if letter[0] not in self.busy]
        if idle:
            twins = [letter for letter in idle if letter == self.now]
            letter = self.chance.choice(twins or idle)
            self.letters.remove(letter)
            self.deliver(letter)
        return bool(idle)

    def replay_everything(self):
        """The whole day once more, in any order."""
        for events in list(self.logs.events.values()):
            self.letters += [(at, event) for event in events for at in range(len(self.consumers))]
        while self._pump():
            pass
        self.machine.drive()


class Remembered:
    """A patient's telemetry, measured once for each question: many ask the same at the same moment."""

    def __init__(self, patient):
        self._patient, self._answers = patient, {}

    def series(self, services, start, end):
        key = (tuple(one.name for one in services), start, end, self._patient.clock.now())
        if key not in self._answers:
            self._answers[key] = self._patient.series(services, start, end)
        return self._answers[key]

    def logs(self, service, start, end, limit):
        return ()


def day(chance: random.Random | None) -> Street:
    """The cascade from its change to its end; in a storm if chance is given."""
    street = Street()
    weather = Weather(chance or random.Random(0))
    patient = street.patient
    street.house = StormyHouse(
        DEFINITION,
        catalogue(),
        Remembered(patient),
        patient,
        patient.act,
        Autonomy.AUTONOMOUS,
        street.clock,
        WAITS,
        logs=weather,
    )
    street.change()
    patient.set_connections(20)
    street.wait(12)
    weather.stormy = chance is not None
    while True:
        try:
            street.alarm()
        except PortError:
            continue
        break
    while street.house._pump():
        pass
    weather.stormy = False
    return street
