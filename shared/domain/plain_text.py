"""Untrusted text made harmless to read: what an alarm, a log line, an agent or a person wrote is data."""

import re
import unicodedata

UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
"""Categories without a glyph of their own: control characters, direction overrides, joiners, separators."""
_MARKUP = re.compile(r"[\\`*_\[\]{}|~$^!]|:(?=//)|(?<=[Ww]{3})\.")
_LOOKALIKE = str.maketrans(
    {
        "@": "\N{FULLWIDTH COMMERCIAL AT}",
        "#": "\N{FULLWIDTH NUMBER SIGN}",
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
    }
)
"""What a renderer makes a mention or a reference of, however it is escaped, and what HTML is made of."""


def unseen(character: str) -> bool:
    """Whether it has no glyph of its own; a space has none either, and is harmless."""
    return character != " " and unicodedata.category(character) in UNSEEN


def sanitised(text: str, most: int = 300) -> str:
    """One line of what can be seen, at most so many characters; nothing else of it is changed.

    A channel escapes it for its own markup: here `<` stays `<`.
    """
    words = " ".join("".join(" " if unseen(one) else one for one in text).split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def markdown(text: str, most: int = 300) -> str:
    """Untrusted text for the middle of a line of Markdown, or a cell of a table: shown, and nothing more.

    No link, mention, HTML or emphasis comes of it, in CommonMark or in GitHub's Markdown.
    """
    return _MARKUP.sub(r"\\\g<0>", sanitised(text, most)).translate(_LOOKALIKE)
