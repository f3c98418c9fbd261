"""A host that lists PCI devices, and one guest with two of them in three forms; one is unknown to the host."""

from __future__ import annotations

XL_INFO = """\
host                   : two
nr_nodes               : 2
cpu_topology           :
cpu:    core    socket     node
  0:       0        0        0
  1:       0        1        1
device topology        :
device           node
0000:00:00.0      0
0000:3b:00.0      1
0000:d8:00.0      -1
numa_info              :
node:    memsize    memfree    distances
   0:      8192       4096      10,21
   1:      8192       3072      21,10
"""
XL_CFG = """\
name = "db"
type = "hvm"
memory = 1024
vcpus = 1
pci = ["3b:00.0@1,permissive=1", "permissive=1,bdf=0000:5e:00.1"]
"""
LIBXL = """{
  "c_info": {"name": "db", "type": "hvm"},
  "b_info": {"max_vcpus": 1, "max_memkb": 1048576, "type.hvm": {}},
  "pcidevs": [{"bus": 59, "permissive": true}, {"func": 1, "bus": 94}]
}"""
LIBVIRT = """\
<domain type='kvm'>
  <name>db</name>
  <memory unit='GiB'>1</memory>
  <vcpu>1</vcpu>
  <os><type>hvm</type></os>
  <devices>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <source><address domain='0x0000' bus='0x3b' slot='0x00' function='0x0'/></source>
    </hostdev>
    <hostdev mode='subsystem' type='pci'>
      <source><address bus='94' slot='0x00' function='1'/></source>
    </hostdev>
  </devices>
</domain>
"""
