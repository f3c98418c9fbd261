"""A dom0 in a folder: an xl that keeps state, and scripts of placer run in it under dash."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from placer.rebalance.running import RunningHost
from tests.support.fake_toolstack import install

SHELL = shutil.which("dash") or "sh"


class Dom0:
    """
    A dom0 on which the guests of a RunningHost run.

    Parameters
    ----------
    folder
        An empty folder.
    running
        Its guests; each needs a uuid. A guest with vnuma has vnodes in its configuration.
    hard
        Names of guests that are bound by hard affinity.
    """

    def __init__(self, folder: Path, running: RunningHost, *, hard: tuple[str, ...] = ()) -> None:
        self.folder = folder
        host = running.instance.host
        domains = []
        for number, (guest, resident) in enumerate(zip(running.instance.guests, running.residents, strict=True), 1):
            pnodes = running.placement.pnode_of[guest.name]
            config = self.config(running, guest.name, pnodes, hard=guest.name in hard)
            memory: dict[str, int] = {}
            for vnode, pnode in zip(guest.vnodes, pnodes, strict=True):
                memory[str(pnode)] = memory.get(str(pnode), 0) + vnode.memory_kib // 1024
            domains.append({"domid": number, "config": config, "memory": memory, "paused": False})
            assert resident.uuid
        state = {
            "pnodes": {str(pnode.id): pnode.memory_kib // 1024 for pnode in host.pnodes},
            "pcpus": {str(pnode.id): list(pnode.pcpus) for pnode in host.pnodes},
            "domains": domains,
            "last": len(domains),
            "calls": {},
            "deaf": [],
        }
        (folder / "host.json").write_text(json.dumps(state))
        programs = folder / "bin"
        programs.mkdir()
        install(programs, "xl")

    @staticmethod
    def config(
        running: RunningHost, name: str, pnodes: tuple[int | None, ...], *, hard: bool = False
    ) -> dict[str, Any]:
        """Give the configuration of a guest on some pnodes, with a device that was attached later."""
        guest = next(guest for guest in running.instance.guests if guest.name == name)
        pcpus = [pcpu for p in running.instance.host.pnodes if p.id in pnodes for pcpu in p.pcpus]
        affinity = {f"vcpu_{'hard' if hard else 'soft'}_affinity": [pcpus] * guest.vcpu_count}
        vnuma = {
            "vnuma_nodes": [
                {"memkb": vnode.memory_kib, "pnode": pnode, "vcpus": list(vnode.vcpus)}
                for vnode, pnode in zip(guest.vnodes, pnodes, strict=True)
            ]
        }
        return {
            "c_info": {"type": "hvm", "name": name, "uuid": running.resident(name).uuid},
            "b_info": {
                "max_vcpus": guest.vcpu_count,
                "max_memkb": guest.memory_kib,
                **(vnuma if running.resident(name).vnuma else {"numa_placement": "True"}),
                **affinity,
            },
            "disks": [{"pdev_path": "/dev/vg0/later [1]", "vdev": "xvdb"}],
        }

    @property
    def state(self) -> dict[str, Any]:
        """What runs now."""
        state: dict[str, Any] = json.loads((self.folder / "host.json").read_text())
        return state

    def change(self, **values: object) -> None:
        """Change the state of the host."""
        (self.folder / "host.json").write_text(json.dumps(self.state | values))

    def domain(self, name: str) -> dict[str, Any] | None:
        """Give a domain; None where it does not run."""
        found = [each for each in self.state["domains"] if each["config"]["c_info"]["name"] == name]
        assert len(found) < 2
        return found[0] if found else None

    def fail(self, *lines: str) -> None:
        """Let calls of xl fail, as fake_toolstack.py says."""
        (self.folder / "fail").write_text("\n".join(lines))

    def calls(self) -> list[str]:
        """Give the calls of xl that change something."""
        log = self.folder / "calls.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.split()[0] for line in lines if line.split()[0] in CHANGING]

    @property
    def images(self) -> list[str]:
        """The files in the folder for images; that of a plan has its name."""
        folder = self.folder / "images"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def xl(self, *words: str) -> None:
        """Run an xl command by hand, which must succeed."""
        environment = {"FAKE_XL": str(self.folder), "PATH": "/usr/bin:/bin"}
        subprocess.run([self.folder / "bin" / "xl", *words], env=environment, check=True)

    def shell(self, command: str) -> None:
        """Run a shell command by hand, which must succeed."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        subprocess.run([SHELL, "-c", command], env={"FAKE_XL": str(self.folder), "PATH": path}, check=True)

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script, in a folder of its own name with spaces in it."""
        path = self.folder / "the script.sh"
        path.write_text(script)
        given = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "FAKE_XL": str(self.folder),
            "STATE": str(self.folder / "state"),
            "IMAGES": str(self.folder / "images"),
            "CONFIGS": str(self.folder / "configs"),
            "PATIENCE": "1",
        }
        return subprocess.run(
            [SHELL, str(path), *arguments],
            env=given | environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


CHANGING = {"vcpu-pin", "migrate", "migrate-receive", "save", "restore", "unpause", "shutdown", "create"}
