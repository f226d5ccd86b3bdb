"""The trace of a look: steps, questions and models in time; masked, bounded, and a trouble to nobody."""

import json
from datetime import timedelta

import pytest

from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_catalogue import MemoryCatalogue
from shared.adapters.local.memory_changes import MemoryChanges
from shared.agents.steps import Steps
from shared.domain.errors import OutOfTime, PortError
from shared.domain.model import AgentName
from shared.domain.span import Spans, trace_id
from shared.ports.sources import Sources
from shared.workflow import otlp
from shared.workflow.looking import Look
from shared.workflow.tracing import MOST_BYTES, MOST_SPANS, Looked, Tracing

SECOND = timedelta(seconds=1)
LOOKED = Looked("INC-1", AgentName.DIAGNOSIS, "findings", 4, "a" * 64, 850)
SECRET, CARD, MAIL = "ghp_" + "aB3" * 12, "4111 1111 1111 1111", "jane@example.org"
RANGE, OTHER = "203.0.113.0/24", "198.51.100.9"


def kept(tracing: Tracing, *addresses: str) -> Spans:
    """As it is read again."""
    return Spans.model_validate_json(tracing.spans(LOOKED, frozenset(addresses)).body())


def test_a_look_is_a_span_with_its_steps_and_their_questions_in_it() -> None:
    clock = ManualClock()
    look = Look(Sources(clock, MemoryCatalogue(None), None, MemoryChanges(), None), clock.now() + 9 * SECOND)
    steps = Steps(look.sources)

    def ledger() -> None:
        clock.advance(2 * SECOND)
        look.sources.changes.between("shop", clock.now(), clock.now())

    steps.take("the change ledger", ledger)
    clock.advance(10 * SECOND)
    assert steps.take("the logs", ledger) is None
    look.body("INC-1", AgentName.DIAGNOSIS, "findings", 4)
    root, ledgers, question, logs = kept(look.tracing).spans
    assert (root.name, root.parent, root.milliseconds) == ("invoke_agent diagnosis", "", 12_000)
    assert root.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert root.attributes["gen_ai.agent.name"] == "diagnosis"
    assert root.attributes["gen_ai.conversation.id"] == "INC-1"
    assert (root.attributes["gen_ai.usage.input_tokens"], root.attributes["gen_ai.usage.output_tokens"]) == (
        0,
        0,
    )
    assert root.attributes["commander.inputs.sha256"] == "a" * 64
    assert (ledgers.parent, ledgers.milliseconds, ledgers.outcome) == (root.id, 2_000, "ok")
    assert (question.parent, question.name) == (ledgers.id, "execute_tool changes.between")
    assert question.attributes["gen_ai.tool.name"] == "changes.between"
    assert len(str(question.attributes["commander.answer.sha256"])) == 64
    assert (logs.name, logs.outcome) == ("step the logs", "left_out")


@pytest.mark.parametrize("error", [OutOfTime("logs"), PortError("no", retryable=True), ValueError("odd")])
def test_what_fails_is_noted_by_its_class_and_goes_on(error: Exception) -> None:
    tracing = Tracing(ManualClock())
    with pytest.raises(type(error)), tracing.step("the logs"):
        raise error
    _, step = kept(tracing).spans
    assert (step.outcome, step.attributes["error.type"]) == ("error", type(error).__name__)


def test_a_model_is_noted_with_its_words_tokens_and_time() -> None:
    clock = ManualClock()
    tracing = Tracing(clock)
    with tracing.model("aws.bedrock", "model-7", "Which of A and B?") as exchange:
        clock.advance(3 * SECOND)
        exchange.answered("A", 120, 7)
    root, asked = kept(tracing).spans
    assert (asked.name, asked.kind, asked.milliseconds) == ("chat model-7", "client", 3_000)
    assert (
        asked.attributes["gen_ai.provider.name"] == root.attributes["gen_ai.provider.name"] == "aws.bedrock"
    )
    assert asked.attributes["gen_ai.request.model"] == "model-7"
    [said] = json.loads(str(asked.attributes["gen_ai.output.messages"]))
    assert said == {"role": "assistant", "parts": [{"type": "text", "content": "A"}]}
    for one in (root, asked):
        assert one.attributes["gen_ai.usage.input_tokens"] == 120
        assert one.attributes["gen_ai.usage.output_tokens"] == 7


def test_secrets_and_personal_data_are_masked_on_writing_and_an_address_that_is_evidence_stays() -> None:
    tracing = Tracing(ManualClock())
    text = f"{SECRET} paid with {CARD} by {MAIL}, {RANGE} sends most, {OTHER} does not; password=hunter2"
    with tracing.step(f"look at {text}"), tracing.tool("telemetry.logs", {"about": text}):
        pass
    with tracing.model("aws.bedrock", "model-7", text) as exchange:
        exchange.answered(text, 1, 1)
    body = tracing.spans(LOOKED, frozenset({RANGE})).body().decode()
    for one in (SECRET, CARD, MAIL, OTHER, "hunter2"):
        assert one not in body
    assert body.count(RANGE) == 4


def test_half_a_secret_at_the_edge_of_what_is_kept_is_masked_too() -> None:
    tracing = Tracing(ManualClock())
    for padding in range(560, 600):
        with tracing.tool("telemetry.logs", {"a": " " * padding + SECRET}):
            pass
    body = tracing.spans(LOOKED, frozenset()).body().decode()
    assert SECRET[:12] not in body


def test_of_too_much_the_first_is_kept_and_the_rest_is_counted() -> None:
    tracing = Tracing(ManualClock())
    for number in range(2 * MOST_SPANS):
        with tracing.tool("resources.observe", {"target": f"{number} " + "x" * 5_000}):
            pass
    found = kept(tracing)
    assert len(found.body()) < 1.1 * MOST_BYTES
    assert len(found.spans) - 1 + found.left_out == 2 * MOST_SPANS


def test_the_log_lines_are_otlp_without_anybodys_words() -> None:
    tracing = Tracing(ManualClock())
    for _ in range(2 * otlp.A_LINE):
        tracing.left_out("the logs")
    with tracing.model("aws.bedrock", "model-7", "what it was asked") as exchange:
        exchange.answered("what it said", 12, 3)
    lines = [*otlp.lines(kept(tracing), "dev")]
    assert len(lines) == 3
    assert not any("what it" in line for line in lines)
    requests = [json.loads(line)["resourceSpans"][0] for line in lines]
    resource = {one["key"]: one["value"] for one in requests[0]["resource"]["attributes"]}
    assert resource["service.name"] == {"stringValue": "incident-commander"}
    assert resource["deployment.environment.name"] == {"stringValue": "dev"}
    spans = [span for one in requests for span in one["scopeSpans"][0]["spans"]]
    assert {one["traceId"] for one in spans} == {trace_id("INC-1")}
    assert len({one["spanId"] for one in spans}) == len(spans) == 2 * otlp.A_LINE + 2
    chat = spans[-1]
    assert (chat["kind"], chat["parentSpanId"], chat["status"]) == (3, spans[0]["spanId"], {})
    assert {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "12"}} in chat["attributes"]
    assert int(chat["endTimeUnixNano"]) == int(ManualClock().now().timestamp()) * 1_000_000_000
