"""Signing in at an issuer that checks everything, and at one that lies."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.browser.issuer import Issuer

pytestmark = pytest.mark.browser

LIES = (
    ("state", "(state)", 0),
    ("iss", "(iss)", 0),
    ("error", "The issuer refuses: access_denied: <img src=x onerror=window.broken=1>", 0),
    ("issuer", "names another issuer: https://evil.example", 0),
    ("token endpoint", "token endpoint is at https://evil.example", 0),
    ("authorization endpoint", "authorization_endpoint cannot be used: javascript:alert(1)", 0),
    ("refusal", "The issuer refuses: invalid_grant: the code is not good", 1),
    ("nonce", "(nonce)", 1),
    ("expired", "expired already (exp)", 1),
    ("audience", "another client (aud)", 1),
)
"""What it lies about, what the page says, and how often a code was exchanged."""


@pytest.fixture(scope="module")
def at():
    """The issuer, and the desk of a stage that has it."""
    issuer = Issuer()
    desk = Desk(sign_in=issuer.sign_in)
    issuer.redirect_uri = desk.url
    yield issuer, desk
    desk.close()
    issuer.close()


@pytest.fixture
def issuer(at):
    found = at[0]
    found.lie = ""
    for kept in (found.given, found.refused, found.asked, at[1].asked):
        kept.clear()
    return found


@pytest.fixture
def open_to(at):
    """The desk; from now on it takes what the issuer gives."""
    at[1].tokens = at[0].given
    return at[1]


def begin(page, desk, place=""):
    page.goto(f"{desk.url}{place}")
    page.locator("#sign-in").click()


def test_that_one_button_signs_in_and_nothing_of_it_stays_in_the_address(page, issuer, open_to):
    page.goto(f"{open_to.url}#/health")
    expect(page.locator("#connection")).to_have_text("signed out")
    assert open_to.asked == []
    page.locator("#sign-in").click()
    expect(page.locator("h1")).to_have_text("Health")
    expect(page.locator("#connection")).to_have_text("live")
    assert page.url == f"{open_to.url}#/health"
    assert issuer.refused == []
    (token,) = issuer.given
    assert page.evaluate("({...sessionStorage})") == {"incident-commander.token": token}
    assert page.evaluate("document.cookie + JSON.stringify(localStorage)") == "{}"
    assert all(token not in one for one in open_to.asked)


def test_that_what_has_expired_is_said_and_one_button_signs_in_again(page, issuer, open_to):
    begin(page, open_to)
    expect(page.locator("#connection")).to_have_text("live")
    issuer.given.clear()
    expect(page.locator(".notice")).to_contain_text("Your sign-in has expired")
    page.locator(".notice #sign-in").click()
    expect(page.locator("#connection")).to_have_text("live")
    expect(page.locator(".notice")).to_have_count(0)


def test_that_signing_out_forgets_the_token_and_what_was_shown(page, issuer, open_to):
    begin(page, open_to)
    page.wait_for_selector(".case")
    page.locator("#sign-out").click()
    expect(page.locator("h1")).to_have_text("Sign in")
    assert page.evaluate("sessionStorage.length") == 0
    assert page.locator(".case").count() == 0


def test_that_an_issuer_that_lies_lets_nobody_in(page, issuer, open_to):
    page.goto(open_to.url)
    for lie, said, exchanges in LIES:
        issuer.lie = lie
        issuer.asked.clear()
        page.locator("#sign-in").click()
        expect(page.locator("#sign-in-fault"), lie).to_contain_text(said)
        assert (lie, issuer.asked.count("/token")) == (lie, exchanges)
        assert page.evaluate("[sessionStorage.length, window.broken ?? 0]") == [0, 0], lie
        assert (page.url.split("#")[0], open_to.asked) == (open_to.url, []), lie


def test_that_an_answer_that_nobody_asked_for_is_not_taken(page, issuer, open_to):
    page.goto(f"{open_to.url}?code=somebody-elses&state=theirs")
    expect(page.locator("#sign-in-fault")).to_contain_text("no sign-in that this tab began")
    assert (issuer.asked, page.url) == ([], open_to.url)


def test_that_a_stage_without_an_issuer_offers_no_sign_in(page, desk):
    page.goto(f"{desk.url}#/")
    expect(page.locator("#connection")).to_have_text("signed out")
    expect(page.locator("#sign-in, #sign-out")).to_have_count(0)
    assert page.evaluate("fetch('signin.json').then((one) => one.json())") == {"issuer": None}
