"""Slack's desk: a click or a filled dialog is checked, counts as its person's, and is answered to them alone.

https://docs.slack.dev/authentication/verifying-requests-from-slack
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.adapters.http.signing import holds
from shared.adapters.http.slack_buttons import VALUE, ActionId
from shared.adapters.http.slack_dialogs import About, DialogId, Dialogs, View, dialog
from shared.domain.errors import InvalidAnswer, NotGenuine, NotOurs, PortError
from shared.domain.identity import Identity, Where
from shared.domain.model import Model, Name
from shared.ports.clock import Clock
from shared.ports.reception import Aside, Received
from shared.ports.secrets import KeptSecret
from shared.workflow.answers import Answers
from shared.workflow.ownership import Resolution
from shared.workflow.said import Said

WINDOW = timedelta(minutes=5)
"""How far from now, either way, a request may have been signed."""
Secret = Mapping[str, str]


class Pressed(Model):
    """What a button's value says."""

    incident: Name
    request: str = Field(max_length=256)
    digest: str = Field(max_length=64)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _User(_Part):
    id: str = Field(pattern=r"^[UW][A-Z0-9]{2,30}$")
    name: str = ""
    team_id: str = ""


class _Place(_Part):
    id: str = Field(pattern=r"^[A-Z0-9]{2,40}$")


class _Action(_Part):
    action_id: ActionId
    value: str = Field(max_length=VALUE)


class _Told(_Part):
    """What every payload says."""

    user: _User
    api_app_id: str = ""
    team: _Place | None = None

    @property
    def who(self) -> Identity:
        """Who it is of."""
        return Identity(where=Where.SLACK, id=self.user.id, name=self.user.name[:256])


class Click(_Told):
    """A button was pressed: the parts of Slack's payload that we use."""

    type: Literal["block_actions"]
    channel: _Place
    trigger_id: str = Field(default="", max_length=256)
    actions: tuple[_Action, ...] = Field(min_length=1, max_length=1)

    @property
    def pressed(self) -> Pressed:
        """What was pressed."""
        return Pressed.model_validate_json(self.actions[0].value)

    @property
    def name(self) -> str:
        """What is to be done."""
        return self.actions[0].action_id

    @property
    def place(self) -> str:
        """The channel where it is answered."""
        return self.channel.id

    @property
    def asks(self) -> DialogId | None:
        """The dialog in which more is to be said first; None: that was all."""
        action = self.actions[0].action_id
        if action in ("commander_hand_on", "commander_note", "commander_resolve"):
            return action
        return None


class Filled(_Told):
    """A dialog was filled in and sent."""

    type: Literal["view_submission"]
    view: View

    @property
    def name(self) -> str:
        """What is to be done."""
        return self.view.callback_id

    @property
    def place(self) -> str:
        """The channel where it is answered."""
        return self.view.about.channel


class _Payload(_Part):
    told: Click | Filled = Field(discriminator="type")


class SlackDesk:
    """The secret gives signing_secret, and perhaps team and app, which are then the only ones."""

    def __init__(
        self,
        secret: KeptSecret,
        answers: Answers,
        clock: Clock,
        aside: Aside,
        dialogs: Dialogs,
        lost: Callable[[str], None],
    ) -> None:
        """`lost` hears why somebody could not be told."""
        self._secret, self._answers, self._clock = secret, answers, clock
        self._aside, self._dialogs, self._lost = aside, dialogs, lost

    def take(self, received: Received) -> bool:
        """What is genuine, new and ours is to be done; where more words are needed a dialog asks for them."""
        told = self._secret.used(lambda secret: self._checked(secret, received, new=True))
        if not isinstance(told, Click) or told.asks is None:
            return True
        about = About(incident=told.pressed.incident, channel=told.place)
        self._dialogs(told.trigger_id, dialog(told.asks, about, self._answers.directory.directory()))
        return False

    def act(self, received: Received) -> str:
        """Do what was said, and tell who did; that telling failed does not repeat the deed."""
        told = self._secret.used(lambda secret: self._checked(secret, received, new=False))
        try:
            said = self._clicked(told) if isinstance(told, Click) else self._filled(told)
        except PortError:
            self._tell(told, ("It is not known to be written down. It is tried again; see the incident.",))
            raise
        self._tell(told, (said.text, *said.lines))
        return f"{told.name}: {said.outcome.value}"

    def _checked(self, secret: Secret, received: Received, *, new: bool) -> Click | Filled:
        stamp = received.headers.get("x-slack-request-timestamp", "")
        content = b"v0:" + stamp.encode(errors="replace") + b":" + received.body
        version, _, given = received.headers.get("x-slack-signature", "").partition("=")
        if version != "v0" or not holds(secret.get("signing_secret", ""), content, given):
            raise NotGenuine("Slack: the signature does not hold")
        if new and not self._is_new(stamp):
            raise NotGenuine("Slack: it was not signed now")
        told = _told(received.body)
        _ours(secret, told)
        return told

    def _is_new(self, stamp: str) -> bool:
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            return False
        return abs(self._clock.now().timestamp() - int(stamp)) <= WINDOW.total_seconds()

    def _clicked(self, click: Click) -> Said:
        who, pressed, answers = click.who, click.pressed, self._answers
        match click.actions[0].action_id:
            case "commander_approve":
                return answers.approve(who, pressed.incident, pressed.request, pressed.digest)
            case "commander_deny":
                return answers.deny(who, pressed.incident, pressed.request, pressed.digest)
            case "commander_take_over":
                return answers.take_over(who, pressed.incident)
            case "commander_reopen":
                return answers.reopen(who, pressed.incident, "reopened in Slack")
            case _:
                return answers.why(pressed.incident)

    def _filled(self, filled: Filled) -> Said:
        view, who, answers = filled.view, filled.who, self._answers
        incident = view.about.incident
        match view.callback_id:
            case "commander_hand_on":
                return answers.hand_on(who, incident, view.said("to"), view.said("reason"), view.id)
            case "commander_note":
                return answers.note(who, incident, view.said("text"), view.id)
            case "commander_resolve":
                said = Resolution(view.said("did"), view.said("runbook"), view.said("cause"))
                return answers.resolve(who, incident, said, view.id)

    def _tell(self, told: Click | Filled, lines: tuple[str, ...]) -> None:
        try:
            self._aside(told.place, told.user.id, lines)
        except PortError as error:
            self._lost(str(error))


def _told(body: bytes) -> Click | Filled:
    """What was clicked or filled in; one payload of one form, and one button in it.

    Raises:
        InvalidAnswer: it is anything else.
    """
    try:
        form = parse_qs(body.decode(), strict_parsing=True, max_num_fields=2, keep_blank_values=True)
        (payload,) = form["payload"]
        told = _Payload.model_validate({"told": json.loads(payload)}).told
        _ = told.pressed if isinstance(told, Click) else told.view.about
    except (ValidationError, ValueError, LookupError, RecursionError) as error:
        raise InvalidAnswer(f"Slack: this is no click on a button of ours ({type(error).__name__})") from None
    return told


def _ours(secret: Secret, click: Click | Filled) -> None:
    """Whether it comes from the team and the app of the secret; where it names none, the directory decides.

    An app that is installed for a whole Slack Grid says `team: null`: then the user's team is compared.
    """
    team, app = secret.get("team", ""), secret.get("app", "")
    at, whose = click.team.id if click.team else "", click.user.team_id
    if team and {at or whose, whose or at} != {team}:
        raise NotOurs("Slack: another workspace's")
    if app and click.api_app_id != app:
        raise NotOurs("Slack: another app's")
