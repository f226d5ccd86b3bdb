"""The state of one resource, read by the AWS calls that a runbook declares."""

# mypy: disable-error-code="import-untyped"

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import jmespath
from botocore import xform_name
from jmespath.exceptions import JMESPathError

from shared.adapters.aws.errors import port_errors
from shared.domain.errors import PortError
from shared.domain.runbook import Observation, Runbook, State

PLACEHOLDER = re.compile(r"\{(\w+)\}")


class AwsResourceReader:
    """Runs a runbook's observations; `client_for` gives the boto3 client of a service by its name."""

    def __init__(self, client_for: Callable[[str], Any]) -> None:
        self._client_for = client_for

    def observe(self, runbook: Runbook, target: str) -> State:
        """Observation name -> value: JSON, but for times. Equal calls are made once.

        Raises:
            PortError: the target is not one of the runbook's, or it cannot be read.
        """
        match = re.fullmatch(runbook.target_pattern, target)
        if match is None:
            raise PortError(f"{runbook.id}: {target!r} is not {runbook.target_pattern}", retryable=False)
        answers: dict[str, Any] = {}
        state: dict[str, Any] = {}
        for observation in runbook.observe:
            names = {**match.groupdict(), **state}
            if any(name in state and not state[name] for name in named(observation)):
                state[observation.name] = None  # what it is to look up was not found
                continue
            arguments = filled(observation.arguments, names)
            call = json.dumps([observation.service, observation.api, arguments], sort_keys=True)
            if call not in answers:
                answers[call] = self._call(observation, arguments)
            state[observation.name] = _selected(observation, answers[call])
        return state

    def _call(self, observation: Observation, arguments: dict[str, Any]) -> Any:
        client, method = self._client_for(observation.service), xform_name(observation.api)
        with port_errors():
            if client.can_paginate(method) and not observation.newest:
                return client.get_paginator(method).paginate(**arguments).build_full_result()
            return getattr(client, method)(**arguments)


def named(observation: Observation) -> frozenset[str]:
    """The names that its arguments refer to."""
    return frozenset(PLACEHOLDER.findall(json.dumps(observation.arguments)))


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """The value with every {name} in its texts replaced, at any depth; a list replaces a text of its own.

    Raises:
        PortError: nothing binds such a name, or what does is no text.
    """

    def bound(found: re.Match[str]) -> str:
        given = names.get(found[1])
        if not isinstance(given, str):
            raise PortError(f"no text is bound to {found[1]!r}", retryable=False)
        return given

    if isinstance(value, str):
        alone = PLACEHOLDER.fullmatch(value)
        if alone and isinstance(names.get(alone[1]), list):
            return names[alone[1]]
        return PLACEHOLDER.sub(bound, value)
    if isinstance(value, dict):
        return {name: filled(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    return value


def _selected(observation: Observation, answer: Any) -> Any:
    try:
        return jmespath.search(observation.select, answer)
    except JMESPathError as error:
        raise PortError(f"{observation.name}: {observation.select}: {error}", retryable=False) from error
