"""A Lambda layer's content: locked wheels, pruned and compiled, built once and kept in `.bundles/`."""

import compileall
import hashlib
import os
import py_compile
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import InvalidConfiguration
from shared.runbooks.catalogue import remedies

REPOSITORY = Path(__file__).resolve().parents[2]
BUNDLES = REPOSITORY / ".bundles"
LOCK = REPOSITORY / "requirements.lock"
PROJECT = REPOSITORY / "pyproject.toml"
DEPLOYED = "3.13"
"""The newest Lambda runtime that every wheel supports."""
_RECIPE = "1"  # part of every key: raise it when this file builds something else from the same input
_PLATFORM = "x86_64-manylinux_2_28"  # Lambda's Amazon Linux 2023 has glibc 2.34
_SERVICES = {
    "cloudwatch", "dynamodb", "ecs", "iam", "kinesis", "kms", "lambda", "logs", "resourcegroupstaggingapi",
    "s3", "scheduler", "secretsmanager", "sesv2", "sns", "sqs", "ssm", "stepfunctions", "sts",
}  # fmt: skip
"""What the product calls by itself; the runbooks' observations add theirs."""
_UNUSED = ("botocore/data/*", "boto3/data/*", "boto3/examples", "**/tests", "**/*.pyi", "bin", ".lock")


class BundleError(InvalidConfiguration):
    """A bundle could not be built; the sentence says what to do."""


@dataclass(frozen=True)
class Target:
    """The Python that a bundle is for."""

    version: str  # 3.13
    here: bool  # runs on this machine, in the local AWS

    @classmethod
    def of(cls, *, on_this_machine: bool) -> "Target":
        """This machine's own Python for the local AWS, the deployed one otherwise."""
        own = f"{sys.version_info.major}.{sys.version_info.minor}"
        return cls(own, True) if on_this_machine else cls(DEPLOYED, False)

    @property
    def compiles(self) -> bool:
        """Whether .pyc files can be made: they belong to one Python, and only this one is at hand."""
        return sys.version_info[:2] == tuple(map(int, self.version.split(".")))

    @property
    def key(self) -> str:
        """What tells one target's bundles from another's."""
        return f"{self.version} {sys.platform if self.here else _PLATFORM} {self.compiles}"


def layer(group: str, target: Target) -> tuple[Path, str]:
    """The folder of the layer with one dependency group, and the hash of what it was made from.

    Raises:
        BundleError: uv is missing, or it could not install.
    """
    key = _key(group, target)
    folder = BUNDLES / f"{group}-{key}"
    if not folder.is_dir():
        print(f"building the layer {group} for Python {target.version} ...", file=sys.stderr)  # noqa: T201
        _build(group, target, folder)
    return folder, key


def compile_all(folder: Path, target: Target) -> None:
    """Add .pyc files: without them a cold start takes 0.3 to 0.7 s longer."""
    if target.compiles:
        compileall.compile_dir(
            folder,
            quiet=2,
            workers=1,
            stripdir=str(folder),
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


def services() -> frozenset[str]:
    """The AWS services whose API descriptions are shipped."""
    observed = {seen.service for remedy in remedies().values() for seen in remedy.runbook.observe}
    return frozenset(_SERVICES | observed)


def _key(group: str, target: Target) -> str:
    wanted = tomllib.loads(PROJECT.read_text())["dependency-groups"][group]
    made_from = [_RECIPE, target.key, *sorted(services()), *wanted, LOCK.read_text()]
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:32]


def _build(group: str, target: Target, folder: Path) -> None:
    building = folder.with_name(f"{folder.name}.{os.getpid()}")
    try:
        _install(group, target, building / "python")
        _prune(building / "python")
        compile_all(building, target)
        if not folder.is_dir():  # another process may have been faster
            building.rename(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _install(group: str, target: Target, folder: Path) -> None:
    uv = REPOSITORY / ".tools" / "bin" / "uv"
    if not uv.exists():
        raise BundleError("the layers are built with uv, which is not in .tools/: run `make install`")
    platform = ["--python", sys.executable]
    if not target.here:
        platform += ["--python-version", target.version, "--python-platform", _PLATFORM]
    command = [
        *(str(uv), "pip", "install", "--quiet", "--target", str(folder), "--link-mode", "copy"),
        *("--group", f"{PROJECT}:{group}", "--constraints", str(LOCK), "--require-hashes"),
        *("--only-binary", ":all:", *platform),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own uv
    if done.returncode:
        said = " ".join(done.stderr.split())[-400:]
        raise BundleError(f"the layer {group} could not be built, is a package index reachable? uv: {said}")


def _prune(folder: Path) -> None:
    for pattern in _UNUSED:
        for found in list(folder.glob(pattern)):
            if "/data/" not in pattern or (found.is_dir() and found.name not in services()):
                shutil.rmtree(found) if found.is_dir() else found.unlink()
