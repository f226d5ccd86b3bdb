"""`commander evaluate incidents` over a small recording: what it finds, counts, prints and refuses."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.evaluate.published import MOST_DATUMS, datums, live, namespace
from scripts.evaluate.replay import cases, replay
from scripts.evaluate.row import summary
from scripts.evaluate.table import line, sentences
from shared.analysis.health import PERIODS_OF_HISTORY
from tests.evaluate.synthetic import NODES, PERIOD, recording
from tests.test_commander import commander as called

pytestmark = pytest.mark.long

DATA = Path(__file__).parents[3] / "shared" / "data" / "petshop"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return recording(tmp_path_factory.mktemp("recordings") / "shop")


def commander(*words):
    return called("evaluate", "incidents", *map(str, words))


def test_the_root_cause_is_found_a_human_decides_and_nothing_is_executed(folder):
    rows = [replay(name, case) for name, case in cases(folder, None, 0)]
    assert [one.suspects[0] for one in rows] == ["cart", "cart"]
    assert [one.classification for one in rows] == ["latency", "errors"]
    assert {(one.decision, one.remedy, one.actions_executed) for one in rows} == {("human", "human", 0)}


def test_the_json_counts_and_has_a_row_for_each_incident_and_out_can_be_scored_again(folder, tmp_path):
    out = tmp_path / "seen.jsonl"
    asked = commander(folder, "--json", "--healthy", "5", "--out", out)
    assert asked.returncode == 0, asked.stderr
    shown = json.loads(asked.stdout)
    counts = {name: value for name, value in shown.items() if name not in ("rows", "seconds", "false_alarms")}
    assert counts == {
        "incidents": 2,
        "detected": 2,
        "root_cause_first_1": 2,
        "root_cause_first_3": 2,
        "healthy_windows": 10,
        "healthy_left_alone": 10,
        "actions_executed": 0,
        "decisions": {"human": 2},
    }
    assert [row["name"] for row in shown["rows"]] == ["shop/test/issue_0", "shop/test/issue_1"]
    seen = [json.loads(one) for one in out.read_text().splitlines()]
    assert len(seen) == 12
    incidents = [one for one in seen if not one["healthy"]]
    assert sum(one["suspects"][0] == one["root_cause"] for one in incidents) == 2


def test_a_table_a_line_for_each_case_and_the_counts_are_what_a_person_reads(folder):
    asked = commander(folder, "--healthy", "1")
    assert asked.returncode == 0, asked.stderr
    assert "first suspect cart (right), decision human" in asked.stdout
    assert "latency_0: left alone" in asked.stdout
    assert "detected 2 of 2; root cause in the first 1: 2, in the first 3: 2" in asked.stdout
    assert "healthy windows left alone: 2 of 2" in asked.stdout
    assert "actions executed: 0" in asked.stdout


def test_a_folder_of_recordings_is_all_of_them_and_limit_takes_the_first(folder):
    assert len(list(cases(folder.parent, None, 1))) == 4
    assert [name for name, _ in cases(folder.parent, 1, 0)] == ["shop/test/issue_0"]


@pytest.mark.parametrize("flag", ["--json", "--local"])
def test_a_wrong_path_is_one_line_and_exit_code_2(tmp_path, flag):
    asked = commander(tmp_path / "nowhere", flag)
    assert asked.returncode == 2
    said = [one for one in asked.stderr.splitlines() if one.strip()]
    assert len(said) == 1
    assert "give a traffic folder such as petshop/low_traffic" in said[0]


def test_a_file_that_cannot_be_written_is_one_line_and_exit_code_2(folder, tmp_path):
    asked = commander(folder, "--limit", "1", "--healthy", "0", "--out", tmp_path / "no" / "such")
    assert asked.returncode == 2
    assert "cannot be written" in asked.stderr.splitlines()[-1]


def test_what_was_missed_and_what_rang_for_nothing_is_counted_and_said(folder):
    name, case = next(cases(folder, 1, 0))
    found = replay(name, case)
    missed = replace(found, detected=False, suspects=(), decision="none")
    second = replace(found, suspects=("pay", "cart"))
    false = replace(found, healthy=True, root_cause=None)
    counts = summary([found, missed, second, false], 1.0)
    assert (counts["detected"], counts["root_cause_first_1"], counts["root_cause_first_3"]) == (2, 1, 2)
    assert (counts["healthy_windows"], counts["healthy_left_alone"]) == (1, 0)
    assert counts["decisions"] == {"human": 2, "none": 1}
    assert [one["name"] for one in counts["false_alarms"]] == [name]
    assert line(missed).endswith("NOT detected")
    assert "truth is number 2" in line(second)
    assert "nothing was wrong" in line(false)
    assert "2 of 3" in sentences(counts)[0]


def test_published_metrics_are_those_that_the_catalogue_names_and_end_with_the_alarm(folder):
    _, case = next(cases(folder, 1, 0))
    now = case.recorded.until.replace(year=2026)
    moved = live(case.recorded, "label", now)
    assert 0 <= (now - moved.signal.at).total_seconds() < PERIOD
    assert max(max(one.times) for one in moved.series) == moved.signal.at
    batches = list(datums(moved))
    assert max(len(one) for one in batches) <= MOST_DATUMS
    published = [one for batch in batches for one in batch]
    assert len(published) <= len(NODES) * 3 * (PERIODS_OF_HISTORY + 4)
    assert {one["Timestamp"].timestamp() % PERIOD for one in published} == {0}
    source = moved.catalogue.get("cart").metrics["latency"]
    assert (source.namespace, source.dimensions) == (namespace("label"), {"Service": "cart"})
    names = {(one["MetricName"], one["Dimensions"][0]["Value"]) for one in published}
    assert ("latency", "cart") in names
    assert {one.application for one in moved.catalogue.services} == {"label"}


def test_two_recordings_of_one_instant_are_two_signals(folder):
    _, case = next(cases(folder, 1, 0))
    now = case.recorded.until.replace(year=2026)
    assert live(case.recorded, "one", now).signal.id != live(case.recorded, "two", now).signal.id


@pytest.mark.skipif(not DATA.is_dir(), reason="the PetShop data set is not beside this checkout")
def test_of_eight_real_incidents_seven_root_causes_or_more_come_first():
    rows = [replay(name, case) for name, case in cases(DATA / "high_traffic", None, 0)]
    assert len(rows) == 8
    assert sum(one.place == 1 for one in rows) >= 7
    assert sum(one.actions_executed for one in rows) == 0
