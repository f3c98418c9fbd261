"""Guests on sets of pnodes: against the oracle, by hand, and chosen by default."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

import placer
from placer.check import check
from placer.instance import Cpupool, Flexible, Guest, Instance, Placement
from placer.solving.pipeline import solve
from tests.support.building import GIB, MIB, a_guest, a_host
from tests.support.commands import placer as run
from tests.support.oracle import best, feasible, tier_costs

NESTED = ((10, 12, 20), (12, 10, 20), (20, 20, 10))


def a_set(memory_kib: int, vcpus: int, least: int = 1, most: int = 3, **more: object) -> Guest:
    flexible = Flexible(memory_kib=memory_kib, vcpu_count=vcpus, least=least, most=most)
    return Guest(name="set", flexible=flexible, form="set", **more)  # type: ignore[arg-type]


def random_case(seed: int) -> Instance:
    """Three pnodes, one or two sets of sizes that do not divide, and perhaps a guest with vnodes, pools and pins."""
    rng = Random(seed)
    host = a_host(*(rng.randint(1, 5) * GIB // 2 for _ in range(3)), slit=NESTED, pcpus=rng.choice((2, 4)))
    if rng.random() < 0.3:
        host = replace(host, low_zone_kib=rng.choice((0, GIB // 4)))
    if rng.random() < 0.3:
        width = len(host.pnodes[0].pcpus)
        host = replace(host, cpupools=(Cpupool(name="Pool-0", pcpus=tuple(range(2 * width))),))
    guests = []
    for i in range(rng.randint(1, 2)):
        vcpus = rng.randint(1, 5)
        least = rng.randint(1, 2)
        guest = a_set(
            rng.randint(300, 2600) * MIB + rng.choice((0, 12)),
            vcpus,
            least,
            rng.randint(least, 3),
            type=rng.choice(("hvm", "pv", "pvh")),
            overhead_kib=rng.choice((0, 8 * MIB + 4)),
            pnodes=rng.choice((None, None, (0, 1, 2))),
        )
        if rng.random() < 0.25:
            guest = replace(guest, cpu_policy="dedicated")
        if rng.random() < 0.25:
            guest = replace(guest, hard_affinity=(tuple(range(rng.randint(3, 6))),) * vcpus)
        guests.append(replace(guest, name=f"set{i}"))
    if rng.random() < 0.4:
        guests.append(a_guest(rng.randint(1, 4) * GIB // 4, vcpus=(2,), name="vm", overhead_kib=4 * MIB))
    return Instance(host=host, guests=tuple(guests))


@pytest.mark.parametrize("strategy", ["optimal", "branch-and-bound", "cpsat"])
def test_sets_are_placed_as_the_oracle_finds_best(strategy: str) -> None:
    seen = set()
    for seed in range(60 if strategy == "optimal" else 15):
        instance = random_case(seed)
        answer = solve(instance, strategy=strategy, workers=1)
        least = best(instance)
        loose = best(replace(instance, sets_may_stray=True)) if least is None else least
        assert (answer.status is placer.Status.OPTIMAL) == (loose is not None), seed
        seen.add((answer.status, least is None))
        if answer.placement is None or loose is None:
            continue
        assert tuple(tier.cost for tier in answer.tiers) == loose[0], seed
        assert answer.instance is not None
        assert answer.instance.sets_may_stray == (least is None), seed
        assert feasible(
            answer.instance, Placement(pnode_of=answer.placement.pnode_of, pcpu_of=answer.placement.pcpu_of)
        )
    if strategy == "optimal":
        assert len(seen) == 3  # placed, placed though it may stray, impossible


def test_oracle_and_judge_agree_on_random_placements_of_sets() -> None:
    seen = set()
    for seed in range(800):
        rng, asked = Random(seed), random_case(seed)
        cut = asked.split_into(
            {guest.name: rng.choice(guest.flexible.counts) for guest in asked.guests if guest.flexible}
        )
        pnode_of: dict[str, tuple[int | None, ...]] = {
            guest.name: tuple(rng.randrange(3) for _ in guest.vnodes) for guest in cut.guests
        }
        if any(guest.dedicated for guest in cut.guests):
            continue
        placement = Placement(pnode_of=pnode_of)
        verdict = check(cut, placement)
        assert verdict.costs == tier_costs(cut, placement), seed
        assert (not verdict.violations) == feasible(cut, placement), seed
        seen.update({violation.rule for violation in verdict.violations} or {"none"})
    assert {"set_room", "set_affinity", "one_to_one", "memory", "none"} <= seen


def test_a_set_of_two_by_hand() -> None:
    """
    3 GiB and 3 vcpus on pnodes of 2 GiB at 12: parts of 1.5 GiB with 2 and 1 vcpus.

    Each vcpu reads half of its memory at 10 and half at 12: 3 x (500 x 10 + 500 x 12) = 33,000. On 2 pcpus each no core
    is shared.
    """
    host = a_host(2 * GIB, 2 * GIB, 2 * GIB, slit=NESTED, pcpus=2)
    answer = solve(Instance(host=host, guests=(a_set(3 * GIB, 3),)))
    assert answer.placement is not None
    assert sorted(map(str, answer.placement.pnode_of["set"])) == ["0", "1"]
    assert answer.placement.sets == ("set",)
    assert answer.tiers[2].terms == {"access_distance": 33_000, "core_sharing": 0}
    assert answer.mean_access_distance == 11


def test_a_set_of_three_by_hand() -> None:
    """
    1,000 MiB in parts of 334, 333 and 333, with 2, 1 and 1 of 4 vcpus, on two pcpus each: no core is shared.

    Pnodes 0 and 1 are 12 apart, 2 is 20 from both. With the large part on 2 each of its vcpus pays
    334 x 10 + 666 x 20 = 16,660, and one on 0 or 1 pays 333 x (10 + 12) + 334 x 20 = 14,006: 61,332 in all. With the
    large part on 0 or 1 they pay 334 x 10 + 333 x 12 + 333 x 20 = 13,996, 334 x 12 + 333 x 10 + 333 x 20 = 13,998 and
    334 x 20 + 333 x 20 + 333 x 10 = 16,670: 2 x 13,996 + 13,998 + 16,670 = 58,660 in all.
    """
    host = a_host(400 * MIB, 400 * MIB, 400 * MIB, slit=NESTED, pcpus=2)
    answer = solve(Instance(host=host, guests=(a_set(1000 * MIB, 4),)))
    assert answer.placement is not None
    assert answer.placement.pnode_of["set"][0] in {0, 1}
    assert answer.tiers[2].terms == {"access_distance": 58_660, "core_sharing": 0}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"vnodes": [{"memory_kib": 1, "vcpus": [0]}, {"memory_kib": 1}]}, r"form \"set\" beside vnodes"),
        ({"flexible": {"memory_kib": 4, "vcpu_count": 1, "most": 9}}, r"a set of up to 9 pnodes, expected at most 3"),
        ({"flexible": {"memory_kib": 4, "vcpu_count": 1, "always_vnuma": True}}, r"form \"set\" with always_vnuma"),
        (
            {"flexible": {"memory_kib": 4, "vcpu_count": 1}, "devices": ["0000:01:00.0"]},
            r"form \"set\" with devices 0000:01:00.0, expected none",
        ),
    ],
)
def test_a_set_that_contradicts_itself_is_refused(more: dict[str, object], message: str) -> None:
    pnodes = [{"id": p, "memory_kib": "1GiB", "pcpus": [p]} for p in range(3)]
    host = {"pnodes": pnodes, "devices": [{"id": "0000:01:00.0", "pnode": 1}]}
    text = json.dumps({"host": host, "guests": [{"name": "db", "form": "set", **more}]})
    with pytest.raises(placer.InputError, match=message):
        placer.parse_instance(text)


XL_INFO = """\
host                   : four
nr_cpus                : 8
nr_nodes               : 4
cpu_topology           :
cpu:    core    socket     node
{cpus}
numa_info              :
node:    memsize    memfree    distances
   0:      8192       8000      10,12,20,20
   1:      8192       8000      12,10,20,20
   2:      8192       8000      20,20,10,12
   3:      8192       8000      20,20,12,10
