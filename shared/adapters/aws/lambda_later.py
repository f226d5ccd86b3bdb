"""A Lambda function called again after it has answered: an asynchronous invocation of itself."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaLater:
    """Lambda keeps it and tries it as often as the function's retries say; then it is a dead letter."""

    def __init__(self, client: "LambdaClient", function: str) -> None:
        self._client, self._function = client, function

    def __call__(self, job: Mapping[str, object]) -> None:
        """Hand it over.

        Raises:
            PortError: Lambda did not take it.
        """
        with port_errors():
            self._client.invoke(
                FunctionName=self._function, InvocationType="Event", Payload=json.dumps(job).encode()
            )
