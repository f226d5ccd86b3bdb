"""The runbook catalogue: every remedy that has a file in this package."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

import shared.runbooks
from shared.domain.errors import InvalidConfiguration, UnknownRunbook
from shared.domain.runbook import Remedy


@cache
def remedies() -> Mapping[str, Remedy]:
    """Every remedy by its runbook's id, in the order of the ids.

    Raises:
        InvalidConfiguration: a module exports no REMEDY, or two declare the same id; it is named.
    """
    found: dict[str, Remedy] = {}
    for module in pkgutil.iter_modules(shared.runbooks.__path__):
        if module.name.startswith("catalogue"):
            continue
        remedy = getattr(import_module(f"{shared.runbooks.__name__}.{module.name}"), "REMEDY", None)
        if not isinstance(remedy, Remedy):
            raise InvalidConfiguration(f"runbooks.{module.name}: exports no REMEDY")
        if remedy.runbook.id in found:
            raise InvalidConfiguration(f"runbooks.{module.name}: the id {remedy.runbook.id} is taken")
        found[remedy.runbook.id] = remedy
    return MappingProxyType(dict(sorted(found.items())))


def get(id_: str, version: int) -> Remedy:
    """The remedy of one runbook at one version.

    Raises:
        UnknownRunbook: there is none of that id, or it is at another version.
    """
    remedy = remedies().get(id_)
    if remedy is None or remedy.runbook.version != version:
        raise UnknownRunbook(f"{id_} v{version} is not in the catalogue")
    return remedy
