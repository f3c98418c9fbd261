"""Reading and writing instances and hosts as JSON, and the schema that describes them."""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placer.errors import InputError
from placer.formats.native.instance_json import dump_host, dump_instance, parse_host, parse_instance, read_instance
from placer.instance import Domain, Guest, Host, Instance, Objective, Pnode, Vnode
from tests.support.instance_documents import SCHEMA, document, parse


def test_sizes_and_cpu_sets_become_the_numbers_they_stand_for() -> None:
    instance = parse(document(overhead_kib="16MiB", hard_affinity=["0-3,^2", None, [5]]))

    assert instance.host.pnodes == (
        Pnode(id=0, memory_kib=8388608, pcpus=(0, 1, 2, 3), cores=((0, 2), (1, 3))),
        Pnode(id=4, memory_kib=4194304, reserve_kib=1536, pcpus=(4, 5)),
    )
    guest = instance.guests[0]
    assert [vnode.memory_kib for vnode in guest.vnodes] == [2097152, 1024]
    assert [vnode.vcpus for vnode in guest.vnodes] == [(0, 2), (1,)]
    assert guest.overhead_kib == 16384
    assert guest.hard_affinity == ((0, 1, 3), None, (5,))


def test_running_domains_have_a_cpu_set_or_nothing_for_each_vcpu() -> None:
    value = document()
    value["host"]["domains"] = [{"name": "Domain-0", "domid": 0, "affinity": ["0-1", [3], None]}, {"name": "idle"}]
    instance = parse(value)

    assert instance.host.domains == (
        Domain(name="Domain-0", domid=0, affinity=((0, 1), (3,), None)),
        Domain(name="idle"),
    )
    assert instance.host.running_vcpu_count == 3
    assert '"affinity": ["0-1", "3", null]' in dump_instance(instance)


DOMAIN_FAULTS: dict[str, tuple[object, str]] = {
    "a name for two": ([{"name": "a"}, {"name": "a"}], r"^x\.json: \$\.host: two domains have the name \"a\"$"),
    "no such pcpu": (
        [{"name": "a", "affinity": [None, "3,6-7"]}],
        r"\$\.host: domain \"a\" affinity of vcpu 1: no pcpu 6-7 on this host$",
    ),
    "no pcpu": (
        [{"name": "a", "affinity": [[]]}],
        r"domains\[0\]: affinity of vcpu 0 is empty, expected pcpus or null$",
    ),
    "one string": ([{"name": "a", "affinity": "0-1"}], r"domains\[0\]\.affinity: expected list, got \"0-1\"$"),
    "too many vcpus": ([{"name": "a", "affinity": [None] * 4097}], r"domains\[0\]: 4097 vcpus, expected at most 4096$"),
    "too many in all": (
        [{"name": f"d{i}", "affinity": [None] * 4096} for i in range(25)],
        r"\$\.host: the domains have 102400 vcpus, expected at most 100000$",
    ),
    "unknown key": ([{"name": "a", "vcpus": 2}], r"expected a list of ids|unknown key"),
    "control character": ([{"name": "a\n"}], r"domains\[0\]: name 'a\\n' holds a control character$"),
}


@pytest.mark.parametrize(("domains", "message"), DOMAIN_FAULTS.values(), ids=DOMAIN_FAULTS)
def test_a_fault_of_a_running_domain_is_named(domains: object, message: str) -> None:
    value = document()
    value["host"]["domains"] = domains
    with pytest.raises(InputError, match=message):
        parse(value)


def test_one_affinity_string_is_the_mask_of_every_vcpu() -> None:
    guest = parse(document(soft_affinity="4-5")).guests[0]

    assert guest.soft_affinity == ((4, 5), (4, 5), (4, 5))


def test_a_low_zone_is_a_size_or_null() -> None:
    value = document()
    for written, kib in (("4GiB", 2**22), (2**22, 2**22), (None, None)):
        value["host"]["low_zone_kib"] = written
        assert parse(value).host.low_zone_kib == kib
    value["host"]["low_zone_kib"] = "4GB"
    with pytest.raises(InputError, match=r"\$\.host\.low_zone_kib: expected a size such as \"8GiB\""):
        parse(value)


def test_keys_left_out_have_the_documented_defaults() -> None:
    instance = parse(document())

    assert instance.objective == Objective(core_sharing_price=None, shape="pack")
    assert (instance.guests[0].type, instance.guests[0].form, instance.guests[0].overhead_kib) == ("hvm", "vnuma", 0)


