"""What an undo came to, in words: how the target is, and whether people still feel what they felt."""

from shared.domain.incident import Incident


def undone(incident: Incident, *, restored: bool, known_good: bool) -> str:
    """The target is compared with how it was; that never says that nothing is wrong any more."""
    when = "when it was last seen to be good" if known_good else "before the remedy"
    target = f"the target is {'' if restored else 'NOT '}as it was {when}"
    if not incident.is_felt:
        return target
    felt = incident.regressed.statement.rstrip(".") if incident.regressed else "nothing says that it is gone"
    return f"{target}; people still feel the trouble: {felt}"
