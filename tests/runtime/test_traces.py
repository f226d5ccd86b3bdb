"""Traces leave a function as lines of its log, in OpenTelemetry's JSON."""

import json

from shared.adapters.local.manual_clock import ManualClock
from shared.domain.model import AgentName
from shared.runtime.observed import write_spans
from shared.workflow.tracing import Looked, Tracing


def test_a_look_is_a_line_that_a_collector_reads(capsys) -> None:
    looked = Looked("INC-1", AgentName.PREDICTION, "findings", 2, None, 0)
    write_spans(Tracing(ManualClock()).spans(looked, frozenset()))
    [line] = capsys.readouterr().out.splitlines()
    [span] = json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert (span["name"], span["kind"], span["parentSpanId"]) == ("invoke_agent prediction", 1, "")
