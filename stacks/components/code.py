"""The product's own code as one small asset: `shared` and `lambdas`, compiled, without anything else."""

import hashlib
import os
import shutil
from pathlib import Path

from stacks.components.wheels import BUNDLES, REPOSITORY, Target, compile_all

PACKAGES = ("shared", "lambdas")
KEPT = 20
"""Builds that stay in `.bundles/`; every change of the code makes one."""


def code(target: Target, repository: Path = REPOSITORY, bundles: Path = BUNDLES) -> tuple[Path, str]:
    """The folder with the code, and the hash of its sources."""
    sources = _sources(repository)
    digest = hashlib.sha256(target.key.encode())
    for path in sources:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(repository)}\n{len(content)}\n".encode() + content)
    key = digest.hexdigest()[:32]
    folder = bundles / f"code-{key}"
    if not folder.is_dir():
        _build(sources, repository, folder, target)
    return folder, key


def _sources(repository: Path) -> list[Path]:
    files = (path for package in PACKAGES for path in (repository / package).rglob("*"))
    return sorted(path for path in files if path.is_file() and "__pycache__" not in path.parts)


def _build(sources: list[Path], repository: Path, folder: Path, target: Target) -> None:
    building = folder.with_name(f"{folder.name}.{os.getpid()}")
    try:
        for path in sources:
            copy = building / path.relative_to(repository)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        compile_all(building, target)
        if not folder.is_dir():  # another process may have been faster
            building.rename(folder)
        _forget_old(folder.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _forget_old(bundles: Path) -> None:
    builds = [path for path in bundles.glob("code-*") if path.is_dir()]
    for folder in sorted(builds, key=lambda path: path.stat().st_mtime)[:-KEPT]:
        folder.with_name(f"{folder.name}.zip").unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
