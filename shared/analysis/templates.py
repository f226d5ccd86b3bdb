"""Log lines without their variable parts, counted: what is printed now that was not before."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LONGEST = 200
VARIABLE = re.compile(r"\b(?:0x)?[0-9a-fA-F]*\d[0-9a-fA-F]*\b|[0-9a-fA-F]{8,}|\d+")
TROUBLE = re.compile(r"error|fatal|exception|time(?:d )?out|refused|denied|unavailable|panic", re.IGNORECASE)


@dataclass(frozen=True)
class Burst:
    """A template that says trouble and is new, or far more frequent than before."""

    template: str
    count: int
    before: int


def template(message: str) -> str:
    """The line with every token that holds a digit replaced by `<*>`, printable, at most 200 characters."""
    visible = "".join(c if c.isprintable() else " " for c in message[: 4 * LONGEST])
    return VARIABLE.sub("<*>", visible)[:LONGEST].strip()


def bursts(now: Sequence[str], before: Iterable[str], most: int = 3) -> tuple[Burst, ...]:
    """The templates of trouble in `now`, at least three times as frequent as `before`, worst first."""
    fresh = Counter(template(one) for one in now if TROUBLE.search(one))
    known = Counter(template(one) for one in before)
    found = [
        Burst(template=text, count=count, before=known[text])
        for text, count in fresh.items()
        if count >= 3 * max(known[text], 1) or (known[text] == 0 and count >= 2)
    ]
    return tuple(sorted(found, key=lambda one: (-one.count, one.template))[:most])
