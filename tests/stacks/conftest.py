"""One synthesis a stage and session, both at once; nothing is synthesised again while nothing changed."""

import fcntl
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from scripts.synth import run_app, synth
from tests.stacks.templates import Templates

Assemblies = dict[str, Future[Path]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a synthesis is long."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def assemblies() -> Iterator[Assemblies]:
    with ThreadPoolExecutor(2) as pool:
        yield {stage: pool.submit(synth, stage) for stage in ("local", "dev")}


@pytest.fixture(scope="session")
def dev(assemblies: Assemblies) -> Templates:
    """The templates of dev."""
    return Templates(assemblies["dev"].result())


@pytest.fixture(scope="session")
def local(assemblies: Assemblies) -> Templates:
    """The templates of local."""
    return Templates(assemblies["local"].result())


@pytest.fixture(scope="session")
def spokes(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Templates:
    """The templates of dev with a sandbox and a target account, and of a runbook in the role form."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        folder = folder.parent  # which the workers of one run share
    assembly = folder / "spokes"
    with (folder / "spokes.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not assembly.is_dir():
            building = folder / "spokes.part"
            run_app("dev", building, lambda _line: None, ("-m", "tests.stacks.spoke_app"))
            building.rename(assembly)
    return Templates(assembly)
