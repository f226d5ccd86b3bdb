"""The state machine's tasks by name: what each takes from the payload, and what it answers."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shared.workflow.deliberation import Deliberation
from shared.workflow.execution import Execution
from shared.workflow.tasks import Asking, Authorisation, Closing

if TYPE_CHECKING:
    from shared.workflow.watching import Watching  # brings the numerics, which only the executor has

Task = Callable[[Mapping[str, Any]], dict[str, Any]]


def workflow_tasks(
    deliberation: Deliberation, asking: Asking, authorisation: Authorisation, closing: Closing
) -> Mapping[str, Task]:
    """The tasks of the workflow function."""

    def open_(payload: Mapping[str, Any]) -> dict[str, Any]:
        deliberation.open(payload["incident_id"], payload["attempt"], payload["execution"])
        return {}

    def ask(payload: Mapping[str, Any]) -> dict[str, Any]:
        asking.ask(**{name: value for name, value in payload.items() if name != "task"})
        return {}

    def decide(payload: Mapping[str, Any]) -> dict[str, Any]:
        return {"outcome": deliberation.decide(payload["incident_id"], payload["tally"])}

    def authorise(payload: Mapping[str, Any]) -> dict[str, Any]:
        return {"permitted": authorisation.authorise(payload["incident_id"])}

    def escalate(payload: Mapping[str, Any]) -> dict[str, Any]:
        deliberation.escalate(payload["incident_id"], payload["reason"])
        return {}

    def close(payload: Mapping[str, Any]) -> dict[str, Any]:
        verified = payload["outcome"] == "verified"
        return {"outcome": closing.close(payload["incident_id"], verified)}

    return {
        "open": open_,
        "ask": ask,
        "freeze": lambda payload: deliberation.freeze(payload["incident_id"]),
        "clarify": lambda payload: deliberation.clarify(payload["incident_id"], payload["round"]),
        "verify": lambda payload: deliberation.verify(payload["incident_id"]),
        "decide": decide,
        "authorise": authorise,
        "escalate": escalate,
        "close": close,
    }


def executor_tasks(execution: Execution, watching: "Watching") -> Mapping[str, Task]:
    """The tasks of the executor function."""
    return {
        "execute": lambda payload: {"status": execution.execute(payload["incident_id"])},
        "status": lambda payload: {"status": execution.status(payload["incident_id"])},
        "watch": lambda payload: {"verdict": watching.watch(payload["incident_id"])},
        "undo": lambda payload: {"status": execution.undo(payload["incident_id"])},
        "undo_status": lambda payload: {"status": execution.undo_status(payload["incident_id"])},
    }
