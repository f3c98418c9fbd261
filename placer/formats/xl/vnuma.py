"""Reads ``vnuma=`` of an xl.cfg (Xen tools/xl/xl_parse.c, parse_vnuma_config)."""

from __future__ import annotations

from dataclasses import dataclass

from placer.formats.xl.syntax import Config, Value
from placer.instance import Host, Vnode, format_cpuset, parse_cpuset, shorten
from placer.instance.guest_checks import MAX_VCPUS
from placer.instance.units import MAX_KIB

MIB = 1024
ANEW = "--free-pnodes places the guest anew"
OPTIONS = ("pnode", "size", "vcpus", "vdistances")
MAX_VNODES = 1024
"""Most vnodes that are read. Chosen, not tuned: far above the 32 of Xen, which the emitters check."""


@dataclass(frozen=True, kw_only=True)
class Vnuma:
    """The vnodes of a file, and the distances between them that it asks for; None where it asks for none."""

    vnodes: tuple[Vnode, ...]
    vdistances: tuple[tuple[int, ...], ...] | None


def read_vnuma(config: Config, host: Host, *, keep_pnodes: bool = True) -> Vnuma | None:
    """
    Read the vnodes; None where the file has none, or an empty list.

    A vnode without ``pnode=`` has no pnode yet, and placer places it; xl would take pnode 0. Without ``keep_pnodes`` no
    vnode has one, and the pnodes of the file may be those of another host.

    Raises
    ------
    InputError
        With the vnode and the rule, where xl or libxl refuses the vnodes (libxl__vnuma_config_check) or would read an
        option otherwise than people read it: unknown options, options given twice, numbers with a suffix.
    """
    value = config.value_of("vnuma")
    if value is None or value == ():
        return None
    if isinstance(value, str):
        raise config.fault("vnuma", "vnuma is a string, expected a list of lists")
    if len(value) > MAX_VNODES:
        raise config.fault("vnuma", f"vnuma has {len(value)} vnodes, expected at most {MAX_VNODES}")
    rows = [_Row(config, v, spec) for v, spec in enumerate(value)]
    vnodes = tuple(
        Vnode(memory_kib=row.memory_kib(), vcpus=row.vcpus(), pnode=row.pnode(host, keep=keep_pnodes)) for row in rows
    )
    _check_vcpus(config, vnodes)
    return Vnuma(vnodes=vnodes, vdistances=_vdistances(config, rows))


class _Row:
    """One vnode: its options as text, and methods that read each of them."""

    def __init__(self, config: Config, v: int, spec: Value) -> None:
        self._config = config
        self._v = v
        self._option: dict[str, str] = {}
        if isinstance(spec, str):
            raise self._fault(f'expected a list such as ["size=1024", "vcpus=0-1"], got "{shorten(spec)}"')
        for entry in spec:
            if not isinstance(entry, str) or "=" not in entry:
                raise self._fault(f'expected entries "option=value", got {_shown(entry)}')
            name, _, text = entry.partition("=")
            self._add(name.strip(), text.strip())

    def _add(self, name: str, text: str) -> None:
        if name not in OPTIONS:
            raise self._fault(
                f'unknown option "{shorten(name)}", expected one of {", ".join(OPTIONS)} (xl would ignore it)'
            )
        if name in self._option:
            raise self._fault(f"{name} is given twice")
        self._option[name] = text

    def memory_kib(self) -> int:
        if "size" not in self._option:
            raise self._fault("has no size, expected size= in MiB")
        return self._number("size", self._option["size"], MAX_KIB // MIB, "a number of MiB without a suffix") * MIB

    def vcpus(self) -> tuple[int, ...]:
        """Read the vcpus of the vnode; without the option it has none, as in xl."""
        text = self._option.get("vcpus")
        vcpus: set[int] = set()
        for part in text.split(",") if text is not None else ():
            try:
                more = set(parse_cpuset(part))
            except ValueError as error:
                raise self._fault(f"vcpus: {error}") from None
            if "^" in part or max(more, default=0) >= MAX_VCPUS:
                raise self._fault(f'expected vcpus such as "0-3,8", below {MAX_VCPUS}, got "{shorten(part)}"')
            if vcpus & more:
                raise self._fault(f"vcpus name {format_cpuset(vcpus & more)} twice")
            vcpus |= more
        return tuple(sorted(vcpus))

    def pnode(self, host: Host, *, keep: bool) -> int | None:
        text = self._option.get("pnode")
        if text is None:
            return None
        known = f"one of this host's pnodes {format_cpuset(host.position_of)}"
        pnode = self._number("pnode", text, 2**32, known)
        if pnode not in host.position_of and keep:
            raise self._fault(f"invalid pnode number {pnode}, expected {known}; {ANEW}")
        return pnode if keep else None

    def distances(self, count: int) -> tuple[int, ...] | None:
        text = self._option.get("vdistances")
        if text is None:
            return None
        wanted = "distances from 0 to 255, separated by commas"
        distances = tuple(self._number("vdistances", part.strip(), 255, wanted) for part in text.split(","))
        if len(distances) != count:
            raise self._fault(f"has {len(distances)} vdistances for {count} vnodes")
        if min(distances) < distances[self._v]:
            w = distances.index(min(distances))
            raise self._fault(
                f"distance {distances[w]} to vnode {w} is smaller than its local distance {distances[self._v]}"
            )
        return distances

    def _number(self, name: str, text: str, most: int, wanted: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 15 and int(text) <= most):
            raise self._fault(f'expected {name} to be {wanted}, got "{shorten(text)}"')
        return int(text)

    def _fault(self, message: str) -> Exception:
        return self._config.fault("vnuma", f"vnuma, vnode {self._v}: {message}")


def _shown(entry: Value) -> str:
    return f'"{shorten(entry)}"' if isinstance(entry, str) else "a list"


def _check_vcpus(config: Config, vnodes: tuple[Vnode, ...]) -> None:
    vnode_of: dict[int, int] = {}
    for v, vnode in enumerate(vnodes):
        for vcpu in vnode.vcpus:
            if vcpu in vnode_of:
                raise config.fault(
                    "vnuma", f"vnuma: vcpu {vcpu} is on vnodes {vnode_of[vcpu]} and {v}, expected on one"
                )
            vnode_of[vcpu] = v
    if not vnode_of:
        raise config.fault("vnuma", "vnuma names no vcpus, expected vcpus= in at least one vnode")
    missing = [vcpu for vcpu in range(max(vnode_of)) if vcpu not in vnode_of]
    if missing:
        raise config.fault("vnuma", f"vnuma: vcpus {format_cpuset(missing)} are on no vnode, expected each on one")


def _vdistances(config: Config, rows: list[_Row]) -> tuple[tuple[int, ...], ...] | None:
    wanted = [row.distances(len(rows)) for row in rows]
    stated = [distances for distances in wanted if distances is not None]
    if stated and len(stated) < len(rows):
        lacking = format_cpuset(v for v, distances in enumerate(wanted) if distances is None)
        raise config.fault("vnuma", f"vnuma: vnodes {lacking} have no vdistances but others do")
    return tuple(stated) or None
