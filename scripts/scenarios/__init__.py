"""The scenarios: every file of this package is one, and exports SCENARIO."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from scripts.patient.scenario import Scenario
from shared.domain.errors import InvalidConfiguration


@cache
def scenarios() -> Mapping[str, Scenario]:
    """Every scenario by its name, in the order of the names.

    Raises:
        InvalidConfiguration: a file exports no SCENARIO, or one that is not named like the file.
    """
    found = {}
    for module in sorted(each.name for each in pkgutil.iter_modules(__path__)):
        scenario = getattr(import_module(f"{__name__}.{module}"), "SCENARIO", None)
        if not isinstance(scenario, Scenario) or scenario.name != module:
            raise InvalidConfiguration(f"scenarios.{module}: exports no SCENARIO of that name")
        found[module] = scenario
    return MappingProxyType(found)


def get(name: str) -> Scenario:
    """The scenario of a name.

    Raises:
        InvalidConfiguration: there is none; the message lists those that there are.
    """
    try:
        return scenarios()[name]
    except KeyError:
        raise InvalidConfiguration(f"no scenario {name!r}: choose {', '.join(scenarios())}") from None
