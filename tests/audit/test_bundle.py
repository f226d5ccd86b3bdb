"""The bundle, and its checking in an interpreter that has nothing of this project."""

import base64
import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.audit.bundle import bundle, inputs_of
from scripts.synth import REPOSITORY
from shared.domain.audit import findings
from shared.domain.audit_case import Case
from shared.domain.audit_reading import Judge
from shared.domain.audit_records import Records
from shared.domain.events import head_of
from shared.domain.evidence import Findings
from shared.domain.facts import Author, FindingsSubmitted, LogRepaired
from shared.domain.model import AgentName
from tests.audit.logs import INCIDENT, NOW, WRITTEN, appended, item, records, swapped, verify, written

VERIFIER = REPOSITORY / "scripts" / "audit" / "verify_bundle.py"
LOG = written(*WRITTEN)
GOOD = records(LOG)
KEYS = {author: f"key-{author}" for author in Author}
INPUTS: dict[str, bytes] = {}


def exported(given: Records) -> dict[str, Any]:
    case = Case(given, Judge(INCIDENT, verify), NOW)
    return bundle(case, findings(case), KEYS, INPUTS, stage="dev", at=NOW)


def offline(tmp_path: Path, content: Any, *words: str) -> tuple[int, list[str]]:
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(content))
    asked = [sys.executable, "-I", "-S", str(VERIFIER), str(file), *words]
    done = subprocess.run(asked, capture_output=True, text=True, env={}, cwd="/", check=False)
    return done.returncode, done.stdout.splitlines()


def test_a_log_that_nobody_touched_holds(tmp_path: Path) -> None:
    assert offline(tmp_path, exported(GOOD)) == (0, ["inc-1: 5 events hold"])


SAW = b'{"what":"it saw"}'
SHA256 = hashlib.sha256(SAW).hexdigest()


def recorded(tmp_path: Path, content: Callable[[dict[str, Any]], object], **inputs: str) -> tuple[int, str]:
    """The last line about a log whose last event names a recording."""
    found = Findings(agent=AgentName.DIAGNOSIS, summary="x", confidence=0)
    fact = FindingsSubmitted(attempt=1, findings=found, **inputs)
    log = (*LOG, *appended(head_of(LOG), fact, Author.DIAGNOSIS, "e6"))
    case = Case(records(log), Judge(INCIDENT, verify), NOW)
    named = inputs_of(each.body for each in case.records.items)
    given = bundle(case, findings(case), KEYS, dict.fromkeys(named, SAW), stage="dev", at=NOW)
    content(given)
    code, said = offline(tmp_path, given)
    return code, said[-1]


def test_what_agents_saw_is_held_against_the_digest_in_the_log(tmp_path: Path) -> None:
    def other(given: dict[str, Any]) -> None:
        given["inputs"][0]["gzip"] = base64.b64encode(gzip.compress(b"{}")).decode()

    assert recorded(tmp_path, lambda _: None, inputs=SHA256) == (0, "inc-1: 6 events hold")
    assert recorded(tmp_path, lambda _: None) == (0, "inc-1: 6 events hold")
    gone = recorded(tmp_path, lambda given: given.pop("inputs"), inputs=SHA256)
    assert gone == (1, "WRONG: the recording that version 6 names is not here")
    assert recorded(tmp_path, other, inputs=SHA256) == (
        1,
        "WRONG: the recording that version 6 names is another",
    )


def test_a_trace_is_held_against_its_digest_too(tmp_path: Path) -> None:
    assert recorded(tmp_path, lambda _: None, spans=SHA256) == (0, "inc-1: 6 events hold")
    gone = recorded(tmp_path, lambda given: given.pop("inputs"), spans=SHA256)
    assert gone == (1, "WRONG: the trace that version 6 names is not here")


def test_every_mac_has_its_command(tmp_path: Path) -> None:
    code, commands = offline(tmp_path, exported(GOOD), "--macs")
    assert (code, len(commands)) == (0, 5 + 2)
    assert commands[0].startswith("aws kms verify-mac --mac-algorithm HMAC_SHA_256 --key-id key-workflow ")
    assert "--key-id key-anchor" in commands[-1]


def test_a_repaired_log_holds_and_says_what_was_repaired(tmp_path: Path) -> None:
    fact = LogRepaired(version=3, original=LOG[2].plain(), found="nothing")
    given = records((*LOG, *appended(head_of(LOG), fact, Author.OPERATOR, "e6")))
    given = given.model_copy(update={"items": swapped(given.items, v3=None)})
    said = ["repaired: version 3 (inc-1-e3)", "inc-1: 6 events hold"]
    assert offline(tmp_path, exported(given)) == (0, said)


def edit(content: dict[str, Any]) -> None:
    content["events"][2]["body"] = content["events"][2]["body"].replace('"one"', '"two"')


def forge_anchor(content: dict[str, Any]) -> None:
    content["anchors"][1]["bodies"][0] = content["anchors"][1]["bodies"][0].replace('"hash":"', '"hash":"0')


def spoil_anchor(content: dict[str, Any]) -> None:
    content["anchors"][0]["bodies"].append("{")


@pytest.mark.parametrize("data", [{}, {"version": 2, "original": "none"}, {"version": 2, "original": {}}])
def test_a_repair_that_restores_nothing_is_an_event_like_any_other(tmp_path: Path, data: Any) -> None:
    fact = LogRepaired(version=2, original={}, found="x")
    (repair,) = appended(head_of(LOG), fact, Author.OPERATOR, "e6")
    repair = repair.model_copy(update={"data": data})
    repair = repair.model_copy(update={"hash": repair.computed_hash()})
    assert offline(tmp_path, exported(records((*LOG, repair)))) == (0, ["inc-1: 6 events hold"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (edit, "EVENT#000000000003 is not the event that belongs there"),
        (lambda content: content["events"].pop(2), "version 3 is gone"),
        (lambda content: content["events"].pop(), "the head is not that of the last event, version 4"),
        (lambda content: content["head"].update(version=9), "the head is not that of the last event"),
        (forge_anchor, "the anchor of version 5 contradicts the log"),
        (spoil_anchor, "what is kept as the anchor of version 2 is none"),
        (lambda content: content["anchors"].pop(), "no anchor covers the events from version 3 on"),
        (lambda content: content["copies"].pop(), "copy of version 5 is not its event"),
        (lambda content: content["copies"][0].update(sha256=["0"]), "copy of version 1 is not its event"),
    ],
    ids=[
        "edited",
        "deleted",
        "truncated",
        "head",
        "anchor forged",
        "anchor spoilt",
        "anchor missing",
        "no copy",
        "copy",
    ],
)
def test_what_does_not_hold_is_said(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    content = exported(GOOD)
    change(content)
    code, lines = offline(tmp_path, content)
    assert code == 1
    assert any(said in line for line in lines), lines


@pytest.mark.parametrize("content", [[], {}, {"format": "other"}, {"format": exported(GOOD)["format"]}])
def test_what_is_no_bundle_is_2(tmp_path: Path, content: object) -> None:
    assert offline(tmp_path, content)[0] == 2


def test_a_bundle_of_a_damaged_log_can_still_be_made(tmp_path: Path) -> None:
    given = GOOD.model_copy(update={"items": (item(LOG[0]), *GOOD.items[3:]), "head": None})
    content = exported(given)
    assert [each["version"] for each in content["originals"]] == [2, 3]
    assert offline(tmp_path, content)[0] == 1
    assert [each["kind"] for each in content["findings"]][:2] == ["deleted", "deleted"]
