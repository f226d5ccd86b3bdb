"""All checks, in the order in which one mends things; one that cannot be made says so, and the rest go on."""

from collections.abc import Callable, Iterable, Iterator

from scripts.doctor import account, alarms, channels, functions, incidents, letters, quotas, records, watched
from scripts.doctor.finding import Finding, unknown
from scripts.doctor.subject import Subject
from shared.domain.errors import CommanderError

Check = Callable[[Subject], Iterable[Finding]]
BEFORE: tuple[Check, ...] = (*account.CHECKS, *quotas.CHECKS, channels.mail)
"""What must be well before a stage is deployed."""
AFTER: tuple[Check, ...] = (
    *channels.CHECKS,
    *watched.CHECKS,
    *functions.CHECKS,
    *letters.CHECKS,
    *incidents.CHECKS,
    *records.CHECKS,
    *alarms.CHECKS,
)
"""What can be asked of a deployed stage only."""


def examine(subject: Subject) -> Iterator[Finding]:
    """Everything that is found, as it is found."""
    for check in (*BEFORE, *(AFTER if subject.deployed else ())):
        try:
            yield from check(subject)
        except CommanderError as error:
            yield unknown(check.__name__.strip("_").replace("_", " "), str(error))
