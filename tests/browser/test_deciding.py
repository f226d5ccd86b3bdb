"""What people decide on the page, and what it sends."""

import pytest
from playwright.sync_api import expect

from tests.browser.look import visit

pytestmark = pytest.mark.browser

ASKS, UNDONE, ACTING, RESOLVED = (f"INC-0000000000A{n}" for n in (1, 2, 3, 7))


@pytest.fixture
def asked(page, desk):
    return visit(page, desk.url, f"#/incidents/{ASKS}")


def wanted(desk):
    approval = desk.answers[ASKS]["incident"]["approval"]
    return {"request": approval["request"], "digest": approval["proposal"]["digest"]}


def test_that_a_yes_sends_exactly_the_request_and_the_digest_that_were_shown(asked, desk):
    asked.locator("#confirm").fill("database")
    asked.locator("#approve").click()
    expect(asked.locator("#speech")).to_contain_text("written into the log")
    assert desk.said == [(f"incidents/{ASKS}/approve", wanted(desk))]


def test_that_a_yes_without_the_right_word_sends_nothing_and_says_why(asked, desk):
    expect(asked.locator("#approve")).to_have_attribute("aria-disabled", "true")
    asked.locator("#confirm").fill("databases")
    asked.locator("#confirm").press("Enter")
    expect(asked.locator("#decision-fault")).to_contain_text("type database first")
    assert desk.said == []


def test_that_a_no_sends_its_reason(asked, desk):
    asked.get_by_text("Deny it instead").click()
    asked.locator("#deny-reason").fill("not during the sale")
    asked.locator("#deny").click()
    expect(asked.locator("#speech")).to_contain_text("written into the log")
    assert desk.said == [(f"incidents/{ASKS}/deny", wanted(desk) | {"reason": "not during the sale"})]


def test_that_a_no_is_sent_once_with_its_reason_and_the_card_says_that_it_arrived(asked, desk):
    asked.get_by_text("Deny it instead").click()
    asked.locator("#deny").click()
    expect(asked.locator("#decision-fault")).to_have_text("Say why: others read it.")
    asked.locator("#deny-reason").fill("not during the sale")
    asked.locator("#deny").evaluate("(button) => { button.click(); button.click(); button.click(); }")
    expect(asked.locator("#sent")).to_contain_text("Your no has arrived")
    expect(asked.locator("#deny, #approve")).to_have_count(0)
    assert len(desk.said) == 1


def test_that_a_yes_says_that_it_arrived_and_what_happens_next(asked, desk):
    asked.locator("#confirm").fill("database")
    asked.locator("#approve").click()
    expect(asked.locator("#sent")).to_contain_text("Your yes has arrived")
    expect(asked.locator("#sent")).to_contain_text("rehearsed and run")
    expect(asked.locator(".said-place")).to_contain_text("written into the log")
    desk.answers[ASKS]["incident"]["approval"]["by"] = ["maria"]
    desk.change(ASKS)
    expect(asked.locator("#ask")).to_contain_text("yes so far: maria")
    expect(asked.locator("#approve")).to_have_count(0)


def test_that_a_control_is_busy_while_it_is_under_way(asked, desk):
    asked.locator("#confirm").fill("database")
    with desk.hanging(
        f"incidents/{ASKS}/approve", lambda: asked.locator("#approve").click(no_wait_after=True)
    ):
        expect(asked.locator("form.decide").first).to_have_attribute("aria-busy", "true")
        expect(asked.locator("#approve")).to_be_disabled()
    expect(asked.locator("#sent")).to_contain_text("Your yes has arrived")


def test_that_no_yes_is_asked_for_while_it_would_do_nothing_and_the_card_says_why(page, desk):
    desk.asking, desk.refused = ASKS, "Everything is stopped by eve: the database moves."
    visit(page, desk.url, f"#/incidents/{ASKS}")
    expect(page.locator("#no-approve")).to_contain_text("Everything is stopped by eve")
    expect(page.locator("#approve, #confirm")).to_have_count(0)
    page.locator("#deny-more summary").click()
    expect(page.locator("#deny")).to_be_visible()


