"""The new xl.cfg of guests that a plan restarts: their own, with the pnodes of the plan."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path

import pytest

import placer
from placer.errors import EmissionError, InputError
from placer.formats.base import ParsedGuest
from placer.instance import Placement
from placer.rebalance.plan import Plan
from placer.rebalance.restart_configs import new_configs
from placer.rebalance.xl_script import xl_script
from tests.rebalance.test_step_words import PLAN

CFG = """\
# the database
name = "a"
type = "hvm"
memory = 3072
vcpus = 4
vnuma = [["pnode=0", "size=2048", "vcpus=0-1", "vdistances=10,20"],
         ["pnode=1", "size=1024", "vcpus=2-3", "vdistances=20,10"]]
disk = ["phy:/dev/vg0/a,xvda,w"]
"""


def guests(text: str = CFG, plan: Plan = PLAN) -> list[ParsedGuest]:
    return placer.read_guests(placer.Text(text, place="a.cfg"), plan.running.instance.host)


def test_the_file_is_kept_but_for_the_pnodes_of_the_plan() -> None:
    (text,) = new_configs(PLAN, guests()).values()
    assert text.startswith('# the database\nname = "a"\n') and 'disk = ["phy:/dev/vg0/a,xvda,w"]' in text
    (again,) = guests(text)
    assert again.vnodes is not None
    assert [(vnode.pnode, vnode.memory_kib >> 20, len(vnode.vcpus)) for vnode in again.vnodes] == [(2, 2, 2), (1, 1, 2)]


def test_pcpus_that_it_binds_hard_are_those_of_the_new_pnodes() -> None:
    text = new_configs(PLAN, guests(CFG + 'cpus = ["0-3", "0-3", "4-7", "4-7"]\n'))["a"]
    (again,) = guests(text)
    assert again.hard_affinity == ((8, 9, 10, 11),) * 2 + ((4, 5, 6, 7),) * 2


def test_the_script_has_the_file_and_prints_it(tmp_path: Path) -> None:
    configs = new_configs(PLAN, guests(CFG.replace("database", "database of $HOME, `x` and 'y'")))
    path = tmp_path / "moves.sh"
    path.write_text(xl_script(PLAN, configs))
    ran = subprocess.run(["sh", path, "--config", "a"], capture_output=True, text=True, check=True)
    assert ran.stdout == configs["a"]
    assert subprocess.run(["sh", path, "--config", "b"], capture_output=True, check=False).returncode == 2
    helped = subprocess.run(["sh", path, "--help"], capture_output=True, text=True, check=True).stdout
    assert "--config NAME" in helped and "CONFIGS=" not in helped


def test_a_guest_that_is_not_restarted_needs_none() -> None:
    plan = dataclasses.replace(PLAN, stages=())
    assert new_configs(plan, guests()) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CFG.replace('"a"', '"web"'), 'a.cfg: no guest "web" runs on the host'),
        (
            CFG.replace("2048", "1024").replace("3072", "2048"),
            "expected those of the guest that runs: 2 GiB and 2 vcpus",
        ),
        ('name = "a"\ntype = "hvm"\nmemory = 3072\nvcpus = 4\n', 'a.cfg: guest "a" has no vnodes, expected'),
    ],
)
def test_a_file_of_another_guest_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        new_configs(PLAN, guests(text))


def test_two_files_of_one_guest_are_refused() -> None:
    with pytest.raises(InputError, match='two files are of guest "a"'):
        new_configs(PLAN, guests() + guests())


def test_without_a_plan_there_is_none() -> None:
    with pytest.raises(EmissionError, match="there is no plan to write"):
        new_configs(dataclasses.replace(PLAN, placement=None), guests())


def test_the_placement_is_that_of_the_plan() -> None:
    other = dataclasses.replace(PLAN, placement=Placement(pnode_of={"a": (1, 2), "b": (2,)}))
    assert "pnode=1" in new_configs(other, guests())["a"].partition("size=2048")[0]
