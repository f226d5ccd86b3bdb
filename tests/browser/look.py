"""One browser for everything: a headless Chromium that talks to nobody but the desk."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.desk import TOKEN

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PATIENCE = 60_000
"""Milliseconds that something may take before it counts as missing."""
WIDTHS = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1440, "height": 900}}

expect.set_options(timeout=PATIENCE)


def chromium() -> str | None:
    """Where one is installed, if one is."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser.

    Raises:
        FileNotFoundError: none is installed; the message says what to do.
    """
    found = chromium()
    if found is None:
        raise FileNotFoundError(
            "no chromium on this machine: `make browser` installs it (Debian, as root or with sudo)"
        )
    with sync_playwright() as tool:
        opened = tool.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        try:
            yield opened
        finally:
            opened.close()


def window(opened: Browser, width: str = "desktop", scheme: str = "light") -> BrowserContext:
    """A fresh profile of one width and colour scheme; it never moves."""
    made = opened.new_context(
        viewport=WIDTHS[width], color_scheme=scheme, reduced_motion="reduce", locale="en-GB"
    )
    made.set_default_timeout(PATIENCE)
    return made


def visit(page: Page, url: str, place: str = "") -> Page:
    """Open the page as its link does, and wait until its rows are there."""
    page.goto(f"{url}#token={TOKEN}")
    page.wait_for_selector(".case")
    if place:
        go(page, place)
    return page


def go(page: Page, place: str) -> None:
    """To another place of the page, as a link does."""
    page.evaluate("place => { location.hash = place; }", place)
    page.wait_for_selector("main .sheet, main .case, main .ask")
    page.wait_for_function("() => !document.querySelector('main .loading:not([hidden])')")


def picture(page: Page, file: Path, *, whole: bool = False) -> None:
    """A picture of what is seen."""
    page.screenshot(path=str(file), full_page=whole)
