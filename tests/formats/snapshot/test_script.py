"""The script of placer snapshot, run by several shells on a host whose xl and virsh are fakes; it is read back."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import placer
from placer.formats.snapshot.node_memory import read_held
from placer.formats.snapshot.parts import Parts, split_parts
from placer.formats.snapshot.script import snapshot_script
from tests.support.fake_host import SHELLS, FakeHost, or_skip, shellcheck
from tests.support.kvm_snapshots import DB, parts_of_kvm
from tests.support.snapshots import output, parts_of_xl

SH = ["sh"]
PRESSED = "(XEN) 'u' pressed -> dumping numa info (now = "


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path)


def parts_from(host: FakeHost, script: str, shell: list[str] = SH) -> Parts:
    return split_parts(host.run(shell, script), "xen1.txt")


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_every_shell_prints_the_outputs_of_xl_whole_and_says_who_took_them(shell: list[str], host: FakeHost) -> None:
    parts = parts_from(host, snapshot_script(pages="yes"), or_skip(shell))
    assert (parts.whole, parts.notes) == (True, ())
    expected = parts_of_xl() | {"xl-dmesg": output("dmesg.txt")}
    expected["xl-domains-before"] = expected["xl-domains"]
    for name in (
        "xl-info",
        "xl-list",
        "xl-vcpu-list",
        "xl-cpupool-list",
        "xl-domains",
        "xl-dmesg",
        "xl-domains-before",
    ):
        assert parts.parts[name].text.content.strip("\n") == expected[name].strip("\n"), name
        assert parts.parts[name].code == 0
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    facts = parts.parts["facts"].text.content
    assert re.search(r"^time: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", facts, re.MULTILINE)
    assert f"\nboot-id: {boot_id}\n" in facts
    assert "\nlocale: C\n" in facts
    uptime = re.search(r"^uptime: (\d+\.\d+)$", facts, re.MULTILINE)
    assert uptime and 0 <= time.clock_gettime(time.CLOCK_BOOTTIME) - float(uptime[1]) < 600
    order = [name for name in parts.parts if name.startswith("xl-")]
    assert order[:2] == ["xl-domains-before", "xl-info"], "what has run by then holds its memory already"


def test_what_it_prints_is_read(host: FakeHost) -> None:
    host.write("info", parts_of_xl()["xl-info"].replace("xen1", "(none)", 1))  # this machine has another name
    found = placer.read_snapshot(placer.Text(host.run(SH, snapshot_script(pages="yes"))))
    assert [guest.name for guest in found.guests] == ["app", "cache", "db", "desk", "web"]
    assert found.dump is not None
    assert found.dump.domains[3].pnode_of == (2, 3)


def test_a_command_that_fails_keeps_its_exit_code_and_its_words_and_the_others_go_on(host: FakeHost) -> None:
    (host.folder / "vcpu-list").unlink()
    parts = parts_from(host, snapshot_script()).parts
    assert parts["xl-vcpu-list"].code == 1
    assert "No such file" in parts["xl-vcpu-list"].said[0]
    assert parts["xl-cpupool-list"].good
    assert "xl-dmesg" not in parts


def test_of_several_dumps_in_the_log_the_new_one_is_taken(host: FakeHost) -> None:
    host.write("log", f"{PRESSED}1)\nold\n")
    host.write("dump", f"{PRESSED}2)\nnew\n")
    part = parts_from(host, snapshot_script(pages="yes")).parts["xl-dmesg"]
    assert (part.code, part.text.content.strip()) == (0, f"{PRESSED}2)\nnew")


def test_an_old_dump_is_not_taken_for_a_new_one(host: FakeHost) -> None:
    host.write("log", f"{PRESSED}1)\nold\n")
    host.write("dump", "")
    part = parts_from(host, snapshot_script(pages="yes")).parts["xl-dmesg"]
    assert (part.code, part.said) == (1, ("no new dump in Xen's log",))


def test_a_ring_that_lost_the_begin_of_the_dump_is_noted(host: FakeHost) -> None:
    host.write("info", parts_of_xl()["xl-info"].replace("xen1", "(none)", 1))
    host.write("dump", output("dmesg.txt").split("Memory location of each domain:\n")[1])
    found = placer.read_snapshot(placer.Text(host.run(SH, snapshot_script(pages="yes")), place="xen1.txt"))
    assert found.dump is None
    assert any("the log has lost the beginning of the dump" in note for note in found.host.notes)


def test_above_the_size_xen_is_asked_only_where_that_is_wanted(host: FakeHost) -> None:
    """total_memory less free_memory of the shipped host is 5,336 MiB."""
    for pages, up_to_mib, code in (("yes", 5335, 1), ("yes", 5336, 0), ("always", 1, 0)):
        host.write("log", "")
        script = snapshot_script(pages=pages, pages_up_to_kib=up_to_mib * 1024)  # type: ignore[arg-type]
        part = parts_from(host, script).parts["xl-dmesg"]
        assert part.code == code
        assert [said.startswith("not asked: domains hold 5 GiB, more than 5") for said in part.said] == [True] * code


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_a_person_at_a_terminal_is_asked_above_the_size(answer: str, code: int, host: FakeHost) -> None:
    host.write("snapshot.sh", snapshot_script(pages="yes", pages_up_to_kib=1 << 20))
    asked, parts = _at_a_terminal(host, answer)
    assert "domains hold 5 GiB, more than 1: Xen walks through every page" in asked
    assert parts.parts["xl-dmesg"].code == code


def _at_a_terminal(host: FakeHost, answer: str) -> tuple[str, Parts]:
    """Run the script from its file in a terminal of its own, whose question gets this answer; its output in a file."""
    environment = {"PATH": f"{host.folder}:{os.environ['PATH']}"}
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(host.folder)
        os.execvpe("sh", ["sh", "-c", "sh snapshot.sh >out.txt"], environment)
    asked = b""
    while b"[y/N]" not in asked:
        asked += os.read(terminal, 1000)
    os.write(terminal, answer.encode() + b"\n")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert status == 0
    return asked.decode(), split_parts((host.folder / "out.txt").read_text(encoding="utf-8"), "out.txt")


VIRSH = """\
#!/bin/sh
cd "{folder}" || exit
[ "$1 $2" = "-r -c" ] || exit 77
shift 3
case "$1 $2" in
    "capabilities ") cat virsh-capabilities ;;
    "freecell --all") cat virsh-freecell ;;
    "freepages --all") cat virsh-freepages ;;
    "list --uuid") cat virsh-list ;;
    "dumpxml "*) cat "virsh-dumpxml/$2" ;;
    "vcpuinfo "*) cat "virsh-vcpuinfo/$2" ;;
    *) echo "error: unknown command: '$*'" >&2; exit 1 ;;
