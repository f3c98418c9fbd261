"""A snapshot of a host of libvirt with two nodes of 4 pcpus and 8 GiB, on which two guests run."""

from __future__ import annotations

from tests.support.snapshots import FACTS

GIB = 1 << 20
DB, WEB = "6695eb01-f6a4-8304-79aa-97f2502e193f", "855fb7d6-0d8f-4f04-b2aa-68cf1f06e774"


def _cell(node: int) -> str:
    first = 4 * node
    cpus = "\n".join(
        f"<cpu id='{cpu}' socket_id='{node}' core_id='{cpu // 2}' siblings='{cpu // 2 * 2}-{cpu // 2 * 2 + 1}'/>"
        for cpu in range(first, first + 4)
    )
    distances = "".join(f"<sibling id='{other}' value='{10 if other == node else 21}'/>" for other in (0, 1))
    return (
        f"<cell id='{node}'><memory unit='KiB'>{8 * GIB}</memory><pages unit='KiB' size='4'>{2 * GIB}</pages>"
        f"<pages unit='KiB' size='2048'>0</pages><distances>{distances}</distances><cpus num='4'>\n{cpus}\n</cpus>"
        "</cell>"
    )


CAPABILITIES = f"""\
<capabilities>
<host><topology><cells num='2'>
{_cell(0)}
{_cell(1)}
</cells></topology></host>
</capabilities>
"""
FREECELL = f"    0: {3 * GIB:10d} KiB\n    1: {5 * GIB:10d} KiB\n--------------------\nTotal: {8 * GIB:10d} KiB\n\n"
FREEPAGES = "Node 0:\n4KiB: 786432\n2048KiB: 0\n\nNode 1:\n4KiB: 1310720\n2048KiB: 0\n\n"
NODE_MEMORY = (
    f"node 0 distances: 10 21\nnode 0 free: {3 * GIB} kB\nnode 1 distances: 21 10\nnode 1 free: {5 * GIB} kB\n"
)


def domain(name: str, uuid: str, id: int, gib: int, *, more: str = "") -> str:
    """Give the XML of a running domain of 2 vcpus."""
    return (
        f"<domain type='kvm' id='{id}'>\n  <name>{name}</name>\n  <uuid>{uuid}</uuid>\n"
        f"  <memory unit='KiB'>{gib * GIB}</memory>\n  <vcpu placement='static'>2</vcpu>\n  {more}\n"
        "  <os><type arch='x86_64' machine='q35'>hvm</type></os>\n</domain>\n"
    )


def vcpuinfo(mask: str, *pcpus: int) -> str:
    """Give what virsh vcpuinfo prints of vcpus with one mask."""
    return "".join(
        f"VCPU:           {vcpu}\nCPU:            {pcpu}\nState:          running\nCPU time:       1.2s\n"
        f"CPU Affinity:   {mask}\n\n"
        for vcpu, pcpu in enumerate(pcpus)
    )


def parts_of_kvm() -> dict[str, str]:
    """Give the parts: db of 4 GiB lies on node 0 as bound, web of 2 GiB is bound to nothing and lies on both."""
    pinned = "<numatune><memory mode='strict' nodeset='0'/></numatune>"
    listed = f"{DB}\n{WEB}\n\n"
    return {
        "facts": FACTS.replace("xen1", "kvm1"),
        "virsh-capabilities": CAPABILITIES,
        "virsh-freecell": FREECELL,
        "virsh-freepages": FREEPAGES,
        "node-memory": NODE_MEMORY,
        "virsh-list": listed,
        f"virsh-dumpxml/{DB}": domain("db", DB, 3, 4, more=pinned),
        f"virsh-vcpuinfo/{DB}": vcpuinfo("yyyy----", 0, 2),
        f"numa-maps/{DB}": f"node 0 held: {4 * GIB} kB\n",
        f"virsh-dumpxml/{WEB}": domain("web", WEB, 7, 2),
        f"virsh-vcpuinfo/{WEB}": vcpuinfo("yyyyyyyy", 5, 1),
        f"numa-maps/{WEB}": f"node 0 held: {GIB // 2} kB\nnode 1 held: {3 * GIB // 2} kB\n",
        "virsh-list-after": listed,
        "facts-after": FACTS.replace("xen1", "kvm1"),
    }


def parts_without_domains() -> dict[str, str]:
    """Give the parts of the same host on which nothing runs."""
    parts = {name: text for name, text in parts_of_kvm().items() if "/" not in name}
    return parts | {"virsh-list": "\n", "virsh-list-after": "\n"}
