"""The words in which people hear of an incident: complete for somebody who is tired, bounded, and plain."""

import unicodedata
from datetime import timedelta

import pytest

from shared.agents.communication import MOST_LINE, MOST_LINES, MOST_TITLE, TOLD, compose
from shared.domain import facts
from shared.domain.events import GENESIS, Event
from shared.domain.evidence import Evidence, EvidenceKind, Findings
from shared.domain.facts import Author
from shared.domain.folding import fold
from shared.domain.model import AgentName
from shared.domain.plain_text import UNSEEN
from shared.domain.service import Service, ServiceCatalogue, Tier
from tests.sample import NOON, opened, scale_out
from tests.unit.test_plain_text import HOSTILE

SHOP = ServiceCatalogue(
    services=(
        Service(
            name="checkout", application="shop", tier=Tier.CRITICAL, users=5_000, time_zone="Europe/Berlin"
        ),
    )
)
FOUND = facts.FindingsSubmitted(
    attempt=1,
    findings=Findings(
        agent=AgentName.DIAGNOSIS, summary="checkout is the root cause: saturation", confidence=850
    ),
)
ASKED = facts.ApprovalRequested(
    request="INC-1-1-x",
    attempt=1,
    proposal=scale_out(),
    needed=2,
    role="incident_lead",
    expires_at=NOON + timedelta(minutes=10),
    preview=("desired: 2 → 3",),
    blast_radius=("checkout", "web"),
    undo="scale-out-service puts back what is there now",
    cost_per_minute="20000.00",
)


def events(*told, start=None):
    """A log: the incident, and then each fact a minute after the one before."""
    made = (start or opened(), *told)
    return tuple(
        Event(
            event_id=f"e{n}",
            incident_id="INC-1",
            version=n + 1,
            type=type(fact).__name__,
            occurred_at=NOON + timedelta(minutes=n),
            recorded_by=Author.DIAGNOSIS if isinstance(fact, facts.FindingsSubmitted) else max(fact.authors),
            correlation_id="INC-1",
            data=fact.plain(),
            previous_hash=GENESIS,
        )
        for n, fact in enumerate(made)
    )


def message(*told, start=None, catalogue=SHOP):
    """What people hear of the last of these facts."""
    log = events(*told, start=start)
    return compose(fold(log), log[-1], catalogue)


def says(told, *parts):
    whole = "\n".join((told.title, *told.lines))
    assert [one for one in parts if one not in whole] == [], whole


def test_the_first_message_says_what_who_why_what_next_how_to_stop_it_and_what_a_minute_costs():
    felt = Evidence(kind=EvidenceKind.SYMPTOM, service="checkout", statement="errors 38 %", observed_at=NOON)
    told = message(start=opened().model_copy(update={"symptoms": (felt,), "services": ("checkout", "web")}))
    says(
        told,
        "checkout is slow",
        "Hurt: 5,000 users of checkout (critical); web too",
        "We think: latency, 90 % sure",
        "Seen: errors 38 %",
        "Next: four agents look for the cause and vote",
        "commander take-over INC-1",
        "Cost: about $20,000 a minute now.",  # noon in UTC is 13:00 in Berlin: business hours
    )


def test_a_service_that_is_not_in_the_catalogue_has_no_price_and_says_so():
    says(message(catalogue=ServiceCatalogue(services=())), "Cost: not known", "Hurt: checkout (critical)")


def test_what_people_are_asked_says_what_changes_who_until_when_and_how_to_answer():
    says(
        message(FOUND, ASKED),
        "Your approval is needed",
        "Scale out an ECS service by half (checkout) with Cluster=shop",
        "We think: checkout is the root cause: saturation, 85 % sure",
        "It would change desired: 2 → 3",
        "It may touch: checkout, web",
        "Undo: scale-out-service puts back",
        "2 different people (incident lead) must approve by 12:10:00 UTC, or it is not done",
        f"commander approve INC-1 --digest {scale_out().digest[:12]}",
        "commander deny INC-1",
        "$20,000 a minute now, $45,000.00 so far, of it $5,000 once for its users.",
    )


