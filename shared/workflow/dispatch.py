"""The state machine's tasks by name: what each takes from the payload, and what it answers."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shared.domain.errors import PortError, TryAgain
from shared.workflow.asking import Asking
from shared.workflow.asking_people import AskingPeople
from shared.workflow.authorisation import Authorisation
from shared.workflow.closing import Closing
from shared.workflow.deliberation import Deliberation
from shared.workflow.execution import Execution
from shared.workflow.leases import Leases

if TYPE_CHECKING:  # they bring the numerics, which only the executor has
    from shared.workflow.preparing import Preparing
    from shared.workflow.watching import Watching

HELD = "verified"
"""What a watch says at its end, when the remedy held."""
Task = Callable[[Mapping[str, Any]], dict[str, Any]]


def workflow_tasks(
    deliberation: Deliberation,
    asking: Asking,
    authorisation: Authorisation,
    people: AskingPeople,
    closing: Closing,
) -> Mapping[str, Task]:
    """The tasks of the workflow function."""

    def open_(payload: Mapping[str, Any]) -> None:
        deliberation.open(payload["incident_id"], payload["attempt"], payload["execution"])

    def close(payload: Mapping[str, Any]) -> dict[str, Any]:
        outcome, expires = closing.close(payload["incident_id"], payload["outcome"] == "verified")
        return {"outcome": outcome, "expires_seconds": expires}

    return _patient(
        {
            "open": _silently(open_),
            "ask": _silently(lambda given: asking.ask(**{k: v for k, v in given.items() if k != "task"})),
            "freeze": lambda given: deliberation.freeze(given["incident_id"]),
            "clarify": lambda given: deliberation.clarify(given["incident_id"], given["round"]),
            "verify": lambda given: deliberation.verify(given["incident_id"]),
            "decide": lambda given: {"outcome": deliberation.decide(given["incident_id"], given["tally"])},
            "authorise": lambda given: {"verdict": authorisation.authorise(given["incident_id"])},
            "ask_people": _silently(
                lambda given: people.ask(given["incident_id"], given["execution"], given["token"])
            ),
            "end_asking": lambda given: people.end(given["incident_id"]),
            "again": lambda given: {"again": closing.again(given["incident_id"], given["reason"])},
            "escalate": _silently(lambda given: deliberation.escalate(given["incident_id"], given["reason"])),
            "close": close,
            "release": _silently(lambda given: closing.release(given["incident_id"])),
        }
    )


def _patient(tasks: Mapping[str, Task]) -> Mapping[str, Task]:
    """The tasks; what may pass, like a throttle, they call TryAgain, which the state machine retries."""

    def patient(task: Task) -> Task:
        def tried(payload: Mapping[str, Any]) -> dict[str, Any]:
            try:
                return task(payload)
            except PortError as error:
                if not error.retryable:
                    raise
                raise TryAgain(str(error)) from error

        return tried

    return {name: patient(task) for name, task in tasks.items()}


def _silently(act: Callable[[Mapping[str, Any]], None]) -> Task:
    def task(payload: Mapping[str, Any]) -> dict[str, Any]:
        act(payload)
        return {}

    return task


def executor_tasks(
    leases: Leases, preparing: "Preparing", execution: Execution, watching: "Watching"
) -> Mapping[str, Task]:
    """The tasks of the executor function."""

    def rehearse(payload: Mapping[str, Any]) -> dict[str, Any]:
        verdict, why = preparing.rehearse(payload["incident_id"])
        return {"verdict": verdict, "why": why}

    def watch(payload: Mapping[str, Any]) -> dict[str, Any]:
        verdict = watching.watch(payload["incident_id"])
        if verdict == HELD:
            execution.remember(payload["incident_id"])
        return {"verdict": verdict}

    return _patient(
        {
            "lock": lambda payload: {"status": leases.lock(payload["incident_id"])},
            "needed": lambda payload: {"needed": preparing.needed(payload["incident_id"])},
            "rehearse": rehearse,
            "execute": lambda payload: {"status": execution.execute(payload["incident_id"])},
            "status": lambda payload: {"status": execution.status(payload["incident_id"])},
            "watch": watch,
            "undo": lambda payload: {"status": execution.undo(payload["incident_id"])},
            "undo_status": lambda payload: {"status": execution.undo_status(payload["incident_id"])},
        }
    )
