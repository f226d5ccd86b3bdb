"""CloudWatch Logs: filter patterns and paging.

The pattern syntax is documented: terms (`a b`, `?a ?b`, `-a`, `"a phrase"`, `%regex%`) and JSON conditions
(`{ $.level = "ERROR" && $.count > 3 }`). ministack 1.5.33 matches everything for a JSON pattern, ignores
case and never pages. Delete this when it does neither.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch_logs

Matcher = Callable[[str], bool]
_PAGE = 10_000
_TERM = re.compile(r'([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))')
_CONDITION = re.compile(r"\(?\s*\$\.([\w.\[\]-]+)\s*(!=|>=|<=|=|>|<|IS|NOT EXISTS)\s*(.*?)\s*\)?\s*")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def install() -> None:
    """Replace the matcher of searches and of subscription filters, and page searches."""
    search = cloudwatch_logs._filter_log_events

    def paged(request: dict[str, Any]) -> Any:
        limit, offset = min(request.get("limit", _PAGE), _PAGE), int(request.get("nextToken") or 0)
        whole = {name: value for name, value in request.items() if name not in ("nextToken", "limit")}
        status, headers, body = search(whole)
        if status != 200:
            return status, headers, body
        answer = json.loads(body)
        if len(answer["events"]) > offset + limit:
            answer["nextToken"] = str(offset + limit)
        answer["events"] = answer["events"][offset : offset + limit]
        return status, headers, json.dumps(answer).encode()

    cloudwatch_logs._filter_log_events = paged
    cloudwatch_logs._compile_filter_pattern = matcher
    cloudwatch_logs._subscription_pattern_matches = lambda pattern, message: matcher(pattern)(message or "")


def matcher(pattern: str | None) -> Matcher:
    """A predicate over log messages for a filter pattern."""
    text = (pattern or "").strip()
    if not text:
        return lambda _message: True
    if text.startswith("{"):
        return _json_matcher(text.strip("{} "))
    if text.startswith("%"):
        expression = re.compile(text.strip("%"))
        return lambda message: expression.search(message) is not None
    return _term_matcher(text)


def _term_matcher(text: str) -> Matcher:
    terms: dict[str, list[str]] = {"": [], "-": [], "?": []}
    for sign, phrase, word in _TERM.findall(text):
        terms[sign].append(phrase or word)

    def matches(message: str) -> bool:
        required = all(term in message for term in terms[""])
        excluded = any(term in message for term in terms["-"])
        optional = not terms["?"] or any(term in message for term in terms["?"])
        return required and optional and not excluded

    return matches


def _json_matcher(expression: str) -> Matcher:
    alternatives = [
        [_condition(part) for part in alternative.split("&&")] for alternative in expression.split("||")
    ]

    def matches(message: str) -> bool:
        try:
            document = json.loads(message)
        except ValueError:
            return False
        return any(all(holds(document) for holds in conditions) for conditions in alternatives)

    return matches


def _condition(text: str) -> Callable[[Any], bool]:
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        return lambda _document: False
    path, comparison, wanted = found[1], found[2], found[3]
    if comparison == "NOT EXISTS":
        return lambda document: _select(document, path) is _ABSENT
    if comparison == "IS":
        expected = {"NULL": None, "TRUE": True, "FALSE": False}.get(wanted.upper(), _ABSENT)
        return lambda document: _select(document, path) is expected
    return lambda document: _compare(_select(document, path), comparison, wanted)


_ABSENT = object()


def _select(document: Any, path: str) -> Any:
    for name, index in re.findall(r"([\w-]+)|\[(\d+)\]", path):
        if index and isinstance(document, list) and int(index) < len(document):
            document = document[int(index)]
        elif name and isinstance(document, dict) and name in document:
            document = document[name]
        else:
            return _ABSENT
    return document


def _compare(value: Any, comparison: str, wanted: str) -> bool:
    if value is _ABSENT or value is None:
        return False
    if not wanted.startswith('"'):
        try:
            return _COMPARISONS[comparison](float(value), float(wanted))
        except (TypeError, ValueError):
            pass
    text, pattern = str(value), wanted.strip('"')
    if comparison in ("=", "!=") and "*" in pattern:
        glob = ".*".join(map(re.escape, pattern.split("*")))
        return (re.fullmatch(glob, text) is not None) == (comparison == "=")
    return comparison in ("=", "!=") and _COMPARISONS[comparison](text, pattern)
