"""Pcpus as a hard capacity: how many vcpus may stand on a pnode."""

from __future__ import annotations

from math import floor

import numpy as np

from placer.instance import Instance
from placer.problem import Resource
from placer.translate.cores import running_load


def overcommit(instance: Instance, *, nowhere: bool) -> list[Resource]:
    """Keep the vcpus of the vnodes on p and those that run there within the host's limit x pcpus of p."""
    host = instance.host
    limit = host.vcpus_per_pcpu
    if limit is None:
        return []
    weight = np.array([len(v.vcpus) for guest in instance.guests for v in guest.vnodes], dtype=np.int64)
    allowed = np.array([floor(limit * len(pnode.pcpus)) for pnode in host.pnodes], dtype=np.int64)
    capacity = np.maximum(allowed - np.array(running_load(host)), 0)
    if nowhere:
        capacity = np.append(capacity, weight.sum())
    return [Resource(weight=weight, capacity=capacity, name="overcommit")]
