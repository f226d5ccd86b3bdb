"""A click in Slack, from the button to the target: what it approves is done, once, and proven by its MAC."""

import json

import pytest

from scripts.local_aws.slack_click import SIGNING_SECRET, click
from shared.adapters.http.slack_channel import answerable
from shared.adapters.http.slack_desk import SlackDesk
from shared.adapters.local.memory_dead_letters import MemoryDeadLetters
from shared.adapters.local.memory_directory import MemoryDirectory
from shared.domain.autonomy import Autonomy
from shared.domain.facts import Author
from shared.domain.incident import Status
from shared.ports.channel import Ask, Message
from shared.ports.event_store import believe
from shared.ports.reception import SLACK_PATH
from shared.ports.secrets import KeptSecret
from shared.runtime.http import reception_handler
from shared.workflow.answers import Answers
from tests.answering import KNOWN
from tests.e2e.storefront import Street
from tests.e2e.test_transaction import fallen

pytestmark = pytest.mark.long


class Slack:
    """Listens to the house: when people are asked somebody clicks, as often and with what they have."""

    def __init__(self, *pressed, user="U0ADA"):
        self._pressed, self._user = pressed, user
        self.statuses, self.told = [], []
        self.street = Street(listeners=(self,), autonomy=Autonomy.APPROVE)
        house = self.street.house
        answers = Answers(house.store(Author.RECEPTION), believe, MemoryDirectory(KNOWN), house.clock)
        kept = KeptSecret(lambda: {"signing_secret": SIGNING_SECRET}, house.clock)
        self._handler = reception_handler(
            "reception",
            lambda lost: {
                SLACK_PATH: SlackDesk(kept, answers, house.clock, self._tell, lambda *_: None, lost)
            },
            lambda: lambda job: self._handler(json.loads(json.dumps(job)), None),
            MemoryDeadLetters,
        )

    def _tell(self, _channel, _person, lines):
        self.told.append(lines[0])

    def __call__(self, event):
        if event.type != "ApprovalRequested":
            return
        asked = event.fact
        ask = Ask(request=asked.request, digest=asked.proposal.digest, exactly="; ".join(asked.preview))
        said = Message(incident_id=event.incident_id, title="?", lines=(), severity="critical", ask=ask)
        message = {"ts": "1.0", "channel": "C1", "blocks": answerable(said)}
        for action, secret in self._pressed:
            at = self.street.clock.now().timestamp()
            posted = click(message, f"commander_{action}", self._user, at=at, secret=secret)
            event = {
                "rawPath": SLACK_PATH,
                "requestContext": {},
                "headers": posted.headers,
                "body": posted.body.decode(),
            }
            self.statuses.append(self._handler(event, None)["statusCode"])


GENUINE, FORGED = SIGNING_SECRET, "guessed"


def test_what_is_approved_by_a_click_is_done_once_whatever_is_clicked_then():
    slack = Slack(("approve", FORGED), ("why", GENUINE), ("approve", GENUINE), ("approve", GENUINE))
    incident = fallen(slack.street).incident()
    assert slack.statuses == [401, 200, 200, 200]
    assert incident.approval.by == ("ada",)
    assert incident.status is Status.RESOLVED
    assert len(slack.street.patient.actions) == 1
    assert "you approved it already" in slack.told[-1]


@pytest.mark.parametrize(
    ("pressed", "user", "reason"),
    [
        ("deny", "U0ADA", "denied by ada"),
        ("take_over", "U0ADA", "taken over by ada"),
        ("approve", "U0ED", "approval expired"),
    ],
)
def test_what_is_denied_taken_or_not_theirs_to_approve_is_not_done(pressed, user, reason):
    slack = Slack((pressed, GENUINE), user=user)
    incident = fallen(slack.street).incident()
    assert slack.street.patient.actions == []
    assert reason in incident.escalation.reason
