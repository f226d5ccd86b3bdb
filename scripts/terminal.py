"""The terminal that everything is printed on: what came from outside cannot steer it."""

from collections.abc import Iterable

from rich import console
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

from shared.domain.plain_text import unseen


class Console(console.Console):
    """Rich's, without the control characters and direction overrides of any text; line ends and tabs stay."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is written, piece by piece; Rich's own styles and moves of the cursor are no text."""
        for one in super().render(renderable, options):
            yield one if one.control else Segment(harmless(one.text), one.style)


def harmless(text: str) -> str:
    """Text of several lines without what is not seen."""
    return "".join(one for one in text if one in "\n\t" or not unseen(one))
