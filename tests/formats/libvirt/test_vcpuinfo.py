"""virsh vcpuinfo: where vcpus are, and where they may run."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.libvirt.vcpuinfo import OnlineVcpu, read_vcpuinfo
from placer.formats.text.files import Text
from placer.instance.guest_checks import MAX_VCPUS
from tests.support.building import a_host

GIB = 1 << 20
HOST = a_host(GIB, GIB)


def block(vcpu: object, pcpu: object, mask: str) -> str:
    return f"VCPU:           {vcpu}\nCPU:            {pcpu}\nState:          running\nCPU Affinity:   {mask}\n\n"


def test_each_vcpu_has_its_pcpu_and_its_mask() -> None:
    count = len(HOST.position_of_pcpu)
    first = "y" + "-" * (count - 1)
    found = read_vcpuinfo(Text(block(0, 0, first) + block(2, "N/A", "y" * count)), HOST)
    assert found == {0: OnlineVcpu(pcpu=0, mask=(0,)), 2: OnlineVcpu(pcpu=None, mask=None)}


def test_a_pcpu_that_the_host_does_not_have_is_not_known() -> None:
    found = read_vcpuinfo(Text(block(0, len(HOST.position_of_pcpu), "yyyy")), HOST)
    assert found == {0: OnlineVcpu(pcpu=None, mask=(0, 1, 2, 3))}


def test_a_domain_without_vcpus_has_none() -> None:
    assert read_vcpuinfo(Text("\n"), HOST) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CPU: 1\n", 'here:1: expected a line of virsh vcpuinfo, "VCPU: 0" first, got "CPU: 1"'),
        (block(0, 0, "yy") + block(0, 0, "yy"), "here:6: lists vcpu 0 again"),
        (block("x", 0, "yy"), 'here:1: expected the number of a vcpu, got "x"'),
        (block(MAX_VCPUS, 0, "yy"), f'here:1: expected the number of a vcpu, got "{MAX_VCPUS}"'),
        ("VCPU: 0\nCPU: 0\n", 'here: vcpu 0 has no line "CPU Affinity: yy--" below it'),
        (block(0, 0, "-" * 99 + "y"), "here: vcpu 0 may run on no pcpu of this host"),
    ],
)
def test_what_virsh_does_not_print_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        read_vcpuinfo(Text(text, "here"), HOST)
