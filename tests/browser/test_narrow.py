"""Nothing is wider than its screen or cut off, whatever font a machine has and however large its text is."""

import json

import pytest

from tests.browser.desk import Desk
from tests.browser.look import visit, window
from tests.browser.test_pages import PLACES

pytestmark = pytest.mark.browser

WIDE = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/" + "x" * 120
FONTS = {
    "as installed": "",
    "monospaced": "* { font-family: monospace !important; }",
    "serif": "* { font-family: serif !important; }",
    "wide": "* { letter-spacing: .12em !important; word-spacing: .16em !important; }",
    "120 %": "html { font-size: 120% !important; }",
    "wide at 120 %": "html { font-size: 120% !important; } * { letter-spacing: .1em !important; }",
}
"""Letter spacing stands for a wide font: which ones are installed does not matter."""
DRESS = """(style) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
}"""
BEYOND = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  const rolls = (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);
  const hidden = (one) => one.closest(".hidden, [hidden], .skip, .rail, dialog:not([open])")
    || !one.checkVisibility({visibilityProperty: true});
  const named = (one, by) => {
    const kind = one.getAttribute("class") ?? "";
    return `${one.localName}#${one.id}.${kind} by ${by.toFixed(1)}: ${one.textContent.trim().slice(0, 30)}`;
  };
  const over = document.documentElement.scrollWidth - wide;
  if (over > 0) found.push(`page by ${over}`);
  for (const one of document.querySelectorAll("body *")) {
    if (hidden(one)) continue;
    let rolling = false;
    for (let up = one.parentElement; up; up = up.parentElement) rolling ||= rolls(up);
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    if (!rolling && box.right > wide + 0.5) found.push(named(one, box.right - wide));
    const cut = one.scrollWidth - one.clientWidth;
    const whole = !one.matches("input, select, textarea, svg *");
    if (one.clientWidth && cut > 2 && whole && !rolling && !rolls(one))
      found.push(`inside ${named(one, cut)}`);
  }
  return found.slice(0, 9);
}"""


@pytest.fixture(scope="module")
def house():
    made = Desk()
    for answer in made.answers.values():
        page = answer["incident"]
        page["row"] |= {"taken_by": page["row"]["taken_by"] and "maria-of-the-night-shift@example.com"}
        for one in (page["approval"], *page["doing"]["actions"]):
            if one:
                one["proposal"] = one["proposal"] | {"target": WIDE, "title": f"Restart {WIDE}"}
    yield made
    made.close()


WIDTHS = (320, 360, 600, 820, 1100, 1440)
OPENED = "() => document.querySelectorAll('main details').forEach((one) => { one.open = true; })"


@pytest.mark.parametrize("name", PLACES)
def test_that_nothing_is_wider_than_the_screen_or_than_what_holds_it(opened, house, name):
    profile, wrong = window(opened), {}
    page = visit(profile.new_page(), house.url, PLACES[name])
    page.evaluate(OPENED)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for font, style in FONTS.items():
            page.evaluate(DRESS, style)
            found = page.evaluate(BEYOND)
            if found:
                wrong[f"{width} px, {font}"] = found
    profile.close()
    assert wrong == {}, json.dumps(wrong, indent=1)
