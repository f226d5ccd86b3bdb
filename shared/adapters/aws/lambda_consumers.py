"""The product's functions, called to take something again."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.adapters.aws.errors import port_errors
from shared.domain.dead_letter import refusal

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaConsumers:
    """Needs lambda:InvokeFunction. Only functions that are named here are ever called."""

    def __init__(self, client: "LambdaClient", names: Mapping[str, str]) -> None:
        """`names`: name in the house -> function name."""
        self._client = client
        self._names = dict(names)

    def hand_in(self, consumer: str, event: Mapping[str, Any]) -> str | None:
        """Call the function and wait for it; None when it took the event, else why not.

        Raises:
            PortError: AWS failed.
        """
        with port_errors():
            answer = self._client.invoke(
                FunctionName=self._names[consumer], Payload=json.dumps(event, default=str).encode()
            )
            said = _value(answer["Payload"].read())
        if answer.get("FunctionError"):
            return f"{said.get('errorType', 'Error')}: {said.get('errorMessage', 'its log says why')}"
        return refusal(consumer, said)


def _value(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload or b"null")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
