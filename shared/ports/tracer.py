"""Tracer: who notes what an agent does while it looks. An agent never reads it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Exchange(Protocol):
    """One question to a model, while it is under way."""

    def answered(self, text: str, input_tokens: int, output_tokens: int) -> None:
        """Note what the model said and what it was charged for; without it, it said nothing."""
        ...


class Tracer(Protocol):
    """Notes steps and questions to models, with their times; what raises is noted and goes on."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Something that the agent computes."""
        ...

    def left_out(self, name: str) -> None:
        """A step that there was no time for."""
        ...

    def model(self, provider: str, model: str, asked: str) -> AbstractContextManager[Exchange]:
        """A question to a model.

        Args:
            provider: by OpenTelemetry's names, as in `aws.bedrock`.
            model: the model's id, as it is requested.
            asked: the whole text; it is masked and shortened before it is kept.
        """
        ...


class _Unheard:
    def answered(self, text: str, input_tokens: int, output_tokens: int) -> None:
        """Nobody notes it."""


class Untraced:
    """For looks that nobody traces."""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """The step, as it is."""
        yield

    def left_out(self, name: str) -> None:
        """Nobody notes it."""

    @contextmanager
    def model(self, provider: str, model: str, asked: str) -> Iterator[Exchange]:
        """The question, as it is."""
        yield _Unheard()


UNTRACED = Untraced()
