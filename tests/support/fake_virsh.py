"""A virsh that keeps a host in a file: what the scripts of placer call, with the outputs that virsh 9.0 prints."""

from __future__ import annotations

import re

from tests.support.fake_toolstack import FailedError, fault, read, run, say, store, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.support.fake_toolstack import State

STATE = "\nSTATE\n"
"""Of an image, what follows its XML."""


def check(state: State, command: str) -> None:
    """Count a call, and fail where that is planned."""
    if fault(state, command):
        raise FailedError(f"Failed to {command}")


def saved_xml(path: str) -> str:
    """Give the XML in an image."""
    return read(path).decode().removesuffix(STATE)


def find(state: State, name: str) -> State:
    """Find a domain by its uuid or name."""
    for domain in state["domains"]:
        if name in (domain["uuid"], domain["name"]):
            return domain  # type: ignore[no-any-return]
    raise FailedError(f"failed to get domain '{name}'")


def free(state: State) -> dict[str, int]:
    """Give the free MiB of each node."""
    left = dict(state["pnodes"])
    for domain in state["domains"]:
        for node, mib in domain["memory"].items() if domain["state"] != "shut off" else ():
            left[node] -= mib
    return left


def place(state: State, domain: State, nodes: list[str]) -> None:
    """Put the memory of a domain on nodes, in equal parts."""
    mib = sum(domain["memory"].values())
    ranges = [node.split("-") for node in state.get("astray") or nodes]
    there = [str(node) for ends in ranges for node in range(int(ends[0]), int(ends[-1]) + 1)]
    domain["memory"] = {node: mib // len(there) for node in there}
    if any(mib < 0 for mib in free(state).values()):
        raise FailedError("cannot allocate memory")


def command_list(_state: State, _words: list[str]) -> None:
    say(" Id   Name   State\n--------------------")


def command_domstate(state: State, words: list[str]) -> None:
    say(find(state, words[0])["state"] + "\n")


def command_domname(state: State, words: list[str]) -> None:
    say(find(state, words[0])["name"] + "\n")


def command_freecell(state: State, _words: list[str]) -> None:
    for node, mib in free(state).items():
        say(f"{node:>5}: {mib * 1024:>10} KiB")
    say("--------------------\nTotal: 1 KiB\n")


def command_domstats(state: State, _words: list[str]) -> None:
    for domain in state["domains"]:
        if domain["state"] != "shut off":
            say(f"Domain: '{domain['name']}'")
            say(f"  balloon.current=1\n  balloon.rss={sum(domain['memory'].values()) * 1024}\n")


def command_vcpupin(state: State, words: list[str]) -> None:
    domain = find(state, words[0])
    if len(words) > 2:
        domain["pins"][words[1]] = words[2]
        store(state)
        return
    say(" VCPU   CPU Affinity\n----------------------")
    for vcpu, pcpus in domain["pins"].items():
        say(f" {vcpu:<6} {pcpus}")


def command_emulatorpin(state: State, words: list[str]) -> None:
    find(state, words[0])["emulator"] = words[1]
    store(state)


def command_numatune(state: State, words: list[str]) -> None:
    domain = find(state, words[0])
    if "--nodeset" not in words:
        say(f"numa_mode      : strict\nnuma_nodeset   : {domain['nodeset']}\n")
        return
    check(state, "numatune")
    domain["nodeset"] = words[words.index("--nodeset") + 1]
    if not state.get("stuck"):  # else the kernel moves no page
        place(state, domain, domain["nodeset"].split(","))
    store(state)


def command_save(state: State, words: list[str]) -> None:
    domain = find(state, words[0])
    check(state, "save")
    write(words[1], (domain["xml"] + STATE).encode())
    domain["state"] = "shut off"
    store(state)


def command_save_image_dumpxml(_state: State, words: list[str]) -> None:
    say(saved_xml(words[0]))


def command_restore(state: State, words: list[str]) -> None:
    saved = saved_xml(words[0])
    check(state, "restore")
    xml = read(words[words.index("--xml") + 1]).decode() if "--xml" in words else saved
    name = re.search("<name>(.*)</name>", xml)
    nodes = re.findall(r"<(?:memory|memnode .*?) mode='strict' nodeset='([^']*)'/>", xml)
    if name is None or xml.count("<numatune>") != 1 or xml.count("<cputune>") != 1:
        raise FailedError("XML error")
    domain = find(state, name[1])
    domain |= {"xml": xml, "state": "paused" if "--paused" in words else "running", "nodeset": nodes[0]}
    domain["pins"] = dict(re.findall(r"<vcpupin vcpu='(\d+)' cpuset='([^']*)'/>", xml))
    place(state, domain, nodes[1:] or nodes[0].split(","))
    store(state)


def command_resume(state: State, words: list[str]) -> None:
    find(state, words[0])["state"] = "running"
    store(state)


def main() -> int:
    """Do what the command line says."""
    return run(globals(), "error", "--live")