FAULTS = {
    "root": (
        [],
        r"^x\.json: \$: expected an object with the keys host, guests, rules, objective, sets_may_stray, got a list$",
    ),
    "no guests": ({"host": document()["host"]}, r"^x\.json: \$: key \"guests\" is missing$"),
    "unknown key": (
        document(vnode=[]),
        r"^x\.json: \$\.guests\[0\]: unknown key \"vnode\", expected one of name, vnodes, flexible, type, ",
    ),
    "wrong type": (document(vnodes=7), r"\$\.guests\[0\]\.vnodes: expected list, got 7$"),
    "wrong word": (document(type="kvm"), r"\$\.guests\[0\]\.type: expected one of hvm, pvh, pv, got \"kvm\"$"),
    "empty name": (document(name=""), r"\$\.guests\[0\]\.name: expected str of length >= 1, got \"\"$"),
    "negative size": (
        document(vnodes=[{"memory_kib": -5}]),
        r"\$\.guests\[0\]\.vnodes\[0\]\.memory_kib: expected int >= 0, got -5$",
    ),
    "unit of drive makers": (
        document(vnodes=[{"memory_kib": "2GB"}]),
        r"\$\.guests\[0\]\.vnodes\[0\]\.memory_kib: expected a size such as \"8GiB\" or \"512MiB\", got \"2GB\"$",
    ),
    "half a KiB": (
        document(vnodes=[{"memory_kib": 1.5}]),
        r"vnodes\[0\]\.memory_kib: expected a number of KiB, or a size such as \"8GiB\", got 1\.5$",
    ),
    "too large": (
        document(overhead_kib=2**60),
        r"overhead_kib: expected int <= 8796093022208, got 1152921504606846976$",
    ),
    "cpu set of words": (
        document(vnodes=[{"memory_kib": 1, "vcpus": "all"}]),
        r"\$\.guests\[0\]\.vnodes\[0\]\.vcpus: expected a cpu set such as \"0-7,64-71\", got \"all\"$",
    ),
    "backward range": (document(hard_affinity=["0", "3-1"]), r"hard_affinity\[1\]: range \"3-1\" runs backwards$"),
    "backward range for all": (document(hard_affinity="3-1"), r"\$\.guests\[0\]\.hard_affinity: range \"3-1\""),
    "mask of a number": (document(soft_affinity=[3]), r"soft_affinity\[0\]: expected a list of ids, or ranges such as"),
    "too few masks": (document(hard_affinity=["0"]), r"\$\.guests\[0\]: hard_affinity has 1 entries for 3 vcpus$"),
    "no such pcpu": (
        document(hard_affinity="0,9"),
        r"\$\.guests\[0\]: guest \"db\" hard_affinity of vcpu 0: no pcpu 9 on this host$",
    ),
    "no such pnode": (
        document(pnodes=[1]),
        r"\$\.guests\[0\]: guest \"db\" pnodes: no pnode 1 on this host, expected one of 0,4$",
    ),
    "vcpu twice": (
        document(vnodes=[{"memory_kib": 1, "vcpus": "0-1"}, {"memory_kib": 1, "vcpus": "1"}]),
        r"\$\.guests\[0\]: vcpu 1 is on vnodes 0 and 1, expected on one$",
    ),
    "vcpu left out": (document(vnodes=[{"memory_kib": 1, "vcpus": "0,2"}]), r"vcpus 1 are on no vnode"),
    "traffic short of a row": (document(traffic=[[1, 2]]), r"\$\.guests\[0\]: traffic has 1 rows for 2 vnodes$"),
    "vdistance too large": (
        document(vdistances=[[10, 300], [20, 10]]),
        r"vdistances\[0\]\[1\]: expected int <= 255, got 300$",
    ),
}


