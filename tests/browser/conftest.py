"""One browser and one desk for a whole file; each test gets its own profile of the browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.desk import Desk
from tests.browser.look import browser, chromium, window


@pytest.fixture(scope="session")
def opened() -> Iterator[Browser]:
    if chromium() is None:
        pytest.fail("no chromium on this machine: `make browser` installs it (Debian, as root or with sudo)")
    with browser() as found:
        yield found


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


@pytest.fixture
def page(opened: Browser) -> Iterator[Page]:
    """A page of its own, and at its end: no error that nobody expected."""
    profile = window(opened)
    shown = profile.new_page()
    faults = []
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    shown.expected_faults = 0
    yield shown
    profile.close()
    unexpected = [one for one in faults if "Failed to load resource" not in one]
    assert unexpected == []
