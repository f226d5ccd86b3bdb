"""The buttons of an incident's own message: what somebody can answer there, and what a click carries.

https://docs.slack.dev/reference/block-kit/block-elements/button-element
https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from shared.adapters.http.slack_text import TEXT, fitted, markdown, plain
from shared.ports.channel import Ask, Message

ActionId = Literal[
    "commander_approve",
    "commander_deny",
    "commander_take_over",
    "commander_hand_on",
    "commander_note",
    "commander_resolve",
    "commander_reopen",
    "commander_why",
]
LABEL, TITLE, DIALOG, CHOICE, VALUE = 75, 100, 300, 30, 2_000
"""Characters: of a button, a dialog's title, its text and its buttons, and of a value."""


def buttons(message: Message) -> list[dict[str, Any]]:
    """The blocks by which a message can be answered; none when nothing can be any more."""
    ask = message.ask
    if ask is None:
        return []
    value = _value(message.incident_id, ask)
    if len(value) > VALUE:  # what a click could not carry whole must not be clicked
        return []
    shown = [_approve(ask, value), _deny(value)] if ask.request else []
    owning = [OWNING[one](value) for one in ask.may if one in OWNING]
    actions = {"type": "actions", "elements": [*shown, *owning, _why(value)]}
    exactly = f"Approve does exactly this: {ask.exactly}" if ask.request else ""
    said = [{"type": "section", "text": markdown(fitted(exactly, TEXT))}] if exactly else []
    return [*said, actions]


def _value(incident_id: str, ask: Ask) -> str:
    return json.dumps({"incident": incident_id, "request": ask.request, "digest": ask.digest})


def _approve(ask: Ask, value: str) -> dict[str, Any]:
    asked = _confirm("Approve exactly this?", ask.exactly, "Approve", "Not now")
    return {**_button("commander_approve", "Approve", value), "style": "primary", "confirm": asked}


def _deny(value: str) -> dict[str, Any]:
    return {**_button("commander_deny", "Deny", value), "style": "danger"}


def _take_over(value: str) -> dict[str, Any]:
    said = "The machine starts nothing more; what runs is stopped, and not undone."
    asked = _confirm("Take it over?", said, "Take over", "Not now")
    return {**_button("commander_take_over", "Take over", value), "confirm": asked}


def _take(value: str) -> dict[str, Any]:
    return {**_button("commander_take_over", "Take it", value), "style": "primary"}


def _reopen(value: str) -> dict[str, Any]:
    said = "It is open again, nobody has it, and people are called. The machine starts nothing."
    asked = _confirm("Reopen it?", said, "Reopen", "Not now")
    return {**_button("commander_reopen", "Reopen", value), "confirm": asked}


OWNING: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "take_over": _take_over,
    "take": _take,
    "hand_on": lambda value: _button("commander_hand_on", "Hand on…", value),
    "note": lambda value: _button("commander_note", "Note…", value),
    "resolve": lambda value: _button("commander_resolve", "Resolve…", value),
    "reopen": _reopen,
}
"""The button of what can be said of whose it is."""


def _why(value: str) -> dict[str, Any]:
    return _button("commander_why", "Why?", value)


def _button(action_id: ActionId, label: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(label, LABEL), "value": value}


def _confirm(title: str, text: str, yes: str, no: str) -> dict[str, Any]:
    return {
        "title": plain(title, TITLE),
        "text": plain(text, DIALOG),
        "confirm": plain(yes, CHOICE),
        "deny": plain(no, CHOICE),
        "style": "danger",
    }