def test_acting_says_on_what_how_it_is_undone_and_how_to_stop_it():
    started = facts.ActionStarted(proposal=scale_out(), token="t", before={})
    says(
        message(FOUND, started),
        "Acting now: Scale out an ECS service by half (checkout)",
        "On arn:aws:ecs",
        "scale-out-service puts back what was there before",
        "To take it from the machine: commander take-over INC-1",
    )
    says(
        message(started, started.model_copy(update={"undo": True})),
        "Undoing the remedy",
        "what was there before",
    )


def test_a_cure_has_a_price_that_has_stopped():
    says(
        message(FOUND, facts.RemedyVerified(statement="nothing can be felt")),
        "$45,000.00 until now, and no more",
    )


def test_a_yes_says_whose_it_is_what_it_is_to_and_how_many_are_missing():
    yes = facts.ApprovalGranted(request="INC-1-1-x", digest=scale_out().digest, by="ada")
    says(message(ASKED, yes), "ada has approved it", "Scale out an ECS service", "1 more must approve")
    says(message(ASKED, yes, yes.model_copy(update={"by": "bo"})), "bo has approved it", "policy looks at it")


def test_who_is_called_hears_why_and_how_to_stop_the_next_call():
    called = facts.LevelCalled(team="shop", level=2, people=("ada", "bo"), since=NOON)
    says(
        message(FOUND, called),
        "Nobody has answered: level 2 of shop is called",
        "Called: ada, bo",
        "root cause: saturation",
        "commander acknowledge INC-1",
    )
    says(message(called.model_copy(update={"people": ()})), "nobody is left to call")


def test_a_page_that_somebody_has_seen_stops_nothing_and_says_so():
    seen = facts.Acknowledged(by="bo", through="pagerduty", over=True)
    says(message(seen), "bo has seen it", "through pagerduty, where the page is closed", "goes on until")


def test_an_undo_that_left_something_says_so():
    told = message(facts.RolledBack(restored=False, differences=("desired: 3, was 2",)))
    says(told, "The target is NOT as it was before the remedy", "desired: 3, was 2")


def test_an_undo_speaks_of_the_target_alone_and_of_what_people_still_feel():
    worse = facts.RegressionDetected(attempt=1, statement="database errors 44 %, usually 0 %: worse")
    told = message(worse, facts.RolledBack(restored=True))
    says(
        told,
        "The target is as it was before the remedy; people still feel the trouble: database errors 44 %",
    )
    assert "verything is as it was" not in "".join(told.lines)


def test_a_human_hears_why_and_what_was_found():
    told = message(FOUND, facts.EscalatedToHuman(reason="no_quorum", suggestion=scale_out()))
    says(
        told,
        "A human must decide",
        "Reason: no quorum",
        "root cause: saturation",
        "only a suggestion: Scale out",
    )


LEFT = (
    facts.EscalatedToHuman(reason="no_quorum"),
    facts.HandedToPeople(outcome="escalated", decision="human", business_usd="1", incident_usd="1"),
)


def test_who_is_given_an_incident_reads_what_was_noted_and_how_to_say_that_they_have_it():
    noted = facts.NoteAdded(by="ada", text="it is the pool")
    told = message(
        *LEFT, facts.TakenOver(by="ada"), noted, facts.HandedOn(to="bo", by="ada", reason="my shift ends")
    )
    says(
        told, "ada hands it on to bo", "my shift ends", "Noted by ada: it is the pool", "commander take INC-1"
    )
    assert message(*LEFT, facts.HandedOn(to="shop", team=True, by="ada")).title == (
        "ada hands it on to the team shop"
    )


def test_a_long_note_is_read_whole():
    words = " ".join(f"word{n}" for n in range(200))
    told = message(*LEFT, facts.NoteAdded(by="ada", text=words))
    assert " ".join(told.lines[:-1]) == words


