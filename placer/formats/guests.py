"""Tells the forms of a guest file apart by their content."""

from __future__ import annotations

from pathlib import Path

from placer.errors import InputError, of_each
from placer.formats.base import ParsedGuest
from placer.formats.foreign import READ, foreign_json, foreign_root, foreign_text
from placer.formats.text.encodings import as_declared, without_carried
from placer.formats.text.files import Source, Text, path_of, read_source
from placer.instance import Host

SUFFIXES = (".cfg", ".json", ".xml")
"""Ends of the names of guest files, by which a folder is searched; a file that is named itself may have any name."""


def read_guests(source: Source, host: Host, *, keep_pnodes: bool = True) -> list[ParsedGuest]:
    """
    Read the guests of a file in any of the forms placer knows.

    Parameters
    ----------
    source
        An xl.cfg, libxl's JSON (of one guest, or what ``xl list -l`` prints), a domain XML of libvirt, or flavours of
        OpenStack: a file, or its text; or a folder of such files (:func:`guest_files`).
    host
        The host that the guests shall run on: its pcpus, pnodes, devices and cpupools are what a guest file names.
    keep_pnodes
        Whether vnodes are fixed on the pnodes that a file of xl or libxl gives them. If not, it may name pnodes of
        another host.

    Raises
    ------
    InputError
        With the place of the first fault of each guest.
    """
    files, _ = guest_files(source)
    return [
        guest
        for guests in of_each(lambda file: _read_file(file, host, keep_pnodes=keep_pnodes), files)
        for guest in guests
    ]


def guest_files(source: Source) -> tuple[list[Source], list[str]]:
    """
    Give the guest files that a source stands for.

    Parameters
    ----------
    source
        A folder means the files in it whose names end in one of :data:`SUFFIXES`, by name, hidden files and folders
        inside it left out. Anything else means itself.

    Returns
    -------
    files : list of Source
    left_out : list of str
        Names of the other files of a folder.

    Raises
    ------
    InputError
        If the folder holds no such file, or cannot be read.
    """
    if isinstance(source, Text) or not (folder := Path(path_of(source))).is_dir():
        return [source], []
    try:
        inside = sorted(path for path in folder.iterdir() if not path.name.startswith(".") and not path.is_dir())
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", place=str(source)) from None
    files: list[Source] = [str(path) for path in inside if path.suffix in SUFFIXES]
    if not files:
        raise InputError(f"is a folder without guest files ({', '.join(SUFFIXES)})", place=str(source))
    return files, [path.name for path in inside if path.suffix not in SUFFIXES]


def _read_file(source: Source, host: Host, *, keep_pnodes: bool) -> list[ParsedGuest]:
    text, place = read_source(source, "carry")
    if text.lstrip().startswith(("{", "[")):
        return _read_json(text, place, host, keep_pnodes=keep_pnodes)
    if text.lstrip().startswith("<"):
        from placer.formats.libvirt.read_domain import read_libvirt_domain
        from placer.formats.text.xml_text import root_name

        _refuse(foreign_root(root_name(text.lstrip(), place)), place)
        encoding = None
        if not isinstance(source, Text):
            text, encoding = as_declared(text, place)
        return [read_libvirt_domain(text, place, host, encoding)]
    from placer.formats.xl.read_cfg import read_xl_cfg

    try:
        return [read_xl_cfg(text, place, host, keep_pnodes=keep_pnodes)]
    except InputError:
        _refuse(foreign_text(text), place)
        raise


def _read_json(text: str, place: str, host: Host, *, keep_pnodes: bool) -> list[ParsedGuest]:
    from placer.formats.libxl.read_json import guests_of
    from placer.formats.openstack.flavor import holds_flavors, read_flavors
    from placer.formats.text.json_text import parse_json

    document = parse_json(text, place)
    if holds_flavors(document):
        without_carried(text, place)
        return read_flavors(document, place, host)
    _refuse(foreign_json(document), place)
    return guests_of(document, place, host, keep_pnodes=keep_pnodes)


def _refuse(what: str | None, place: str) -> None:
    if what is not None:
        raise InputError(f"this looks like {what}, expected {READ}", place=place)
