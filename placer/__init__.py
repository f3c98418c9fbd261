"""
NUMA placement of virtual machines, proved optimal.

>>> import placer
>>> host = placer.Host(pnodes=tuple(placer.Pnode(id=i, memory_kib=8 << 20, pcpus=(2 * i, 2 * i + 1)) for i in (0, 1)))
>>> guest = placer.Guest(name="db", vnodes=(placer.Vnode(memory_kib=6 << 20, vcpus=(0, 1)),))
>>> answer = placer.solve(placer.Instance(host=host, guests=(guest,)))
>>> str(answer.status), answer.mean_access_distance
('OPTIMAL', 10.0)
"""

from placer.assignment import (
    Conflict,
    ConvexLoad,
    FlooredLinear,
    Flow,
    Linear,
    MaxUtilization,
    Problem,
    Progress,
    ResidualCapacity,
    Resource,
    SetOnSite,
    Solution,
    Status,
)
from placer.assignment.build import gqap
from placer.check import Verdict, Violation, check
from placer.errors import Defect, EmissionError, InputError, InstanceError, PlacerError
from placer.formats.native.instance_json import dump_instance, parse_instance, read_instance
from placer.instance import Cpupool, Device, Domain, Flexible, Guest, Host, Instance, Objective, Placement, Pnode, Vnode
from placer.instance.previous import Moved
from placer.solving.pipeline import solve
from placer.solving.problems import solve_problem
from placer.solving.result import Result, Tier, Trade

__all__ = [
    "Conflict",
    "ConvexLoad",
    "Cpupool",
    "Defect",
    "Device",
    "Domain",
    "EmissionError",
    "Flexible",
    "FlooredLinear",
    "Flow",
    "Guest",
    "Host",
    "InputError",
    "Instance",
    "InstanceError",
    "Linear",
    "MaxUtilization",
    "Moved",
    "Objective",
    "Placement",
    "PlacerError",
    "Pnode",
    "Problem",
    "Progress",
    "ResidualCapacity",
    "Resource",
    "Result",
    "SetOnSite",
    "Solution",
    "Status",
    "Tier",
    "Trade",
    "Verdict",
    "Violation",
    "Vnode",
    "check",
    "dump_instance",
    "gqap",
    "parse_instance",
    "read_instance",
    "solve",
    "solve_problem",
]
