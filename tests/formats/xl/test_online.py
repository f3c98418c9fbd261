"""Which of the listed pcpus are online; worked by hand from Xen's boot (__start_xen, xen/arch/x86/setup.c)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from placer.api.reading import read_host
from placer.api.side_inputs import with_pools
from placer.errors import InputError
from placer.formats.text.files import Text
from placer.formats.xl.info import read_xl_info
from placer.formats.xl.online import online_pcpus
from placer.instance import format_cpuset
from tests.support.commands import a_cfg, placer

SIBLINGS = {
    0: (0, 0, 0),
    1: (0, 0, 0),
    2: (0, 0, 1),
    3: (0, 0, 1),
    4: (1, 1, 0),
    5: (1, 1, 0),
    6: (1, 1, 1),
    7: (1, 1, 1),
}
"""Two sockets of two cores of two threads; a socket is a pnode."""


def online(count: object, commandline: str, core_of: dict[int, tuple[int, int, int]] | None = None) -> str:
    settings = {"nr_cpus": str(count), "xen_commandline": commandline}
    return format_cpuset(online_pcpus((core_of or SIBLINGS).items(), settings).pcpus)


@pytest.mark.parametrize(
    ("count", "commandline", "expected"),
    [
        (8, "smt=off", "0-7"),  # as many as are listed: threads were brought up again
        (4, "placeholder smt=off", "0,2,4,6"),
        (4, "smt=0", "0,2,4,6"),
        (4, "smt=no", "0,2,4,6"),
        (4, "smt=disable sched=credit", "0,2,4,6"),
        (4, "no-smt", "0,2,4,6"),
        (4, "no-smt=1", "0,2,4,6"),
        (4, "smt=on smt=off", "0,2,4,6"),
        (4, "smt=off smt=on", "0"),
        (4, "smt=off no-smt=off", "0"),  # not off
        (4, "smt=off smt=maybe", "0,2,4,6"),  # Xen cannot read the second
        (3, "maxcpus=3", "0-2"),
        (3, "smt=off maxcpus=3", "0,2,4"),
        (3, "maxcpus=3 smt=on", "0-2"),
        (4, "maxcpus=3", "0"),
        (3, "smt=off", "0"),  # one more went offline since
        (5, "smt=off", "0"),
        (4, "", "0"),
        (4, "xsmt=off smt-off", "0"),
        (6, "maxcpus=0", "0"),  # 0 is no limit
    ],
)
def test_what_the_command_line_explains_to_the_pcpu_is_known_and_else_only_pcpu_0(
    count: int, commandline: str, expected: str
) -> None:
    assert online(count, commandline) == expected


@pytest.mark.parametrize("count", ["", "many", "12345678901", "\u0664", 9])
def test_without_a_lower_count_all_are_online(count: object) -> None:
    assert online(count, "smt=off") == "0-7"


def test_numbers_of_siblings_may_be_far_apart() -> None:
    """As many firmwares number them: first one thread of each core, then the others."""
    apart = {pcpu: (0, 0, pcpu % 2) for pcpu in range(4)}
    assert online(2, "smt=off", apart) == "0-1"


LISTED = """\
nr_cpus                : {count}
nr_nodes               : 2
threads_per_core       : {threads}
cpu_topology           :
cpu:    core    socket     node
  0:       0        0        0
  1:       {one}        0        0
  2:       0        {far}        1
  3:       {one}        {far}        1
numa_info              :
node:    memsize    memfree    distances
   0:      9000       8000      10,21
   1:      9000       8000      21,10