def test_that_keys_alone_are_enough_to_approve(page, desk):
    visit(page, desk.url)
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_selector("#confirm")
    page.keyboard.press("a")
    expect(page.locator("#confirm")).to_be_focused()
    page.keyboard.type("database")
    page.keyboard.press("Enter")
    expect(page.locator("#speech")).to_contain_text("written into the log")
    assert [path for path, _ in desk.said] == [f"incidents/{ASKS}/approve"]


def test_that_everything_which_must_be_known_stands_beside_the_question(asked):
    ask = asked.locator("#ask")
    for text in (
        "20 → 200",
        "Value = 200",
        "parameter/storefront/database/max-connections",
        "database, checkout, web",
        "Undo",
        "a minute",
        "expires in",
        "one person (on call)",
    ):
        expect(ask).to_contain_text(text)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "Your role does not allow this"),
        (409, "It has changed meanwhile"),
        (401, "Your sign-in is not valid any more"),
        (503, "The server could not answer"),
    ],
)
def test_that_a_refusal_is_said_plainly_and_what_was_typed_stays(asked, desk, status, said):
    desk.fails[f"incidents/{ASKS}/approve"] = (status, "the reason of the server")
    asked.locator("#confirm").fill("database")
    asked.locator("#approve").click()
    expect(asked.locator("#decision-fault")).to_contain_text(said)
    expect(asked.locator("#decision-fault")).to_contain_text("the reason of the server")
    expect(asked.locator("#confirm")).to_have_value("database")
    assert desk.said == []


def test_that_what_is_typed_and_the_focus_survive_news(asked, desk):
    asked.locator("#confirm").click()
    asked.keyboard.type("data")
    desk.answers[ASKS]["incident"]["approval"]["by"] = ["maria"]
    desk.change(ASKS)
    expect(asked.locator("#ask")).to_contain_text("yes so far: maria")
    asked.keyboard.type("base")
    expect(asked.locator("#confirm")).to_have_value("database")


def test_that_a_question_which_is_answered_by_somebody_else_goes_away(asked, desk):
    desk.answers[ASKS]["incident"]["approval"]["state"] = "denied"
    desk.change(ASKS, status="escalated", waits_for_approval=False, with_people=True)
    expect(asked.locator("#confirm")).to_have_count(0)
    expect(asked.locator("#ask")).to_contain_text("A human must decide")


def test_that_an_incident_is_taken_from_the_machine(page, desk):
    visit(page, desk.url, f"#/incidents/{ACTING}")
    page.get_by_text("Take it from the machine").click()
    page.locator("#take-reason").fill("I know this one")
    page.locator("#take-over").click()
    expect(page.locator("#speech")).to_contain_text("written into the log")
    assert desk.said == [(f"incidents/{ACTING}/take-over", {"reason": "I know this one"})]
    desk.change(ACTING, taken_by="Eve")
    expect(page.locator("#ask")).to_contain_text("Eve has it")


def test_that_people_hand_on_note_and_resolve_what_is_theirs(page, desk):
    desk.change(UNDONE, status="owned", taken_by="Eve")
    visit(page, desk.url, f"#/incidents/{UNDONE}")
    expect(page.locator("#ask")).to_contain_text("Eve has it")
    page.locator("#own-note").click()
    page.locator("#own-send").click()
    expect(page.locator("#own-fault")).to_have_text("Say something.")
    page.locator("#note-text").fill("the cache is cold")
    page.locator("#own-send").click()
    expect(page.locator(".said-place")).to_contain_text("written into the log")
    page.locator("#own-hand_on").click()
    page.locator("#hand-to").fill("noor")
    page.locator("#hand-reason").fill("my shift ends")
    page.locator("#own-send").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#own-resolve").click()
    page.locator("#resolve-did").fill("took the old version back")
    page.locator("#resolve-runbook").select_option("other")
    page.locator("#resolve-over").fill("2026-11-20T03:10")
    page.locator("#own-send").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    resolved = {"did": "took the old version back", "runbook": "other", "cause": ""}
    assert desk.said == [
        (f"incidents/{UNDONE}/notes", {"text": "the cache is cold"}),
        (f"incidents/{UNDONE}/hand-on", {"to": "noor", "reason": "my shift ends"}),
        (f"incidents/{UNDONE}/resolve", resolved | {"over_at": "2026-11-20T03:10Z"}),
    ]


