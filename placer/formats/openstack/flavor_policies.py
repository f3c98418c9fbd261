"""Reads which vcpus of a flavour own a pcpu and how they share cores, as OpenStack's nova does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from placer.formats.openstack.flavor_specs import Specs, Stated
from placer.instance import parse_cpuset, shorten
from placer.instance.guest import CpuPolicy, ThreadPolicy
from placer.instance.guest_checks import MAX_VCPUS

CPU_POLICIES = ("shared", "dedicated", "mixed")
THREAD_POLICIES = ("prefer", "require", "isolate")
TRAIT = "HW_CPU_HYPERTHREADING"
_TRUE = ("1", "t", "true", "on", "y", "yes")
"""Words for true, as oslo.utils' bool_from_string, by which nova reads flags."""
_POLICY_OF_TRAIT = {"required": "require", "forbidden": "isolate"}


@dataclass(frozen=True, kw_only=True)
class Policies:
    """
    The policies of a guest.

    Parameters
    ----------
    cpu_policy, thread_policy
        As in :class:`placer.Guest`.
    dedicated_vcpus
        Ids of the vcpus that own a pcpu in a ``mixed`` guest; empty for any other guest.
    """

    cpu_policy: CpuPolicy
    thread_policy: ThreadPolicy
    dedicated_vcpus: tuple[int, ...]


def read_policies(specs: Specs, vcpu_count: int) -> Policies:
    """
    Read the policies from extra specs and properties.

    Read are ``hw:cpu_policy``, ``hw:cpu_thread_policy``, ``hw:cpu_dedicated_mask``, ``hw:cpu_realtime``, and their
    equivalents ``resources:PCPU``, ``trait:HW_CPU_HYPERTHREADING`` and the properties of the image.

    Raises
    ------
    InputError
        With the JSON path, where nova refuses them.
    """
    policy = _cpu_policy(specs, vcpu_count)
    threads = _thread_policy(specs)
    if policy == "shared":
        _refuse_shared(specs)
    return Policies(
        cpu_policy=policy,
        thread_policy=threads if threads is not None and policy != "shared" else "prefer",
        dedicated_vcpus=_dedicated(specs, policy, vcpu_count),
    )


def _refuse_shared(specs: Specs) -> None:
    """Refuse settings that only dedicated vcpus can have."""
    emulator = specs.extra("hw:emulator_threads_policy")
    realtime = specs.extra("hw:cpu_realtime")
    asked = [
        *specs.both("cpu_thread_policy"),
        emulator if emulator is not None and emulator.text == "isolate" else None,
        realtime if realtime is not None and realtime.text.lower() in _TRUE else None,
    ]
    for stated in asked:
        if stated is not None:
            raise stated.fault(
                f'"{shorten(stated.text)}" is for cpu policies dedicated and mixed, this guest has shared'
            )


def _cpu_policy(specs: Specs, vcpu_count: int) -> CpuPolicy:
    flavor, image = (stated and stated.word(*CPU_POLICIES) for stated in specs.both("cpu_policy"))
    if (flavor, image) in {("shared", "dedicated"), ("shared", "mixed"), ("mixed", "dedicated")}:
        raise specs.image.fault(f'got "{image}" where the flavour says {flavor}, expected the same', "hw_cpu_policy")
    counts = [stated for kind in ("PCPU", "VCPU") if (stated := specs.extra(f"resources:{kind}")) is not None]
    if not counts:
        return cast("CpuPolicy", flavor or image or "shared")
    if flavor or image:
        raise counts[0].fault("stands beside a cpu policy, expected one of the two")
    if len(counts) == 2:
        raise counts[0].fault("stands beside resources:VCPU; hw:cpu_policy mixed says which vcpus are dedicated")
    if counts[0].number(1, MAX_VCPUS) != vcpu_count:
        raise counts[0].fault(f"expected the {vcpu_count} vcpus of the flavour, got {shorten(counts[0].text)}")
    return "dedicated" if counts[0].key == "resources:PCPU" else "shared"


def _thread_policy(specs: Specs) -> ThreadPolicy | None:
    flavor, image = (stated and stated.word(*THREAD_POLICIES) for stated in specs.both("cpu_thread_policy"))
    trait = _trait(specs)
    if (flavor or image) and trait:
        raise specs.flavor.fault(f"a thread policy stands beside the trait {TRAIT}, expected one of the two")
    if flavor not in {None, "prefer"} and image is not None and image != flavor:
        raise specs.image.fault(
            f'got "{image}" where the flavour says {flavor}, expected the same', "hw_cpu_thread_policy"
        )
    policy = (image or flavor) if flavor in {None, "prefer"} else flavor
    return cast("ThreadPolicy | None", policy or _POLICY_OF_TRAIT.get(trait))


def _trait(specs: Specs) -> str:
    """
    Read whether flavour or image require or forbid a host with SMT; ``""`` where neither does.

    Images list the traits that they require.
    """
    stated = specs.extra(f"trait:{TRAIT}")
    if stated is not None:
        return stated.word(*_POLICY_OF_TRAIT)
    listed = specs.image.value.get("traits_required")
    required = specs.image.value.get(f"trait:{TRAIT}") == "required"
    return "required" if required or (isinstance(listed, list) and TRAIT in listed) else ""


def _dedicated(specs: Specs, policy: CpuPolicy, vcpu_count: int) -> tuple[int, ...]:
    mask = specs.extra("hw:cpu_dedicated_mask")
    if policy != "mixed":
        if mask is not None:
            raise mask.fault(f"is for cpu policy mixed, this guest has {policy}")
        return ()
    stated = specs.extra("hw:cpu_realtime")
    realtime = stated is not None and stated.text.lower() in _TRUE
    if (mask is not None) == realtime:
        raise specs.flavor.fault(
            "cpu policy mixed takes hw:cpu_dedicated_mask or hw:cpu_realtime, "
            f"expected one of them, got {'both' if realtime else 'neither'}"
        )
    mask = mask or next((of for of in specs.both("cpu_realtime_mask") if of is not None), None)
    if mask is None:
        raise specs.flavor.fault("hw:cpu_realtime with cpu policy mixed needs hw:cpu_realtime_mask")
    return _masked(mask, vcpu_count)


def _masked(mask: Stated, vcpu_count: int) -> tuple[int, ...]:
    """Read a mask of vcpus; a mask that begins with ``^`` excludes vcpus from all."""
    everything = f"0-{vcpu_count - 1}"
    try:
        vcpus = parse_cpuset(f"{everything},{mask.text}" if mask.text.strip().startswith("^") else mask.text)
    except ValueError as error:
        raise mask.fault(str(error)) from None
    if not vcpus or not set(vcpus) < set(range(vcpu_count)):
        raise mask.fault(f'expected some of the vcpus {everything}, and not all, got "{shorten(mask.text)}"')
    return vcpus
