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
from placer.api.drawing import draw, draw_png, read_moves
from placer.api.expecting import Expected, learnt, read_expected, with_expected
from placer.api.fleet_moves import check_fleet_moves, dump_fleet_moves, read_fleet_moves, rebalance_fleet
from placer.api.fleets import (
    bound_fleet,
    check_certificate,
    check_plan,
    dump_fleet,
    read_certificate,
    read_fleet,
    solve_fleet,
)
from placer.api.later import LATER
from placer.api.reading import read_guests, read_host, read_placement, read_running
from placer.api.rebalancing import rebalance, running_host
from placer.api.showing import show
from placer.api.snapshots import read_snapshot
from placer.api.what_if import what_if
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
from placer.instance.future import FutureCapacity
from placer.instance.previous import Moved
from placer.solving.pipeline import solve
from placer.solving.problems import solve_problem
from placer.solving.result import Result, Tier, Trade

if TYPE_CHECKING:
    from placer.audit.findings import AuditReport, GuestFinding
    from placer.audit.running import Running
    from placer.audit.snapshot import Snapshot
    from placer.claims.claims import Claims
    from placer.claims.listed import ClaimedGuest
    from placer.claims.planning import Claimed
    from placer.claims.tables import ClaimedShape
    from placer.fleet.arrivals.arrival import Arrival
    from placer.fleet.arrivals.online import OnlineFleet
    from placer.fleet.bound.certificate import BoundClaim, Certificate
    from placer.fleet.bound.requests import RequestBound
    from placer.fleet.bound.result import FleetBound
    from placer.fleet.bound.steps import TierBound
    from placer.fleet.bound.verdict import Proof
    from placer.fleet.model.entries import FleetGuest, FleetHost
    from placer.fleet.model.fleet import Fleet, Placed
    from placer.fleet.model.rules import FleetRule
    from placer.fleet.moves.plan import FleetMoves, FleetStep
    from placer.fleet.plan.plan import FleetPlan, HostPlan, PlanTier
    from placer.job.request import Request
    from placer.rebalance.overview import Overview
    from placer.rebalance.plan import Plan
    from placer.rebalance.running import RunningHost
    from placer.rebalance.stated_plan import StatedPlan
    from placer.solving.state import State
    from placer.whatif.change import Change
    from placer.whatif.rows import WhatIf, WhatIfRow

__all__ = [
    "Arrival",
    "AuditReport",
    "BatchError",
    "BoundClaim",
    "Certificate",
    "Change",
    "Claimed",
    "ClaimedGuest",
    "ClaimedShape",
    "Claims",
    "Conflict",
    "ConvexLoad",
    "Cpupool",
    "Decision",
    "Defect",
    "Device",
    "Domain",
    "EmissionError",
    "Expected",
    "Fleet",
    "FleetBound",
    "FleetGuest",
    "FleetHost",
    "FleetMoves",
    "FleetPlan",
    "FleetRule",
    "FleetStep",
    "Flexible",
    "FlooredLinear",
    "Flow",
    "FutureCapacity",
    "Guest",
    "GuestFinding",
    "Host",
    "HostPlan",
    "HugePages",
    "InputError",
    "Instance",
    "InstanceError",
    "Linear",
    "MaxUtilization",
    "Moved",
    "Objective",
    "OnlineFleet",
    "Overview",
    "ParsedGuest",
    "ParsedHost",
    "Placed",
    "Placement",
    "PlacerError",
    "Plan",
    "PlanTier",
    "Pnode",
    "Problem",
    "Progress",
    "Proof",
    "Request",
    "RequestBound",
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
    "StatedPlan",
    "Status",
    "Text",
    "Tier",
    "TierBound",
    "Topology",
    "Trade",
    "Verdict",
    "Violation",
    "Vnode",
    "VnodeOf",
    "WhatIf",
    "WhatIfRow",
    "assemble",
    "audit",
    "bound_fleet",
    "check",
    "check_certificate",
    "check_fleet_moves",
    "check_plan",
    "draw",
    "draw_png",
    "dump_fleet",
    "dump_fleet_moves",
    "dump_instance",
    "emit",
    "gqap",
    "learnt",
    "parse_instance",
    "read_certificate",
    "read_expected",
    "read_fleet",
    "read_fleet_moves",
    "read_guests",
    "read_host",
    "read_instance",
    "read_moves",
    "read_placement",
    "read_running",
    "read_snapshot",
    "rebalance",
    "rebalance_fleet",
    "running_host",
    "show",
    "solve",
    "solve_fleet",
    "solve_problem",
    "to_json",
    "what_if",
    "with_expected",
]


def __getattr__(name: str) -> object:
    if name not in LATER:
        raise AttributeError(f"module 'placer' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(LATER[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *LATER})
