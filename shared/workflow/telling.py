"""Telling people: everything of the log that they should hear, in its order, on every channel, once."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.agents.communication import compose, tells
from shared.domain.events import Event, malformed
from shared.domain.facts import Fact, NotificationSent
from shared.domain.folding import fold
from shared.domain.incident import Incident
from shared.ports.catalogue import CatalogueSource
from shared.ports.channel import Channel
from shared.ports.event_store import Distrust, EventStore, record


@dataclass(frozen=True)
class Telling:
    """An event is a hint that there may be something to tell; the log says what has been told."""

    store: EventStore
    channels: Sequence[Channel]
    catalogue: CatalogueSource
    distrust: Distrust

    def hear(self, event: Event) -> None:
        """Tell, on each channel, whatever has not been told there, oldest first.

        Raises:
            PortError: a channel did not take it; the next event, or a retry, tries again from there.
        """
        if tells(event):
            for channel in self.channels:
                self._catch_up(event.incident_id, channel)

    def _catch_up(self, incident_id: str, channel: Channel) -> None:
        events = self.store.read(incident_id)
        ignored = self.distrust(events)
        sent = [one for one in map(_notification, events) if one is not None and one.channel == channel.name]
        told = {one.version for one in sent}
        thread = sent[0].reference if sent else ""
        for at, event in enumerate(events, start=1):
            if tells(event) and event.version not in told and event.event_id not in ignored:
                message = compose(fold(events[:at], ignored), event, self.catalogue.services())
                reference = channel.send(message.model_copy(update={"thread": thread}))
                thread = thread or reference
                self._sent(event, channel.name, reference)

    def _sent(self, event: Event, channel: str, reference: str) -> None:
        sent = NotificationSent(channel=channel, about=event.type, version=event.version, reference=reference)

        def decide(_state: Incident) -> tuple[Fact, ...]:
            told = map(_notification, self.store.read(event.incident_id))
            again = any(one and (one.channel, one.version) == (channel, sent.version) for one in told)
            return () if again else (sent,)

        record(self.store, event.incident_id, decide, event.event_id)


def _notification(event: Event) -> NotificationSent | None:
    if event.type != NotificationSent.__name__ or malformed(event) is not None:
        return None
    fact = event.fact
    return fact if isinstance(fact, NotificationSent) else None
