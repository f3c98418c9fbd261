"""The guests of the experiments with sets of pnodes, by boot."""

from __future__ import annotations

from benchmarks.set_trials import Batch, Case

KINDS = ("pv", "pvh", "hvm")
SMALL_MIB, LARGE_MIB = 1536, 4096


def _each(pnodes: tuple[int, ...], mib: int, vcpus: int) -> list[Case]:
    return [Case(kind=kind, pnodes=pnodes, mib=mib, vcpus=vcpus) for kind in KINDS]


def _even() -> Batch:
    """Room for everything, and less than a GiB, or more than one in smaller pieces."""
    cases = [
        *_each((1, 2), 300, 1),
        *_each((0, 2), 701, 3),
        *_each((1, 2, 3), 1000, 5),
        *_each((0, 1, 2, 3), 1021, 8),
        *_each((0,), 500, 4),
        Case(kind="hvm", pnodes=(1, 2), mib=700, vcpus=4, hard=True),
        Case(kind="pv", pnodes=(1, 3), mib=1501, vcpus=2),
    ]
    return Batch(name="even", node_mib=SMALL_MIB, cases=tuple(cases))


def _gigabytes() -> Batch:
    """Pnodes with pieces of a whole GiB."""
    cases = [
        *_each((1, 2), 1024, 2),
        *_each((1, 2), 2048, 2),
        *_each((1, 2), 3072, 4),
        *_each((1, 2, 3), 2500, 3),
        *_each((0, 1, 2, 3), 3000, 8),
        *_each((2, 3), 5000, 2),
    ]
    return Batch(name="whole GiB", node_mib=LARGE_MIB, cases=tuple(cases))


def _broken() -> Batch:
    """The pnodes of the set have room but no piece of a whole GiB; others have."""
    fill = [Case(kind="pv", pnodes=(p,), spare_mib=2200, vcpus=1, kept=True) for p in (1, 2)]
    more = [Case(kind="pv", pnodes=(p,), mib=700, vcpus=1, kept=True) for p in (1, 2)]
    more += [Case(kind="pv", pnodes=(p,), mib=500, vcpus=1, kept=True) for p in (1, 2)]
    tried = [*_each((1, 2), 1500, 2), *_each((1, 2), 1023, 2), Case(kind="hvm", pnodes=(1, 2), mib=2047)]
    tried += [Case(kind="hvm", pnodes=(1, 2), mib=2048), Case(kind="pvh", pnodes=(1, 2), mib=1024)]
    return Batch(name="broken GiB", node_mib=LARGE_MIB, cases=(*fill, *tried[:3], *more, *tried[3:]))


def _full() -> Batch:
    """Pnodes of the set without room; the low zone; then the whole host."""
    tight = Case(kind="pv", pnodes=(1,), spare_mib=200, vcpus=1, kept=True)
    cases = [
        Case(kind="hvm", pnodes=(0, 1), mib=2600),
        Case(kind="pv", pnodes=(0, 1), mib=2600),
        Case(kind="pv", pnodes=(0,), mib=1400),
        tight,
        *_each((1, 2), 600, 2),
        Case(kind="pv", pnodes=(2,), spare_mib=200, vcpus=1, kept=True),
        *_each((1, 2), 600, 2),
        Case(kind="vnuma", pnodes=(0,), mib=900, kept=True),
        *_each((0, 1), 500, 2),
        Case(kind="pv", pnodes=(3,), spare_mib=50, vcpus=1, kept=True),
        *_each((1, 2), 600, 2),
    ]
    return Batch(name="full", node_mib=SMALL_MIB, cases=tuple(cases))


def _margins(name: str, vcpus: int, spares: tuple[int, ...], left_mib: int) -> Batch:
    """Both pnodes of the set have room for their part and so many MiB."""
    fill = [Case(kind="pv", pnodes=(p,), spare_mib=left_mib, vcpus=1, kept=True) for p in (1, 2)]
    tried = [Case(kind=k, pnodes=(1, 2), spare_mib=s, vcpus=vcpus) for s in spares for k in KINDS]
    return Batch(name=name, node_mib=SMALL_MIB, cases=(*fill, *tried))


