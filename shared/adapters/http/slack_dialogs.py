"""Slack's dialogs: what somebody is asked who hands on, notes or resolves, and what they filled in.

https://docs.slack.dev/surfaces/modals and
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

import json
from collections.abc import Mapping
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from shared.adapters.http.slack_channel import asked, slack
from shared.adapters.http.slack_text import plain
from shared.domain.directory import Directory
from shared.domain.errors import PortError
from shared.domain.facts.outcome import OTHER
from shared.domain.identity import counts
from shared.domain.model import Model, Name
from shared.domain.person import Role
from shared.ports.secrets import KeptSecret
from shared.runbooks.catalogue import remedies

DialogId = Literal["commander_hand_on", "commander_note", "commander_resolve"]
TITLES: Mapping[DialogId, str] = {
    "commander_hand_on": "Hand it on",
    "commander_note": "Add a note",
    "commander_resolve": "Resolve it",
}
TITLE, LABEL, OPTION, OPTIONS, WORDS = 24, 100, 75, 100, 2_000
"""Characters of a dialog's title, of a label and of an option; options of a list; characters of an answer."""


class About(Model):
    """What a dialog carries along: the incident, and the channel where who fills it in is answered."""

    incident: Name
    channel: str = Field(pattern=r"^[A-Z0-9]{2,40}$")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Option(_Part):
    value: str = Field(max_length=256)


class _Answer(_Part):
    value: str | None = Field(default=None, max_length=3_000)
    selected_option: _Option | None = None


class _State(_Part):
    values: dict[str, dict[str, _Answer]]


class View(_Part):
    """A dialog that was filled in."""

    id: str = Field(min_length=1, max_length=64)
    callback_id: DialogId
    private_metadata: str = Field(max_length=3_000)
    state: _State

    @property
    def about(self) -> About:
        """What it was opened for.

        Raises:
            ValidationError: it was none of ours.
        """
        return About.model_validate_json(self.private_metadata)

    def said(self, name: str) -> str:
        """What was filled in under that name; empty: nothing."""
        answer = self.state.values.get(name, {}).get(name)
        if answer is None:
            return ""
        return (answer.selected_option.value if answer.selected_option else answer.value) or ""


class Dialogs(Protocol):
    """Shows somebody a dialog, who has just clicked."""

    def __call__(self, trigger: str, view: Mapping[str, Any]) -> None:
        """Show it.

        Raises:
            PortError: they do not see it; a trigger lasts for three seconds.
        """
        ...


class SlackDialogs:
    """Opens as the bot; the secret gives token, and perhaps api_url."""

    def __init__(self, secret: KeptSecret) -> None:
        self._secret = secret

    def __call__(self, trigger: str, view: Mapping[str, Any]) -> None:
        """As `Dialogs`."""

        def opened(secret: Mapping[str, str]) -> None:
            if not secret.get("token"):
                raise PortError("the Slack secret has no token: put yours there", retryable=False)
            asked(lambda: slack(secret).views_open(trigger_id=trigger, view=dict(view)))

        self._secret.used(opened)


def dialog(what: DialogId, about: About, directory: Directory) -> dict[str, Any]:
    """The view in which somebody says more."""
    return {
        "type": "modal",
        "callback_id": what,
        "private_metadata": json.dumps(about.plain()),
        "title": plain(TITLES[what], TITLE),
        "submit": plain("Send", TITLE),
        "close": plain("Not now", TITLE),
        "blocks": [*_blocks(what, directory)],
    }


def _blocks(what: DialogId, directory: Directory) -> list[dict[str, Any]]:
    match what:
        case "commander_hand_on":
            return [_whom(directory), _words("reason", "What should they know?", optional=True)]
        case "commander_note":
            return [_words("text", "What should whoever has it next know?")]
        case "commander_resolve":
            books = {one: one for one in (*sorted(remedies()), OTHER)}
            return [
                _words("did", "What was done?"),
                _words("cause", "What was the cause?", optional=True),
                _chosen("runbook", "Which runbook does the same?", books, optional=True),
            ]


def _whom(directory: Directory) -> dict[str, Any]:
    people = {one.id: one.name for one in directory.people if counts(one.role, Role.ON_CALL)}
    teams = {one.id: f"the team {one.id}" for one in directory.teams}
    if not people and not teams:
        return _words("to", "To whom? Nobody is in the directory: an id")
    return _chosen("to", "To whom?", {**teams, **people})


def _words(name: str, label: str, *, optional: bool = False) -> dict[str, Any]:
    element = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": name != "to",
        "max_length": WORDS,
    }
    return _input(name, label, element, optional=optional)


def _chosen(name: str, label: str, options: Mapping[str, str], *, optional: bool = False) -> dict[str, Any]:
    listed = [{"text": plain(text, OPTION), "value": id_} for id_, text in options.items()][:OPTIONS]
    element = {"type": "static_select", "action_id": name, "options": listed}
    return _input(name, label, element, optional=optional)


def _input(name: str, label: str, element: Mapping[str, Any], *, optional: bool) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label, LABEL),
        "element": element,
        "optional": optional,
    }
