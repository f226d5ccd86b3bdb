"""How fast the page is with many open incidents: `python -m tests.browser.measure [INCIDENTS]`.

It prints figures and asserts nothing: a busy machine is no defect of the page. The desk answers from memory,
so what is measured is the page, its questions included.
"""

import sys
import time
from datetime import UTC, datetime
from statistics import median

from playwright.sync_api import Page

from tests.browser import town
from tests.browser.desk import TOKEN, Desk
from tests.browser.look import browser, window

UPDATES = 20
TASKS = """() => { window.tasks = []; new PerformanceObserver((list) => window.tasks.push(...list.getEntries()
  .map((one) => one.duration))).observe({type: "longtask", buffered: true}); }"""
WATCH = """() => { window.painted = 0; new MutationObserver(() => { window.painted = Date.now(); })
  .observe(document.querySelector(".rows"), {childList: true}); }"""
SEARCH = """() => {
  const box = document.querySelector("#search"), began = performance.now();
  box.value = "storefront";
  box.dispatchEvent(new Event("input"));
  return performance.now() - began;
}"""
STATES = ("investigating", "voting", "acting", "awaiting_approval", "watching")


def many(number: int) -> list[dict]:
    """Open incidents, each of its own; only their rows are read."""
    models = [town.incident(name, 0, 60, datetime.now(UTC)) for name in ("acting", "voting", "waiting")]
    made = []
    for at in range(number):
        model = models[at % 3]
        row = model["incident"]["row"] | {
            "id": f"INC-{at:08}",
            "severity": ("critical", "high", "medium")[at % 3],
        }
        made.append(model | {"incident": model["incident"] | {"row": row}})
    return made


def measured(page: Page, desk: Desk, number: int) -> dict[str, float]:
    """Milliseconds, by what they were for."""
    page.goto(f"{desk.url}#token={TOKEN}")
    page.wait_for_selector(".case")
    first = page.evaluate("performance.now()")
    page.evaluate(TASKS)
    page.wait_for_function(
        "end => document.querySelector('.pages').textContent.includes(end)", arg=f"of {number:,}Earlier"
    )
    whole, loading = page.evaluate("[performance.now(), Math.max(0, ...window.tasks)]")
    page.evaluate(WATCH)
    waits = []
    for at in range(UPDATES):
        page.evaluate("window.tasks = []; window.painted = 0")
        began = time.time()
        desk.change("INC-00000002", status=STATES[at % len(STATES)])
        page.wait_for_function("() => window.painted")
        waits.append(page.evaluate("window.painted") - began * 1_000)
    filtering = page.evaluate(SEARCH)
    longest = page.evaluate("Math.max(0, ...window.tasks)")
    return {
        "first rows": first,
        "all rows known": whole,
        "longest task while loading": loading,
        "a change until it is seen, middle": median(waits),
        "a change until it is seen, most": max(waits),
        "longest task of a change": longest,
        "a key in the search": filtering,
        "elements of the page": page.evaluate("document.querySelectorAll('*').length"),
    }


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    desk = Desk()
    desk.fill(many(number))
    try:
        with browser() as opened:
            found = measured(window(opened).new_page(), desk, number)
    finally:
        desk.close()
    sys.stdout.write(f"{number:,} open incidents\n")
    for name, value in found.items():
        sys.stdout.write(f"  {name:<36} {value:>8,.0f}{'' if name.startswith('elements') else ' ms'}\n")


if __name__ == "__main__":
    main()
