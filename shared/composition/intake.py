"""Intake on AWS."""

from collections.abc import Mapping
from typing import Any

from shared.composition import aws
from shared.workflow.intake import to_signal


def take_in(event: Mapping[str, Any]) -> str:
    """Put the signal of an event on the stream; says what became of it."""
    signal = to_signal(event, aws.catalogue().services())
    if signal is None:
        return "ignored"
    aws.signals().put(signal)
    return signal.kind.value
