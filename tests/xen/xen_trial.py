"""The whole loop on a real Xen: its own ``xl info -n``, placer's command line, and the guests it wrote, created."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from placer.cli.inputs import read_request
from placer.formats.snapshot.script import snapshot_script
from placer.formats.xl.info import read_xl_info
from placer.instance import Host, Instance, Placement
from tests.xen.readback import Affinity, GuestTables, NumaDump, read_numa_dump, read_tables, read_vcpu_list
from tests.xen.xen_boot import Dom0, Machine
from tests.xen.xen_packages import DEBIAN_12, Platform

GuestFiles = dict[str, str]
"""Guest name -> xl.cfg."""
TABLES_LIMIT_S = 240.0
PLACER = [sys.executable, "-c", "from placer.cli import main; main()"]


@dataclass
class Trial:
    """
    What was planned and what Xen made of it.

    Parameters
    ----------
    instance, placement
        What placer read and decided.
    answer
        What ``placer solve --format json`` printed.
    written
        Guest name -> the xl.cfg that placer wrote.
    created
        Guest name -> exit code and words of ``xl create``.
    configs
        Guest name -> libxl's own record of it.
    domids
        Guest name -> number.
    pool_of
        Guest name -> cpupool it runs in.
    before, after
        Where memory lay before the first guest and after the last.
    affinity
        Domain name -> affinity of its vcpus.
    tables
        Guest name -> what its firmware tells it, for those that were started.
    calls
        Guest name -> what placer says the toolstack hands to Xen.
    snapshot
        What the script of ``placer snapshot --pages`` printed in that dom0, once all guests were there.
    silent
        Of each start after which a guest printed no tables, its name and the end of Xen's log.
    wall_time_s
        Boot included.
    """

    instance: Instance
    placement: Placement
    answer: dict[str, Any]
    written: GuestFiles
    created: dict[str, tuple[int, str]] = field(default_factory=dict)
    configs: dict[str, dict[str, Any]] = field(default_factory=dict)
    domids: dict[str, int] = field(default_factory=dict)
    pool_of: dict[str, str] = field(default_factory=dict)
    before: NumaDump = field(default_factory=NumaDump)
    after: NumaDump = field(default_factory=NumaDump)
    affinity: dict[str, list[Affinity]] = field(default_factory=dict)
    tables: dict[str, GuestTables] = field(default_factory=dict)
    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    snapshot: str = ""
    silent: list[str] = field(default_factory=list)
    wall_time_s: float = 0.0


def try_on_xen(
    machine: Machine,
    guests: Callable[[Host], GuestFiles],
    folder: Path,
    *,
    started: Sequence[str] = (),
    afterwards: GuestFiles | None = None,
    pools: Mapping[str, str] | None = None,
    snapshot: bool = False,
    platform: Platform = DEBIAN_12,
) -> Trial:
    """
    Boot, place, create, look.

    Parameters
    ----------
    machine
        The host.
    guests
        Gives the guest files for the host as Xen describes it.
    folder
        For the files.
    started
        Guests to start, so that they show their tables; the others stay paused.
    afterwards
        Files of guests to create last, as they are.
    pools
        Cpupools to make before, by name: the pcpus that Pool-0 gives up for them.
    snapshot
        Whether to take a snapshot.
    platform
        Whose Xen.
    """
    start = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    with Dom0(machine, folder / "console.txt", platform) as dom0:
        info = folder / "xl-info.txt"
        info.write_text(dom0.ask("xl info -n"))
        host = read_xl_info(info.read_text(), str(info)).host
        options = _divide(dom0, pools, folder) if pools else ()
        trial = plan(info, guests(host), folder, *options)
        trial.before = read_numa_dump(dom0.numa_dump())
        for name, text in (trial.written | (afterwards or {})).items():
            dom0.put(f"/tmp/{name}.cfg", text)
            trial.created[name] = dom0.run(f"xl create -p /tmp/{name}.cfg")
        trial.after = read_numa_dump(dom0.numa_dump())
        trial.affinity = read_vcpu_list(dom0.ask("xl vcpu-list"))
        trial.pool_of = {row.split()[0]: row.split()[-1] for row in dom0.ask("xl list -c").splitlines()[1:]}
        for record in json.loads(dom0.ask("xl list -l")):
            name = record["config"]["c_info"]["name"]
            trial.configs[name], trial.domids[name] = record["config"], record["domid"]
        trial.snapshot = _snapshot(dom0) if snapshot else ""
        trial.tables = _start(dom0, trial, started)
    trial.wall_time_s = time.monotonic() - start
    return trial


def _divide(dom0: Dom0, pools: Mapping[str, str], folder: Path) -> tuple[str, str]:
    """Make cpupools; gives the option that tells placer of them."""
    for name, pcpus in pools.items():
        dom0.ask(f"xl cpupool-cpu-remove Pool-0 {pcpus}")
        dom0.put(f"/tmp/{name}.pool", f'name = "{name}"\ncpus = "{pcpus}"\n')
        dom0.ask(f"xl cpupool-create /tmp/{name}.pool")
    listed = folder / "pools.txt"
    listed.write_text(dom0.ask("xl cpupool-list -c"))
    return "--pools", str(listed)


def _snapshot(dom0: Dom0) -> str:
    """Run the script as ssh does, as the input of the shell."""
    dom0.put("/tmp/snapshot.sh", snapshot_script(pages="yes"))
    return dom0.ask("sh -s </tmp/snapshot.sh", limit_s=TABLES_LIMIT_S)


def plan(info: Path, guests: GuestFiles, folder: Path, *options: str) -> Trial:
    """Have placer's command line place the guests on the host and write them."""
    files = []
    for name, text in guests.items():
        path = folder / f"{name}.cfg"
        path.write_text(text)
        files.append(str(path))
    solve = ["solve", "--host", str(info), *files, "--workers", "1", "--quiet", *options]
    answer = json.loads(run_placer(*solve, "--format", "json"))
    out = folder / "placed"
    run_placer(*solve, "--format", "xl", "--force", "-o", f"{out}/")
    calls = folder / "calls"
    run_placer(*solve, "--format", "hypercall", "--force", "-o", f"{calls}/")
    placement = Placement(pnode_of={name: tuple(pnodes) for name, pnodes in answer["placement"].items()})
    pools = dict(zip(options[::2], options[1::2], strict=False)).get("--pools")
    return Trial(
        instance=read_request(files, host=str(info), pools=pools).instance.split_into(placement.counts()),
        placement=placement,
        answer=answer,
        written={name: (out / f"{name}.cfg").read_text() for name in guests},
        calls={name: json.loads((calls / f"{name}.json").read_text()) for name in guests},
    )


