"""Writing answers: to standard output, a file, or a folder; whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from placer.errors import InputError


def write_stdout(text: str) -> None:
    """
    Write an answer to standard output. A reader that has gone is no mistake.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at the end
        if not isinstance(error, BrokenPipeError):
            raise InputError(f"cannot be written: {error.strerror}", place="<stdout>") from None


def on_terminal() -> bool:
    """Whether standard output is a terminal that wants colour (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def names_folder(output: str, guest_count: int) -> bool:
    """Whether an output path means a folder: it is one, ends in a slash, or several guests go there."""
    return output.endswith("/") or _kind(Path(output)) == "folder" or guest_count > 1


def output_paths(output: str, names: list[str], suffix: str) -> dict[str, Path]:
    """
    Give the file of each guest in a folder.

    Raises
    ------
    InputError
        If a guest's name makes no file name, or the folder is a file.
    """
    if _kind(Path(output)) not in {"nothing", "folder"}:
        why = f" for {len(names)} guests" if len(names) > 1 else ""
        raise InputError(f"is a file, expected a folder{why}", place=output)
    for name in names:
        if "/" in name or "\0" in name or name in {".", ".."}:
            raise InputError(f'guest "{name}" has a name that makes no file name', place=output)
    return {name: Path(output) / f"{name}{suffix}" for name in names}


def refuse_existing(paths: list[Path], *, force: bool) -> None:
    """Refuse to replace files unless asked, and what is no file at all."""
    for path in paths:
        kind = _kind(path)
        if kind in {"folder", "device"}:
            raise InputError(f"is a {kind}, expected a file", place=str(path))
        if kind == "file" and not force:
            raise InputError("exists; --force replaces it", place=str(path))


def write_files(texts: dict[Path, str]) -> None:
    """
    Write files, each to a temporary one that is renamed once all are written.

    A file that is replaced keeps its mode, and a link to it stays.

    Raises
    ------
    InputError
        If a file cannot be written; then none is replaced, and no folder made for them stays.
    """
    made: list[Path] = []
    ready: list[tuple[Path, Path]] = []
    try:
        for path, text in texts.items():
            made += _make_folder(path.parent)
            final = path.resolve()
            handle, temporary = tempfile.mkstemp(dir=final.parent, prefix=f".{final.name[:50]}.")
            ready.append((Path(temporary), final))
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            Path(temporary).chmod(stat.S_IMODE(final.stat().st_mode) if final.exists() else 0o666 & ~_umask())
        for new, final in ready:
            new.replace(final)
    except BaseException as error:
        for new, _ in ready:
            new.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):  # another process uses it
                folder.rmdir()
        if isinstance(error, OSError):
            raise InputError(f"cannot be written: {error.strerror or error}", place=str(path)) from error
        raise


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and those it stands in; give the new ones, outermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _kind(path: Path) -> str:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "nothing"
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", place=str(path)) from error
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "device"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
