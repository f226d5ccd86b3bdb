"""Lambda: Python handlers run under AWS's own runtime interface client, `awslambdaric`.

AWS runs a handler under that client: error types carry their module's name, init errors are reported, the
log format is honoured. ministack 1.5.33 has a loop of its own that loses error types and dies with its
handler. Delete this when ministack runs Python functions through its Runtime API server.

A bundle or a layer is unpacked once per content into the run's temp folder and shared by every worker. A
worker sees, in AWS's order, its bundle, its layers and last a folder holding nothing but the runtime
client.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import shutil
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime as runtime
from ministack.services import lambda_svc

RUNTIME_PACKAGES = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
_HOST_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")
_LAMBDA_VARIABLES = (
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION",
    "AWS_ENDPOINT_URL", "AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_LOG_STREAM_NAME",
    "LAMBDA_TASK_ROOT", "_HANDLER",
)  # fmt: skip
_LOG_SECONDS = 0.02  # how long a silent invocation is waited on for a last line
_BOOTSTRAP = '#!/bin/sh\nexec "{python}" -S -m awslambdaric "$_HANDLER"\n'


class Unpacked(bytes):
    """A deployment package that lies in a folder; an empty `bytes`, since ministack passes those on."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Unpacked:
        package = cls()
        package.folder = folder
        return package


class PackageCache:
    """Zip files unpacked once each, in folders named by the hash of their content."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()

    def unpack(self, archive: bytes, bootstrap: str = "") -> Path:
        """The folder with the archive's files and, when given, an executable `bootstrap`."""
        target = self._root / hashlib.sha256(archive).hexdigest()[:32]
        with self._lock:
            if not target.is_dir():
                building = target.with_suffix(".part")
                shutil.rmtree(building, ignore_errors=True)
                _extract(archive, building)
                if bootstrap:
                    script = building / "bootstrap"
                    script.write_text(bootstrap)
                    script.chmod(0o755)
                building.rename(target)
        return target


def install() -> None:
    """Route every Python function through the Runtime API."""
    root = Path(tempfile.gettempdir()) / "lambda"
    packages = PackageCache(root / "packages")
    client_folder = _link_runtime_client(root / "runtime")
    _install_worker(runtime, lambda_svc, packages)
    _install_environment(lambda_svc, packages, client_folder)


def _install_worker(runtime: Any, lambda_svc: Any, packages: PackageCache) -> None:
    bootstrap = _BOOTSTRAP.format(python=sys.executable)

    class PythonWorker(runtime.ProvidedWorker):  # type: ignore[misc]
        def __init__(self, func_name: str, config: dict[str, Any], code_zip: bytes) -> None:
            folder = packages.unpack(bytes(code_zip), bootstrap)
            super().__init__(func_name, config, Unpacked.at(folder))

        def _build_handler_class(self, *arguments: Any) -> Any:
            """Answers leave in one packet: two of them wait 40 ms for each other (Nagle, delayed ACK)."""
            inner = super()._build_handler_class(*arguments)
            return type("RuntimeApi", (inner,), {"wbufsize": -1, "disable_nagle_algorithm": True})

        def _drain_stderr_bounded(self, first_line_wait: float = _LOG_SECONDS, **waits: float) -> Any:
            return super()._drain_stderr_bounded(first_line_wait, **waits)

    worker_class, code_folder = runtime._worker_class_for, lambda_svc._provided_runtime_code_dir
    run_warm = lambda_svc._execute_function_warm

    def worker_class_for(config: dict[str, Any]) -> Any:
        return PythonWorker if _is_python(config) else worker_class(config)

    def provided_code_folder(code_zip: bytes) -> Any:
        return str(code_zip.folder) if isinstance(code_zip, Unpacked) else code_folder(code_zip)

    def execute_warm(func: dict[str, Any], event: Any, request_id: str) -> Any:
        run = (
            lambda_svc._execute_function_provided_warm if _is_python(func.get("config") or func) else run_warm
        )
        return run(func, event, request_id)

    runtime._worker_class_for = worker_class_for
    lambda_svc._provided_runtime_code_dir = provided_code_folder
    lambda_svc._execute_function_warm = execute_warm


def _install_environment(lambda_svc: Any, packages: PackageCache, client_folder: Path) -> None:
    inner = lambda_svc._provided_worker_env

    def layer_folders(config: dict[str, Any]) -> list[Path]:
        archives = (lambda_svc._resolve_layer_zip(layer) for layer in config.get("Layers") or [])
        return [packages.unpack(bytes(archive)) for archive in archives if archive]

    def environment(config: dict[str, Any], code_folder: str, port: int) -> dict[str, str]:
        complete = inner(config, code_folder, port)
        if not _is_python(config):
            return complete
        own = (config.get("Environment") or {}).get("Variables") or {}
        keep = {*_HOST_VARIABLES, *_LAMBDA_VARIABLES, *own}
        kept = {name: value for name, value in complete.items() if name in keep}
        return {
            **kept,
            **_runtime_variables(config),
            **_paths(code_folder, layer_folders(config), client_folder),
        }

    lambda_svc._provided_worker_env = environment


def _runtime_variables(config: dict[str, Any]) -> dict[str, str]:
    logging = config.get("LoggingConfig") or {}
    return {
        "TZ": ":UTC",
        "HOME": tempfile.gettempdir(),
        "PYTHONUNBUFFERED": "1",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config['Runtime']}",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON" if logging.get("LogFormat") == "JSON" else "Text",
        "AWS_LAMBDA_LOG_LEVEL": logging.get("ApplicationLogLevel", "INFO"),
        "AWS_LAMBDA_LOG_GROUP_NAME": logging.get("LogGroup") or f"/aws/lambda/{config['FunctionName']}",
    }


def _paths(code_folder: str, layers: list[Path], client_folder: Path) -> dict[str, str]:
    versioned = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    python = [str(folder) for layer in layers for folder in (layer / "python" / versioned, layer / "python")]
    return {"PYTHONPATH": os.pathsep.join([code_folder, *python, str(client_folder)])}


def _is_python(config: dict[str, Any]) -> bool:
    return str(config.get("Runtime", "")).startswith("python")


def _extract(archive: bytes, folder: Path) -> None:
    """Unpack with permission bits; an entry that would leave the folder is refused by zipfile itself."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        for entry in source.infolist():
            written = Path(source.extract(entry, folder))
            mode = entry.external_attr >> 16 & 0o777
            if mode and not entry.is_dir():
                written.chmod(mode | 0o600)


def _link_runtime_client(folder: Path) -> Path:
    """A folder with links to the runtime client and what it imports, and to nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in RUNTIME_PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise RuntimeError(f"the tool environment lacks `{name}`, which awslambdaric imports")
        source = Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
        link = folder / source.name
        if not link.exists():
            link.symlink_to(source)
    return folder
