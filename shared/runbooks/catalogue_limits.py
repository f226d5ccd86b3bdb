"""Whether what a service is short of is what a remedy acts on, by its measures and by what else it has."""

from shared.domain.mechanism import Sign
from shared.domain.runbook import Subject
from shared.domain.service import ServiceKind

RUNS_ON = ("ecs_service", "auto_scaling_group", "lambda_function")
"""What a service may run on; of several the first is what is busy, and the others are below or beside it."""
CAPACITIES = ("db_parameter_group", "dynamodb_table")
"""Of whose limits a database's saturation may tell."""


def busy(subject: Subject, resource: str) -> bool:
    """Whether the service runs on this resource, which is at its limit, and not for its memory."""
    full = Sign.AT_LIMIT in subject.signs and Sign.MEMORY_FULL not in subject.signs
    return full and runs_on(subject, resource)


def runs_on(subject: Subject, resource: str) -> bool:
    """Whether this resource is what the service runs on."""
    return next((one for one in RUNS_ON if one in subject.service.resources), resource) == resource


def spent(subject: Subject, resource: str) -> bool:
    """Whether a database is at its limit, and this resource is the only one whose limit that can be."""
    others = [one for one in CAPACITIES if one in subject.service.resources and one != resource]
    database = subject.service.kind is ServiceKind.DATABASE
    return database and Sign.AT_LIMIT in subject.signs and not others