@pytest.mark.parametrize(("value", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_by_its_json_path_with_what_was_expected(value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(value)


HOST_FAULTS = {
    "id twice": ([{"id": 1, "memory_kib": 1}] * 2, r"^h\.json: \$: two pnodes have the id 1$"),
    "pcpu on two pnodes": (
        [{"id": 0, "memory_kib": 1, "pcpus": "0-1"}, {"id": 1, "memory_kib": 1, "pcpus": "1"}],
        r"^h\.json: \$: pcpu 1 is on pnodes 0 and 1, expected on one$",
    ),
    "pcpu twice": (
        [{"id": 0, "memory_kib": 1, "pcpus": [1, 1]}],
        r"\$\.pnodes\[0\]: pcpus 1 are listed twice in pnode 0$",
    ),
    "core of another pnode": (
        [{"id": 0, "memory_kib": 1, "pcpus": "0-1", "cores": ["0", "2"]}],
        r"\$\.pnodes\[0\]: the cores of pnode 0 hold pcpus 0,2, expected each of its pcpus 0-1 in exactly one core$",
    ),
    "no memory": ([{"id": 0}], r"\$\.pnodes\[0\]: key \"memory_kib\" is missing$"),
    "unknown key": (
        [{"id": 0, "memory_kib": 1, "mem": 2}],
        r"\$\.pnodes\[0\]: unknown key \"mem\", expected one of id, ",
    ),
}


@pytest.mark.parametrize(("pnodes", "message"), HOST_FAULTS.values(), ids=HOST_FAULTS)
def test_a_host_alone_names_its_faults_by_path_too(pnodes: list[object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_host(json.dumps({"pnodes": pnodes}), "h.json")


@pytest.mark.parametrize(
    ("slit", "message"),
    [
        ([[10, 20]], r"slit has 1 rows for 2 pnodes"),
        ([[10, 20], [20]], r"slit row 1 has 1 distances for 2 pnodes"),
        ([[10, 20], [0, 10]], r"slit row 1 has a distance of 0"),
        ([[10, "20"], [20, 10]], r"\$\.slit\[0\]\[1\]: expected int, got \"20\""),
        ([[10, 20.5], [20, 10]], r"\$\.slit\[0\]\[1\]: expected int, got 20\.5"),
    ],
)
def test_a_matrix_that_is_no_square_of_distances_is_refused(slit: object, message: str) -> None:
    pnodes = [{"id": 0, "memory_kib": 1}, {"id": 1, "memory_kib": 1}]
    with pytest.raises(InputError, match=message):
        parse_host(json.dumps({"pnodes": pnodes, "slit": slit}), "h.json")


# ---- files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"is empty"),
        (b" \n\t", r"is empty"),
        (b'{"host": "\xff"}', r"expected UTF-8 text, got byte 0xff at offset 10"),
        (json.dumps(document()).encode("utf-16"), r"expected UTF-8 text, got byte 0xff at offset 0"),
        (json.dumps(document()).encode()[:-9], r"not JSON"),
        (b"null", r"expected an object with the keys host, guests, rules, objective, sets_may_stray, got null"),
    ],
    ids=["empty", "blank", "latin-1", "utf-16", "truncated", "null"],
)
def test_a_file_that_is_no_instance_is_refused_under_its_name(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"bad\.json.*: .*{message}"):
        read_instance(path)


@pytest.mark.parametrize("garbage", [b"\x00", b"a", b"[", b'{"a":', b"7"])
def test_ten_megabytes_of_garbage_are_refused_within_seconds(tmp_path: Path, garbage: bytes) -> None:
    path = tmp_path / "garbage.json"
    path.write_bytes(garbage * (10_000_000 // len(garbage)))
    start = time.process_time()
    with pytest.raises(InputError, match=r"garbage\.json") as caught:
        read_instance(path)
    assert time.process_time() - start < 5
    assert len(str(caught.value)) < 400


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(document())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert read_instance("-") == parse_instance(text, "x.json")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"[]")))
    with pytest.raises(InputError, match=r"^<stdin>: \$: expected an object"):
        read_instance("-")


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "notepad.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(document()).encode())
    assert read_instance(path) == parse(document())


# ---- writing -------------------------------------------------------------------------------------------------


def test_what_is_written_is_written_for_people() -> None:
    instance = parse(document(hard_affinity="0-5", vdistances=[[10, 20], [20, 10]], overhead_kib=1025))

    assert (
        dump_instance(instance)
        == """\
{
  "host": {
    "pnodes": [
      {
        "id": 0,
        "memory_kib": "8GiB",
        "pcpus": "0-3",
        "cores": ["0,2", "1,3"]
      },
      {"id": 4, "memory_kib": "4GiB", "reserve_kib": 1536, "pcpus": "4-5"}
    ],
    "slit": [
      [10, 21],
      [31, 10]
    ]
  },
  "guests": [
    {
      "name": "db",
      "vnodes": [
        {"memory_kib": "2GiB", "vcpus": "0,2"},
        {"memory_kib": "1MiB", "vcpus": "1", "pnode": 4}
      ],
      "hard_affinity": "0-5",
      "vdistances": [
        [10, 20],
        [20, 10]
      ],
      "overhead_kib": 1025
    }
  ]
}
"""
    )


def test_long_lists_of_cpu_sets_are_wrapped_and_read_back() -> None:
    pcpus = tuple(range(384))
    pnode = Pnode(id=0, memory_kib=0, pcpus=pcpus, cores=tuple((c, c + 192) for c in range(192)))
    text = dump_host(Host(pnodes=(pnode,)))

    assert max(map(len, text.splitlines())) <= 100
    assert parse_host(text, "h.json") == Host(pnodes=(pnode,))


def test_the_name_comes_first() -> None:
    text = dump_host(Host(name="wüste", pnodes=(Pnode(id=0, memory_kib=3),)))

    assert text.startswith('{\n  "name": "wüste",\n')


sizes = st.integers(0, 2**43) | st.integers(0, 2**13).map(lambda gib: gib * 2**20)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Draw instances that use every key."""
    ids = draw(st.lists(st.integers(0, 300), min_size=1, max_size=4, unique=True))
    pnodes = tuple(
        Pnode(
            id=p,
            memory_kib=draw(sizes),
            reserve_kib=draw(sizes),
            pcpus=tuple(draw(st.permutations(range(9 * i, 9 * i + 3)))),
        )
        for i, p in enumerate(ids)
    )
    distance = st.integers(-1, 300).filter(bool)
    slit = draw(st.none() | st.just(tuple(tuple(draw(distance) for _ in ids) for _ in ids)))
    masks = st.none() | st.lists(st.sampled_from([c for p in pnodes for c in p.pcpus]), min_size=1).map(tuple)
    guests = []
    for name in draw(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=9),
            max_size=2,
            unique=True,
        )
    ):
        vcpus = draw(st.permutations(range(draw(st.integers(1, 5)))))
        cut = draw(st.integers(0, len(vcpus)))
        rows = (tuple(vcpus[:cut]), tuple(vcpus[cut:]))
        guests.append(
            Guest(
                name=name,
                vnodes=tuple(
                    Vnode(memory_kib=draw(sizes), vcpus=row, pnode=draw(st.sampled_from([None, *ids]))) for row in rows
                ),
                type=draw(st.sampled_from(["hvm", "pv", "pvh"])),
                form=draw(st.sampled_from(["vnuma", "parts"])),
                hard_affinity=draw(st.none() | st.just(tuple(draw(masks) for _ in vcpus))),
                soft_affinity=draw(st.sampled_from([None, (draw(masks),) * len(vcpus)])),
                pnodes=draw(st.none() | st.just(tuple(ids))),
                memory_only_pnodes=draw(st.booleans()),
                traffic=draw(st.none() | st.just(((1, 0), (3, 4)))),
                vdistances=draw(st.none() | st.just(((10, 255), (0, 10)))),
                overhead_kib=draw(sizes),
            )
        )
    domains = tuple(
        Domain(
            name=name, domid=draw(st.none() | st.integers(0, 300)), affinity=tuple(draw(st.lists(masks, max_size=3)))
        )
        for name in draw(st.sampled_from([(), ("Domain-0",), ("Domain-0", "web")]))
    )
    objective = Objective(
        core_sharing_price=draw(st.none() | st.floats(0, 1000)), shape=draw(st.sampled_from(["pack", "none"]))
    )
    return Instance(
        host=Host(name=draw(st.sampled_from(["", "h"])), pnodes=pnodes, slit=slit, domains=domains),
        guests=tuple(guests),
        objective=objective,
    )


@settings(max_examples=60, deadline=None)
@given(instances())
def test_what_is_written_reads_back_the_same_and_fits_the_schema(instance: Instance) -> None:
    text = dump_instance(instance)

    assert parse_instance(text, "x.json") == instance
    SCHEMA.validate(json.loads(text))


@pytest.mark.parametrize(
    ("stated", "form"),
    [
        ({"type": "pvh"}, "set"),
        ({"type": "pv"}, "set"),
        ({"type": "pv", "form": "vnuma"}, "vnuma"),
        ({"type": "hvm"}, "vnuma"),
        ({}, "vnuma"),
        ({"type": "pvh", "flexible": {"memory_kib": 8, "vcpu_count": 2, "always_vnuma": True}}, "vnuma"),
    ],
)
def test_flexible_guests_of_types_without_vnuma_are_sets_by_default(stated: dict[str, Any], form: str) -> None:
    value = document()
    value["guests"] = [{"name": "db", "flexible": {"memory_kib": 8, "vcpu_count": 2}} | stated]
    instance = parse(value)
    assert instance.guests[0].form == form
    assert parse_instance(dump_instance(instance)) == instance