esac
"""


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_on_a_host_of_libvirt_virsh_is_asked_about_every_running_domain(shell: list[str], host: FakeHost) -> None:
    expected = parts_of_kvm()
    for name in ("virsh-dumpxml", "virsh-vcpuinfo"):
        (host.folder / name).mkdir()
    for name, text in expected.items():
        if name.startswith("virsh"):
            host.write(name, text)
    host.program("virsh", VIRSH.format(folder=host.folder))
    (host.folder / "info").unlink()  # xl is there, and does not answer: no dom0
    parts = parts_from(host, snapshot_script(), or_skip(shell))
    asked = {name: part.text.content.strip() for name, part in parts.parts.items() if name.startswith("virsh")}
    assert asked == {name: text.strip() for name, text in expected.items() if name.startswith("virsh")}
    said = "no process of QEMU with this uuid is found in /run/libvirt/qemu"
    assert [part.said for part in parts.about("numa-maps").values()] == [(said,), (said,)]


@pytest.mark.skipif(not Path("/proc/self/numa_maps").exists(), reason="this kernel has no numa_maps")
@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_the_memory_of_a_process_is_summed_over_its_ranges(shell: list[str], host: FakeHost) -> None:
    """The process is one of Python that holds 64 MiB; an own count of its numa_maps is the judge."""
    hold = "import sys; held = bytearray(64 << 20); print(len(held), flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", hold, "-uuid", DB], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    host.write("db.pid", str(process.pid))
    functions = snapshot_script().removesuffix("main # last: of a script that is cut off nothing runs\n")
    script = functions.replace("/run/libvirt/qemu/*.pid", f"{host.folder}/*.pid") + f"\nnuma_maps {DB}\n"
    held = read_held(placer.Text(host.run(or_skip(shell), script)))
    kib = 0
    for line in Path(f"/proc/{process.pid}/numa_maps").read_text(encoding="ascii").splitlines():
        words = dict(word.split("=") for word in line.split() if "=" in word)
        pages = sum(int(count) for key, count in words.items() if re.fullmatch(r"N\d+", key))
        kib += pages * int(words.get("kernelpagesize_kB", 4))
    process.communicate("")
    assert sum(held.values()) == kib > 64 << 10


def test_without_a_toolstack_it_says_so(host: FakeHost) -> None:
    (host.folder / "xl").unlink()
    script = snapshot_script().replace("PATH=$PATH:/usr/sbin", f"PATH={host.folder}:/none:/usr/sbin")
    for name in ("date", "uname", "id"):
        (host.folder / name).symlink_to(shutil.which(name) or "/bin/false")
    part = parts_from(host, script.replace(":/usr/sbin:/sbin:/usr/local/sbin", "")).parts["toolstack"]
    assert part.code == 127
    assert part.said[0].startswith("neither xl nor virsh is in ")


def test_a_script_that_is_cut_off_runs_nothing(host: FakeHost) -> None:
    lines = snapshot_script().splitlines(keepends=True)
    assert lines[-1].startswith("main ")
    assert host.run(SH, "".join(lines[:-1])) == ""


def test_shellcheck_finds_nothing_in_it() -> None:
    assert shellcheck(snapshot_script(pages="yes")) == ""


def test_the_ballooning_daemon_of_xapi_is_asked_for(host: FakeHost) -> None:
    assert parts_from(host, snapshot_script()).parts["xl-balloon"].text.content.split("\n")[-2:] != [
        "squeezed: yes",
        "",
    ]
    host.program("xenstore-read", '#!/bin/sh\n[ "$*" = /squeezed/pid ] && echo 412\n')
    part = parts_from(host, snapshot_script()).parts["xl-balloon"]
    assert part.good and "squeezed: yes\n" in part.text.content