def test_an_end_by_people_says_what_was_done_and_whether_that_is_seen_and_costs_no_more():
    resolved = facts.ResolvedByPeople(by="bo", did="restarted the pool", cause="a leak")
    well = facts.RecoverySeen(at=NOON + timedelta(minutes=3), statement="nothing is felt")
    says(
        message(*LEFT, resolved),
        "bo has resolved it",
        "Done: restarted the pool",
        "Cause: a leak",
        "Telemetry has not shown that yet",
        "commander reopen INC-1",
        "in all, and no more",
    )
    assert "Telemetry" not in str(message(*LEFT, well, resolved).lines)
    says(message(*LEFT, well), "It is not felt any more", "commander resolve INC-1", "and no more")
    says(message(*LEFT, resolved, facts.IncidentReopened(by="ada")), "Nobody has it", "commander take INC-1")


LONG = "word " * 2_000


def every_fact(text):
    """One fact of each kind that carries somebody's words."""
    proposal = scale_out().model_copy(update={"runbook": text[:200], "parameters": {"Name": text}})
    seen = Evidence(kind=EvidenceKind.LOG, service="checkout", statement=text[:2_000], observed_at=NOON)
    signal = opened().signal.model_copy(update={"attributes": {"alarm": text}})
    many = (text,) * 40
    yield opened().model_copy(
        update={"summary": text, "symptoms": (seen,) * 9, "signal": signal, "services": many}
    )
    yield facts.SignalCorrelated(signal=signal.model_copy(update={"text": text[:10_000]}), announced=True)
    yield facts.AgentQuarantined(agent=AgentName.DIAGNOSIS, until=NOON, reason=text)
    yield facts.ActionWithheld(proposal=proposal, autonomy="L1", reasons=many)
    yield ASKED.model_copy(update={"proposal": proposal, "preview": many, "blast_radius": many, "undo": text})
    yield facts.ApprovalGranted(request="x", digest="y", by=text[:256])
    yield facts.Acknowledged(by=text[:256], through=text[:256])
    yield facts.LevelCalled(team=text[:256], level=2, people=(text[:256],) * 40, since=NOON)
    yield facts.SeverityChanged(severity="low", by=text[:256], reason=text[:1_000])
    yield facts.TakenOver(by=text[:256], reason=text[:1_000])
    yield facts.ActionStarted(proposal=proposal, token="t", before={})
    yield facts.ActionFailed(reason=text)
    yield facts.RemedyVerified(statement=text)
    yield facts.RegressionDetected(statement=text)
    yield facts.RolledBack(restored=False, differences=many)
    yield facts.AttemptAbandoned(attempt=1, reason=text)
    yield facts.NotNeeded(attempt=1, statement=text)
    yield facts.EscalatedToHuman(reason=text, suggestion=proposal)
    yield facts.IncidentResolved(business_usd=text, incident_usd=text)
    by = text[:256] or "?"
    yield facts.HandedOn(to=by, by=by, reason=text[:1_000])
    yield facts.NoteAdded(by=by, text=text[:2_000] or "?")
    yield facts.RecoverySeen(at=NOON, statement=text[:1_000])
    yield facts.ResolvedByPeople(by=by, did=text[:2_000] or "?", cause=text[:1_000])
    yield facts.IncidentReopened(by=by, reason=text[:1_000])
    yield facts.AcknowledgementExpired(through=by)


@pytest.mark.parametrize("text", [*HOSTILE, LONG], ids=lambda one: one[:20].strip())
def test_whatever_the_log_says_a_message_is_bounded_and_of_characters_that_can_be_seen(text):
    text = text.encode(errors="replace").decode()  # JSON carries no half of a pair
    for fact in every_fact(text):
        told = message(start=fact) if isinstance(fact, facts.IncidentDetected) else message(fact)
        assert told.title
        assert len(told.title) <= MOST_TITLE
        assert len(told.lines) <= MOST_LINES
        for line in (told.title, *told.lines):
            assert len(line) <= MOST_LINE
            assert {unicodedata.category(one) for one in line if one != " "}.isdisjoint(UNSEEN)


def test_everything_that_people_hear_of_has_words():
    worded = {type(one) for one in every_fact("x")}
    # The words of a decision are in whole incidents, which have a certificate; those of a day in its digest.
    assert worded == {*TOLD} - {facts.ConsensusReached, facts.AlarmDismissed}
