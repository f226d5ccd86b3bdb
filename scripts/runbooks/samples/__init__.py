"""The samples: every file of this package is one, is named like its runbook's file, and exports SAMPLE."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from scripts.runbooks.sample import Sample
from shared.domain.errors import InvalidConfiguration


@cache
def samples() -> Mapping[str, Sample]:
    """Every sample by its runbook's id, in the order of the ids.

    Raises:
        InvalidConfiguration: a file exports no SAMPLE; it is named.
    """
    found = {}
    for module in sorted(each.name for each in pkgutil.iter_modules(__path__)):
        sample = getattr(import_module(f"{__name__}.{module}"), "SAMPLE", None)
        if not isinstance(sample, Sample):
            raise InvalidConfiguration(f"samples.{module}: exports no SAMPLE")
        found[module.replace("_", "-")] = sample
    return MappingProxyType(found)
