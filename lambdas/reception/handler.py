"""Reception: AWS entry point for what people say through Slack and PagerDuty."""

from shared.composition.reception import desks, later
from shared.domain.facts import Author
from shared.runtime.http import reception_handler

handler = reception_handler(Author.RECEPTION.value, desks, later)
