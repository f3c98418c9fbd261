"""Vnodes and refusals are those of xl and libxl 4.17 (parse_vnuma_config, libxl__vnuma_config_check)."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.xl.syntax import parse
from placer.formats.xl.vnuma import Vnuma, read_vnuma
from placer.instance import Vnode
from tests.support.building import a_host

HOST = a_host(1, 1)
MIB = 1024


def read(value: str) -> Vnuma | None:
    return read_vnuma(parse(f"\nvnuma = {value}\n", "db.cfg"), HOST)


def test_a_vnode_has_its_memory_in_mib_its_vcpus_and_maybe_a_pnode() -> None:
    value = "[['pnode=1','size=256','vcpus=0-1','vdistances=10,20'],['size=128','vcpus=2','vdistances=21,11']]"
    assert read(value) == Vnuma(
        vnodes=(Vnode(memory_kib=256 * MIB, vcpus=(0, 1), pnode=1), Vnode(memory_kib=128 * MIB, vcpus=(2,))),
        vdistances=((10, 20), (21, 11)),
    )


def test_no_vnuma_and_an_empty_one_are_no_vnodes() -> None:
    assert read("[]") is None
    assert read_vnuma(parse("vcpus = 2", "db.cfg"), HOST) is None


def test_vnode_options_may_hold_blanks_and_lists_of_vcpus() -> None:
    vnuma = read("[[' size = 64 ','vcpus= 0 ,2-3 '],['size=0'],['size=64','vcpus=1']]")
    assert vnuma is not None
    assert [(v.memory_kib, v.vcpus) for v in vnuma.vnodes] == [(65536, (0, 2, 3)), (0, ()), (65536, (1,))]
    assert vnuma.vdistances is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("'size=1'", "vnuma is a string, expected a list of lists"),
        ("['size=1']", 'vnuma, vnode 0: expected a list such as ["size=1024", "vcpus=0-1"], got "size=1"'),
        ("[['size']]", 'vnuma, vnode 0: expected entries "option=value", got "size"'),
        ("[['size=1','size=1']]", "vnuma, vnode 0: size is given twice"),
        ("[['vcpus=0']]", "vnuma, vnode 0: has no size, expected size= in MiB"),
        (
            "[['size=1G','vcpus=0']]",
            'vnuma, vnode 0: expected size to be a number of MiB without a suffix, got "1G"',
        ),
        (
            "[['size=1','mem=1']]",
            'vnuma, vnode 0: unknown option "mem", expected one of pnode, size, vcpus, vdistances (xl would ignore it)',
        ),
        (
            "[['size=1','vcpus=0','pnode=2']]",
            "vnuma, vnode 0: invalid pnode number 2, expected one of this host's pnodes 0-1; "
            "--free-pnodes places the guest anew",
        ),
        ("[['size=1','vcpus=0-1,1']]", "vnuma, vnode 0: vcpus name 1 twice"),
        (
            "[['size=1','vcpus=0'],['size=1','vcpus=0']]",
            "vnuma: vcpu 0 is on vnodes 0 and 1, expected on one",
        ),
        ("[['size=1','vcpus=0,3']]", "vnuma: vcpus 1-2 are on no vnode, expected each on one"),
        ("[['size=1']]", "vnuma names no vcpus, expected vcpus= in at least one vnode"),
        ("[['size=1','vcpus=0','vdistances=10,20']]", "vnuma, vnode 0: has 2 vdistances for 1 vnodes"),
        (
            "[['size=1','vcpus=0','vdistances=20,10'],['size=1']]",
            "vnuma, vnode 0: distance 10 to vnode 1 is smaller than its local distance 20",
        ),
        (
            "[['size=1','vcpus=0','vdistances=10,20'],['size=1']]",
            "vnuma: vnodes 1 have no vdistances but others do",
        ),
    ],
)
def test_what_xl_refuses_or_misreads_is_refused_with_the_rule(value: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(value)
    assert str(caught.value) == f"db.cfg:2: {message}"


def test_pnodes_that_are_placed_anew_may_be_those_of_another_host() -> None:
    config = parse("vnuma = [['size=1', 'vcpus=0', 'pnode=7'], ['size=1', 'vcpus=1', 'pnode=0']]", "db.cfg")
    vnuma = read_vnuma(config, HOST, keep_pnodes=False)
    assert vnuma is not None
    assert [vnode.pnode for vnode in vnuma.vnodes] == [None, None]
