"""What a person can do about an incident now, as a command and what it is for. Pure."""

from dataclasses import dataclass

from shared.domain.incident import Incident


@dataclass(frozen=True)
class NextStep:
    """A command without its stage, and what it is for."""

    command: str
    what: str


def next_step(incident: Incident) -> NextStep:
    """The one that the incident waits for; when it waits for nobody, where to read on."""
    one, approval = incident.id, incident.approval
    if approval is not None and approval.open:
        return NextStep(f"commander approve {one}", f"shows the change and asks you; `commander deny {one}`")
    if incident.with_people and not incident.owner:
        return NextStep(f"commander take {one}", "nobody has it, and only people end it")
    if incident.with_people:
        return NextStep(f"commander resolve {one} --did …", f"{incident.owner} has it; ends it")
    if incident.is_open:
        return NextStep(f"commander explain {one}", "says how far it is")
    return NextStep(f"commander review {one}", "is its review; `commander explain` says why it was done")
