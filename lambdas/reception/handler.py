"""Reception: AWS entry point for what people say through Slack, PagerDuty and the dashboard."""

from typing import Any

from shared.composition.reception import desks, later, writes
from shared.domain.facts import Author
from shared.runtime.dashboard import writing_handler
from shared.runtime.http import reception_handler
from shared.runtime.web.routes import BASE

on_desk = reception_handler(Author.RECEPTION.value, desks, later)
on_api = writing_handler(writes)


def handler(event: dict[str, Any], context: Any) -> Any:
    """The API's callers are known by the authorizer, vendors by their signatures."""
    of_api = str(event.get("rawPath", "")).startswith(BASE)
    return on_api(event, context) if of_api else on_desk(event, context)
