"""The host in a snapshot: read wherever a host is, or refused with why it is not there."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.hosts import read_host
from placer.formats.snapshot.host_part import same_name, toolstack_of
from placer.formats.snapshot.parts import split_parts
from placer.formats.text.files import Text
from tests.support.snapshots import FACTS, output, parts_of_xl, snapshot


def test_the_host_of_a_snapshot_is_that_of_its_part() -> None:
    found = read_host(Text(snapshot(parts_of_xl()), "xen1.txt")).host
    alone = read_host(Text(output("xl-info.txt"), "info")).host
    assert (found.pnodes, found.slit, found.name) == (alone.pnodes, alone.slit, "xen1")


def test_the_toolstack_is_the_one_that_was_asked_and_xl_of_both() -> None:
    for names, toolstack in (
        (("xl-info",), "xl"),
        (("virsh-capabilities",), "libvirt"),
        (("virsh-capabilities", "xl-info"), "xl"),
    ):
        assert toolstack_of(split_parts(snapshot(dict.fromkeys(names, "a")), "xen1.txt")) == toolstack


def test_a_fault_in_a_part_has_its_line_in_the_snapshot() -> None:
    parts = parts_of_xl()
    text = snapshot(
        parts | {"xl-info": parts["xl-info"].replace("cpu_topology           :", "cpu_topology:\nnonsense")}
    )
    line = 1 + text[: text.index("nonsense")].count("\n")
    with pytest.raises(InputError, match=rf'^xen1\.txt:{line}: expected a row .*, got "nonsense"'):
        read_host(Text(text, "xen1.txt"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            snapshot({"facts": FACTS}),
            r"xen1\.txt: states no host: the output of xl info -n or virsh capabilities is not",
        ),
        (
            snapshot({"facts": FACTS.replace("uid: 0", "uid: 7"), "xl-info": ""}, codes={"xl-info": 1}),
            r'xen1\.txt:13: states no host: xl info -n failed with exit code 1; taken as user "root" \(uid 7\)',
        ),
        (
            snapshot(
                {"facts": FACTS, "toolstack": ""}, codes={"toolstack": 127}, said={"toolstack": "neither is there"}
            ),
            r"xen1\.txt:13: states no host: neither is there",
        ),
        (
            snapshot({"facts": FACTS, "xl-info": output("xl-info.txt").replace("(none)", "xen2", 1)}),
            r'xen1\.txt:13: xl info -n is of host "xen2", the snapshot of "xen1": parts of two hosts are mixed',
        ),
        (
            "\n".join(snapshot({"facts": FACTS, "xl-info": "host : xen1"}).splitlines()[:14]),
            r"xen1\.txt:13: states no host: the output of xl info -n is cut off",
        ),
        (
            "\n".join(snapshot({"facts": FACTS, "xl-info": "host : xen1"}).splitlines()[:12]),
            r"xen1\.txt: states no host: .* is not in it; xen1\.txt:12: the snapshot is cut off here",
        ),
    ],
)
def test_a_snapshot_without_a_host_says_why(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        read_host(Text(text, "xen1.txt"))


def test_names_are_compared_without_their_domain() -> None:
    assert same_name("xen1.example.org", "xen1")
    assert same_name("", "xen1")
    assert not same_name("xen1", "xen2")
