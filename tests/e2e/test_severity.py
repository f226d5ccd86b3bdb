"""The severity of a running incident is changed: policy, people, money and the pages go by the new one."""

import io
from datetime import timedelta

import pytest
from rich.console import Console

from scripts.explain.page import page
from scripts.explain.trace import trace
from scripts.review.page import page as review
from scripts.review.reviewed import Reviewed
from shared.domain import facts
from shared.domain.autonomy import Autonomy
from shared.domain.freeze import Freeze
from shared.domain.incident import Status
from shared.domain.policy import PolicyConfig
from shared.domain.service import ServiceCatalogue, Tier
from shared.views.projection import project
from shared.workflow.reasons import reasons
from tests.e2e.people import People
from tests.e2e.storefront import Street, catalogue
from tests.e2e.test_transaction import fallen

pytestmark = pytest.mark.long

FROZEN = PolicyConfig(
    autonomy=Autonomy.AUTONOMOUS,
    places={"000000000000/us-east-1"},
    freezes=(Freeze(begins="2025-12-31T00:00:00Z", until="2026-02-01T00:00:00Z", reason="sale"),),
)


def graded(severity: str, *approving: str, **options) -> Street:
    """While a change freeze is in force somebody grades the cascade, as soon as the vote is open."""

    def answer(event):
        if event.type == "VoteOpened":
            yield facts.SeverityChanged(severity=severity, by="ada", reason="as the shops say")
        if event.type == "ApprovalRequested":
            asked = event.fact
            for name in approving:
                yield facts.ApprovalGranted(
                    request=asked.request, digest=asked.proposal.digest, by=name, role=asked.role
                )

    people = People(answer)
    people.street = Street(listeners=(people,), policy=FROZEN, **options)
    return fallen(people.street)


@pytest.fixture(scope="module")
def lowered() -> Street:
    return graded("high")


def important() -> ServiceCatalogue:
    services = (one.model_copy(update={"tier": Tier.IMPORTANT}) for one in catalogue().services)
    return ServiceCatalogue(services=tuple(services))


def test_policy_goes_by_it_so_a_freeze_that_a_critical_incident_may_break_holds(lowered: Street) -> None:
    incident = lowered.incident()
    assert (incident.opened.severity, incident.severity) == ("critical", "high")
    assert incident.withheld is not None
    assert incident.withheld.asked is not None
    assert incident.withheld.asked.severity == "high"
    assert [one.partition(":")[0] for one in incident.withheld.reasons] == ["change-freeze"]
    assert lowered.patient.actions == []


def test_people_hear_of_it_and_every_later_message_is_as_grave_as_it_is_now(lowered: Street) -> None:
    told = [(one.severity, one.title) for one in lowered.house.channel.messages]
    place = told.index(("high", "It is graded high now"))
    assert {severity for severity, _ in told[:place]} == {"critical"}
    assert {severity for severity, _ in told[place:]} == {"high"}
    assert told[place + 1 :]


def test_money_is_the_tiers_before_and_after(lowered: Street) -> None:
    costs = [line for one in lowered.house.channel.messages for line in one.lines if line.startswith("Cost")]
    [rate] = {line.partition(" a minute")[0] for line in costs}
    assert rate.startswith("Cost: about $")


def test_explanation_and_review_name_who_graded_it_and_why(lowered: Street) -> None:
    [events] = lowered.house.logs.events.values()
    shown = trace(events)
    assert (shown["severity"], shown["graded"][0]["by"]) == ("high", "ada")
    out = io.StringIO()
    Console(file=out, width=160).print(page(shown))
    told = review(Reviewed(events, catalogue()))
    for text in (out.getvalue(), told):
        assert "ada" in text
        assert "as the shops say" in text


def test_the_dashboards_row_and_whoever_asks_why_hear_the_severity_as_it_is_now(lowered: Street) -> None:
    [events] = lowered.house.logs.events.values()
    assert project(events).row.severity == "high"
    assert "(web, high)" in reasons(lowered.incident())[0]


def test_who_makes_it_critical_cannot_break_a_freeze_alone() -> None:
    street = graded("critical", "ada", "bob", services=important())
    incident = street.incident()
    assert (incident.opened.severity, incident.severity) == ("high", "critical")
    assert incident.approval.asked.needed == 2
    assert incident.status is Status.RESOLVED
    assert incident.resolved_at - incident.detected_at < timedelta(minutes=5)
