"""A bundle as one zip file, the same bytes for the same files."""

import os
import zipfile
from pathlib import Path

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip knows; .pyc files are trusted whatever it says


def archive(folder: Path, *, compress: bool) -> Path:
    """The zip beside the folder, made once. For this machine it is stored: packing would cost more."""
    target = folder.with_name(f"{folder.name}.zip")
    if target.is_file():
        return target
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    kind = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(partial, "w", kind) as packed:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(str(file.relative_to(folder)), _DATE)
            entry.compress_type = kind
            entry.external_attr = (0o755 if os.access(file, os.X_OK) else 0o644) << 16
            packed.writestr(entry, file.read_bytes())
    partial.replace(target)
    return target
