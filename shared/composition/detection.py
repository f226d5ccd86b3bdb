"""What detection does with signals, on AWS."""

from shared.composition import aws
from shared.workflow.opening import Opening


def opening() -> Opening:
    """Opens incidents from signals."""
    return Opening(store=aws.store(), open_incidents=aws.open_incidents(), sources=aws.sources())
