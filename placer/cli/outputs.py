"""Writing answers: to standard output, a file, or a folder; all of them or none."""

from __future__ import annotations

import io
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from placer import interrupts
from placer.errors import Faults, InputError
from placer.formats.text.encodings import carried, encode


def write_stdout(text: str | bytes) -> None:
    """
    Write an answer to standard output. A closed pipe is no error.

    Raises
    ------
    InputError
        If writing fails in any other way.
    """
    try:
        if isinstance(text, bytes) or carried(text):
            sys.stdout.flush()
            sys.stdout.buffer.write(text if isinstance(text, bytes) else encode(text))
        else:
            sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        abandon_stdout()
        if not isinstance(error, BrokenPipeError):
            raise InputError(f"cannot be written: {error.strerror}", place="<stdout>") from None


def abandon_stdout() -> None:
    """Let standard output write nowhere: Python flushes it once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class ClosedOutput(io.TextIOBase):
    """
    A standard output that was closed at the start: whatever is written to it is refused.

    Parameters
    ----------
    nowhere
        An open file, whose number nothing else gets as long as it is open.
    """

    def __init__(self, nowhere: IO[str]) -> None:
        self._nowhere = nowhere

    def write(self, _text: str) -> int:
        """Refuse to write."""
        raise InputError("cannot be written: it is closed", place="<stdout>")

    @property
    def buffer(self) -> ClosedOutput:
        """The same for bytes."""
        return self

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """UTF-8, as that of an open one."""
        return "utf-8"

    def fileno(self) -> int:
        """Give the number of the file that takes its place."""
        return self._nowhere.fileno()


def on_terminal() -> bool:
    """Whether standard output is a terminal, and NO_COLOR (https://no-color.org) is not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def names_folder(output: str, guest_count: int) -> bool:
    """Whether an output path names a folder: a folder is there, it ends in a slash, or there are several guests."""
    return output.endswith("/") or _kind(Path(output)) == "folder" or guest_count > 1


def output_paths(output: str, names: list[str], suffix: str) -> dict[str, Path]:
    """
    Give the file of each guest in a folder.

    Parameters
    ----------
    output
        The folder; it need not exist.
    names
        Names of the guests.
    suffix
        Suffix of the files.

    Returns
    -------
    dict
        Guest name -> path.

    Raises
    ------
    InputError
        If the name of a guest is no file name, or the folder is a file.
    """
    if _kind(Path(output)) not in {"nothing", "folder"}:
        why = f" for {len(names)} guests" if len(names) > 1 else ""
        raise InputError(f"is a file, expected a folder{why}", place=output)
    faults = Faults()
    for name in names:
        with faults.kept():
            if "/" in name or "\0" in name or name in {".", ".."}:
                raise InputError(f'guest "{name}" has a name that is no file name', place=output)
    faults.raise_all()
    return {name: Path(output) / f"{name}{suffix}" for name in names}


def refuse_existing(paths: list[Path], *, force: bool) -> None:
    """
    Refuse paths that cannot be written.

    Raises
    ------
    InputError
        If a path is a folder or a device, is a file or a link while ``force`` is not set (a link to nothing would make
        a file in a place that nobody named), lies in a link to nothing, or two paths lead to one file.
    """
    ends: dict[Path, Path] = {}
    faults = Faults()
    for path in paths:
        with faults.kept():
            _refuse(path, force=force)
            other = ends.setdefault(path.resolve(), path)
            if other is not path:
                raise InputError(f"leads to the same file as {other}, expected a file of its own", place=str(path))
    faults.raise_all()


def _refuse(path: Path, *, force: bool) -> None:
    kind = _kind(path)
    for folder in path.parents:
        if folder.is_symlink() and not folder.exists():
            raise InputError(f"is a link to {folder.readlink()}, where no folder is", place=str(folder))
    if kind in {"folder", "device"}:
        raise InputError(f"is a {kind}, expected a file", place=str(path))
    if kind == "file" and not force:
        raise InputError("exists; --force replaces it", place=str(path))
    if kind == "nothing" and path.is_symlink() and not force:
        raise InputError(f"is a link to {path.readlink()}, where no file is; --force makes one", place=str(path))


def write_files(texts: Mapping[Path, str | bytes]) -> None:
    """
    Write files: each to a temporary file, all of which are renamed once every one is written and on the disk.

    Without the sync a power failure may leave an empty file under the name of a good one: a rename can reach the disk
    before the data does (rename(2), fsync(2)).

    A replaced file keeps its mode, and symbolic links to it stay.

    Parameters
    ----------
    texts
        Path -> content. Missing folders are made.

    Raises
    ------
    InputError
        If a file cannot be written; then no file is replaced, and the folders made for them are removed.
    """
    with interrupts.undone():
        _write_files(texts)


def _write_files(texts: Mapping[Path, str | bytes]) -> None:
    made: list[Path] = []
    ready: list[tuple[Path, Path]] = []
    try:
        for path, text in texts.items():
            made += _make_folder(path.parent)
            final = path.resolve()
            handle, temporary = tempfile.mkstemp(dir=final.parent, prefix=f".{final.name[:50]}.")
            ready.append((Path(temporary), final))
            with os.fdopen(handle, "wb") as file:
                file.write(text if isinstance(text, bytes) else encode(text))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(stat.S_IMODE(final.stat().st_mode) if final.exists() else 0o666 & ~_umask())
        for new, final in ready:
            new.replace(final)
        for folder in dict.fromkeys(final.parent for _, final in ready):
            _sync_folder(folder)
    except BaseException as error:
        for new, _ in ready:
            new.unlink(missing_ok=True)
        for folder in reversed(made):
            with suppress(OSError):  # not empty: another process uses the folder
                folder.rmdir()
        if isinstance(error, OSError):
            raise InputError(f"cannot be written: {error.strerror or error}", place=str(path)) from error
        raise


def _sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the file system can."""
    with suppress(OSError):  # the files are complete; some file systems sync no folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and its parents; give the folders that were missing, outermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _kind(path: Path) -> str:
    """Give "nothing", "folder", "file" or "device"."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "nothing"
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", place=str(path)) from error
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "device"


def _umask() -> int:
    """Read the umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
