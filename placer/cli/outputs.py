"""Writing answers: to standard output, a file, or a folder; whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from placer.errors import InputError


def names_folder(output: str, guest_count: int) -> bool:
    """Whether an output path means a folder: it is one, ends in a slash, or several guests go there."""
    return output.endswith(("/", os.sep)) or Path(output).is_dir() or guest_count > 1


def targets(output: str, names: list[str], suffix: str) -> dict[str, Path]:
    """
    Give the file of each guest in a folder.

    Raises
    ------
    InputError
        If a guest's name makes no file name.
    """
    for name in names:
        if "/" in name or "\0" in name or name in {".", ".."}:
            raise InputError(f'guest "{name}" has a name that makes no file name', place=output)
    return {name: Path(output) / f"{name}{suffix}" for name in names}


def refuse_existing(paths: list[Path], *, force: bool) -> None:
    """Refuse to replace files unless asked."""
    for path in paths:
        if path.is_dir():
            raise InputError("is a folder, expected a file", place=str(path))
        if path.exists() and not force:
            raise InputError("exists; --force replaces it", place=str(path))


def write_files(texts: dict[Path, str]) -> None:
    """
    Write files, each to a temporary one that is renamed once all are written.

    Raises
    ------
    InputError
        If a file cannot be written; then none is replaced.
    """
    ready: list[tuple[str, Path]] = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
            ready.append((temporary, path))
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).chmod(0o666 & ~_umask())
        for temporary, path in ready:
            Path(temporary).replace(path)
    except OSError as error:
        for temporary, _ in ready:
            Path(temporary).unlink(missing_ok=True)
        raise InputError(f"cannot be written: {error.strerror or error}", place=str(path)) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
