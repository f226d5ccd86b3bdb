"""Answering: AWS entry point for what callers of the dashboard's API say; the authorizer vouches for them."""

from shared.composition.answering import writes
from shared.runtime.dashboard import writing_handler

handler = writing_handler(writes)
