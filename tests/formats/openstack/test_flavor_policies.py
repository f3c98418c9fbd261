from __future__ import annotations

import re

import pytest

from placer.errors import InputError
from placer.formats.openstack.flavor_policies import Policies, read_policies
from placer.formats.openstack.flavor_specs import Specs
from placer.formats.text.json_fields import Fields

TRAIT = "trait:HW_CPU_HYPERTHREADING"


def policies(specs: dict[str, object], image: dict[str, object] | None = None) -> Policies:
    """Of 4 vcpus."""
    return read_policies(Specs(flavor=Fields(specs, "x", "$.specs"), image=Fields(image or {}, "x", "$.image")), 4)


@pytest.mark.parametrize(
    ("specs", "image", "policy", "threads"),
    [
        ({}, {}, "shared", "prefer"),
        ({}, {"hw_cpu_policy": "dedicated"}, "dedicated", "prefer"),
        ({"hw:cpu_policy": "dedicated"}, {"hw_cpu_policy": "shared"}, "dedicated", "prefer"),
        ({"hw:cpu_policy": "dedicated"}, {"hw_cpu_thread_policy": "isolate"}, "dedicated", "isolate"),
        (
            {"hw:cpu_policy": "dedicated", "hw:cpu_thread_policy": "prefer"},
            {"hw_cpu_thread_policy": "require"},
            "dedicated",
            "require",
        ),
        ({"hw:cpu_policy": "dedicated", TRAIT: "forbidden"}, {}, "dedicated", "isolate"),
        ({"hw:cpu_policy": "dedicated"}, {TRAIT: "required"}, "dedicated", "require"),
        ({"resources:PCPU": 4}, {}, "dedicated", "prefer"),
        ({"resources:VCPU": "4"}, {}, "shared", "prefer"),
    ],
)
def test_flavour_and_image_say_together_who_owns_pcpus(
    specs: dict[str, object], image: dict[str, object], policy: str, threads: str
) -> None:
    read = policies(specs, image)
    assert (read.cpu_policy, read.thread_policy, read.dedicated_vcpus) == (policy, threads, ())


@pytest.mark.parametrize(
    "specs",
    [
        {"hw:cpu_dedicated_mask": "1,3"},
        {"hw:cpu_dedicated_mask": "^0,^2"},
        {"hw:cpu_realtime": "yes", "hw:cpu_realtime_mask": "^0,^2"},
        {"hw:cpu_realtime": True, "hw:cpu_realtime_mask": "1,3"},
    ],
)
def test_a_mask_says_which_vcpus_of_a_mixed_guest_own_pcpus(specs: dict[str, object]) -> None:
    assert policies({"hw:cpu_policy": "mixed", **specs}).dedicated_vcpus == (1, 3)


@pytest.mark.parametrize(
    ("specs", "message"),
    [
        ({"hw:cpu_policy": "own"}, '.hw:cpu_policy: expected one of shared, dedicated, mixed, got "own"'),
        ({"hw:cpu_thread_policy": "x"}, '.hw:cpu_thread_policy: expected one of prefer, require, isolate, got "x"'),
        ({TRAIT: "maybe"}, f'.{TRAIT}: expected one of required, forbidden, got "maybe"'),
        ({"hw:cpu_realtime": "yes"}, '.hw:cpu_realtime: "yes" is for cpu policies dedicated and mixed'),
        ({"resources:PCPU": "4", "resources:VCPU": "4"}, ".resources:PCPU: stands beside resources:VCPU"),
        ({"resources:PCPU": "many"}, ".resources:PCPU: expected a whole number from 1 to 4096"),
        (
            {"hw:cpu_policy": "mixed", "hw:cpu_realtime": "yes"},
            ": hw:cpu_realtime with cpu policy mixed needs hw:cpu_realtime_mask",
        ),
        ({"hw:cpu_policy": "mixed", "hw:cpu_dedicated_mask": ""}, ".hw:cpu_dedicated_mask: expected some of the vcpus"),
        ({"hw:cpu_policy": "mixed", "hw:cpu_dedicated_mask": "a"}, ".hw:cpu_dedicated_mask: expected a cpu set"),
    ],
)
def test_policies_that_nova_refuses_are_refused_with_their_path(specs: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape('x: $.specs' + message)}"):
        policies(specs)
