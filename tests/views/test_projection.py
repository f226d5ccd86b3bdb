"""The projection: what a page says is what the log says, whatever is in it, and always the same bytes."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.errors import IncidentNotFound
from shared.domain.events import Event
from shared.domain.facts import Author
from shared.domain.model import AgentName
from shared.views.keeping import MOST_BYTES, kept, page_of, row_of
from shared.views.projection import project
from tests.views.house import SAMPLES

HOSTILE = "<img src=x onerror=alert(1)>\u202e\x00\n{{7*7}} ' OR 1=1"


def appended(events, type_, author, **data):
    """The log with one event more."""
    last = events[-1]
    event = Event(
        event_id=f"E{len(events)}",
        incident_id=last.incident_id,
        version=last.version + 1,
        type=type_,
        occurred_at=last.occurred_at + timedelta(seconds=1),
        recorded_by=author,
        correlation_id=last.incident_id,
        data=data,
        previous_hash=last.hash,
    )
    return (*events, event.model_copy(update={"hash": event.computed_hash()}))


def test_a_cured_incident_says_who_voted_what_was_done_and_how_long_it_took(logs):
    page = project(logs["resolved"])
    [round_] = page.rounds
    assert [(one.agent, one.weight, one.state) for one in round_.ballots] == [
        ("detection", 200, "for"),
        ("diagnosis", 400, "for"),
        ("prediction", 300, "for"),
        ("resolution", 100, "for"),
    ]
    assert [(one.weight, one.wins) for one in round_.sums] == [(1000, True)]
    assert round_.lost_weight == 0
    assert page.certificate.proposal.digest == round_.winner == page.row.remedy.digest
    assert len(page.certificate.ballots) == 4
    [action] = page.doing.actions
    assert (action.step, action.state, action.before["value"]) == ("do", "succeeded", "20")
    assert page.nodes[0].service == "database"
    assert page.nodes[0].health == "recovered"
    timing = page.row.timing
    assert timing.due_at - timing.detected_at == timedelta(seconds=180)
    assert timing.detected_at <= timing.decided_at <= timing.verified_at <= timing.resolved_at
    assert page.row.spent.until == timing.verified_at
    assert page.row.spent.business_usd == "22500.00"
    assert set(page.confidence) == {one.agent for one in round_.ballots}


def test_a_remedy_that_is_undone_shows_the_undo_and_why_a_human_has_it(logs):
    page = project(logs["backfired"])
    assert [one.step for one in page.doing.actions] == ["do", "undo"]
    assert page.doing.rolled_back.restored
    assert page.doing.regressed.statement
    assert [one.about for one in page.reasons][-1] == "escalated"
    assert page.row.status == "rolled_back"


def test_a_silent_agent_loses_its_weight_and_is_shown(logs):
    page = project(logs["without-diagnosis"])
    ballots = {one.agent: one for one in page.rounds[-1].ballots}
    assert ballots[AgentName.DIAGNOSIS].state == "silent"
    assert page.rounds[-1].lost_weight >= 400
    assert page.rounds[-1].kind == "degraded_quorum"


def test_while_people_are_asked_the_request_and_digest_to_answer_with_are_there(logs):
    page = project(logs["waiting"])
    assert page.row.waits_for_approval
    assert (page.approval.state, page.approval.proposal.digest) == ("open", page.row.remedy.digest)
    assert page.approval.preview
    assert page.approval.undo
    assert not project(logs["asking"]).row.waits_for_approval


def test_while_it_votes_who_has_not_voted_is_waited_for(logs):
    ballots = project(logs["voting"]).rounds[0].ballots
    assert sorted({one.state for one in ballots}) == ["for", "waiting"]


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_log_is_the_same_bytes_and_reads_back_as_it_was(logs, sample):
    one, other = kept(logs[sample]), kept(tuple(logs[sample]))
    assert one == other
    assert page_of(one) == project(logs[sample])
    assert row_of(one.row) == page_of(one).row


@pytest.mark.parametrize("sample", ["resolved", "backfired", "waiting"])
def test_every_beginning_of_a_log_can_be_shown(logs, sample):
    for end in range(1, len(logs[sample]) + 1):
        page = project(logs[sample][:end])
        assert page.row.version == end
        assert page.timeline[-1].version == end


def test_a_fact_that_this_version_does_not_know_stands_in_the_timeline_by_name(logs):
    page = project(appended(logs["resolved"], "WeatherChanged", Author.OPERATOR, to="critical"))
    assert page.timeline[-1].type == "WeatherChanged"
    assert "unknown event type" in page.timeline[-1].fault
    assert page.timeline[-1].lines == ()
    assert page.row.version == len(logs["resolved"]) + 1


def test_an_event_that_is_not_believed_changes_nothing_and_is_shown_as_that(logs):
    log = appended(logs["acting"], "TakenOver", Author.OPERATOR, by_="x")
    forged = appended(logs["acting"], "RemedyVerified", Author.EXECUTOR, statement="all is well")
    page = project(forged, {forged[-1].event_id})
    assert (page.doing.verified, page.row.timing.verified_at) == (None, None)
    assert "ignored" in page.timeline[-1].fault
    assert project(log).timeline[-1].fault.startswith("malformed")


def test_what_people_say_beside_an_approval_is_on_the_page_and_in_the_story(logs):
    log = appended(logs["acting"], "Acknowledged", Author.RECEPTION, by="ada", through="slack")
    log = appended(log, "SeverityChanged", Author.OPERATOR, severity="low", by="bo", reason="a drill")
    since = log[0].occurred_at.isoformat()
    log = appended(log, "LevelCalled", Author.COMMUNICATION, team="shop", level=2, people=["cy"], since=since)
    page = project(log)
    assert (page.acknowledged[0].by, page.grades[0].by, page.called[0].people) == ("ada", "bo", ("cy",))
    assert page.row.severity == "low"
    assert [one.fault for one in page.timeline[-3:]] == [None] * 3
    assert all(one.lines for one in page.timeline[-3:])


def test_hostile_text_stays_text_on_one_line_and_is_cut(logs):
    log = appended(logs["acting"], "TakenOver", Author.OPERATOR, by=HOSTILE, reason=HOSTILE * 20)
    page = project(log)
    assert page.taken.by.startswith("<img src=x onerror=alert(1)>")
    for text in (page.taken.by, page.taken.reason, page.timeline[-1].lines[0].text):
        assert not {"\u202e", "\x00", "\n"} & set(text)
        assert len(text) <= 600


def test_a_log_of_thousands_of_events_keeps_to_an_items_size(logs):
    log = logs["resolved"]
    told = {"channel": "x" * 256, "recipient": "y" * 250, "version": 1, "reason": "z" * 500}
    for _ in range(1_000):
        log = appended(log, "NotificationFailed", Author.COMMUNICATION, **told)
    view = kept(log)
    page = page_of(view)
    assert len(view.page) <= MOST_BYTES
    assert (page.timeline_total, len(page.timeline), page.told_total) == (len(log), 200, 1_000 + 5)
    assert page.timeline[-1].version == len(log)


@pytest.mark.parametrize("first", range(1, 3))
def test_a_log_that_does_not_begin_at_its_beginning_cannot_be_shown(logs, first):
    with pytest.raises(IncidentNotFound):
        project(logs["resolved"][first:])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda each: st.lists(each, max_size=3)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_an_event_holds_the_page_is_made(logs, data):
    """Each event in turn with another type, author or content: it is a fault, and no failure."""
    log = list(logs["backfired"])
    at = data.draw(st.integers(1, len(log) - 1))
    spoilt = {
        "type": data.draw(st.sampled_from([log[at].type, "IncidentDetected", "Nothing"])),
        "data": data.draw(st.dictionaries(st.sampled_from([*log[at].data, "extra"]), JSON, max_size=3))
        | (log[at].data if data.draw(st.booleans()) else {}),
    }
    log[at] = log[at].model_copy(update=spoilt)
    assert len(project(log).timeline) == len(log)
