"""A post-incident review, from the logs of whole incidents and from a log that wants to do harm."""

from datetime import timedelta

import pytest
from markdown_it import MarkdownIt

from scripts.review.page import page
from scripts.review.reviewed import Reviewed
from shared.domain import facts
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.model import AgentName
from shared.domain.plain_text import sanitised
from shared.domain.service import Measure, Service, ServiceCatalogue, Tier
from tests.e2e.storefront import Street
from tests.e2e.test_incidents import cascade
from tests.sample import NOON, opened, scale_out
from tests.unit.test_plain_text import HOSTILE, SHOWN
from tests.unit.test_words import FOUND, SHOP, events

pytestmark = pytest.mark.long

STOREFRONT = ServiceCatalogue(
    services=(
        Service(
            name="web", application="storefront", tier=Tier.CRITICAL, users=20_000, time_zone="Asia/Kolkata"
        ),
        Service(name="checkout", application="storefront", tier=Tier.IMPORTANT),
    )
)


def of_street(street):
    [log] = street.house.logs.events.values()
    return page(Reviewed(log, STOREFRONT))


def part(text, title):
    """The lines under a title."""
    return text.split(f"## {title}\n")[1].split("\n## ")[0]


def test_a_cure_is_reviewed_with_its_timeline_votes_money_and_times():
    text = of_street(cascade())
    assert "- **Decided by** quorum" in text
    assert "- **Ended as** resolved, after 15 s" in text
    assert "- 00:00:16 **executor**: VERIFIED" in part(text, "Timeline")
    assert "Times are UTC; the first is of Thursday, 2026-01-01." in part(text, "Timeline")
    assert "was told of" not in text
    assert "By the clock of the service, Asia/Kolkata" in part(text, "Impact in money")
    changed = part(text, "What was changed, and by whom")
    assert "on database: ssm announced at 00:00:00 a change of parameter" in changed
    assert "by the machine: restore-parameter on database" in changed
    assert "web began to fail" in text.split("## ")[0]  # the summary
    assert "| Thu 05:30:01 | Thu 05:30:16 | outside business hours | 0.25 | 10,000 | 2,500.00 |" in text
    assert "**in all: $22,500.00**" in part(text, "Impact in money")
    assert "saved against the service's own history: not known: no earlier incident" in text
    assert "| diagnosis | 400 | restore-parameter | 95 % |" in part(text, "The vote")
    assert "1000 of 1000, the winner" in part(text, "The vote")
    assert "diagnosis, root cause: database errors" in part(text, "Evidence")
    assert "policy permits it at L3" in part(text, "Permission")
    assert "    - value: 20 → 200" in part(text, "What was done, and how it was checked")
    assert "cure, from the first symptom: 15 s, at most 180 s allowed" in part(text, "What went well")
    assert "none that the log shows" in part(text, "What went badly")
    assert "the change is undone, not what made it" in part(text, "Follow-ups")


def test_a_remedy_that_harmed_is_reviewed_with_its_undo_dissent_and_what_is_left_to_do():
    street = Street()
    street.patient.impose(contention=1.0)
    street.wait(12)
    street.alarm("checkout", Measure.ERRORS)
    text = of_street(street)
    assert (
        "restart-service, against the winner" not in text
    )  # in the round that was won all agreed or abstained
    assert "- desired: 3 → 5" in part(text, "What was done, and how it was checked")
    assert "- desired: 5 → 3" in part(text, "What was done, and how it was checked")
    assert "compared with before: as it was" in part(text, "What was done, and how it was checked")
    assert "attempt 1: scale-out-service on checkout made it worse" in part(text, "What went badly")
    assert "a human had to decide: no candidates" in part(text, "What went badly")
    assert "what attempt 1 did was undone" in part(text, "What went well")
    assert "scale-out-service important: demoted to L1" in part(text, "Follow-ups")
    assert "commander shadow enter" in part(text, "Follow-ups")
    assert "it was not known to be over" in part(text, "Impact in money")


def test_silence_is_reviewed():
    text = of_street(cascade(silent=[AgentName.DIAGNOSIS, AgentName.PREDICTION]))
    assert "| diagnosis | 400 | silent | | | lost |" in part(text, "The vote")
    assert "diagnosis found nothing in time" in part(text, "What went badly")
    assert "see why diagnosis did not answer: commander doctor" in part(text, "Follow-ups")
    assert "Nothing was done." in part(text, "What was done, and how it was checked")


def reviewed(*told, start=None, services=SHOP, earlier=()):
    return page(Reviewed(events(*told, start=start), services, earlier))


def found(**changed):
    return FOUND.model_copy(update={"findings": FOUND.findings.model_copy(update=changed)})


