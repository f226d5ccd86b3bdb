"""What every fact is: the payload of one event type, in the past tense, and who may write it."""

from enum import StrEnum
from typing import Any, ClassVar

from shared.domain.model import Model


class Author(StrEnum):
    """Who may write events; each has a MAC key of its own."""

    DETECTION = "detection"
    DIAGNOSIS = "diagnosis"
    PREDICTION = "prediction"
    RESOLUTION = "resolution"
    COMMUNICATION = "communication"
    COORDINATOR = "coordinator"
    WORKFLOW = "workflow"
    EXECUTOR = "executor"
    ANCHOR = "anchor"  # MACs heads, and writes no events
    OPERATOR = "operator"  # a person, through the command line
    RECEPTION = "reception"  # people, through Slack, PagerDuty and the dashboard


class Fact(Model):
    """The payload of one event type; the class name is the type."""

    authors: ClassVar[frozenset[Author]]
    types: ClassVar[dict[str, "type[Fact]"]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        Fact.types[cls.__name__] = cls


AGENTS = frozenset({Author.DETECTION, Author.DIAGNOSIS, Author.PREDICTION, Author.RESOLUTION})
WORKFLOW = frozenset({Author.WORKFLOW})
EXECUTOR = frozenset({Author.EXECUTOR})
OPERATOR = frozenset({Author.OPERATOR})
PEOPLE = frozenset({Author.OPERATOR, Author.RECEPTION})
"""Who writes down what people say: their own hand, or the function that knows who they are."""
ENGINE = frozenset({Author.WORKFLOW, Author.COORDINATOR})
"""The coordinator says what the state machine would, when that has failed."""
