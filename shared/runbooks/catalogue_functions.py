"""What runbooks on a Lambda function share: its names, and its reserved concurrency.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.proposal import Proposal
from shared.domain.runbook import Parameter
from shared.runbooks.catalogue_documents import api_step, document, either
from shared.runbooks.catalogue_observations import looks

NAME = r"[A-Za-z0-9_-]{1,64}"
TARGET = rf"arn:aws:lambda:[a-z0-9-]+:[0-9]{{12}}:function:(?P<FunctionName>{NAME})"
TARGET_ARN = "arn:aws:lambda:{region}:{account}:function:*"

RESERVED = looks(
    "lambda",
    "GetFunctionConcurrency",
    {"FunctionName": "{FunctionName}"},
    {"reserved": "ReservedConcurrentExecutions"},
)
PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "FunctionName": Parameter(pattern=NAME, description="the function's name"),
        "Reservation": Parameter(pattern="reserve|remove", description="whether it has one afterwards"),
        "Concurrency": Parameter(pattern="[0-9]{1,5}", description="executions at once, if it has one"),
    }
)
ACTIONS = ("lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency")
DOCUMENT = document(
    "Set or remove the reserved concurrency of a Lambda function.",
    PARAMETERS,
    either(
        "Reservation",
        {
            "reserve": api_step(
                "lambda",
                "PutFunctionConcurrency",
                {
                    "FunctionName": "{{ FunctionName }}",
                    "ReservedConcurrentExecutions": "{{ Concurrency }}",
                },
            ),
            "remove": api_step("lambda", "DeleteFunctionConcurrency", {"FunctionName": "{{ FunctionName }}"}),
        },
    ),
    integers={"Concurrency"},
)


def reservation(concurrency: int | None) -> dict[str, str]:
    """The parameters that leave a function with this reserved concurrency, or with none."""
    return {
        "Reservation": "remove" if concurrency is None else "reserve",
        "Concurrency": str(concurrency or 0),
    }


def reserved_after(proposal: Proposal) -> int | None:
    """The reserved concurrency that a proposal leaves a function with, or None."""
    reserved = proposal.parameters["Reservation"] == "reserve"
    return int(proposal.parameters["Concurrency"]) if reserved else None
