"""Whether a failed call may succeed later: what is not retryable becomes a dead letter at once."""

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import AccessDenied, PortError


def raised(error: Exception) -> PortError:
    with pytest.raises(PortError) as caught, port_errors():
        raise error
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        exceptions.EndpointConnectionError(endpoint_url="https://kms", error="refused"),
        exceptions.ConnectTimeoutError(endpoint_url="https://kms"),
        exceptions.ReadTimeoutError(endpoint_url="https://kms"),
        exceptions.ConnectionClosedError(endpoint_url="https://kms"),
        exceptions.SSLError(endpoint_url="https://kms", error="handshake"),
        exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_network_that_failed_may_work_later(error: Exception) -> None:
    assert raised(error).retryable


def test_a_call_that_cannot_be_made_is_never_tried_again() -> None:
    assert not raised(exceptions.NoCredentialsError()).retryable
    assert not raised(exceptions.ParamValidationError(report="Missing parameter")).retryable


@pytest.mark.parametrize(
    ("code", "status", "retryable"),
    [
        ("ThrottlingException", 400, True),
        ("SlowDown", 503, True),
        ("NotFoundException", 400, False),
        ("com.amazonaws.dynamodb#ProvisionedThroughputExceededException", 400, True),
    ],
)
def test_what_aws_answers_is_told_apart_by_code_and_status(code: str, status: int, retryable: bool) -> None:
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    assert raised(ClientError(answer, "Do")).retryable is retryable


def test_what_is_forbidden_is_named_so() -> None:
    assert isinstance(
        raised(ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Do")), AccessDenied
    )
