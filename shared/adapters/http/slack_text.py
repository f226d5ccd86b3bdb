"""Text for Slack: what anybody wrote is shown and nothing more, cut where Slack's limits are.

https://docs.slack.dev/messaging/formatting-message-text#escaping
"""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

TEXT = 3_000
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories without a glyph: control characters, direction overrides, halves of pairs, separators."""


def markdown(text: str) -> dict[str, Any]:
    """A text object, of text that is escaped already."""
    # verbatim: Slack makes no link, channel or person out of what reads like one.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def packed(lines: Iterable[str]) -> Iterator[str]:
    """The lines, escaped, as few texts as hold them."""
    held = ""
    for piece in (piece for line in lines for piece in _pieces(line)):
        if held and len(held) + 1 + len(piece) > TEXT:
            yield held
            held = piece
        else:
            held = f"{held}\n{piece}" if held else piece
    if held:
        yield held


def _pieces(line: str) -> Iterator[str]:
    """One line, escaped, cut where an escape does not break."""
    held = ""
    for character in _plain(line):
        escaped = ESCAPES.get(character, character)
        if len(held) + len(escaped) > TEXT:
            yield held
            held = ""
        held += escaped
    if held:
        yield held


def plain(text: str, most: int) -> dict[str, Any]:
    """A text object in which nothing is markup."""
    return {"type": "plain_text", "text": fitted(text, most), "emoji": False}


def fitted(text: str, most: int) -> str:
    """The text, escaped, at most so many characters; never empty, which Slack refuses."""
    held = ""
    for character in _plain(text):
        escaped = ESCAPES.get(character, character)
        if len(held) + len(escaped) > most - 1:
            return f"{held}…"
        held += escaped
    return held or "…"


def _plain(text: str) -> str:
    """One line of what can be seen."""
    return "".join(" " if unicodedata.category(each) in UNSEEN else each for each in text).strip()
