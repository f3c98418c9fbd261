"""What of hwloc's objects makes a host, in small trees by hand."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.linux.hwloc_objects import Objects, collect
from placer.formats.text.xml_text import parse_xml


def found(*inside: str, attributes: str = "") -> Objects:
    lines = (f'<object type="Machine" {attributes}>', *inside, "</object>")
    return collect(parse_xml("\n".join(lines), "host.xml"))


def pu(number: int) -> str:
    return f'<object type="PU" os_index="{number}"/>'


def test_pus_of_a_core_share_its_number_and_one_outside_is_a_core_by_itself() -> None:
    core_of = found(
        f'<object type="Core">{pu(0)}{pu(4)}</object>', f'<object type="Core">{pu(1)}</object>', pu(2), pu(3)
    ).core_of
    assert sorted(core_of) == [0, 1, 2, 3, 4]
    assert core_of[0] == core_of[4]
    assert len(set(core_of.values())) == 4


def test_a_node_has_its_own_cpuset_or_that_around_it() -> None:
    objects = found(
        '<object type="Package" cpuset="0x0000000c"><object type="NUMANode" os_index="8"/></object>',
        '<object type="NUMANode" os_index="2" cpuset="0x00000003"/>',
    )
    assert [(node.id, node.cpuset) for node in objects.numa] == [(8, 0b1100), (2, 0b11)]


def test_pus_that_version_1_calls_offline_are_left_out() -> None:
    assert sorted(found(pu(0), pu(1), pu(2), attributes='online_cpuset="0x00000005"').core_of) == [0, 2]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('<object type="NUMANode"/>', '<object>: expected os_index from 0 to 65535, got ""'),
        ('<object type="PU" os_index="-1"/>', '<object>: expected os_index from 0 to 65535, got "-1"'),
        ('<object type="PU" os_index="7"/>', "<object>: PU 7 is listed twice"),
        ('<object type="Core" cpuset="all"/>', 'expected a bitmap such as "0x000000ff,0x00000001", got "all"'),
    ],
)
def test_a_fault_is_named_with_its_line(line: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        found(pu(7), line)
    assert str(caught.value) == f"host.xml:3: {message}"
