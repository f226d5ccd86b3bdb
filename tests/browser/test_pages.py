"""Every page, for every role, in light and dark, on a phone and a desktop."""

import json
from importlib.resources import files

import pytest

from tests.browser.desk import Desk
from tests.browser.look import WIDTHS, go, visit, window

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
PLACES = {
    "list": "#/",
    "asks": "#/incidents/INC-0000000000A1",
    "rolled back, dissent and quarantine": "#/incidents/INC-0000000000A2",
    "acting": "#/incidents/INC-0000000000A3",
    "taken": "#/incidents/INC-0000000000A5",
    "hostile text": "#/incidents/INC-0000000000A6",
    "resolved": "#/incidents/INC-0000000000A7",
    "health": "#/health",
    "autonomy": "#/autonomy",
    "runbooks": "#/runbooks",
    "dismissed": "#/dismissed",
    "audit": "#/audit",
    "demo": "#/demo",
}
BY_ROLE = ("list", "asks", "rolled back, dissent and quarantine", "acting")
"""Where roles see different things."""
RUN = """async (only) => {
  const told = (node) => `${node.target} ${node.failureSummary}`;
  const rules = {"target-size": {enabled: true}};
  const found = await axe.run(document, only ? {runOnly: only} : {resultTypes: ["violations"], rules});
  return found.violations.map((one) => `${one.id}: ${one.nodes.map(told).slice(0, 3).join(" | ")}`);
}"""
COLOURS = ["color-contrast", "link-in-text-block"]
"""What a scheme changes: the second one is not asked for more."""
NARROW = {"width": 360, "height": 640}
VIOLATED = "addEventListener('securitypolicyviolation', (e) => console.error(e.violatedDirective))"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def house():
    made = Desk()
    yield made
    made.close()


def test_that_axe_finds_nothing_in_dialogs_and_in_what_the_page_says_of_its_own_state(opened, house):
    house.role, wrong = "operator", []
    profile = window(opened)
    page = visit(profile.new_page(), house.url)
    page.evaluate(AXE)

    def looked(at: str) -> None:
        for scheme, rules in (("light", None), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            wrong.extend(f"{at}, {scheme}: {one}" for one in page.evaluate(RUN, rules))

    page.locator("#stop-all").click()
    looked("the kill switch")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    looked("shortcuts")
    page.keyboard.press("Escape")
    house.switch = house.switch | {"on": True, "reason": "the database moves"}
    house.dead = True
    page.wait_for_selector("#retry")
    looked("disconnected")
    house.dead = False
    page.goto("about:blank")
    visit(page, house.url)
    page.evaluate(AXE)
    page.wait_for_selector("#resume")
    looked("stopped")
    house.switch = house.switch | {"on": False}
    profile.close()
    assert wrong == [], json.dumps(wrong, indent=1)


@pytest.mark.parametrize("role", ["operator", "approver", "viewer"])
def test_that_axe_finds_nothing_and_nothing_is_wider_than_the_screen_and_the_console_is_silent(
    opened, house, role
):
    house.role = role
    profile = window(opened)
    page = profile.new_page()
    said, wrong = [], []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda one: said.append(one.text) if one.type in ("error", "warning") else None)
    visit(page, house.url)
    page.evaluate(VIOLATED)
    page.evaluate(AXE)
    for name in PLACES if role == "operator" else BY_ROLE:
        go(page, PLACES[name])
        page.set_viewport_size(NARROW)
        assert page.evaluate(WIDER) <= 0, f"{name} scrolls sideways on the narrowest phone"
        for width, size in WIDTHS.items():
            page.set_viewport_size(size)
            assert page.evaluate(WIDER) <= 0, f"{name} at {width} scrolls sideways"
            for scheme, rules in (("light", None), ("dark", COLOURS)):
                page.emulate_media(color_scheme=scheme)
                wrong += [f"{name}, {width}, {scheme}: {one}" for one in page.evaluate(RUN, rules)]
    profile.close()
    assert said == []
    assert wrong == [], json.dumps(wrong, indent=1)
