"""Dead letters as lines and as JSON. Everything in them is untrusted, and made harmless to read."""

import base64
from typing import Any

from shared.domain.plain_text import sanitised
from shared.workflow.redriving import Opened

SHORT = 8
"""Characters of an id that usually tell it."""
LONGEST = 20_000
"""Characters of a body that are shown."""


def line(opened: Opened) -> str:
    """One letter in one line."""
    letter = opened.letter
    since = f"{letter.since:%Y-%m-%d %H:%M:%S}"
    consumer = sanitised(letter.consumer.rsplit(":", 1)[-1] or "?", 40)
    size = f"{letter.pointer.size} records" if letter.pointer else f"{len(letter.body)} bytes"
    return f"{opened.id[:SHORT]}  {since}  {consumer}  {letter.kind}  {size}  {sanitised(letter.reason, 160)}"


def page(opened: Opened) -> list[str]:
    """A whole letter in lines."""
    letter = opened.letter
    facts = {
        "id": opened.id,
        "queue": opened.queue,
        "kind": letter.kind.value,
        "for": letter.consumer,
        "since": f"{letter.since:%Y-%m-%d %H:%M:%S} UTC",
        "reason": letter.reason,
        "changed by": letter.changed_by,
        "cut": f"{len(letter.body)} of {letter.cut_from} bytes" if letter.cut_from else "",
    }
    if letter.pointer:
        facts |= {
            "stream": letter.pointer.stream,
            "shard": letter.pointer.shard,
            "records": f"{letter.pointer.size}, from {letter.pointer.first} to {letter.pointer.last}",
        }
    shown = [f"{name:>10}  {sanitised(text, 2_000)}" for name, text in facts.items() if text]
    text = letter.body[:LONGEST].decode(errors="replace")
    rest = len(letter.body) - LONGEST
    body = [sanitised(each, LONGEST) for each in text.splitlines()]
    return [
        *shown,
        "",
        *body,
        *([f"… and {rest} bytes more: --out FILE writes them all"] if rest > 0 else []),
    ]


def as_json(opened: Opened, *, body: bool) -> dict[str, Any]:
    """A letter as JSON values; a body that is no text is base64."""
    letter = opened.letter
    found: dict[str, Any] = {
        "id": opened.id,
        "queue": opened.queue,
        "kind": letter.kind.value,
        "source": letter.consumer,
        "since": letter.since.isoformat(),
        "reason": letter.reason,
        "bytes": len(letter.body),
        "cut_from": letter.cut_from or None,
        "changed_by": letter.changed_by or None,
        "pointer": letter.pointer.plain() if letter.pointer else None,
    }
    if not body:
        return found
    try:
        return {**found, "body": letter.body.decode(), "encoding": "text"}
    except UnicodeDecodeError:
        return {**found, "body": base64.b64encode(letter.body).decode(), "encoding": "base64"}
