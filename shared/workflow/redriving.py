"""Dead letters, looked at and sent back: a letter leaves its queue only after its function took it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from shared.domain.dead_letter import REASON, SINCE, Kind, Letter, changed, read_letter
from shared.domain.errors import CommanderError, CommandRefused
from shared.ports.catalogue import CatalogueSource
from shared.ports.consumers import Consumers, Streams
from shared.ports.letterbox import Letterbox, Posted
from shared.workflow.handing_in import TAKERS, batch, call, check

MOST = 500
"""Letters of one queue that are opened at once."""
AT_ONCE = 20
"""Records of a batch that a function gets in one call, which takes six megabytes."""
REASON_LENGTH = 1_000
MOST_BYTES = 250_000
"""Of a message that we write: a queue takes 262,144 bytes with its attributes."""


@dataclass(frozen=True)
class Opened:
    """A letter in its queue."""

    queue: str
    posted: Posted
    letter: Letter

    @property
    def id(self) -> str:
        """What a person names it by."""
        return self.posted.id


@dataclass(frozen=True)
class Handed:
    """What became of a letter that was handed in again; `reason` is empty when it was taken."""

    id: str
    reason: str = ""
    stays_as: str = ""


@dataclass(frozen=True)
class Redriving:
    """All queues of a stage. Functions take a second delivery as they take any: it changes nothing."""

    letterboxes: Mapping[str, Letterbox]
    consumers: Consumers
    streams: Streams
    catalogue: CatalogueSource
    houses: Mapping[str, str]  # function name -> its name in the house

    def letters(self, most: int = MOST) -> tuple[tuple[Opened, ...], int]:
        """At most so many letters of each queue, oldest first, and about how many more there are."""
        with ExitStack() as held:
            found = self._open(held, most)
            more = sum(box.count() for box in self.letterboxes.values()) - len(found)
        return tuple(sorted(found, key=lambda one: one.letter.since)), max(0, more)

    def one(self, id_: str) -> Opened:
        """The letter whose id begins so.

        Raises:
            CommandRefused: there is none, or more than one.
        """
        with ExitStack() as held:
            return self._named(self._open(held, MOST), id_)

    def fix(self, id_: str, body: bytes, by: str) -> str:
        """Replace a letter's body by one that its function would take; the id that it has now.

        Raises:
            CommandRefused: there is no such letter, it holds no body, or old and new do not fit together.
            CommanderError: the function would refuse it; nothing was changed.
        """
        with ExitStack() as held:
            opened = self._named(self._open(held, MOST), id_)
            letter = opened.letter
            if letter.kind in (Kind.STREAM, Kind.UNKNOWN):
                raise CommandRefused(
                    f"{opened.id}: a letter of the kind {letter.kind} has no body to replace"
                )
            consumer = self._consumer(letter)
            check(consumer, body, self.catalogue.services())
            message = changed(letter, opened.posted.body, body, consumer, by)
            if len(message.encode()) > MOST_BYTES:
                raise CommandRefused(f"{opened.id}: the old and the new body are more than a message takes")
            return self._replaced(opened, message, {})

    def redrive(self, chosen: Callable[[Sequence[Opened]], Sequence[Opened]]) -> Iterator[Handed]:
        """Hand letters in again, one by one. What fails stays, with the new reason."""
        with ExitStack() as held:
            for opened in chosen(self._open(held, MOST)):
                try:
                    reason = self._hand_in(opened.letter)
                except CommanderError as error:
                    reason = f"{type(error).__name__}: {error}"
                if reason is None:
                    self.letterboxes[opened.queue].remove(opened.posted)
                    yield Handed(opened.id)
                else:
                    kept = opened.posted.attributes
                    told = {**kept, REASON: reason[:REASON_LENGTH], SINCE: opened.letter.since.isoformat()}
                    yield Handed(opened.id, reason, self._replaced(opened, opened.posted.body, told))

    def named(self, ids: Sequence[str]) -> Callable[[Sequence[Opened]], Sequence[Opened]]:
        """Chooses the letters with these ids.

        Raises:
            CommandRefused: when it chooses, if one of them is not there.
        """
        return lambda found: [self._named(found, id_) for id_ in dict.fromkeys(ids)]

    def _hand_in(self, letter: Letter) -> str | None:
        consumer = self._consumer(letter)
        if letter.pointer is not None:
            records = list(self.streams.records(letter.pointer))
            parts = (records[first : first + AT_ONCE] for first in range(0, len(records), AT_ONCE))
            reasons = (self.consumers.hand_in(consumer, batch(part)) for part in parts)
            return next((reason for reason in reasons if reason is not None), None)
        if letter.cut_from:
            return f"only {len(letter.body)} of its {letter.cut_from} bytes were kept: `fix` it first"
        return self.consumers.hand_in(consumer, call(consumer, letter.body))

    def _consumer(self, letter: Letter) -> str:
        """Its function's name in the house; what an untrusted ARN names is only called if it is ours."""
        name = letter.consumer
        parts = name.split(":")
        if len(parts) > 6 and parts[2] == "lambda":
            name = self.houses.get(parts[6], "")
        if name not in self.houses.values():
            said = letter.consumer[:200]
            raise CommandRefused(f"{said!r} is no function of this stage: nobody is called")
        if name not in TAKERS:
            raise CommandRefused(
                f"{name} takes no letters: what it was asked must be asked again; the letter ends in 14 days"
            )
        return name

    def _replaced(self, opened: Opened, message: str, attributes: Mapping[str, str]) -> str:
        """Put first, then remove: whoever dies in between leaves two, never none."""
        box = self.letterboxes[opened.queue]
        made = box.put(message, attributes)
        box.remove(opened.posted)
        return made

    def _open(self, held: ExitStack, most: int) -> list[Opened]:
        return [
            Opened(queue, posted, read_letter(posted.body, posted.attributes, posted.at))
            for queue, box in self.letterboxes.items()
            for posted in held.enter_context(box.held(most))
        ]

    def _named(self, found: Sequence[Opened], id_: str) -> Opened:
        same = [one for one in found if one.id.startswith(id_)] if id_ else []
        if len(same) != 1:
            raise CommandRefused(
                f"{id_!r} is the id of {len(same) or 'none'} of the {len(found)} letters that were opened: "
                "`commander dead-letters list` has them"
            )
        return same[0]
