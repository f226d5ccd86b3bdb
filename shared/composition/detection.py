"""What detection does with signals, on AWS."""

from shared.composition import aws
from shared.workflow.dismissing import Dismissing
from shared.workflow.opening import Opening


def opening() -> Opening:
    """Opens incidents from signals."""
    store, sources = aws.store(), aws.sources()
    return Opening(
        store=store,
        open_incidents=aws.open_incidents(),
        sources=sources,
        dismissing=Dismissing(store, sources),
        distrust=aws.trust().distrust,
    )
