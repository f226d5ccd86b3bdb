"""Intake: AWS entry point for what the event bus announces."""

from shared.composition.intake import take_in
from shared.runtime.bus import bus_handler

handler = bus_handler("intake", take_in)
