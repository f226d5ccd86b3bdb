"""The PetShop loader's rules, on small files of our own; and the data set itself where it is at hand."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scripts.evaluate.petshop import healthy, load
from scripts.evaluate.recorded import Fault
from shared.domain.errors import InvalidConfiguration
from shared.domain.service import Measure, ServiceKind
from shared.domain.signal import SignalKind

DATA = Path(__file__).parents[3] / "shared" / "data" / "petshop" / "low_traffic"
BEGAN = 1_000_000
COLUMNS = [
    ("Site", "latency", "Average"),
    ("Site", "latency", "p99"),
    ("Site", "availability", "Average"),
    ("Pets_AWS::DynamoDB::Table", "latency", "Average"),
    ("Pets_AWS::DynamoDB::Table", "requests", "Sum"),
    ("Pets_AWS::DynamoDB::Table", "moods", "Average"),
]


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(",".join(str(cell) for cell in row) for row in rows) + "\n", encoding="utf-8")


def metrics(path, starts, cells):
    head = [
        [name, *(column[index] for column in COLUMNS)]
        for index, name in enumerate(["microservice", "metric", "statistic"])
    ]
    write(path, [*head, ["unix_timestamp", *("" for _ in COLUMNS)], *([at, *cells] for at in starts)])


@pytest.fixture
def folder(tmp_path):
    nodes = ["Site", "Pets_AWS::DynamoDB::Table"]
    write(tmp_path / "graph.csv", [["", *nodes], [nodes[0], "1.0", "1.0"], [nodes[1], "0.0", "0.0"]])
    metrics(tmp_path / "noissue" / "metrics.csv", [5000.0, 5300.0, 5600.0], [0.1, 9, 100, 0.01, 50, 1])
    issue = tmp_path / "test" / "issue_0"
    metrics(
        issue / "metrics.csv",
        [BEGAN - 200 + step * 300 for step in range(4)],
        [0.2, 9, 98.5, "", 60, 1],
    )
    target(issue)
    return tmp_path


def target(issue, **changes):
    known = {
        "target": {"node": "Site", "metric": "latency", "agg": "Average", "timestamp": BEGAN},
        "root_cause": {"node": "Pets_AWS::DynamoDB::Table", "metric": None},
        "metadata": {"reproducibility": {"command": "aws ssm put-parameter --name x"}},
    }
    (issue / "target.json").write_text(json.dumps(known | changes), encoding="utf-8")


def at(seconds):
    return datetime.fromtimestamp(seconds, UTC)


def of(recorded, service, measure):
    return next(one for one in recorded.series if (one.service, one.measure) == (service, measure))


def test_the_graph_becomes_the_catalogue(folder):
    catalogue = load(folder)[0].recorded.catalogue
    site, table = catalogue.services
    assert site.depends_on == (table.name,)
    assert (site.kind, table.kind) == (ServiceKind.SERVICE, ServiceKind.DATABASE)
    assert {one.application for one in catalogue.services} == {"petshop"}
    assert site.metrics[Measure.LATENCY].period == 300


def test_one_statistic_a_measure_in_our_units_and_gaps_are_absent(folder):
    recorded = load(folder)[0].recorded
    assert [(one.service, one.measure.value) for one in recorded.series] == [
        ("Site", "latency"),
        ("Site", "availability"),
        ("Pets_AWS::DynamoDB::Table", "traffic"),
        ("Pets_AWS::DynamoDB::Table", "latency"),
    ]
    assert of(recorded, "Site", Measure.LATENCY).values == (0.1,) * 3 + (0.2,) * 4
    assert of(recorded, "Site", Measure.AVAILABILITY).values == (1.0,) * 3 + (0.985,) * 4
    assert of(recorded, "Pets_AWS::DynamoDB::Table", Measure.LATENCY).values == (0.01,) * 3


def test_a_sample_is_known_when_its_period_ends_and_normal_time_leads_up_to_the_issue(folder):
    recorded = load(folder)[0].recorded
    first = at(BEGAN - 200 + 300)
    assert of(recorded, "Site", Measure.LATENCY).times == tuple(
        first + step * timedelta(seconds=300) for step in range(-3, 4)
    )
    assert recorded.until == of(recorded, "Site", Measure.LATENCY).times[-1]


def test_the_alarm_arrives_when_the_first_whole_period_after_the_injection_is_known(folder):
    signal = load(folder)[0].recorded.signal
    assert (signal.kind, signal.service, signal.measure) == (SignalKind.ALARM, "Site", Measure.LATENCY)
    assert signal.at == at(BEGAN + 100 + 300)
    assert signal.value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("aws ssm put-parameter --name x", Fault.CONFIGURATION_CHANGE),
        ("sed -i s/a/b/ index.js && cdk deploy Services", Fault.DEPLOYMENT),
        ("python -m issue_dynamo_db_requests", Fault.OVERLOAD),
        ("", None),
    ],
)
def test_the_truth_says_what_was_done(folder, command, fault):
    target(folder / "test" / "issue_0", metadata={"reproducibility": {"command": command}})
    truth = load(folder)[0].truth
    assert (truth.root_cause, truth.fault, truth.began) == ("Pets_AWS::DynamoDB::Table", fault, at(BEGAN))


def test_nothing_that_is_read_tells_the_truth(folder):
    one = load(folder)[0]
    target(folder / "test" / "issue_0", root_cause={"node": "Site"}, metadata={})
    other = load(folder)[0]
    assert one.truth != other.truth
    assert one.recorded == other.recorded
    for case in (one, *healthy(folder, 1)):
        assert not {"issue", "test", "healthy"} & set(
            re.findall("[a-z]+", case.recorded.signal.model_dump_json())
        )


def test_false_alarms_ring_in_the_later_half_of_the_normal_time(folder):
    first, second = healthy(folder, 2)
    assert first.truth is None
    assert [one.recorded.signal.at for one in (first, second)] == [at(5300 + 300), at(5600 + 300)]
    assert of(first.recorded, "Site", Measure.LATENCY).values == (0.1,) * 3
    assert {one.recorded.signal.service for one in (first, second)} == {"Site"}


def test_a_wrong_path_says_what_to_give(tmp_path):
    with pytest.raises(InvalidConfiguration, match="give a traffic folder such as petshop/low_traffic"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize("missing", ["noissue/metrics.csv", "test/issue_0/metrics.csv"])
def test_a_missing_file_is_named(folder, missing):
    (folder / missing).unlink()
    with pytest.raises(InvalidConfiguration, match=missing):
        load(folder)


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("graph.csv", "", "empty"),
        ("graph.csv", ",A\nB,1.0\n", "same nodes"),
        ("graph.csv", ",A\nA,2.0\n", "0 or 1"),
        ("graph.csv", ",A\nA,yes\n", 'line 2: "yes" is not a number'),
        ("graph.csv", ",\n,0.0\n", "name is not valid"),
        ("noissue/metrics.csv", "a,b\n", "expected microservice"),
        ("noissue/metrics.csv", "microservice,A\nmetric,b,c\n", "different length"),
        (
            "noissue/metrics.csv",
            "microservice,A\nmetric,latency\nstatistic,Average\nunix_timestamp,\n5,1\n5,1\n",
            "must increase",
        ),
        (
            "noissue/metrics.csv",
            "microservice,A\nmetric,latency\nstatistic,Average\nunix_timestamp,\n5,1\n",
            "two samples",
        ),
        (
            "noissue/metrics.csv",
            "microservice,A,A\nmetric,m,m\nstatistic,s,s\nunix_timestamp,,\n5,1,1\n",
            "column appears twice",
        ),
        ("test/issue_0/target.json", "{", "Invalid JSON"),
        ("test/issue_0/target.json", '{"target": {}}', "target.node"),
    ],
)
def test_a_malformed_file_is_named_with_what_is_wrong(folder, path, content, message):
    (folder / path).write_text(content, encoding="utf-8")
    with pytest.raises(InvalidConfiguration, match=message) as refused:
        load(folder)
    assert path in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"root_cause": {"node": "Elsewhere"}}, "'Elsewhere' is not in graph.csv"),
        (
            {"target": {"node": "Site", "metric": "latency", "agg": "Average", "timestamp": BEGAN * 2}},
            "needs a sample after target.timestamp",
        ),
        (
            {"target": {"node": "Site", "metric": "mood", "agg": "Average", "timestamp": BEGAN}},
            "target.metric: must be one of requests, latency",
        ),
    ],
)
def test_a_target_that_fits_nothing_is_refused(folder, changes, message):
    target(folder / "test" / "issue_0", **changes)
    with pytest.raises(InvalidConfiguration, match=message):
        load(folder)


@pytest.mark.skipif(not DATA.is_dir(), reason="the PetShop data set is not beside this checkout")
def test_the_data_set_loads():
    cases = load(DATA)
    assert Counter(case.truth.fault for case in cases) == {
        Fault.CONFIGURATION_CHANGE: 18,
        Fault.DEPLOYMENT: 6,
        Fault.OVERLOAD: 2,
    }
    for case in cases:
        signal, recorded = case.recorded.signal, case.recorded
        assert case.truth.began < signal.at <= recorded.until
        assert all(max(one.times) <= recorded.until for one in recorded.series)
        assert all(
            0 <= value <= 1
            for one in recorded.series
            if one.measure is Measure.AVAILABILITY
            for value in one.values
        )