def run_placer(*arguments: str, expected: int = 0) -> str:
    """Run the command, unhurried; its words on stderr are the error where it ends otherwise than expected."""
    unhurried = ["--time-limit", "120"] if arguments[0] == "solve" and "--time-limit" not in arguments else []
    result = subprocess.run([*PLACER, *arguments, *unhurried], capture_output=True, text=True, check=False)
    if result.returncode != expected:
        raise RuntimeError(f"placer {' '.join(arguments)} ended with {result.returncode}: {result.stderr}")
    return result.stdout or result.stderr


def _start(dom0: Dom0, trial: Trial, names: Sequence[str]) -> dict[str, GuestTables]:
    """
    Start guests one by one, since all share the few cores that emulate theirs, and collect the tables they print.

    A guest whose firmware stays silent is created and started once more: under emulation on a busy machine one was
    seen to hang before its first line. ``trial.silent`` keeps what Xen had logged.
    """
    tables: dict[str, GuestTables] = {}
    for name in names:
        for _ in range(2):
            domid = int(dom0.ask(f"xl domid {name}"))
            log = _unpaused(dom0, name, domid)
            if _end_of_tables(domid) in log:
                tables[name] = read_tables(log, domid)
                break
            trial.silent.append(f"{name}: {log[-2000:]}")
            dom0.ask(f"xl destroy {name}; xl create -p /tmp/{name}.cfg")
    return tables


def _unpaused(dom0: Dom0, name: str, domid: int) -> str:
    """Let a guest run until it has printed its tables, or for the time limit; the log of Xen."""
    dom0.ask(f"xl dmesg -c >/dev/null; xl unpause {name}")
    deadline, log = time.monotonic() + TABLES_LIMIT_S, ""
    while time.monotonic() < deadline and _end_of_tables(domid) not in log:
        time.sleep(2.0)  # asking takes the emulated machine as long as the guest needs
        log = dom0.ask("xl dmesg")
    return log


def _end_of_tables(domid: int) -> str:
    return f"(d{domid}) TABLES end"
