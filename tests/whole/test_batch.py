"""Thirty guests at once: what a batch says, writes and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import a_cfg, placer

COUNT = 30


def a_host_text(memory_mib: int = 65536) -> str:
    """Four pnodes with eight pcpus each, in the form of `xl info -n`."""
    pcpus = "".join(f"{cpu:3}:       {cpu % 8}        {cpu // 8}        {cpu // 8}\n" for cpu in range(32))
    rows = "".join(
        f"{p:4}:     {memory_mib}      {memory_mib}      {','.join('10' if p == q else '21' for q in range(4))}\n"
        for p in range(4)
    )
    return (
        "host : big\nnr_cpus : 32\nnr_nodes : 4\ncpu_topology :\ncpu:    core    socket     node\n"
        f"{pcpus}numa_info :\nnode:    memsize    memfree    distances\n{rows}"
    )


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """A folder with a host and thirty guests that fit it, of sizes of their own."""
    (tmp_path / "guests").mkdir()
    (tmp_path / "host.txt").write_text(a_host_text())
    for i in range(COUNT):
        name = f"g{i:02}"
        (tmp_path / "guests" / f"{name}.cfg").write_text(a_cfg(name, memory=1024 * (1 + i % 5), vcpus=1 + i % 3))
    return tmp_path


def test_of_thirty_healthy_guests_nothing_is_noted_twice(batch: Path) -> None:
    ran = placer("solve", "--host", batch / "host.txt", *sorted((batch / "guests").iterdir()))

    assert ran.code == 0, ran.err
    notes = ran.out.partition("Assumed and noted\n")[2].splitlines()
    assert len(notes) <= 4
    assert [note for note in notes if note.startswith("- each of 30 guests states no vnodes: 1 vnode")]
    assert all(note.count("g00") <= 1 for note in notes)


def test_a_quiet_batch_says_nothing_but_its_answer(batch: Path) -> None:
    command = ("solve", "--quiet", "--host", batch / "host.txt", *sorted((batch / "guests").iterdir()))
    report, written = placer(*command), placer(*command, "--format", "xl", "-o", batch / "out")

    assert "noted" not in report.out
    assert "states no vnodes" not in report.out
    assert report.err == written.out == written.err == ""
