"""What AWS refuses, in the words of the house: one translation for every adapter."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.exceptions import ConnectionError as NoConnection

from shared.domain.errors import AccessDenied, PortError

DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "NotAuthorized",
        "KMSAccessDeniedException",
    }
)
RETRYABLE = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "KMSInternalException",
        "DependencyTimeoutException",
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "ServiceUnavailable",
        "ThrottledException",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)

ON_THE_WAY = (NoConnection, HTTPClientError, IncompleteReadError)
"""What botocore raises when there was no answer, or half of one."""


def code_of(error: ClientError) -> str:
    """The error code, without the service's namespace."""
    return error.response.get("Error", {}).get("Code", "").split("#")[-1]


def translated(error: ClientError) -> PortError:
    """The same failure as the core knows it."""
    code = code_of(error)
    if code in DENIED:
        return AccessDenied(str(error))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return PortError(str(error), retryable=code in RETRYABLE or status >= 500)


@contextmanager
def port_errors() -> Iterator[None]:
    """Raise what botocore raises inside as a PortError.

    Raises:
        AccessDenied: AWS refused the principal.
        PortError: everything else that AWS or the way to it refused.
    """
    try:
        yield
    except ClientError as error:
        raise translated(error) from error
    except BotoCoreError as error:
        raise PortError(str(error), retryable=isinstance(error, ON_THE_WAY)) from error