def test_a_cause_that_no_runbook_cures_is_a_follow_up():
    text = reviewed(found(cause="expired_certificate", root_causes=("checkout",)))
    assert "no runbook for expired certificate on checkout was there" in part(text, "Follow-ups")
    cured = facts.VoteOpened(
        attempt=1, round=1, execution="x", candidates=(scale_out(),), safe=(), expires_at=NOON
    )
    assert "no runbook" not in reviewed(found(cause="saturation"), cured)


def test_who_answered_too_late_or_not_at_all_is_reviewed():
    text = reviewed(facts.ApprovalExpired(request="r"), facts.EscalatedToHuman(reason="approval expired"))
    assert "nobody answered in time" in part(text, "Permission")
    assert "commander people show" in part(text, "Follow-ups")
    assert "nobody was told" in part(text, "What went badly")
    late = facts.NotificationSent(channel="slack", about="IncidentDetected", version=1)
    assert "people were told only 60 s after it was detected" in reviewed(late)


def test_a_cure_that_did_not_hold_is_no_cure():
    verified, worse = facts.RemedyVerified(statement="well"), facts.RegressionDetected(statement="back")
    text = reviewed(facts.ActionStarted(proposal=scale_out(), token="t", before={}), verified, worse)
    assert "cure, from" not in text
    assert "scale-out-service critical: demoted to L1" in part(text, "Follow-ups")
    assert "cure, from" in reviewed(verified)


def test_what_is_not_believed_is_counted_and_not_told():
    log = list(events(facts.EscalatedToHuman(reason="believe_me"), facts.NotNeeded(attempt=1, statement="x")))
    log[2] = log[2].model_copy(update={"data": {"attempt": "many"}})
    [_, said] = events(facts.AuthorRejected(event_id=log[1].event_id, author="workflow", reason="a bad MAC"))
    rejected = said.model_copy(update={"version": 4, "event_id": "later"})
    text = page(Reviewed([*log, rejected], SHOP))
    assert "believe me" not in text
    assert "event 3 says nothing: malformed NotNeeded" in part(text, "What went badly")
    assert "an event of workflow was ignored: a bad MAC" in part(text, "What went badly")
    assert "commander audit verify INC-1" in part(text, "Follow-ups")


def test_what_was_saved_is_told_where_there_is_a_history():
    text = reviewed(facts.RemedyVerified(statement="well"), earlier=(timedelta(minutes=31),))
    assert "own history: $600,000.00: 1 such incidents took 31.0 minutes" in text


def test_a_service_that_left_the_catalogue_has_no_price():
    text = reviewed(services=ServiceCatalogue(services=()))
    assert "checkout is not in the catalogue now" in part(text, "Impact in money")


def test_a_long_outage_asks_for_a_freeze():
    start = opened().model_copy(update={"started_at": NOON - timedelta(minutes=20)})
    assert "of the error budget of 30 days is gone" in part(reviewed(start=start), "Follow-ups")


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_mentions_links_html_and_instructions_are_text_in_a_review(text):
    text = text.encode(errors="replace").decode()
    seen = Evidence(kind=EvidenceKind.LOG, service=text, statement=text, observed_at=NOON)
    proposal = scale_out().model_copy(update={"runbook": text, "target": text, "parameters": {"Name": text}})
    diagnosis = Findings(
        agent=AgentName.DIAGNOSIS,
        summary=text,
        confidence=900,
        evidence=(seen,),
        root_causes=(text,),
        cause=text,
    )
    whole = reviewed(
        facts.FindingsSubmitted(attempt=1, findings=diagnosis),
        facts.ActionWithheld(proposal=proposal, autonomy=text, reasons=(text,)),
        facts.ActionStarted(proposal=proposal, token="t", before={text: text}),
        facts.ActionFailed(reason=text),
        facts.RolledBack(restored=False, differences=(text,)),
        facts.TakenOver(by=text, reason=text),
        facts.EscalatedToHuman(reason=text, suggestion=proposal),
        facts.IncidentClosed(outcome=text, decision="none", business_usd=text, incident_usd=text),
        start=opened().model_copy(
            update={
                "summary": text,
                "service": text,
                "services": (text,),
                "classification": text,
                "severity": text,
            }
        ),
    )
    parsed = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(whole)
    inline = [each for one in parsed for each in one.children or ()]
    kinds = {one.type for one in (*parsed, *inline)}
    assert not {one for one in kinds if one.startswith(("html", "link", "image", "em_", "s_", "fence"))}
    titles = [one for one in parsed if one.type == "heading_open"]
    assert len(titles) == 11
    shown = "".join(one.content for one in inline)
    assert shown.count(sanitised(text).translate(SHOWN)[:40]) >= 10