def _filled() -> Batch:
    """Guests of every kind on sets that overlap, until the rule finds no room."""
    cases = [
        Case(kind="hvm", pnodes=(0, 1), mib=700, vcpus=4, kept=True),
        Case(kind="pv", pnodes=(1, 2, 3), mib=901, kept=True),
        Case(kind="pvh", pnodes=(2, 3), mib=999, vcpus=3, kept=True),
        Case(kind="hvm", pnodes=(0, 1, 2), mib=600, vcpus=2, kept=True),
        Case(kind="pvh", pnodes=(0, 3), spare_mib=16, kept=True),
        Case(kind="pv", pnodes=(0, 1), spare_mib=13, kept=True),
        Case(kind="hvm", pnodes=(1, 2), spare_mib=16, kept=True),
    ]
    return Batch(name="filled", node_mib=SMALL_MIB, cases=tuple(cases))


def _ballooned() -> Batch:
    """Memory below maxmem, and guests that are saved and restored."""
    cases = [
        Case(kind="hvm", pnodes=(1, 2), mib=96, vcpus=2, moved=True),
        *(Case(kind=kind, pnodes=(1, 2), mib=1200, start_mib=600, vcpus=2) for kind in KINDS),
        *(Case(kind=kind, pnodes=(0, 1, 2), mib=4000, start_mib=901, vcpus=4) for kind in KINDS),
        *(Case(kind=kind, pnodes=(2,), mib=2500, start_mib=512, vcpus=1) for kind in KINDS),
    ]
    return Batch(name="ballooning", node_mib=SMALL_MIB, cases=tuple(cases))


def _vcpus() -> Batch:
    """How overhead follows vcpus and memory."""
    cases = [Case(kind=kind, pnodes=(1, 2), mib=400, vcpus=vcpus) for vcpus in (1, 4) for kind in KINDS]
    cases += [Case(kind=kind, pnodes=(1, 2), mib=2400, vcpus=2) for kind in KINDS]
    cases += [Case(kind=kind, pnodes=(1, 2), mib=400, vcpus=16) for kind in KINDS]
    return Batch(name="overhead", node_mib=SMALL_MIB, cases=tuple(cases))


def _gaps() -> Batch:
    """Every other of nine guests on a pnode ends; what is free there is in pieces of less than a GiB."""
    fill = [Case(kind="pv", pnodes=(1,), mib=450, vcpus=1, kept=True) for _ in range(9)]
    tried = [Case(kind="pvh", pnodes=(1,), mib=1024, vcpus=1, ends=(0, 2, 4, 6, 8))]
    tried += [Case(kind="pv", pnodes=(1,), mib=1024, vcpus=1), Case(kind="hvm", pnodes=(1,), mib=1024, vcpus=1)]
    return Batch(name="gaps", node_mib=5120, nodes=2, cases=(*fill, *tried))


def _crumbs() -> Batch:
    """Dom0 gives back memory, and the pnode of the set has little else."""
    cases = [
        Case(kind="pv", pnodes=(3,), spare_mib=20, vcpus=1, kept=True),
        Case(kind="dom0", pnodes=(3,), mib=330),
        *_each((3,), 150, 1),
        *_each((2, 3), 300, 1),
    ]
    return Batch(name="crumbs", node_mib=SMALL_MIB, cases=tuple(cases))


def _low_zone(node_mib: int, nodes: int) -> Batch:
    """A guest that would like all of pnode 0."""
    case = Case(kind="pv", pnodes=(0,), spare_mib=-100, vcpus=1)
    return Batch(name=f"low zone {node_mib}", node_mib=node_mib, nodes=nodes, cases=(case,))


QUICK = (_even(), _full())
FULL = (
    _even(),
    _gigabytes(),
    _full(),
    _margins("margins", 2, (0, 3, 6, 9, 12, 15), 400),
    _broken(),
    _filled(),
    _ballooned(),
    _vcpus(),
    _crumbs(),
    _gaps(),
    *(_low_zone(node_mib, nodes) for node_mib, nodes in ((1024, 4), (2048, 2), (3072, 2), (8192, 2), (20480, 2))),
)
