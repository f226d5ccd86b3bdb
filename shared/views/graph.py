"""The services of an incident, as the agents saw them."""

from collections.abc import Iterable

from shared.domain.evidence import Evidence, EvidenceKind
from shared.domain.incident import Incident
from shared.domain.model import AgentName
from shared.views.parts import Node

MOST_SYMPTOMS = 5


def nodes(incident: Incident) -> tuple[Node, ...]:
    """Root causes first, then by name. Whether all is well again is what the watch has verified."""
    diagnosis = incident.findings.get(AgentName.DIAGNOSIS)
    causes = list(dict.fromkeys(diagnosis.root_causes)) if diagnosis else []
    felt: dict[str, list[str]] = {}
    for one in _symptoms(incident.evidence.values()):
        felt.setdefault(one.service, []).append(one.statement)
    names = {*incident.opened.services, incident.opened.service, *felt, *causes}
    well = incident.verified is not None and incident.regressed is None
    found = [
        Node(
            service=name,
            health=_health(name in felt, causes[:1] == [name], well),
            root_cause_rank=causes.index(name) + 1 if name in causes else None,
            symptoms=tuple(dict.fromkeys(felt.get(name, ())))[:MOST_SYMPTOMS],
        )
        for name in sorted(names)
    ]
    return tuple(sorted(found, key=lambda node: (node.root_cause_rank or len(names) + 1, node.service)))


def _symptoms(evidence: Iterable[Evidence]) -> list[Evidence]:
    return [one for one in evidence if one.kind is EvidenceKind.SYMPTOM]


def _health(felt: bool, cause: bool, well_again: bool) -> str:
    if not (felt or cause):
        return "well"
    if well_again:
        return "recovered"
    return "root_cause" if cause else "unwell"
