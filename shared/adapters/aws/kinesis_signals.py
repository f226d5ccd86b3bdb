"""The `signals` stream in Kinesis."""

from typing import TYPE_CHECKING

from shared.adapters.aws.errors import port_errors
from shared.domain.signal import Signal

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient


class KinesisSignals:
    """Puts signals as JSON; a service's signals keep their order."""

    def __init__(self, client: "KinesisClient", stream: str) -> None:
        self._client = client
        self._stream = stream

    def put(self, signal: Signal) -> None:
        """Put a signal on the stream, partitioned by service.

        Raises:
            PortError: AWS failed; the signal may be there all the same.
        """
        with port_errors():
            self._client.put_record(
                StreamName=self._stream,
                PartitionKey=signal.service,
                Data=signal.model_dump_json().encode(),
            )
