"""Reads the vcpus of a libvirt domain: how many it has, and which of them are online."""

from __future__ import annotations

from placer.formats.text.xml_text import Node
from placer.instance import shorten
from placer.instance.guest_checks import MAX_VCPUS

_YES_NO = ("yes", "no")


def read_vcpu_count(root: Node) -> int:
    """Read the most vcpus that the domain may have: ``<vcpu>``, 1 where it is absent."""
    vcpu = root.child("vcpu")
    if vcpu is None:
        return 1
    count = vcpu.checked(vcpu.text, "vcpus", MAX_VCPUS)
    if not count:
        raise vcpu.fault("expected at least 1 vcpu")
    return count


def read_online_vcpus(root: Node, vcpu_count: int) -> tuple[int, ...] | None:
    """
    Read the vcpus that the domain starts with, as libvirt does; None for all.

    With ``<vcpus>`` they are the vcpus that it enables, whatever ``current`` says; without it the first ones, as many
    as ``<vcpu current=>`` says.

    Raises
    ------
    InputError
        With ``file:line``, where libvirt would refuse the domain.
    """
    vcpu, each = root.child("vcpu"), root.child("vcpus")
    current = vcpu.number("current", vcpu_count) if vcpu is not None and "current" in vcpu.attributes else vcpu_count
    if vcpu is not None and not current:
        raise vcpu.fault("expected current of at least 1")
    if each is None:
        return tuple(range(current)) if current < vcpu_count else None
    enabled: dict[int, bool] = {}
    for row in each.all("vcpu"):
        id = row.number("id", vcpu_count - 1)
        if id in enabled:
            raise row.fault(f"vcpu {id} is listed twice")
        state = row.attributes.get("enabled", "")
        if state not in _YES_NO:
            raise row.fault(f'expected enabled to be yes or no, got "{shorten(state)}"')
        enabled[id] = state == "yes"
    online = tuple(id for id, on in sorted(enabled.items()) if on)
    if not online:
        raise each.fault("expected at least 1 vcpu that is enabled")
    return online if len(online) < vcpu_count else None
