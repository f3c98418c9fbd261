"""
NUMA placement of virtual machines, proved optimal.

>>> import placer
>>> host = placer.Host(pnodes=tuple(placer.Pnode(id=i, memory_kib=8 << 20, pcpus=(2 * i, 2 * i + 1)) for i in (0, 1)))
>>> guest = placer.Guest(name="db", vnodes=(placer.Vnode(memory_kib=6 << 20, vcpus=(0, 1)),))
>>> answer = placer.solve(placer.Instance(host=host, guests=(guest,)))
>>> str(answer.status), answer.mean_access_distance
('OPTIMAL', 10.0)
"""

# ruff: noqa: E402 - Ctrl-C is in hand before anything that takes long is imported
from placer import interrupts as _interrupts

_interrupts.prepare()

from importlib import import_module
from typing import TYPE_CHECKING

from placer.api.assembling import assemble
from placer.api.auditing import audit
from placer.api.reading import read_guests, read_host, read_placement, read_running
from placer.api.rebalancing import rebalance, running_host
from placer.api.showing import show
from placer.api.snapshots import read_snapshot
from placer.api.writing import emit, to_json
from placer.assignment import (
    Conflict,
    ConvexLoad,
    Decision,
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
from placer.errors import BatchError, Defect, EmissionError, InputError, InstanceError, PlacerError
from placer.formats.base import ParsedGuest, ParsedHost
from placer.formats.native.instance_json import dump_instance, parse_instance, read_instance
from placer.formats.text.files import Text
from placer.instance import (
    Cpupool,
    Device,
    Domain,
    Flexible,
    Guest,
    Host,
    HugePages,
    Instance,
    Objective,
    Placement,
    Pnode,
    Rule,
    Topology,
    Vnode,
    VnodeOf,
)
from placer.instance.previous import Moved
from placer.solving.pipeline import solve
from placer.solving.problems import solve_problem
from placer.solving.result import Result, Tier, Trade

if TYPE_CHECKING:
    from placer.audit.findings import AuditReport, GuestFinding
    from placer.audit.running import Running
    from placer.audit.snapshot import Snapshot
    from placer.job.request import Request
    from placer.rebalance.overview import Overview
    from placer.rebalance.plan import Plan
    from placer.rebalance.running import RunningHost
    from placer.solving.state import State

__all__ = [
    "AuditReport",
    "BatchError",
    "Conflict",
    "ConvexLoad",
    "Cpupool",
    "Decision",
    "Defect",
    "Device",
    "Domain",
    "EmissionError",
    "Flexible",
    "FlooredLinear",
    "Flow",
    "Guest",
    "GuestFinding",
    "Host",
    "HugePages",
    "InputError",
    "Instance",
    "InstanceError",
    "Linear",
    "MaxUtilization",
    "Moved",
    "Objective",
    "Overview",
    "ParsedGuest",
    "ParsedHost",
    "Placement",
    "PlacerError",
    "Plan",
    "Pnode",
    "Problem",
    "Progress",
    "Request",
    "ResidualCapacity",
    "Resource",
    "Result",
    "Rule",
    "Running",
    "RunningHost",
    "SetOnSite",
    "Snapshot",
    "Solution",
    "State",
    "Status",
    "Text",
    "Tier",
    "Topology",
    "Trade",
    "Verdict",
    "Violation",
    "Vnode",
    "VnodeOf",
    "assemble",
    "audit",
    "check",
    "dump_instance",
    "emit",
    "gqap",
    "parse_instance",
    "read_guests",
    "read_host",
    "read_instance",
    "read_placement",
    "read_running",
    "read_snapshot",
    "rebalance",
    "running_host",
    "show",
    "solve",
    "solve_problem",
    "to_json",
]

_LATER = {
    "AuditReport": "placer.audit.findings",
    "GuestFinding": "placer.audit.findings",
    "Plan": "placer.rebalance.plan",
    "Overview": "placer.rebalance.overview",
    "Request": "placer.job.request",
    "Running": "placer.audit.running",
    "RunningHost": "placer.rebalance.running",
    "Snapshot": "placer.audit.snapshot",
    "State": "placer.solving.state",
}
"""Names that are imported when they are first used: most commands do without them, and start sooner."""


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module 'placer' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_LATER[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
