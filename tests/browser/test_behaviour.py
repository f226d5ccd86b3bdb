"""What the page does while the world changes beneath it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import TOKEN
from tests.browser.look import go, visit
from tests.browser.town import HOSTILE

pytestmark = pytest.mark.browser

ASKS, UNDONE, ACTING, HOSTILE_ID, RESOLVED = (f"INC-0000000000A{n}" for n in (1, 2, 3, 6, 7))

CHANGE = {
    "service": "reservations",
    "statement": "deployment 42",
    "at": "2026-11-20T03:06:00Z",
    "seconds_before": 240,
}
TOLD = """() => {
  const connection = document.querySelector("#connection");
  window.told = [];
  new MutationObserver(() => window.told.push(connection.textContent)).observe(connection, {childList: true});
}"""


def test_that_markup_in_a_summary_is_shown_as_text_and_never_runs(page, desk):
    visit(page, desk.url)
    assert HOSTILE in page.locator(f"[data-id='{HOSTILE_ID}']").inner_text()
    go(page, f"#/incidents/{HOSTILE_ID}")
    expect(page.locator("h1")).to_have_text(HOSTILE)
    assert page.locator("main img, main script, main b").count() == 0
    assert page.evaluate("window.broken") is None


def test_that_the_token_leaves_the_address_and_goes_only_into_the_header(page, desk):
    visit(page, desk.url)
    assert TOKEN not in page.url
    assert page.evaluate("document.cookie + JSON.stringify(sessionStorage)") == "{}"
    assert all(TOKEN not in one for one in desk.asked)


def test_that_a_link_from_a_message_opens_in_a_new_tab_while_the_local_server_is_there(page, desk):
    visit(page, desk.url)
    other = page.context.new_page()
    other.goto(f"{desk.url}#/incidents/{ASKS}")
    expect(other.locator("#ask")).to_contain_text("Approve or deny")


def test_that_a_token_that_is_not_valid_any_more_is_said_and_a_fresh_link_goes_on(page, desk):
    page.goto(f"{desk.url}#token=an-old-one")
    expect(page.locator(".notice")).to_contain_text("Your sign-in is not valid any more")
    expect(page.locator("#connection")).to_contain_text("signed out")
    visit(page, desk.url)
    expect(page.locator(".notice")).to_have_count(0)


def test_that_what_needs_a_person_stands_first_and_says_what_it_asks(page, desk):
    visit(page, desk.url)
    first = page.locator(".case").first
    expect(first).to_have_attribute("data-id", ASKS)
    expect(first).to_contain_text("Approve or deny")
    assert page.title().startswith("(3) ")
    turns = [one.get_attribute("class").split()[1] for one in page.locator(".case").all()]
    assert turns == sorted(turns, key=["asks", "machine", "person"].index)


def test_that_what_people_have_is_open_until_they_end_it_however_old_it_is(page, desk):
    desk.answers[UNDONE]["incident"]["row"]["changed_at"] = "2026-01-01T00:00:00Z"
    visit(page, desk.url)
    left = page.locator(f"[data-id='{UNDONE}']")
    expect(left).to_contain_text("take it")
    desk.change(UNDONE, status="owned", taken_by="noor", people_said=True)
    expect(left).to_contain_text("noor")
    desk.change(UNDONE, status="closed", closed=True, outcome="resolved_by_people")
    expect(left).to_have_count(0)


def test_that_a_search_says_what_it_found_outside_the_chosen_list_and_goes_there(page, desk):
    visit(page, desk.url)
    page.get_by_role("button", name="People 1").click()
    page.locator("#search").fill("INC-0000000000A7")
    expect(page.locator(".case")).to_have_count(0)
    page.get_by_role("button", name="1 more in other lists").click()
    expect(page.locator(".case")).to_have_attribute("data-id", "INC-0000000000A7")


def test_that_more_incidents_than_are_shown_are_said_and_no_open_one_is_missed(page, desk):
    [over] = [one for one in desk.answers.values() if one["incident"]["row"]["id"] == RESOLVED]
    oldest = desk.answers[ASKS]
    row = over["incident"]["row"]
    many = [over | {"incident": {"row": row | {"id": f"INC-{n:05}"}}} for n in range(6_050)]
    desk.fill([*many, oldest])
    visit(page, desk.url)
    expect(page.locator(".case")).to_have_attribute("data-id", ASKS)
    expect(page.locator("#turn-over")).to_have_text("Over6,000+")
    expect(page.locator("#foot")).to_contain_text("6,001+ incidents known")
    page.locator("#turn-over").click()
    expect(page.locator(".pages")).to_contain_text("1–50 of 6,000+")


def test_that_a_change_appears_by_itself_and_only_what_matters_is_spoken(page, desk):
    visit(page, desk.url)
    speech = page.locator("#speech")
    desk.change(ACTING, summary="another summary")
    expect(page.locator(f"[data-id='{ACTING}']")).to_contain_text("Another summary")
    expect(speech).to_have_text("")
    desk.change(ACTING, status="watching")
    expect(page.locator(f"[data-id='{ACTING}']")).to_contain_text("Watching")
    expect(speech).to_have_text("")
    desk.change(ACTING, status="resolved", closed=True, outcome="resolved")
    expect(speech).to_have_text("gateway is resolved.")
    expect(page.locator(f"[data-id='{ACTING}']")).to_have_count(0)


def test_that_a_machine_that_slept_for_an_hour_gives_up_its_old_question_and_catches_up_at_once(page, desk):
    page.clock.install()
    visit(page, desk.url)
    with desk.hanging("changes"):
        desk.change(ACTING, status="escalated", with_people=True)
        page.evaluate(TOLD)
        page.clock.fast_forward("01:00:00")
        expect(page.locator(f"[data-id='{ACTING}']")).to_contain_text("Human decides")
        expect(page.locator("#connection")).to_have_text("live")
        assert not [one for one in page.evaluate("window.told") if "disconnected" in one]


def test_that_a_lost_server_is_said_with_its_time_and_the_page_comes_back_by_itself(page, desk):
    visit(page, desk.url)
    desk.dead = True
    expect(page.locator("#connection")).to_contain_text(re.compile(r"disconnected since \d\d:\d\d:\d\d"))
    expect(page.locator(".notice")).to_contain_text("the machine works on without this page")
    desk.change(ACTING, status="escalated", with_people=True)
    desk.dead = False
    expect(page.locator(f"[data-id='{ACTING}']")).to_contain_text("Human decides")
    expect(page.locator("#connection")).to_have_text("live")
    expect(page.locator(".notice")).to_have_count(0)


@pytest.mark.parametrize(("behind", "said"), [(0, "live"), (42, "42 s behind"), (None, "may be behind")])
def test_that_how_far_it_is_behind_the_log_is_said(page, desk, behind, said):
    desk.behind = behind
    visit(page, desk.url)
    expect(page.locator("#connection")).to_have_text(said)


def test_that_an_unchanged_feed_is_answered_without_a_body(page, desk):
    visit(page, desk.url)
    with page.expect_response(lambda one: "/changes" in one.url and one.status == 304):
        pass
    expect(page.locator("#connection")).to_have_text("live")


def test_that_a_cursor_that_is_not_known_any_more_reads_everything_anew(page, desk):
    visit(page, desk.url)
    desk.fails["changes"] = (400, "this cursor is of a read model that is gone")
    expect(page.locator("#connection")).to_contain_text("disconnected")
    desk.change(ACTING, status="escalated", with_people=True)
    desk.changed.clear()
    desk.fails.clear()
    expect(page.locator(f"[data-id='{ACTING}']")).to_contain_text("Human decides")


def test_that_the_countdown_and_the_money_run(page, desk):
    visit(page, desk.url, f"#/incidents/{ASKS}")
    shown = page.locator(".facts").inner_text()
    expect(page.locator(".facts")).not_to_have_text(shown)
    expect(page.locator(".expiry")).to_contain_text(re.compile(r"expires in \d+:\d\d"))


def test_that_a_list_of_many_is_shown_in_pages_and_filtered(page, desk):
    [model] = [one for one in desk.answers.values() if one["incident"]["row"]["id"] == ACTING]
    rows = [
        model
        | {
            "incident": {
                "row": model["incident"]["row"] | {"id": f"INC-{n:05}", "service": "odd" if n % 2 else "even"}
            }
        }
        for n in range(230)
    ]
    desk.fill(rows)
    visit(page, desk.url)
    expect(page.locator(".pages")).to_contain_text("1–50 of 230")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".pages")).to_contain_text("51–100 of 230")
    page.locator("#search").fill("odd")
    expect(page.locator(".pages")).to_contain_text("1–50 of 115")
    page.locator("#search").fill("")
    page.locator("#status").select_option("voting")
    expect(page.locator(".empty")).to_have_text("Nothing fits this filter.")


def test_that_everything_can_be_reached_by_keys_and_single_keys_can_be_switched_off(page, desk):
    visit(page, desk.url)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Resource exhaustion")
    page.keyboard.press("Escape")
    expect(page.locator(".case").first).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    page.locator("#keys-on").press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.locator("h1")).to_have_text("Incidents")


def test_that_an_incident_that_does_not_exist_is_said(page, desk):
    visit(page, desk.url)
    page.evaluate("location.hash = '#/incidents/INC-NONE'")
    expect(page.locator("main")).to_contain_text("There is no incident INC-NONE")


def test_that_a_vote_shows_dissent_abstention_and_quarantine_against_what_is_needed(page, desk):
    visit(page, desk.url, f"#/incidents/{UNDONE}")
    vote = page.locator("section:has(#h-vote)")
    for text in (
        "dissents",
        "abstains",
        "quarantined",
        "more than 666 of 1000",
        "400 of 1000 is lost",
        "equivocation",
    ):
        expect(vote).to_contain_text(text)
    expect(
        vote.get_by_role("img", name="diagnosis 400 = 400 of 1000; more than 666 is needed")
    ).to_be_visible()


def test_that_the_root_cause_is_marked_in_words_too(page, desk):
    visit(page, desk.url, f"#/incidents/{ASKS}")
    expect(page.get_by_role("img", name=re.compile("Root cause: database"))).to_be_visible()
    expect(page.locator(".graph")).to_contain_text("✕ root cause")


def test_that_the_reasoning_trace_is_shown_when_there_is_one(page, desk):
    visit(page, desk.url, f"#/incidents/{ASKS}")
    expect(page.locator(".sentences li")).to_have_count(5)
    page.locator("#trace-diagnosis > summary").click()
    page.get_by_text("computed: root cause").click()
    for text in ("telemetry.series", "PortError", "a-model", "The rest is not kept"):
        expect(page.locator("section:has(#h-trace)")).to_contain_text(text)
    desk.fails[f"incidents/{ACTING}/reasoning"] = (404, "there is no such route")
    page.evaluate(f"location.hash = '#/incidents/{ACTING}'")
    expect(page.locator("h1")).to_contain_text("payments")
    expect(page.locator("section:has(#h-trace)")).to_be_hidden()


def test_that_who_looks_at_it_and_who_was_called_is_seen(page, desk):
    visit(page, desk.url, f"#/incidents/{ASKS}")
    expect(page.locator(".stop-place")).to_contain_text("eve looks at it since")
    go(page, f"#/incidents/{UNDONE}")
    told = page.locator("section:has(#h-told)")
    expect(told).to_contain_text("nobody answered: level 2 of booking is called (noor)")
    expect(told).to_contain_text("noor grades it critical: it is the sale")


def test_that_a_page_which_nobody_sees_asks_little_and_catches_up_when_it_is_seen(page, desk):
    page.clock.install()
    visit(page, desk.url)
    page.evaluate(
        """() => { window.away = true;
        Object.defineProperty(document, "hidden", {get: () => window.away});
        document.dispatchEvent(new Event("visibilitychange")); }"""
    )
    before = len(desk.asked)
    for _ in range(12):
        page.clock.run_for(1_000)
        page.evaluate("() => fetch('/api/v1/nothing').then((answer) => answer.text())")
    ours = [one for one in desk.asked[before:] if "nothing" not in one]
    assert len(ours) <= 2
    desk.change(ACTING, status="escalated", with_people=True)
    page.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")
    expect(page.locator(f"[data-id='{ACTING}']")).to_contain_text("Human decides")


def test_that_an_alarm_stands_first_in_words_with_what_to_do_and_the_rest_is_a_count(page, desk):
    desk.alarms[0]["meaning"] = HOSTILE
    visit(page, desk.url, "#/health")
    first = page.locator("main .sheet").first
    expect(first.locator("#alarms-now")).to_have_text(re.compile("1 alarm has gone off"))
    fired = first.locator(".alarms").first
    expect(fired).to_have_text(re.compile(r"ALARM\s*Dead letters waiting\s*since 20 Nov"))
    expect(fired).to_contain_text(HOSTILE)
    assert first.locator("img, script, b").count() == 0
    quiet = first.locator("#alarms-quiet")
    expect(quiet.locator("summary")).to_have_text("2 OK, 1 without data")
    expect(quiet.locator("li").first).not_to_be_visible()
    quiet.locator("summary").click()
    expect(quiet.locator("li").first).to_contain_text("no data")


def test_that_alarms_that_nobody_could_read_are_said_to_be_not_known(page, desk):
    desk.alarms = None
    visit(page, desk.url, "#/health")
    expect(page.locator("main .sheet").first).to_contain_text("not known")
    expect(page.locator("main")).to_contain_text("its ballots count")
    desk.alarms = []
    expect(page.locator("main .sheet").first).to_contain_text("Nobody hears")


def test_that_dismissed_alarms_are_counted_with_their_reasons(page, desk):
    visit(page, desk.url, "#/dismissed")
    expect(page.locator("#dismissed-count")).to_contain_text("12 alarms of today and the 1 day before")
    expect(page.locator("main")).to_contain_text("nobody feels anything")


def test_that_a_suggestion_stands_among_every_candidate_and_what_was_changed_stands_first(page, desk):
    told = desk.answers[UNDONE]["incident"]
    first, second = told["rounds"][-1]["candidates"]
    states = {"weight": 0, "votes": [], "proposed_by": ["diagnosis"], "frozen": True, "decided": False}
    states |= {"suggested": False, "disputed": False}
    vote = {"agent": "detection", "weight": 200, "confidence": 820, "reasoning": "idle", "evidence": ["fact"]}
    told["candidates"] = [
        states | {"remedy": first, "votes": [vote], "weight": 200, "suggested": True, "disputed": True},
        states | {"remedy": second},
    ]
    told |= {"disputed": True, "changes": [CHANGE]}
    visit(page, desk.url, f"#/incidents/{UNDONE}")
    card = page.locator("#ask")
    expect(card.locator("dt").first).to_have_text("Changed lately")
    expect(card.locator("#changes")).to_contain_text("deployment 42 (")
    expect(card.locator("#changes")).to_contain_text("4 min 0 s before it began")
    expect(card.locator(".candidate")).to_have_count(2)
    expect(card).to_contain_text("Suggestions, disputed")
    expect(card).to_contain_text("for it: detection 200, 82 % sure")
    expect(card).to_contain_text("nobody voted for it; proposed by diagnosis")