""".format(cpus="\n".join(f"  {c}:  {c % 2}  {c // 2}  {c // 2}" for c in range(8)))


@pytest.mark.parametrize(
    ("config", "words", "vnuma", "note"),
    [
        ("memory = 2000\nvcpus = 2", (), False, "1 vnode, because one pnode holds its"),
        ("memory = 2000\nvcpus = 4", (), True, "of 2 to 4"),
        ("memory = 2000\nvcpus = 4", ("--migratable",), False, "a set of 2 pnodes"),
        ("memory = 12000\nvcpus = 2", ("--migratable",), False, "a set of 2 pnodes"),
        ("memory = 2000\nvcpus = 9", ("--migratable",), False, "its 9 vcpus are more than the pcpus"),
    ],
)
def test_the_form_follows_memory_and_vcpus(
    config: str, words: tuple[str, ...], vnuma: bool, note: str, tmp_path: Path
) -> None:
    """Two pcpus and 8,000 MiB on each of four pnodes."""
    (tmp_path / "host.txt").write_text(XL_INFO)
    (tmp_path / "vm.cfg").write_text(f'name = "vm"\ntype = "hvm"\n{config}\n')
    command = ("solve", "--host", tmp_path / "host.txt", tmp_path / "vm.cfg", *words)
    ran = run(*command)
    assert ran.code == 0
    assert note in ran.out
    assert ("vnuma = [" in run(*command, "--format", "xl", "-q").out) == vnuma


def test_a_set_comes_back_from_the_answer_for_the_audit() -> None:
    answer = solve(Instance(host=a_host(2 * GIB, 2 * GIB), guests=(a_set(3 * GIB, 2, most=2),)))
    back = placer.read_placement(placer.Text(placer.to_json(answer)))
    assert back.sets == ("set",)
    assert back == answer.placement
