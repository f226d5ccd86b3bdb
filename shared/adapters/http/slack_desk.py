"""Slack's desk: a click on a button is checked, counts as its person's, and is answered to them alone.

https://docs.slack.dev/authentication/verifying-requests-from-slack
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.adapters.http.signing import holds
from shared.adapters.http.slack_buttons import VALUE, ActionId
from shared.domain.errors import InvalidAnswer, NotGenuine, NotOurs, PortError
from shared.domain.identity import Identity, Where
from shared.domain.model import Model, Name
from shared.ports.clock import Clock
from shared.ports.reception import Aside, Received
from shared.ports.secrets import KeptSecret
from shared.workflow.answers import Answers
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


class Click(_Part):
    """The parts of Slack's payload that we use."""

    type: Literal["block_actions"]
    user: _User
    channel: _Place
    api_app_id: str = ""
    team: _Place | None = None
    actions: tuple[_Action, ...] = Field(min_length=1, max_length=1)

    @property
    def pressed(self) -> Pressed:
        """What was pressed."""
        return Pressed.model_validate_json(self.actions[0].value)


class SlackDesk:
    """The secret gives signing_secret, and perhaps team and app, which are then the only ones."""

    def __init__(
        self, secret: KeptSecret, answers: Answers, clock: Clock, aside: Aside, lost: Callable[[str], None]
    ) -> None:
        """`lost` hears why somebody could not be told."""
        self._secret, self._answers, self._clock = secret, answers, clock
        self._aside, self._lost = aside, lost

    def take(self, received: Received) -> bool:
        """Every click that is genuine, new and ours is to be done."""
        self._secret.used(lambda secret: self._checked(secret, received, new=True))
        return True

    def act(self, received: Received) -> str:
        """Do what was clicked, and tell who did; that telling failed does not repeat the deed."""
        click = self._secret.used(lambda secret: self._checked(secret, received, new=False))
        try:
            said = self._said(click)
        except PortError:
            self._tell(click, ("It is not known to be written down. It is tried again; see the incident.",))
            raise
        self._tell(click, (said.text, *said.lines))
        return f"{click.actions[0].action_id}: {said.outcome.value}"

    def _checked(self, secret: Secret, received: Received, *, new: bool) -> Click:
        stamp = received.headers.get("x-slack-request-timestamp", "")
        content = b"v0:" + stamp.encode(errors="replace") + b":" + received.body
        version, _, given = received.headers.get("x-slack-signature", "").partition("=")
        if version != "v0" or not holds(secret.get("signing_secret", ""), content, given):
            raise NotGenuine("Slack: the signature does not hold")
        if new and not self._is_new(stamp):
            raise NotGenuine("Slack: it was not signed now")
        click = _click(received.body)
        _ours(secret, click)
        return click

    def _is_new(self, stamp: str) -> bool:
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            return False
        return abs(self._clock.now().timestamp() - int(stamp)) <= WINDOW.total_seconds()

    def _said(self, click: Click) -> Said:
        who = Identity(where=Where.SLACK, id=click.user.id, name=click.user.name[:256])
        pressed, answers = click.pressed, self._answers
        match click.actions[0].action_id:
            case "commander_approve":
                return answers.approve(who, pressed.incident, pressed.request, pressed.digest)
            case "commander_deny":
                return answers.deny(who, pressed.incident, pressed.request, pressed.digest)
            case "commander_take_over":
                return answers.take_over(who, pressed.incident)
            case "commander_why":
                return answers.why(pressed.incident)

    def _tell(self, click: Click, lines: tuple[str, ...]) -> None:
        try:
            self._aside(click.channel.id, click.user.id, lines)
        except PortError as error:
            self._lost(str(error))


def _click(body: bytes) -> Click:
    """What was clicked; one payload of one form, and one button in it.

    Raises:
        InvalidAnswer: it is anything else.
    """
    try:
        form = parse_qs(body.decode(), strict_parsing=True, max_num_fields=2, keep_blank_values=True)
        (payload,) = form["payload"]
        click = Click.model_validate_json(payload)
        _ = click.pressed
    except (ValidationError, ValueError, LookupError, RecursionError) as error:
        raise InvalidAnswer(f"Slack: this is no click on a button of ours ({type(error).__name__})") from None
    return click


def _ours(secret: Secret, click: Click) -> None:
    """Whether it comes from the team and the app of the secret; where it names none, the directory decides.

    An app that is installed for a whole Slack Grid says `team: null`: then the user's team is compared.
    """
    team, app = secret.get("team", ""), secret.get("app", "")
    at, whose = click.team.id if click.team else "", click.user.team_id
    if team and {at or whose, whose or at} != {team}:
        raise NotOurs("Slack: another workspace's")
    if app and click.api_app_id != app:
        raise NotOurs("Slack: another app's")
