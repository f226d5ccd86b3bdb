"""What only the moment of asking knows of a document: money by the clock, and the graph of the catalogue."""

from datetime import datetime, timedelta
from decimal import Decimal

from shared.domain.felt import Felt
from shared.domain.impact import CENT, BusinessImpact
from shared.domain.service import ServiceCatalogue
from shared.views.answers import CallGraph, Edge, GraphNode, IncidentRow, Running
from shared.views.documents import Page, Row

LOOKS_BACK = LOOKS_AHEAD = timedelta(days=2)
"""A segment ends at midnight at the latest."""
MOST_NODES = 60


def running(row: Row, services: ServiceCatalogue, now: datetime) -> Running:
    """Equal as long as the rate is, so that an answer changes only when something did."""
    service = services.by_name.get(row.service)
    impact = BusinessImpact.of(service) if service else BusinessImpact.of_tier(row.tier)
    felt = row.spent.felt or (Felt(begins=row.spent.began_at, ends=row.spent.until),)
    begins, ends = felt[-1].begins, felt[-1].ends
    charge = str(impact.user_charge.quantize(CENT))
    if ends is not None:
        usd = row.spent.business_usd or str(impact.cost_of(felt, ends))
        return _running(ends, usd, Decimal(0), None, charge, estimated=service is None)
    # The segment of now begins at most a day before it; older ones need not be cut.
    segments = impact.segments(max(begins, now - LOOKS_BACK), max(now, begins))
    since = segments[-1].begins if segments else begins
    usd = str(impact.cost_of(felt, since).quantize(CENT) or charge)
    until = impact.segments(since, since + LOOKS_AHEAD)[0].ends
    return _running(since, usd, impact.rate(since), until, charge, estimated=service is None)


def _running(
    since: datetime, usd: str, rate: Decimal, until: datetime | None, charge: str, *, estimated: bool
) -> Running:
    return Running(
        since=since, usd=usd, usd_per_minute=str(rate), until=until, user_charge=charge, estimated=estimated
    )


def dressed(row: Row, services: ServiceCatalogue, now: datetime) -> IncidentRow:
    """A row with its money."""
    kept = {name: getattr(row, name) for name in Row.model_fields}  # validated when it was read
    return IncidentRow.model_construct(**kept, running=running(row, services, now))


def graph(page: Page, services: ServiceCatalogue) -> CallGraph:
    """The page's services, and those of the application beside them; edges are the catalogue's."""
    seen = {node.service: node for node in page.nodes}
    others = sorted(one.name for one in services.of_application(page.row.application) if one.name not in seen)
    names = [*seen, *others][:MOST_NODES]
    return CallGraph(
        nodes=tuple(_node(name, page, services) for name in names),
        edges=tuple(
            Edge(caller=name, callee=callee)
            for name in names
            for callee in services.callees(name)
            if callee in names
        ),
    )


def _node(name: str, page: Page, services: ServiceCatalogue) -> GraphNode:
    service = services.by_name.get(name)
    seen = next((one for one in page.nodes if one.service == name), None)
    known = seen.plain() if seen else {"service": name, "health": "well"}
    return GraphNode(
        **known,
        tier=service.tier.value if service else None,
        kind=service.kind.value if service else None,
        catalogued=service is not None,
    )
