"""Small hosts in every form, each of two pnodes that a test can change."""

from __future__ import annotations

from pathlib import Path

HWLOC = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE topology SYSTEM "hwloc2.dtd">
<topology version="2.0">
  <object type="Machine" os_index="0" cpuset="0x000000ff" gp_index="1">
    <info name="HostName" value="db1"/>
    <object type="Package" os_index="0" cpuset="0x0000000f" gp_index="2">
      <object type="NUMANode" os_index="0" cpuset="0x0000000f" gp_index="20" local_memory="4294967296"/>
      <object type="Core" os_index="0" cpuset="0x00000003" gp_index="4">
        <object type="PU" os_index="0" cpuset="0x00000001" gp_index="5"/>
        <object type="PU" os_index="1" cpuset="0x00000002" gp_index="6"/>
      </object>
      <object type="Core" os_index="1" cpuset="0x0000000c" gp_index="7">
        <object type="PU" os_index="2" cpuset="0x00000004" gp_index="8"/>
        <object type="PU" os_index="3" cpuset="0x00000008" gp_index="9"/>
      </object>
    </object>
    <object type="Package" os_index="1" cpuset="0x000000f0" gp_index="10">
      <object type="NUMANode" os_index="8" cpuset="0x000000f0" gp_index="21" local_memory="8589934592"/>
      <object type="Core" os_index="0" cpuset="0x00000030" gp_index="12">
        <object type="PU" os_index="4" cpuset="0x00000010" gp_index="13"/>
        <object type="PU" os_index="5" cpuset="0x00000020" gp_index="14"/>
      </object>
      <object type="Core" os_index="1" cpuset="0x000000c0" gp_index="15">
        <object type="PU" os_index="6" cpuset="0x00000040" gp_index="16"/>
        <object type="PU" os_index="7" cpuset="0x00000080" gp_index="17"/>
      </object>
    </object>
  </object>
  <distances2 type="NUMANode" nbobjs="2" kind="5" name="NUMALatency" indexing="os">
    <indexes length="4">0 8 </indexes>
    <u64values length="12">10 21 </u64values>
    <u64values length="12">31 10 </u64values>
  </distances2>
</topology>
"""

HWLOC_1 = """\
<?xml version="1.0" encoding="UTF-8"?>
<topology>
  <object type="Machine" os_index="0" cpuset="0x0000000f" online_cpuset="0x00000007">
    <distances nbobjs="4" relative_depth="2" latency_base="1.000000">
      <latency value="7.000000"/>
    </distances>
    <distances nbobjs="2" relative_depth="1" latency_base="10.000000">
      <latency value="1.000000"/>
      <latency value="2.100000"/>
      <latency value="1.700000"/>
      <latency value="1.000000"/>
    </distances>
    <object type="NUMANode" os_index="4" cpuset="0x0000000f" local_memory="4294967296">
      <object type="Socket" os_index="0" cpuset="0x0000000f">
        <object type="Core" os_index="0" cpuset="0x00000003">
          <object type="PU" os_index="0" cpuset="0x00000001"/>
          <object type="PU" os_index="1" cpuset="0x00000002"/>
        </object>
        <object type="PU" os_index="2" cpuset="0x00000004"/>
        <object type="PU" os_index="3" cpuset="0x00000008"/>
      </object>
    </object>
    <object type="NUMANode" os_index="2" cpuset="0x0" local_memory="1073741824"/>
  </object>
</topology>
"""

LIBVIRT = """\
<capabilities>
  <host>
    <topology>
      <cells num='2'>
        <cell id='0'>
          <memory unit='KiB'>4194304</memory>
          <pages unit='KiB' size='4'>1048576</pages>
          <distances>
            <sibling id='0' value='10'/>
            <sibling id='1' value='21'/>
          </distances>
          <cpus num='4'>
            <cpu id='0' socket_id='0' core_id='0' siblings='0,2'/>
            <cpu id='1' socket_id='0' core_id='1' siblings='1,3'/>
            <cpu id='2' socket_id='0' core_id='0' siblings='0,2'/>
            <cpu id='3' socket_id='0' core_id='1' siblings='1,3'/>
          </cpus>
        </cell>
        <cell id='1'>
          <memory unit='KiB'>8388608</memory>
          <distances>
            <sibling id='0' value='31'/>
            <sibling id='1' value='10'/>
          </distances>
          <cpus num='0'/>
        </cell>
      </cells>
    </topology>
  </host>
</capabilities>
"""

NUMACTL = """\
available: 2 nodes (0,8)
node 0 cpus: 0 1 2 3
node 0 size: 4096 MB
node 0 free: 3000 MB
node 8 cpus:
node 8 size: 8192 MB
node 8 free: 8000 MB
node distances:
node   0   8
  0:  10  21
  8:  31  10
"""

TWO_NODES = """\
available: 2 nodes (0-1)
node 0 cpus: 0 1 2 3
node 0 size: 8000 MB
node 0 free: 8000 MB
node 1 cpus: 4 5 6 7
node 1 size: 8000 MB
node 1 free: 8000 MB
"""
"""What ``numactl -H`` prints of two equal empty nodes, without their distances."""


def sysfs(folder: Path) -> Path:
    """Write a tree of nodes 0 and 8 with two threads in each core of node 0, and give its root."""
    files = {
        "node/online": "0,8\n",
        "node/node0/cpulist": "0-3\n",
        "node/node0/distance": "10 21\n",
        "node/node0/meminfo": "Node 0 MemTotal:        4194304 kB\nNode 0 MemFree:         1048576 kB\n",
        "node/node8/cpulist": "\n",
        "node/node8/distance": "31 10\n",
        "node/node8/meminfo": "Node 8 MemTotal:        8388608 kB\nNode 8 MemFree:         8388608 kB\n",
        "cpu/online": "0-3\n",
        **{f"cpu/cpu{i}/topology/core_cpus_list": f"{i % 2},{i % 2 + 2}\n" for i in range(4)},
    }
    for name, text in files.items():
        file = folder / "devices/system" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder
