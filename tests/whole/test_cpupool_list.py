"""``--pools``: guests of files in the cpupools that `xl cpupool-list -c` prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import INSTANCES, a_cfg, a_folder, placer

POOLS = """\
Name               CPU list
Pool-0             0,1
rt                 2,3,4,5
"""
"""The host has pcpus 0-3 on pnode 0 with 4 GiB free, 4-7 on pnode 1 with 3 GiB."""
RUNNING = INSTANCES / "xl" / "running"


def solved(folder: Path, *words: object, pools: str | None = POOLS, more: str = "", **options: Any) -> Any:
    a_folder(folder, db_cfg=a_cfg(more=more, **options), pools_txt=POOLS if pools is None else pools)
    given = () if pools is None else ("--pools", folder / "pools.txt")
    return placer("solve", "--host", folder / "host.txt", folder / "db.cfg", *given, *words)


def test_a_guest_runs_in_its_pool_and_its_file_keeps_the_name(tmp_path: Path) -> None:
    ran = solved(tmp_path, "--format", "xl", more='pool = "rt"  # real time\n')
    assert ran.code == 0, ran.err
    # 1 GiB leaves least on pnode 1, of which only pcpus 4 and 5 are in its pool
    assert 'pool = "rt"  # real time\n' in ran.out
    assert 'cpus_soft = ["4-5", "4-5"]' in ran.out
    assert "pcpus 6-7 are in no cpupool, so that no guest runs on them" in ran.err


def test_a_guest_without_a_pool_runs_in_pool_0(tmp_path: Path) -> None:
    ran = solved(tmp_path, "--format", "xl")
    assert 'cpus_soft = ["0-1", "0-1"]' in ran.out
    assert "pool" not in ran.out


def test_the_first_pool_is_that_of_guests_without_one_after_a_numa_split(tmp_path: Path) -> None:
    split = "Name               CPU list\nPool-node0         0-3\nPool-node1         4-7\n"
    a_folder(tmp_path, db_cfg=a_cfg(), rt_cfg=a_cfg("rt", more='pool = "1"\n'), split_txt=split)
    words = ("solve", "--host", tmp_path / "host.txt", "--pools", tmp_path / "split.txt", "--format", "xl", "--pin")
    assert 'cpus = ["0-3", "0-3"]' in placer(*words, tmp_path / "db.cfg").out
    assert 'cpus = ["4-7", "4-7"]' in placer(*words, tmp_path / "rt.cfg").out
    # of a mask that overlaps the pool the part in it counts, as in Xen; with a mask beside the pool it starts nowhere
    assert 'cpus=["3", "3"]' in placer(*words, "-", stdin=a_cfg(more='cpus="3-7"\n')).out
    ran = placer(*words[:-3], "-", stdin=a_cfg(more='cpus = "4-7"\n'))
    assert (ran.code, ran.out.partition(":")[0]) == (1, "INFEASIBLE")


def test_a_domain_of_vcpu_list_alone_loads_the_pool_that_it_was_seen_in(tmp_path: Path) -> None:
    vcpus = "Name  ID VCPU CPU State Time(s) Affinity (Hard / Soft)\n"
    vcpus += "Domain-0 0 0 1 r-- 9.0 all / all\nstub 4 0 5 -b- 1.0 all / all\nstub 4 1 - --p 0.0 all / all\n"
    a_folder(tmp_path, db_cfg=a_cfg(), pools_txt=POOLS, vcpus_txt=vcpus)
    words = ("import", "--host", tmp_path / "host.txt", tmp_path / "db.cfg", "--vcpu-list", tmp_path / "vcpus.txt")
    host = json.loads(placer(*words, "--quiet", "--pools", tmp_path / "pools.txt").out)["host"]
    assert [(each["name"], each.get("pool")) for each in host["domains"]] == [("Domain-0", None), ("stub", "rt")]


def test_a_wish_counts_within_the_pool(tmp_path: Path) -> None:
    ran = solved(tmp_path, "--format", "libxl", more='pool = "rt"\ncpus_soft = ["5-6", "6-7"]\n')
    assert json.loads(ran.out)["vcpu_soft_affinity"] == [[5], [4, 5]]


def test_pin_binds_within_the_pool(tmp_path: Path) -> None:
    ran = solved(tmp_path, "--format", "xl", "--pin", more='pool = "rt"\ncpus = ["all", "5-7"]\n')
    assert 'cpus = ["4-5", "5"]' in ran.out


def test_a_guest_that_its_pool_cannot_run_is_refused_with_the_reason(tmp_path: Path) -> None:
    ran = solved(tmp_path, more="cpus = ['4', '4']\n")
    assert ran.code == 1
    assert "its cpupool allows only 0" in ran.out


def test_without_the_list_nothing_is_constrained_and_that_is_said(tmp_path: Path) -> None:
    ran = solved(tmp_path, more='pool = "rt"\n', pools=None)
    assert (
        "- the cpupools of the host are not known (--pools reads them from xl cpupool-list -c), so these guests "
        "are not kept to theirs: db" in ran.lines
    )
    assert not any("cpupool" in line for line in solved(tmp_path, pools=None).lines)


@pytest.mark.parametrize("form", ["xl", "libxl"])
def test_a_pool_that_the_host_does_not_list_is_refused_with_its_place(form: str, tmp_path: Path) -> None:
    if form == "xl":
        ran = solved(tmp_path, more="pool = 'web'\n")
        assert ran.err == f'error: {tmp_path}/db.cfg:5: no cpupool "web" on this host, it has Pool-0, rt\n'
    else:
        a_folder(tmp_path, pools_txt=POOLS)
        info = {"max_vcpus": 2, "max_memkb": 1048576, "type.hvm": {}}
        config = {"c_info": {"type": "hvm", "name": "db", "poolid": 3}, "b_info": info}
        words = ("solve", "--host", tmp_path / "host.txt", "--pools", tmp_path / "pools.txt", "-")
        ran = placer(*words, stdin=json.dumps(config))
        assert ran.err == (
            'error: <stdin>: $.c_info.poolid: no cpupool "3" on this host, it has Pool-0, rt; '
            "digits are a cpupool's number, which xl cpupool-list does not print: write its name\n"
        )
        config["c_info"]["pool_name"] = "rt"
        assert '"4-5"' in placer(*words, "--format", "xl", stdin=json.dumps(config)).out
    assert ran.code == 2


def test_import_writes_the_pools_and_the_instance_solves_the_same(tmp_path: Path) -> None:
    a_folder(tmp_path, db_cfg=a_cfg(more='pool = "rt"\n'), web_cfg=a_cfg("web"), pools_txt=POOLS)
    pools = ("--pools", tmp_path / "pools.txt")
    words = ("--host", tmp_path / "host.txt", tmp_path / "db.cfg", tmp_path / "web.cfg", *pools)
    instance = tmp_path / "instance.json"
    assert placer("import", *words, "-o", instance, "--quiet").code == 0
    document = json.loads(instance.read_text(encoding="utf-8"))
    assert document["host"]["cpupools"] == [
        {"name": "Pool-0", "pcpus": "0-1", "id": 0},
        {"name": "rt", "pcpus": "2-5"},
    ]
    assert [guest.get("pool") for guest in document["guests"]] == ["rt", None]
    answers = [json.loads(placer("solve", *each, "--format", "json").out) for each in (words, (instance,))]
    # beside crumbs of 10 MiB and its low zone of 2 GiB, pnode 0 has 2,038 MiB for guests of 1,032 MiB and some spare;
    # only pnode 0 has pcpus of web's pool
    assert answers[0]["placement"] == answers[1]["placement"] == {"db": [1], "web": [0]}
    assert answers[0]["tiers"] == answers[1]["tiers"]
    written = placer("solve", instance, "--format", "xl", "-o", tmp_path / "out/")
    assert written.code == 0
    assert '\npool = "rt"\n' in (tmp_path / "out" / "db.cfg").read_text(encoding="utf-8")
    assert "pool" not in (tmp_path / "out" / "web.cfg").read_text(encoding="utf-8").replace("cpupool", "")


def test_running_guests_load_the_cores_of_their_pool(tmp_path: Path) -> None:
    info = {"max_vcpus": 3, "max_memkb": 4096, "type.hvm": {}}
    domains = [
        {
            "domid": 1,
            "config": {"c_info": {"name": "one", "type": "hvm", "pool_name": "rt", "poolid": 1}, "b_info": info},
        },
        {"domid": 2, "config": {"c_info": {"name": "two", "type": "hvm"}, "b_info": info}},
    ]
    vcpus = "Name  ID VCPU CPU State Time(s) Affinity (Hard / Soft)\n"
    vcpus += "".join(
        f"{name} {domid} {vcpu} - --p 0.0 all / all\n" for domid, name in ((1, "one"), (2, "two")) for vcpu in range(3)
    )
    a_folder(
        tmp_path, db_cfg=a_cfg(more='pool="rt"\n'), pools_txt=POOLS, list_json=json.dumps(domains), vcpus_txt=vcpus
    )
    words = (
        "import",
        "--host",
        tmp_path / "host.txt",
        tmp_path / "db.cfg",
        "--running",
        tmp_path / "list.json",
        "--quiet",
    )
    for more in ((), ("--vcpu-list", tmp_path / "vcpus.txt")):
        host = json.loads(placer(*words, "--pools", tmp_path / "pools.txt", *more).out)["host"]
        assert [(each["name"], each.get("pool")) for each in host["domains"]] == [("one", "rt"), ("two", None)]


def test_check_judges_running_guests_within_their_pools(tmp_path: Path) -> None:
    """Pools as `xl cpupool-numa-split` makes them; all five guests run in the first, on pnode 0."""
    pools = tmp_path / "pools.txt"
    rows = [f"Pool-{p}  {4 * p}-{4 * p + 3}\n" for p in range(4)]
    pools.write_text("Name  CPU list\n" + "".join(rows), encoding="utf-8")
    words = ["check", "--host", RUNNING / "xl-info.txt", "--running", RUNNING / "xl-list.json"]
    words += ["--numa-dump", RUNNING / "dmesg.txt", "--vcpu-list", RUNNING / "vcpu-list.txt"]
    free, pooled = placer(*words), placer(*words, "--pools", pools)
    assert (free.code, pooled.code, pooled.err) == (1, 1, "")
    assert free.lines[0] == "4 of 5 guests are where they were meant to be"
    # what they are bound to lies beside their pool but for cache, which is on pnode 0
    assert pooled.lines[0] == "1 of 5 guests are where they were meant to be"
    assert '- guest "db": vcpus 0-2 may run on pcpus 0-3, none of them on pnode 2' in pooled.lines
    assert not any('guest "cache"' in line for line in pooled.lines)


def test_pools_belong_to_a_host() -> None:
    ran = placer("solve", INSTANCES / "rfc-a.json", "--pools", RUNNING / "vcpu-list.txt")
    assert (ran.code, ran.err) == (2, "error: usage: --pools needs --host; an instance has its cpupools\n")
    ran = placer("check", INSTANCES / "rfc-a.json", "--pools", RUNNING / "vcpu-list.txt")
    assert ran.code == 2
    assert "not both" in ran.err


def test_a_list_of_something_else_is_refused(tmp_path: Path) -> None:
    ran = solved(tmp_path, pools="Pool-0 0-7\n")
    assert ran.code == 2
    assert ran.err.startswith(f"error: {tmp_path}/pools.txt:1: expected the text")
