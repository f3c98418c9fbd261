"""What is tried with a guest without NUMA cells, as QEMU's arguments, and what was seen."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.xen.qemu_programs import MACHINE as QEMU_MACHINE


@dataclass(frozen=True, kw_only=True)
class Trial:
    """
    A guest without NUMA cells, and the state of the host when it starts.

    Parameters
    ----------
    words
        What the trial is about.
    mib
        Memory of the guest.
    policy, nodes
        As QEMU's memory backend takes them; policy ``cpuset`` is no policy but a cgroup's cpuset.mems, and
        ``preferred-many`` is asked for by a program in QEMU's place.
    vcpus
        For each vcpu, the node on whose pcpu it runs; each writes to an equal stretch of the memory.
    prealloc
        Further arguments of the backend that has QEMU write to all memory at the start, before any vcpu runs; empty:
        memory is taken when a vcpu first writes to it.
    start
        Nodes on whose pcpus QEMU itself may run.
    leave
        MiB that are left free on a node, before QEMU starts.
    cache
        Node that is filled with page cache, down to nothing free.
    small_pages
        Whether transparent huge pages are off.
    huge
        Pages of 2 MiB reserved on each node for the backend; empty for ordinary memory.
    bystander
        MiB of another process on node 3, which is larger than the guest.
    """

    words: str
    mib: int = 512
    policy: str = "bind"
    nodes: str = "0-1"
    vcpus: tuple[int, ...] = (0,)
    prealloc: str = ""
    start: tuple[int, ...] = (0,)
    leave: dict[int, int] = field(default_factory=dict)
    cache: int | None = None
    small_pages: bool = False
    huge: tuple[int, ...] = ()
    bystander: int = 0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """
    Where the memory of a guest was seen.

    Parameters
    ----------
    free, after
        MiB free on each node, before and after.
    mib
        Memory of the guest on each node, in MiB; empty where the guest does not run.
    policy
        What numa_maps calls the policy.
    end
        What happened to a guest that does not run, or to others.
    """

    free: tuple[int, ...]
    after: tuple[int, ...]
    mib: tuple[float, ...] = ()
    policy: str = ""
    end: str = ""


def prefix(trial: Trial) -> str:
    """Give what stands before QEMU's name: its pcpus, and its cpuset."""
    mask = sum(1 << node for node in trial.start)
    taskset = f"taskset {mask:x}"
    if trial.policy == "cpuset":
        return (
            f"echo {trial.nodes} > /cg/set/cpuset.mems; {taskset} sh -c 'echo $$ > /cg/set/cgroup.procs; exec \"$@\"' x"
        )
    return taskset


def arguments(trial: Trial) -> str:
    """Give QEMU's arguments; it stops before the first instruction of the guest and waits for ``cont``."""
    kind = "memory-backend-memfd,hugetlb=on,hugetlbsize=2M" if trial.huge else "memory-backend-ram"
    where = "" if trial.policy == "cpuset" else f",host-nodes={trial.nodes},policy={trial.policy}"
    backend = f"-object {kind},id=ram,size={trial.mib}M{where}{trial.prealloc and ',' + trial.prealloc}"
    guest = f"-m {trial.mib}M {backend} -machine memory-backend=ram -smp {len(trial.vcpus)}"
    kernel = f"-kernel /guest/touch -append {len(trial.vcpus)} -debugcon file:/tmp/said"
    control = "-S -monitor pipe:/tmp/monitor -name guest,debug-threads=on -pidfile /tmp/pid -daemonize"
    return f"-L /usr/share/seabios -L /usr/share/qemu {QEMU_MACHINE} {guest} {kernel} {control}"
