"""Health monitor: AWS entry point, for the clock."""

from shared.composition.health import monitoring
from shared.runtime.health import health_handler

handler = health_handler(monitoring)
