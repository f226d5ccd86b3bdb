"""The command line in somebody's first hour: which incident is meant, what is wrong, what is seen."""

import http.server
import io
import os
import threading
import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from scripts.commander.incidents import listed, table
from scripts.commander.named import named, unknown
from scripts.demo.report import Run, where_next
from scripts.explain.page import page as explained
from scripts.explain.short import short
from scripts.explain.trace import trace
from scripts.local_aws.process import status
from scripts.local_aws.state import Running, remember
from scripts.scenarios import get
from scripts.synth import REPOSITORY
from scripts.terminal import Console
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_views import MemoryViews
from shared.domain import facts
from shared.domain.errors import IncidentNotFound
from shared.domain.folding import fold
from shared.domain.money import so_far
from shared.ports.views import View
from shared.views.next_step import next_step
from tests.sample import NOON, opened
from tests.test_commander import commander
from tests.unit.test_words import ASKED, events
from tests.views.house import sample

LEFT = facts.HandedToPeople(outcome="escalated", decision="human", business_usd="1", incident_usd="1")
TAKEN = facts.TakenOver(by="ada", reason="")
ENDED = facts.IncidentClosed(outcome="resolved", decision="quorum", business_usd="1", incident_usd="1")
SCENARIO = get("database_cascade")
HARM = "\x1b[2J\x1b]0;owned\x07 rate\r0 \u202egnp.exe\u2066 \x9b31m \x08\x7f"
FIVE = """{"services": [
  {"name": "web", "depends_on": []},
  {"name": "api", "application": "shop", "users": -1},
  {"name": "db", "application": "shop", "tier": "gold"},
  {"name": "q", "application": "shop", "colour": "red"},
  {"name": 7, "application": "shop"}]}"""


def views(*ids):
    """A read model in which the last one is the newest."""
    kept = MemoryViews(ManualClock(NOON))
    for number, one in enumerate(ids):
        kept.keep(View(one, 1, "detected", NOON.replace(minute=number), "{}", "{}"))
    return kept


def test_latest_is_the_newest_and_small_letters_do():
    stage = views("INC-AAAA", "INC-BBBB")
    assert named("latest", lambda: stage) == "INC-BBBB"
    assert named("LATEST", lambda: stage) == "INC-BBBB"
    assert named(" inc-aaaa ", lambda: stage) == "INC-AAAA"


def test_an_id_that_nobody_has_is_answered_with_those_that_there_are():
    said = str(unknown("INC-NOBODY\x1b[2J", views("INC-1", "INC-2", "INC-3", "INC-4")))
    assert "there is no incident INC-NOBODY [2J in this stage" in said
    assert "the newest are INC-4, INC-3, INC-2" in said
    assert "`commander incidents`" in said
    with pytest.raises(IncidentNotFound, match="there is no incident in this stage yet"):
        named("latest", views)


def test_open_incidents_come_first_and_say_what_a_minute_costs():
    still = sample("waiting")
    [row], more = listed(still.reading)
    assert (row.status.value, more) == ("awaiting_approval", False)
    shown = io.StringIO()
    Console(file=shown, width=200).print(table((row,), still.clock.now()))
    [line] = [one for one in shown.getvalue().splitlines() if row.id in one]
    assert "awaiting approval" in line
    assert "+ $10,000/min" in line


