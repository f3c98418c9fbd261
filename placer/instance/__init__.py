"""The words of the field: hosts, guests, instances and placements, frozen and checked."""

from placer.instance.cpupool import DEFAULT_POOL, Cpupool
from placer.instance.device import Device, pci_address
from placer.instance.distances import LOCAL_DISTANCE, REMOTE_DISTANCE, UNREACHABLE
from placer.instance.domain import Domain
from placer.instance.flexible import MOST_VNODES, Flexible
from placer.instance.guest import Form, Guest, GuestType
from placer.instance.host import Host
from placer.instance.huge_pages import HugePages
from placer.instance.instance import Instance, Objective
from placer.instance.placement import Placement
from placer.instance.pnode import Pnode
from placer.instance.rules import Rule, VnodeOf, guest_of, in_words, listed
from placer.instance.topology import Topology
from placer.instance.units import format_cpuset, format_size, parse_cpuset, parse_size, shorten
from placer.instance.vnode import Vnode

__all__ = [
    "DEFAULT_POOL",
    "LOCAL_DISTANCE",
    "MOST_VNODES",
    "REMOTE_DISTANCE",
    "UNREACHABLE",
    "Cpupool",
    "Device",
    "Domain",
    "Flexible",
    "Form",
    "Guest",
    "GuestType",
    "Host",
    "HugePages",
    "Instance",
    "Objective",
    "Placement",
    "Pnode",
    "Rule",
    "Topology",
    "Vnode",
    "VnodeOf",
    "format_cpuset",
    "format_size",
    "guest_of",
    "in_words",
    "listed",
    "parse_cpuset",
    "parse_size",
    "pci_address",
    "shorten",
]
