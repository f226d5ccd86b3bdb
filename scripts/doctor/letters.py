"""What was given up."""

from collections import Counter
from collections.abc import Iterator

from scripts.dead_letters.stage import redriving
from scripts.doctor.finding import Finding, ok, wrong
from scripts.doctor.subject import Subject

MOST = 100
SHOWN = 10


def dead_letters(subject: Subject) -> Iterator[Finding]:
    """How many, by whom they were meant for, and why."""
    found, more = redriving(subject.reached).letters(MOST)
    if not found:
        yield ok("dead letters", "none")
        return
    fix = f"commander dead-letters list --stage {subject.stage}; mend the cause, then `redrive`"
    reasons = Counter(
        (one.letter.consumer.rsplit(":", 1)[-1] or "nobody", one.letter.reason[:160]) for one in found
    )
    for (source, reason), number in reasons.most_common(SHOWN):
        yield wrong("dead letters", f"{number} for {source}: {reason}", fix)
    if more or len(reasons) > SHOWN:
        yield wrong("dead letters", f"and others: {len(found) + more} in all", fix)


CHECKS = (dead_letters,)