@pytest.fixture
def nowhere(monkeypatch):
    """Without any way to AWS."""
    for name in [one for one in os.environ if one.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    return monkeypatch


def said_to_fail(*words):
    """The one line that is said."""
    asked = commander(*words)
    assert asked.returncode == 2
    [line] = asked.stderr.splitlines()
    return line


@pytest.mark.parametrize("words", [("doctor",), ("explain", "latest"), ("incidents",)])
def test_without_a_region_one_line_says_so(nowhere, words):
    assert "no AWS Region is set: set AWS_REGION" in said_to_fail(*words)


def test_the_region_that_the_advice_names_is_taken_and_then_credentials_are_missed(nowhere):
    nowhere.setenv("AWS_REGION", "eu-west-1")
    assert "AWS does not know you: sign in" in said_to_fail("incidents")


def test_a_file_that_is_not_there_is_no_incident():
    said = said_to_fail("replay", "nofile.json")
    assert "nofile.json: there is no such file" in said
    assert "commander audit export" in said


def test_a_wrong_folder_is_said_before_the_work_is_done(tmp_path):
    said = said_to_fail("audit", "export", "INC-1", "--out", str(tmp_path / "no" / "bundle.json"))
    assert f"there is no folder {tmp_path / 'no'}" in said


def test_a_catalogue_with_five_errors_names_all_five(tmp_path):
    file = tmp_path / "services.json"
    file.write_text(FIVE)
    asked = commander("services", "load", str(file))
    assert asked.returncode == 2
    [line] = asked.stderr.splitlines()
    for path in ("0.application", "1.users", "2.tier", "3.colour", "4.name"):
        assert f"services.{path}: " in line


@pytest.mark.parametrize(
    "words",
    [("people", "check"), ("services", "load"), ("replay", "--rules", "{}", "x.json"), ("runbook", "lint")],
)
def test_what_is_no_text_is_one_line(tmp_path, words):
    file = tmp_path / "no-text"
    file.write_bytes(b"\xff\xfe\x00")
    given = [one.replace("{}", str(file)) for one in words]
    asked = commander(*given, *([] if "{}" in words else [str(file)]))
    assert asked.returncode in (1, 2)
    assert "Traceback" not in asked.stdout + asked.stderr


def steering(text):
    """The characters that a terminal obeys or that turn a line around."""
    return {one for one in text if unicodedata.category(one) in ("Cc", "Cf") and one not in "\n\t"}


@given(st.text())
def test_nothing_that_is_printed_steers_the_terminal(text):
    out, rows = io.StringIO(), Table(text)
    rows.add_row(escape(text))
    console = Console(file=out, width=100)
    for one in (escape(text), Text(text), rows):
        console.print(one, highlight=False)
    assert not steering(out.getvalue())


def test_what_an_event_says_does_not_steer_the_terminal_that_explains_it():
    log = events(
        facts.EscalatedToHuman(reason=HARM),
        facts.SeverityChanged(severity="high", by=HARM, reason=HARM),
        start=opened().model_copy(update={"summary": HARM}),
    )
    out = io.StringIO()
    Console(file=out, width=120).print(explained(trace(log)))
    assert "owned" in out.getvalue()
    assert not steering(out.getvalue())


def test_everything_is_printed_on_that_terminal():
    others = [
        file.relative_to(REPOSITORY)
        for file in (REPOSITORY / "scripts").rglob("*.py")
        if "from rich.console import Console\n" in file.read_text(encoding="utf-8")
    ]
    assert not others


def screen(log, money="$20,000 a minute"):
    """What `explain` shows without --full."""
    out, state = io.StringIO(), fold(log)
    Console(file=out, width=100).print(short(trace(log), money, next_step(state), "local"))
    return out.getvalue()


def test_explain_is_one_screen_with_what_to_do_next():
    text = screen(events(ASKED))
    assert len(text.splitlines()) <= 24
    assert "Next: commander approve INC-1 --stage local" in text
    assert "commander explain INC-1 --stage local --full" in text
    assert "Cost to the business: $20,000 a minute." in text
    assert "times are UTC" in text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ((), "commander explain INC-1"),
        ((ASKED,), "commander approve INC-1"),
        ((LEFT,), "commander take INC-1"),
        ((LEFT, TAKEN), "commander resolve INC-1 --did …"),
        ((ENDED,), "commander review INC-1"),
    ],
)
def test_the_next_command_is_what_the_incident_waits_for(told, said):
    assert next_step(fold(events(*told))).command == said


@pytest.mark.parametrize(
    ("kept", "said"), [(True, "commander review INC-1 --stage local"), (False, "commander demo --keep")]
)
def test_a_demo_ends_with_the_incidents_id_and_the_next_command(kept, said):
    run = Run(SCENARIO, NOON, fold(events(ENDED)), {}, {})
    told = where_next(run, kept=kept)
    assert told[0] == "incident INC-1"
    assert said in told[1]
    assert where_next(replace(run, incident=None), kept=kept) == ()


@pytest.mark.parametrize(
    ("usd", "rate", "once", "said"),
    [
        ("0", "10000", "0", "$10,000 a minute"),
        ("22500", "10000", "20000", "$22,500 so far, $10,000 a minute, $20,000 of it once, for its users"),
        ("2500", "0", "0", "$2,500 in all"),
        ("0.0041", "0", "0", "less than $0.01 in all"),
        ("0", "0", "0", "$0 in all"),
        ("99.99", "0", "0", "$99.99 in all"),
        ("100", "0", "0", "$100 in all"),
    ],
)
def test_money_says_what_is_by_the_minute_and_what_is_once_and_no_outage_reads_zero(usd, rate, once, said):
    assert so_far(Decimal(usd), Decimal(rate), Decimal(once)) == said


class Late(http.server.BaseHTTPRequestHandler):
    """A gateway on a busy machine: it answers after longer than a second."""

    def do_GET(self):
        threading.Event().wait(1.5)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *said):
        """Say nothing."""


def test_a_local_aws_that_answers_late_is_there(tmp_path):
    with http.server.HTTPServer(("127.0.0.1", 0), Late) as server:
        note, port = tmp_path / "note", server.server_port
        remember(Running(pid=1, port=port, slack_port=port, folder=str(tmp_path)), note)
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert status(note) is not None
    assert status(note) is None  # it refuses now
