"""The README's pictures of the dashboard: `python -m tests.browser.pictures` writes docs/dashboard-*.png.

As an on-call engineer sees it when the page opens; the dark one a screen further down. The incidents are
answers of real runs, but for a few ballots: a run in which agents differ is rare.
"""

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.desk import Desk
from tests.browser.look import browser, picture, visit, window

DOCS = Path(__file__).parents[2] / "docs"
ASKS, UNDONE = "#/incidents/INC-0000000000A1", "#/incidents/INC-0000000000A2"
SHOTS = (
    ("dashboard-list", "desktop", "light", "", 900),
    ("dashboard-incident", "desktop", "light", ASKS, 1_040),
    ("dashboard-incident-dark", "desktop", "dark", UNDONE, 1_040),
    ("dashboard-phone", "phone", "light", ASKS, 844),
)
"""Name, width, scheme, place, height in pixels; the dark one looks further down."""


def drawn(opened: Browser, desk: Desk) -> None:
    """Every picture; the clock of the desk is the clock of the picture."""
    for name, width, scheme, place, height in SHOTS:
        profile = window(opened, width, scheme)
        page = visit(profile.new_page(), desk.url, place)
        page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
        if place:
            page.wait_for_selector(".chart")
        if scheme == "dark":
            page.locator(".way").scroll_into_view_if_needed()
            page.evaluate("scrollTo(0, document.querySelector('.way').offsetTop - 90)")
        picture(page, DOCS / f"{name}.png")
        profile.close()


def main() -> None:
    desk = Desk(hostile=False)
    try:
        with browser() as opened:
            drawn(opened, desk)
    finally:
        desk.close()


if __name__ == "__main__":
    main()