def test_that_what_is_over_is_reopened_with_a_reason(page, desk):
    visit(page, desk.url)
    page.evaluate(f"location.hash = '#/incidents/{RESOLVED}'")
    page.locator("#own-reopen").click()
    page.locator("#reopen-reason").fill("it fails again")
    page.locator("#own-send").click()
    expect(page.locator(".said-place")).to_contain_text("written into the log")
    assert desk.said == [(f"incidents/{RESOLVED}/reopen", {"reason": "it fails again"})]


@pytest.mark.parametrize(
    "place", ["", f"#/incidents/{ASKS}", f"#/incidents/{UNDONE}", f"#/incidents/{ACTING}"]
)
def test_that_a_viewer_is_shown_no_control(page, desk, place):
    desk.role = "viewer"
    visit(page, desk.url, place)
    assert page.locator("main form, #stop-all, #take-over, #approve, #deny").count() == 0


def test_that_only_an_operator_may_stop_everything(page, desk):
    desk.role = "approver"
    visit(page, desk.url)
    expect(page.locator("#who")).to_contain_text("approver")
    assert page.locator("#stop-all").count() == 0


def test_that_everything_is_stopped_only_with_a_reason_and_the_name_of_the_stage(page, desk):
    visit(page, desk.url)
    page.locator("#stop-all").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Stop everything").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say why")
    dialog.locator("#stop-reason").fill("the database moves")
    dialog.locator("#stop-confirm").fill("prod")
    dialog.get_by_role("button", name="Stop everything").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Type local")
    assert desk.said == []
    dialog.locator("#stop-confirm").fill("local")
    dialog.get_by_role("button", name="Stop everything").click()
    expect(page.locator(".notice")).to_contain_text("Everything is stopped by Eve")
    assert desk.said == [("kill-switch", {"on": True, "reason": "the database moves", "confirm": "local"})]
    expect(page.locator("#stop-all")).to_have_count(0)


def test_that_a_demo_is_controlled_where_the_stage_allows_it(page, desk):
    visit(page, desk.url, "#/demo")
    page.locator("#demo-start-memory_leak").click()
    expect(page.locator(".said")).to_contain_text("written into the log")
    page.locator("#demo-inject-sale").click()
    page.locator("#demo-pause").click()
    page.locator("#demo-reset").click()
    expect(page.locator(".said")).to_contain_text("written into the log")
    assert desk.said == [
        ("demo/start", {"name": "memory_leak"}),
        ("demo/inject", {"name": "sale"}),
        ("demo/pause", {}),
        ("demo/reset", {}),
    ]
    desk.fails["demo/start"] = (409, "the patient has few_connections already")
    page.locator("#demo-start-memory_leak").click()
    expect(page.locator(".said")).to_contain_text("the patient has few_connections already")


def test_that_a_severity_is_changed_with_its_reason(asked, desk):
    asked.locator("#grade").select_option("low")
    asked.locator("#grade-reason").fill("only our own staff")
    asked.locator("#grade-set").click()
    expect(asked.locator("#speech")).to_contain_text("written into the log")
    assert desk.said == [(f"incidents/{ASKS}/severity", {"severity": "low", "reason": "only our own staff"})]


def test_that_what_the_server_does_not_name_is_not_shown(page, desk):
    desk.role = "approver"
    visit(page, desk.url, f"#/incidents/{ASKS}")
    expect(page.locator("#grade")).to_be_visible()
    assert page.get_by_role("link", name="Demo").count() == 0
    desk.role = "viewer"
    page.reload()
    expect(page.locator("#ask")).to_be_visible()
    expect(page.locator("#who")).to_contain_text("viewer")
    expect(page.locator("#grade")).to_be_hidden()


def test_that_somebody_says_that_they_look_at_it(asked, desk):
    asked.locator("#acknowledge").click()
    expect(asked.locator("#speech")).to_contain_text("written into the log")
    assert desk.said == [(f"incidents/{ASKS}/acknowledge", {})]


def test_that_a_question_which_expired_says_that_nothing_is_done(asked, desk):
    desk.answers[ASKS]["incident"]["approval"]["expires_at"] = "2026-01-01T00:00:00Z"
    desk.change(ASKS)
    expect(asked.locator(".expiry")).to_have_text("expired: nothing is done")
