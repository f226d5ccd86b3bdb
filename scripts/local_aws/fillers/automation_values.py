"""Values in an automation: `{{ references }}` resolved, and JSONPath selectors applied."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

Lookup = Callable[[str], Any]
_REFERENCE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_TOKEN = re.compile(r"\.([A-Za-z0-9_\-]+)|\[(\d+|\*)\]|\['([^']+)'\]")


def resolve(value: Any, lookup: Lookup) -> Any:
    """The value with its references replaced; a lone one keeps its type, one within text becomes text."""
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return lookup(whole.group(1))
        return _REFERENCE.sub(lambda found: as_text(lookup(found.group(1))), value)
    if isinstance(value, dict):
        return {resolve(name, lookup): resolve(each, lookup) for name, each in value.items()}
    if isinstance(value, list):
        return [resolve(each, lookup) for each in value]
    return value


def select(document: Any, selector: str) -> Any:
    """What a JSONPath of names, indexes and `[*]` selects, or None."""
    values, many = [document], False
    for name, index, quoted in _TOKEN.findall(selector):
        if index == "*":
            many = True
            values = [item for value in values if isinstance(value, list) for item in value]
        else:
            values = [found for value in values if (found := _step(value, name or quoted, index)) is not None]
    if many:
        return values
    return values[0] if values else None


def _step(value: Any, name: str, index: str) -> Any:
    if index:
        return value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
    return value.get(name) if isinstance(value, dict) else None


def as_text(value: Any) -> str:
    """A value as Automation writes it into text."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def plain(value: Any) -> Any:
    """An SDK's answer as JSON: times become text, streams are read."""
    if hasattr(value, "read"):
        return value.read().decode(errors="replace")
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
