"""Answers by the dashboard, over the real log: whose they are, and what comes of them."""

import pytest

from shared.domain.clearance import Caller
from shared.domain.facts import ApprovalGranted, TakenOver
from shared.runtime.web.app import App, Parts
from shared.workflow.speaking import Speaking
from shared.workflow.writes import Writes
from tests.answering import ARN, INCIDENT, Asked
from tests.views.web import Asked as Answer
from tests.views.web import event

BO = Caller(where="local", id="bo")


class Desk:
    """The writing app alone, over an incident whose remedy waits for people."""

    def __init__(self, **options):
        self.asked = Asked(**options)
        writes = Writes(Speaking(self.asked.answers()), None, self.asked.clock, "local")
        self.app = App(Parts(self.asked.directory, self.asked.clock, writes=writes))

    def post(self, what, body=None, who=BO) -> Answer:
        exact = {"request": self.asked.request, "digest": self.asked.digest}
        given = event("POST", f"/api/v1/incidents/{INCIDENT}/{what}", body=exact if body is None else body)
        made = self.app.answer(given, who)
        return Answer(made["statusCode"], made["headers"], made["body"])


def test_a_yes_of_somebody_on_call_is_theirs_in_the_log_and_grants_it():
    desk = Desk()
    assert desk.post("approve").json["said"] == "INC-1: approved by bo"
    [granted] = desk.asked.written(ApprovalGranted)
    assert (granted.by, desk.asked.incident.approval.granted) == ("bo", True)


def test_the_same_person_by_another_identity_counts_once():
    desk = Desk(needed=2)
    for who in (Caller(where="aws", id=ARN), Caller(where="local", id="ada")):
        assert desk.post("approve", who=who).status == 200
    assert desk.asked.incident.approval.by == ("ada",)


def test_what_was_not_shown_is_not_approved_and_nothing_is_written():
    desk = Desk()
    other = {"request": desk.asked.request, "digest": "0" * 64}
    assert desk.post("approve", other).status == 409
    assert desk.asked.written(ApprovalGranted) == []


@pytest.mark.parametrize("what", ["approve", "deny", "take-over"])
def test_a_viewer_is_turned_away_before_the_log_is_read(what):
    desk = Desk()
    answer = desk.post(what, who=Caller(where="aws", id="arn:stranger"))
    assert (answer.status, "viewer" in answer.json["detail"]) == (403, True)
    assert len(desk.asked.logs.events[INCIDENT]) == 2


def test_who_is_on_call_cannot_say_what_a_lead_must():
    answer = Desk(role="incident_lead").post("approve")
    assert answer.status == 403
    assert "lead" in answer.json["detail"]


def test_whoever_takes_it_over_has_it_and_the_next_one_hears_who():
    desk = Desk()
    assert desk.post("take-over", {"reason": "mine"}).status == 200
    again = desk.post("take-over", {}, who=Caller(where="local", id="cy"))
    assert "bo" in again.text
    [taken] = desk.asked.written(TakenOver)
    assert (taken.by, taken.reason) == ("bo", "mine")
