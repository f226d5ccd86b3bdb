"""A delivery on simulated time, whose parts a test may change."""

from datetime import timedelta

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_buckets import MemoryBuckets
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_channel import MemoryChannel
from shared.adapters.local.memory_locks import MemoryLocks
from shared.adapters.local.memory_untold import MemoryUntold
from shared.domain.service import ServiceCatalogue
from shared.ports.channel import Channel
from shared.ports.event_store import EventStore, believe
from shared.workflow.delivery import Delivery, Recipient


def delivery(store: EventStore, clock: ManualClock, *channels: Channel, **parts) -> Delivery:
    """Everybody is one recipient with these channels."""
    given = {
        "store": store,
        "distrust": believe,
        "catalogue": MemoryCatalogue(ServiceCatalogue(services=())),
        "untold": MemoryUntold(),
        "locks": MemoryLocks(clock),
        "buckets": MemoryBuckets(clock),
        "recipients": lambda _incident: (Recipient("everybody", channels),),
        "last_resort": MemoryChannel("sns"),
        "clock": clock,
        "pause": lambda seconds: clock.advance(timedelta(seconds=seconds)),
        "jitter": lambda: 0.5,
    }
    return Delivery(**{**given, **parts})
