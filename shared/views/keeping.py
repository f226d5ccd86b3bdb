"""A page as it is kept, and read again. What outgrows an item loses the oldest of its timeline."""

from collections.abc import Container, Sequence

from shared.domain.events import Event
from shared.domain.model import canonical_json
from shared.ports.views import View
from shared.views.documents import Page, Row
from shared.views.projection import project

MOST_BYTES = 300_000
"""Of a page: an item of DynamoDB takes 400 KB, row and keys included."""


def kept(events: Sequence[Event], ignored: Container[str] = frozenset()) -> View:
    """What is kept of an incident with this log.

    Raises:
        IncidentNotFound: the log opens no incident.
    """
    page = project(events, ignored)
    body = canonical_json(page.plain())
    while len(body) > MOST_BYTES and page.timeline:
        page = page.model_copy(update={"timeline": page.timeline[len(page.timeline) // 2 + 1 :]})
        body = canonical_json(page.plain())
    row = page.row
    return View(
        incident_id=events[0].incident_id,
        version=events[-1].version,
        status=row.status.value,
        detected_at=row.detected_at,
        row=canonical_json(row.plain()).decode(),
        page=body.decode(),
    )


def page_of(view: View) -> Page:
    """The page that is kept.

    Raises:
        ValidationError: another version of this code wrote it: rebuild the read model.
    """
    return Page.model_validate_json(view.page)


def row_of(body: str) -> Row:
    """The row that is kept.

    Raises:
        ValidationError: another version of this code wrote it: rebuild the read model.
    """
    return Row.model_validate_json(body)
