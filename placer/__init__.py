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
    Crowd,
    Flow,
    Linear,
    Peak,
    Problem,
    Progress,
    Quotient,
    Relation,
    Resource,
    Room,
    Solution,
    Status,
    Touch,
)
from placer.check import Verdict, Violation, check
from placer.errors import Defect, EmissionError, InputError, PlacerError
from placer.formats.native.instance_json import dump_instance, parse_instance, read_instance
from placer.instance import Cpupool, Device, Domain, Flexible, Guest, Host, Instance, Objective, Placement, Pnode, Vnode
from placer.instance.previous import Moved
from placer.solving.pipeline import solve
from placer.solving.problems import gqap, solve_problem
from placer.solving.result import Answer, Tier, Trade

__all__ = [
    "Answer",
    "Cpupool",
    "Crowd",
    "Defect",
    "Device",
    "Domain",
    "EmissionError",
    "Flexible",
    "Flow",
    "Guest",
    "Host",
    "InputError",
    "Instance",
    "Linear",
    "Moved",
    "Objective",
    "Peak",
    "Placement",
    "PlacerError",
    "Pnode",
    "Problem",
    "Progress",
    "Quotient",
    "Relation",
    "Resource",
    "Room",
    "Solution",
    "Status",
    "Tier",
    "Touch",
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
