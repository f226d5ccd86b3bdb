"""The page over the app itself and the server of `commander dashboard`: nothing between is invented."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from scripts.dashboard.loopback import Loopback
from shared.domain.clearance import Caller, Clearance
from shared.ports.answering import Outcome
from tests.browser.look import go
from tests.views.serve import gathered
from tests.views.web import Web

pytestmark = pytest.mark.browser

WAITING = "INC-0007WAITING"


@pytest.fixture(scope="module")
def web() -> Web:
    return Web(gathered())


@pytest.fixture(scope="module")
def serving(web) -> Iterator[Loopback]:
    caller = Caller(where="local", id="ada", claimed=Clearance.OPERATOR)
    server = Loopback(web.app, caller, 0, web.seen.clock.now)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def there(page, serving):
    page.goto(serving.url)
    page.wait_for_selector(".case")
    return page


def test_that_every_page_shows_what_the_app_answers_and_breaks_no_rule_of_its_headers(there, web):
    there.evaluate("addEventListener('securitypolicyviolation', (e) => console.error(e.violatedDirective))")
    there.locator("#turn-over").click()
    there.locator("#turn-open").click()
    for incident_id in web.seen.log.incident_ids():
        go(there, f"#/incidents/{incident_id}")
        expect(there.locator("h1")).to_contain_text("storefront")
        expect(there.locator(".facts")).to_contain_text("$")
    for place, text in (
        ("health", "its ballots count"),
        ("autonomy", "L3"),
        ("runbooks", "restore-parameter"),
        ("audit", "holds"),
    ):
        go(there, f"#/{place}")
        expect(there.locator("main")).to_contain_text(text)


def test_that_a_yes_arrives_and_a_refusal_is_said_in_the_words_of_the_app(there, web):
    go(there, f"#/incidents/{WAITING}")
    web.answering.outcome = Outcome.TOO_LATE
    there.locator("#confirm").fill("database")
    there.locator("#approve").click()
    expect(there.locator("#decision-fault")).to_contain_text("too late")
    web.answering.outcome = Outcome.DONE
    there.locator("#approve").click()
    expect(there.locator("#speech")).to_contain_text("done")
    asked = web.seen.reading.incident(WAITING, []).incident.approval
    assert web.answering.heard[-1] == ("approve", "ada", WAITING, asked.request, asked.proposal.digest)


def test_that_the_reasoning_is_shown_and_a_severity_is_sent(there, web):
    go(there, f"#/incidents/{WAITING}")
    expect(there.locator(".sentences li")).to_have_count(5)
    there.locator("#trace-diagnosis > summary").click()
    expect(there.locator("section:has(#h-trace)")).to_contain_text("Findings, attempt 1")
    there.locator("#grade").select_option("low")
    there.locator("#grade-reason").fill("only our own staff")
    there.locator("#grade-set").click()
    expect(there.locator("#speech")).to_contain_text("done")
    assert web.answering.heard[-1][2:] == (WAITING, "low", "only our own staff")


def test_that_everything_can_be_stopped_and_let_go_on(there, web):
    for button, what in (("#stop-all", True), ("#resume", False)):
        there.locator(button).click()
        there.locator("#stop-reason").fill("a rehearsal")
        there.locator("#stop-confirm").fill("local")
        there.locator("#stop-confirm").press("Enter")
        expect(there.locator("#resume" if what else "#stop-all")).to_be_visible()
        assert web.controls.kill_switch().on is what
