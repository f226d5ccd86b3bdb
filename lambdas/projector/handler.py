"""Projector: AWS entry point of the function that keeps the read model."""

from shared.composition.projector import projecting
from shared.runtime.projector import projector_handler

handler = projector_handler(projecting)
