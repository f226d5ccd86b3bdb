"""Bundles: the same sources give the same hash and the same bytes, and nothing piles up."""

import os
import re
import zipfile
from pathlib import Path

import pytest

from stacks.components import code as code_module
from stacks.components.archive import archive
from stacks.components.code import KEPT, code
from stacks.components.wheels import Target, services

HERE = Target.of(on_this_machine=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for package in code_module.PACKAGES:
        (tmp_path / package / "__pycache__").mkdir(parents=True)
        (tmp_path / package / "__init__.py").write_text("")
        (tmp_path / package / "__pycache__" / "old.cpython-36.pyc").write_bytes(b"stale")
    return tmp_path


def build(repository: Path) -> tuple[Path, str]:
    return code(HERE, repository, repository / "bundles")


def test_code_has_the_hash_of_its_sources(repository: Path) -> None:
    first = build(repository)
    os.utime(repository / "shared" / "__init__.py", (1, 1))
    assert build(repository) == first
    (repository / "shared" / "__init__.py").write_text("x = 1\n")
    assert build(repository)[1] != first[1]


def test_code_is_compiled_for_its_own_python_only(repository: Path) -> None:
    folder, _ = build(repository)
    compiled = {file.name for file in folder.rglob("*.pyc")}
    assert len(compiled) == 1
    assert "old.cpython-36.pyc" not in compiled
    deployed, _ = code(Target("3.9", here=False), repository, repository / "bundles")
    assert not list(deployed.rglob("*.pyc"))


@pytest.mark.parametrize("compress", [True, False])
def test_an_archive_has_the_same_bytes_whenever_it_is_made(repository: Path, *, compress: bool) -> None:
    folder, _ = build(repository)
    first = archive(folder, compress=compress).read_bytes()
    archive(folder, compress=compress).unlink()
    for file in folder.rglob("*.py"):
        os.utime(file, (1, 1))
    made = archive(folder, compress=compress)
    assert made.read_bytes() == first
    assert zipfile.ZipFile(made).testzip() is None


def test_old_builds_are_forgotten(repository: Path) -> None:
    for number in range(KEPT + 3):
        (repository / "lambdas" / "__init__.py").write_text(f"x = {number}\n")
        archive(build(repository)[0], compress=False)
    left = list((repository / "bundles").iterdir())
    assert len([path for path in left if path.is_dir()]) == KEPT
    assert len(left) <= 2 * KEPT


def test_every_service_that_a_function_asks_for_is_shipped() -> None:
    wired = Path(__file__).parents[2] / "shared" / "composition"
    asked = {
        name
        for file in wired.glob("*.py")
        for name in re.findall(r'client\("([a-z0-9-]+)"\)', file.read_text())
    }
    assert asked >= {"dynamodb", "scheduler", "sesv2"}
    assert asked <= services()