xen_commandline        : {commandline}
"""


def text(count: int, commandline: str = "", *, threads: int = 1, arm: bool = False) -> str:
    one, far = (0, 0) if arm else (0, 1)
    return LISTED.format(count=count, commandline=commandline, threads=threads, one=one, far=far)


def test_parked_threads_are_no_pcpus_of_their_pnode_and_a_note_says_why() -> None:
    parsed = read_xl_info(text(2, "smt=off"), "host.txt")
    assert [(pnode.pcpus, pnode.cores) for pnode in parsed.host.pnodes] == [((0,), ()), ((2,), ())]
    assert parsed.host.offline_pcpus == (1, 3)
    assert parsed.notes[0] == (
        "cpu_topology lists 4 pcpus and nr_cpus is 2: pcpus 1,3 are offline, as smt=off of xen_commandline leaves them"
    )


def test_a_core_with_a_thread_left_out_by_maxcpus_keeps_the_other() -> None:
    parsed = read_xl_info(text(3, "maxcpus=3", threads=2), "host.txt")
    assert [pnode.core_groups for pnode in parsed.host.pnodes] == [((0, 1),), ((2,),)]
    assert "as maxcpus=3 of xen_commandline leaves them" in parsed.notes[0]


def test_on_arm_every_pcpu_is_a_core_though_some_are_offline() -> None:
    """All of them have core 0 of socket 0 there."""
    parsed = read_xl_info(text(3, "maxcpus=3", arm=True), "host.txt")
    assert [pnode.core_groups for pnode in parsed.host.pnodes] == [((0,), (1,)), ((2,),)]


def test_where_it_is_not_known_no_pcpu_counts_that_may_be_offline() -> None:
    parsed = read_xl_info(text(3), "host.txt")
    assert [pnode.pcpus for pnode in parsed.host.pnodes] == [(0,), ()]
    assert parsed.notes[0].startswith(
        "cpu_topology lists 4 pcpus and nr_cpus is 3: which are offline is not known, so pcpus 1-3 are not used; --pool"
    )


def pools(*rows: str) -> str:
    return "\n".join(["Name               CPU list", *rows]) + "\n"


def test_the_cpupools_tell_which_are_online() -> None:
    parsed = read_xl_info(text(3, threads=2), "host.txt")
    found = with_pools(parsed, Text(pools("Pool-0             0,2-3"), place="pools.txt"))
    assert [pnode.core_groups for pnode in found.host.pnodes] == [((0,),), ((2, 3),)]
    assert found.host.offline_pcpus == (1,)
    assert not [note for note in found.notes if "nr_cpus" in note or "cpupool" in note]


def test_one_that_is_online_and_in_no_pool_is_counted() -> None:
    found = with_pools(read_xl_info(text(3), "host.txt"), Text(pools("Pool-0             0,2"), place="pools.txt"))
    assert "1 of the 3 online pcpus are in no cpupool, so that no guest runs there" in found.notes


def test_pools_with_more_pcpus_than_are_online_are_refused() -> None:
    with pytest.raises(InputError, match=r"^pools\.txt: its cpupools have 4 pcpus, and nr_cpus of the host is 3; were"):
        with_pools(read_xl_info(text(3), "host.txt"), Text(pools("Pool-0             0-3"), place="pools.txt"))


def test_a_host_that_was_written_without_the_pools_asks_for_them_there(tmp_path: Path) -> None:
    (tmp_path / "host.txt").write_text(text(3, threads=2))
    (tmp_path / "pools.txt").write_text(pools("Pool-0             0,2-3"))
    written = placer("host", tmp_path / "host.txt")
    assert json.loads(written.out)["offline_pcpus"] == "1-3"
    (tmp_path / "host.json").write_text(written.out)
    with pytest.raises(
        InputError, match=r"has pcpus 2-3, which are offline_pcpus of the host: give --pools to placer host"
    ):
        read_host(tmp_path / "host.json", pools=tmp_path / "pools.txt")
    whole = json.loads(placer("host", tmp_path / "host.txt", "--pools", tmp_path / "pools.txt").out)
    assert [pnode["pcpus"] for pnode in whole["pnodes"]] == ["0", "2-3"]
    assert (whole["offline_pcpus"], whole["cpupools"][0]["id"]) == ("1", 0)


@pytest.mark.parametrize(
    ("cpus", "written"),
    [('"0-1"', 'cpus=["0", "0"]'), ('"all,^0"', 'cpus=["2", "2"]'), ('["0-3", "1-2"]', 'cpus=["0", "2"]')],
)
def test_of_a_mask_the_pcpus_count_that_are_online(tmp_path: Path, cpus: str, written: str) -> None:
    (tmp_path / "host.txt").write_text(text(2, "smt=off"))
    ran = placer(
        "solve", "--host", tmp_path / "host.txt", "--format", "xl", "--pin", "-", stdin=a_cfg(more=f"cpus={cpus}\n")
    )
    assert (ran.code, written in ran.out) == (0, True)


def test_a_mask_of_parked_pcpus_alone_is_refused_with_its_place(tmp_path: Path) -> None:
    """As Xen does: a hard affinity needs an online pcpu (vcpu_set_affinity, xen/common/sched/core.c)."""
    (tmp_path / "host.txt").write_text(text(2, "smt=off"))
    ran = placer("solve", "--host", tmp_path / "host.txt", "-", stdin=a_cfg(more='cpus="1,3"\n'))
    assert (ran.code, ran.err) == (2, 'error: <stdin>:5: cpus "1,3" names no pcpu that is known to be online\n')
    ran = placer("solve", "--host", tmp_path / "host.txt", "-", stdin=a_cfg(more='cpus="4"\n'))
    assert "cpus names pcpu 4, this host has pcpus 0-3" in ran.err


def test_what_runs_may_have_been_seen_where_it_is_not_known() -> None:
    listed = Text(
        "Name ID VCPU CPU State Time(s) Affinity (Hard / Soft)\n"
        "Domain-0 0 0 3 r-- 9.0 all / all\nDomain-0 0 1 1 -b- 9.0 2-3 / all\n",
        place="v.txt",
    )
    found = read_host(Text(text(3), place="host.txt"), vcpu_list=listed)
    assert found.host.domains[0].affinity == (None, None)
