"""Anchor: AWS entry point of the function that copies the log and anchors its heads."""

from shared.composition.archive import archiving, hints
from shared.runtime.log_stream import archive_handler

handler = archive_handler(archiving, hints=hints)
