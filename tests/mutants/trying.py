"""Runs tests against a mutated module, each mutation in a process of its own that was warmed up before."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
from collections.abc import Sequence
from types import ModuleType

import boto3  # noqa: F401 - what is slow to import and not ours is imported once
import hypothesis
import moto  # noqa: F401
import numpy as np  # noqa: F401
import pydantic  # noqa: F401
import pytest

from tests.mutants.mutations import Mutation

LIMIT = 120
"""Seconds after which a mutated program that does not end counts as noticed."""
KILLED, SURVIVED, UNTESTED = "killed", "survived", "no test runs it"


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Gives a module its mutated source; everything else is imported as it is."""

    def __init__(self, mutation: Mutation) -> None:
        self._mutation = mutation
        self._name = mutation.file.removesuffix(".py").replace("/", ".")

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for the mutated module only."""
        if fullname != self._name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=self._mutation.file)

    def get_filename(self, _fullname: str) -> str:
        return self._mutation.file

    def get_data(self, _path: str | bytes) -> bytes:
        return self._mutation.source().encode()

    def path_stats(self, _path: str) -> dict[str, float]:
        raise OSError("its bytecode is never kept")


def outcome(mutation: Mutation, tests: Sequence[str]) -> str:
    """Whether any of the tests fails with the mutation in place."""
    if not tests:
        return UNTESTED
    child = os.fork()
    if child == 0:
        os._exit(_run(mutation, tests))
    return KILLED if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) else SURVIVED


def _run(mutation: Mutation, tests: Sequence[str]) -> int:
    signal.alarm(LIMIT)
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    silent = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silent, stream)
    assert not any(name.startswith("shared") for name in sys.modules), "ours must be imported in the child"
    sys.meta_path.insert(0, Mutated(mutation))
    hypothesis.settings.register_profile("mutants", database=None, derandomize=True, deadline=None)
    options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=mutants", "--durations=0"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # what was warmed up is imported already
    try:
        return int(pytest.main([*options, *tests]))
    except BaseException:  # noqa: BLE001 - whatever it does, it was noticed
        return 1
