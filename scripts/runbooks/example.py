"""A text that a regular expression matches, made from the expression alone."""

import re
from collections.abc import Iterable
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from shared.domain.errors import InvalidConfiguration
from shared.domain.naming import Place
from shared.domain.proposal import Proposal
from shared.domain.runbook import Runbook

PLACE = Place("a" * 16, "111122223333", "ap-northeast-1")
"""With the longest stage there is."""


def example(pattern: str, repeat: int = 1) -> str:
    """A text that the pattern matches in full.

    Args:
        repeat: how often what may be repeated is, at most; what is inside of it only as often as it must.

    Raises:
        InvalidConfiguration: the pattern is none, or has more than texts, sets, choices and repetitions.
    """
    try:
        text = _texts(parser.parse(pattern), repeat)
    except re.error as error:
        raise InvalidConfiguration(f"{pattern!r} is no regular expression: {error}") from error
    if re.fullmatch(pattern, text) is None:
        raise InvalidConfiguration(f"no example can be made of {pattern!r}")
    return text


def proposal(book: Runbook, repeat: int = 1) -> Proposal:
    """A proposal that the runbook takes, for a target in PLACE.

    Raises:
        InvalidConfiguration: one of its patterns allows no example.
        InvalidParameters: the runbook does not take it.
    """
    parts = example(book.target_pattern, repeat).split(":", 5)
    parts[3], parts[4] = parts[3] and PLACE.region, parts[4] and PLACE.account
    target = ":".join(parts)
    bound = re.compile(book.target_pattern).groupindex
    given = {name: example(one.pattern, repeat) for name, one in book.parameters.items() if name not in bound}
    return book.propose("checkout", target, **given)


def _texts(parts: Iterable[Any], repeat: int) -> str:
    return "".join(_text(kind, value, repeat) for kind, value in parts)


def _text(kind: Any, value: Any, repeat: int) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.IN:
        return _of_set(value)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most, inside = value
        count = max(least, min(most, repeat))
        return _texts(inside, 1 if count > 1 else repeat) * int(count)
    if kind is op.SUBPATTERN:
        return _texts(value[-1], repeat)
    if kind is op.BRANCH:
        return _texts(value[1][0], repeat)
    return "a" if kind is op.ANY else ""


def _of_set(members: list[Any]) -> str:
    """A character of a set; of one that leaves some out, a letter that is not among them."""
    kind, value = members[0]
    if kind is op.NEGATE:
        out = {value for kind, value in members if kind is op.LITERAL}
        return next(letter for letter in "abc0" if ord(letter) not in out)
    if kind is op.CATEGORY:
        return "0" if value is op.CATEGORY_DIGIT else "a"
    return chr(value if kind is op.LITERAL else value[0])
