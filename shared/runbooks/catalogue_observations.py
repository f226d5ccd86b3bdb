"""What a runbook looks at: several values of one read-only call."""

from collections.abc import Mapping

from pydantic import JsonValue

from shared.domain.runbook import Observation


def looks(
    service: str,
    api: str,
    arguments: Mapping[str, JsonValue],
    selects: Mapping[str, str],
    *,
    on: str = "",
    newest: bool = False,
) -> tuple[Observation, ...]:
    """Observations of one call.

    Args:
        service: as boto3 names it, which is also its prefix in IAM.
        selects: each observation's name, and its JMESPath over the answer.
        arguments, on, newest: see Observation.
    """
    return tuple(
        Observation(
            name=name,
            service=service,
            api=api,
            arguments=dict(arguments),
            select=select,
            action=f"{service}:{api}",
            on=on,
            newest=newest,
        )
        for name, select in selects.items()
    )
