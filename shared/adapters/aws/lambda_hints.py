"""Hints as asynchronous invocations of the function that looks."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaHints:
    """Lambda queues them, tries them again, and puts aside what fails for good."""

    def __init__(self, client: "LambdaClient", function: str) -> None:
        self._client, self._function = client, function

    def send(self, incident_ids: Sequence[str]) -> None:
        """Queue the hint.

        Raises:
            PortError: Lambda did not take it.
        """
        payload = json.dumps({"hints": list(incident_ids)}).encode()
        with port_errors():
            self._client.invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)
