"""Where Xen says that the memory of domains lies."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import placer
from placer.errors import InputError
from placer.formats.xl.numa_dump import DumpedDomain, NumaDump, read_numa_dump

SAMPLE = Path(placer.__file__).parent.parent / "instances" / "xl" / "running" / "dmesg.txt"
HEAD = """\
(XEN) 'u' pressed -> dumping numa info (now = 61291108640)
(XEN) NODE0 start->0 size->524288 free->100
(XEN) NODE4 start->1048576 size->524288 free->25
(XEN) CPU0...3 -> NODE0
(XEN) CPU4 -> NODE4
(XEN) Memory location of each domain:
"""
DOM0 = "(XEN) Domain 0 (total: 7):\n(XEN)     Node 0: 5\n(XEN)     Node 4: 2\n"
GUEST = """\
(XEN) Domain 12 (total: 6):
(XEN)     Node 0: 0
(XEN)     Node 4: 6
(XEN)      3 vnodes, 4 vcpus, guest physical layout:
(XEN)          0: pnode   4, vcpus 0 2-3 
(XEN)            0000000000000000 - 0000000018000000
(XEN)            0000000100000000 - 0000000118000000
(XEN)          1: pnode ???, vcpus 1
(XEN)            0000000018000000 - 0000000030000000
(XEN)          2: pnode   0, vcpus 
"""  # noqa: W291 - as Xen prints it
WHOLE = NumaDump(
    free_kib={0: 400, 4: 100},
    domains={
        0: DumpedDomain(domid=0, memory_kib={0: 20, 4: 8}, pnode_of=None),
        12: DumpedDomain(domid=12, memory_kib={0: 0, 4: 24}, pnode_of=(4, None, 0)),
    },
    size_kib={0: 4 * 524288, 4: 4 * 524288},
    pnode_of_pcpu={0: 0, 1: 0, 2: 0, 3: 0, 4: 4},
)


def read(text: str) -> NumaDump:
    return read_numa_dump(text, "dmesg.txt")


def test_pages_of_4_kib_and_the_pnodes_of_vnodes_are_read() -> None:
    assert read(HEAD + DOM0 + GUEST) == WHOLE


@pytest.mark.parametrize("stamp", ["[2026-01-31 12:00:01] ", "[   61.291108] ", "[00000012c0ffee00] "])
def test_time_stamps_do_not_matter_nor_does_the_name_that_later_versions_give_a_domain(stamp: str) -> None:
    text = (HEAD + DOM0 + GUEST).replace("Domain 12 (", "d12 (").replace("Domain 0 (", "d0 (")
    assert read(text.replace("(XEN) ", f"(XEN) {stamp}")) == WHOLE
    assert read(text.replace("(XEN) ", "")) == WHOLE


@pytest.mark.parametrize(
    "prefix",
    [
        "[2026-01-02 03:04:05] (XEN) ",  # xenconsoled
        "Jan  2 03:04:05 dom0 xenconsoled[812]: (XEN) [   61.291108] ",  # syslog
        "2026-01-02T03:04:05+00:00 (XEN) [2026-01-02 03:04:05.123] ",  # a serial capture
        "\x1b[0m(XEN) ",
    ],
)
def test_whatever_a_log_puts_before_the_lines_does_not_matter(prefix: str) -> None:
    text = HEAD + "(XEN) Dom0 alive\n" + DOM0 + GUEST
    assert read(text.replace("(XEN) ", prefix)) == WHOLE
    assert read(text.replace("(XEN) ", prefix).replace("\n", "\r\n")) == WHOLE


def test_the_free_memory_of_xen_before_4_5_is_read() -> None:
    old = HEAD.replace("(XEN) NODE0", "(XEN) idx0 -> NODE0").replace("(XEN) NODE4", "(XEN) idx1 -> NODE4")
    assert read(old + DOM0 + GUEST) == WHOLE


def test_other_lines_of_the_log_are_passed_over() -> None:
    noise = "(XEN) d12v0 Unhandled MSR\n(d12) SRAT: pnode 3\nnot even Xen\n\n"
    assert read(noise + HEAD + noise + DOM0 + noise + GUEST + noise) == WHOLE


def test_the_newest_of_several_dumps_counts() -> None:
    older = (HEAD + GUEST).replace("Node 4: 6", "Node 4: 99").replace("free->25", "free->1")
    assert read(older + HEAD + DOM0 + GUEST) == WHOLE


def test_the_pcpus_of_an_older_dump_do_not_count() -> None:
    older = (HEAD + GUEST).replace("CPU4 -> NODE4", "CPU4...9 -> NODE0")
    assert read(older + HEAD + DOM0 + GUEST).pnode_of_pcpu == WHOLE.pnode_of_pcpu
    cut = older[: older.index("(XEN) Memory")]  # the log ends there, and starts again
    assert read(cut + HEAD + DOM0 + GUEST).pnode_of_pcpu == WHOLE.pnode_of_pcpu
    backwards = HEAD.replace("CPU4 -> NODE4", "CPU9...4 -> NODE4")
    assert read(backwards + DOM0 + GUEST).pnode_of_pcpu == {}


FAULTS = {
    "nothing of it": ("(XEN) hello\n", r'^dmesg\.txt: no line "Memory location of each domain:", expected what'),
    "nothing after it": (HEAD, r"^dmesg\.txt:6: no domain in the dump; was it still being printed\?$"),
    "no pages": (HEAD + DOM0.splitlines()[0], r"^dmesg\.txt:7: domain 0 has no row of node 0; was the dump still"),
    "a row missing": (
        HEAD + DOM0 + GUEST.split("(XEN)     Node 4", maxsplit=1)[0],
        r"^dmesg\.txt:10: domain 12 has no row of node 4; was the dump still being printed\?$",
    ),
    "a vnode missing": (
        HEAD + DOM0 + GUEST.split("(XEN)          1:", maxsplit=1)[0],
        r"^dmesg\.txt:10: domain 12 has 1 rows for 3 vnodes; was the dump still being printed\?$",
    ),
    "a domain twice": (HEAD + DOM0 + DOM0, r"^dmesg\.txt:10: lists domain 0 again$"),
    "a node twice": (HEAD + DOM0 + "(XEN)     Node 4: 2\n", r"^dmesg\.txt:10: lists node 4 of domain 0 again"),
    "vnodes out of order": (
        HEAD + DOM0 + GUEST.replace("1: pnode", "2: pnode"),
        r'^dmesg\.txt:17: expected vnode 1, got ".* 2: pnode \?\?\?, vcpus 1"$',
    ),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_what_is_no_whole_dump_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(text)


def test_what_a_real_xen_printed_adds_up_to_the_totals_it_states() -> None:
    dump = read(SAMPLE.read_text(encoding="utf-8"))
    totals = {0: 131072, 1: 196592, 2: 131056, 3: 614384, 4: 131072, 5: 131056}
    assert {domid: sum(domain.memory_kib.values()) // 4 for domid, domain in dump.domains.items()} == totals
    assert [domain.pnode_of for domain in dump.domains.values()] == [None, (1, 1), None, (2, 3), (3, 2), None]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_dump_is_read_or_refused_with_its_name(data: st.DataObject) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    a, b = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
    damaged = text[:a] + data.draw(st.text(max_size=8) | st.sampled_from(["\n", "9" * 30, "²", "Node 1: "])) + text[b:]
    try:
        read(damaged)
    except InputError as error:
        assert str(error).startswith("dmesg.txt")
