"""A delivery on simulated time, whose parts a test may change."""

from datetime import timedelta

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_buckets import MemoryBuckets
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_channel import MemoryChannel
from shared.adapters.local.memory_directory import MemoryDirectory
from shared.adapters.local.memory_locks import MemoryLocks
from shared.adapters.local.memory_untold import MemoryUntold
from shared.adapters.local.memory_wakes import MemoryWakes
from shared.domain.service import ServiceCatalogue
from shared.ports.channel import Channel
from shared.ports.event_store import EventStore, believe
from shared.workflow.audience import Audience
from shared.workflow.delivery import Delivery
from shared.workflow.due import Looking


def delivery(store: EventStore, clock: ManualClock, *channels: Channel, **parts) -> Delivery:
    """Everybody is one recipient with these channels; `directory` and `roads` add people with theirs."""
    source = parts.pop("source", None) or MemoryDirectory(parts.pop("directory", None))
    roads = parts.pop("roads", lambda _person: ())
    looking = Looking(
        store,
        parts.pop("distrust", believe),
        parts.pop("catalogue", MemoryCatalogue(ServiceCatalogue(services=()))),
        Audience("everybody", channels, source, roads),
        parts.pop("last_resort", None) or MemoryChannel("sns"),
        clock,
    )
    given = {
        "store": store,
        "looking": looking,
        "untold": MemoryUntold(),
        "wakes": MemoryWakes(),
        "locks": MemoryLocks(clock),
        "buckets": MemoryBuckets(clock),
        "clock": clock,
        "pause": lambda seconds: clock.advance(timedelta(seconds=seconds)),
        "jitter": lambda: 0.5,
    }
    return Delivery(**{**given, **parts})
