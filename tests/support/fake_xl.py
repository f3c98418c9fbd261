"""
An xl that keeps a host in a file: what the scripts of placer call, with the outputs that xl 4.17 prints.

A planned failure (:mod:`tests.support.fake_toolstack`) of MODE ``after`` comes once the call is done, one of ``half``
amid its work.
"""

from __future__ import annotations

import json
import struct
import sys

from tests.support.fake_toolstack import FailedError, fault, load, read, run, say, store, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tests.support.fake_toolstack import State

MAGIC = b"Xen saved domain, xl format\n \0 \r"
BANNER = b"xl migration receiver ready, send binary domain data.\n"
BYTEORDER, JSON_AND_STREAM_V2 = 0x01020304, 3


def free(state: State) -> dict[str, int]:
    """Give the free MiB of each pnode."""
    left = dict(state["pnodes"])
    for domain in state["domains"]:
        for pnode, mib in domain["memory"].items():
            left[pnode] -= mib
    return left


def bound(state: State, config: State) -> list[str]:
    """Give the pnodes of the affinity of a configuration."""
    info = config["b_info"]
    masks = info.get("vcpu_hard_affinity") or info.get("vcpu_soft_affinity") or []
    pcpus = {pcpu for mask in masks for pcpu in mask}
    return [pnode for pnode, own in state["pcpus"].items() if not pcpus or pcpus & set(own)]


def build(state: State, config: State, *, paused: bool) -> State:
    """Start a domain: its memory in equal parts on the pnodes of its affinity."""
    mib = config["b_info"]["max_memkb"] // 1024
    if "vnuma_nodes" in config["b_info"]:
        memory: dict[str, int] = {}
        for vnode in config["b_info"]["vnuma_nodes"]:
            pnode = str(vnode.get("pnode", 0))
            memory[pnode] = memory.get(pnode, 0) + vnode["memkb"] // 1024
    else:
        pnodes = state.get("astray") or bound(state, config)
        memory = {pnode: mib // len(pnodes) for pnode in pnodes}
    left = free(state)
    if any(left[pnode] < each for pnode, each in memory.items()):
        raise FailedError("libxl: error: can't allocate low memory for domain: Out of memory")
    state["last"] += 1
    domain = {"domid": state["last"], "config": config, "memory": memory, "paused": paused}
    state["domains"].append(domain)
    return domain


def grow(state: State) -> None:
    """Have other domains take memory while something is done, where that is planned: name -> MiB."""
    for name, mib in state.get("grows", {}).items():
        memory = find(state, name)["memory"]
        pnode = state.get("grows_on") or next(iter(memory))
        memory[pnode] = memory.get(pnode, 0) + mib


def find(state: State, name: str) -> State:
    """Find a domain by its number or name."""
    for domain in state["domains"]:
        if name in (str(domain["domid"]), domain["config"]["c_info"]["name"]):
            return domain  # type: ignore[no-any-return]
    raise FailedError(f"{name} is an invalid domain identifier")


def image(config: State) -> bytes:
    """Write what xl save writes: its head with the configuration, and then the stream."""
    data = json.dumps(config, indent=4).encode() + b"\0"
    data = struct.pack("<I", len(data)) + data
    head = MAGIC + struct.pack("<IIII", BYTEORDER, JSON_AND_STREAM_V2, 0, len(data))
    return head + data + b"LIBXLSTREAM" * 1000


def read_image(raw: bytes) -> State:
    """Read it again, as strictly as libxl."""
    if raw[:32] != MAGIC:
        raise FailedError("File does not look like a saved domain")
    _, _, _, length = struct.unpack("<IIII", raw[32:48])
    (size,) = struct.unpack("<I", raw[48:52])
    if size + 4 != length or raw[51 + size : 52 + size] != b"\0" or raw[48 + length :] != b"LIBXLSTREAM" * 1000:
        raise FailedError("corrupt image")
    config: State = json.loads(raw[52 : 51 + size])
    return config


def masks(domain: State, kind: str, vcpu: int) -> str:
    given = domain["config"]["b_info"].get(f"vcpu_{kind}_affinity") or []
    return ranges(given[vcpu]) if vcpu < len(given) and given[vcpu] else "all"


def ranges(pcpus: list[int]) -> str:
    """Print pcpus as xl does."""
    text, first = [], None
    for pcpu in pcpus:
        first = pcpu if first is None else first
        if pcpu + 1 not in pcpus:
            text.append(str(first) if first == pcpu else f"{first}-{pcpu}")
            first = None
    return ",".join(text)


def command_info(state: State, _words: list[str]) -> None:
    say("nr_nodes               : 4\nnuma_info              :\nnode:    memsize    memfree    distances")
    for pnode, mib in free(state).items():
        say(f"{pnode:>4}:{state['pnodes'][pnode]:>10}{mib:>11}      10,20")


def command_vm_list(state: State, _words: list[str]) -> None:
    say("UUID                                  ID    name")
    for domain in state["domains"]:
        c_info = domain["config"]["c_info"]
        say(f"{c_info['uuid']}  {domain['domid']:>4}    {c_info['name']:<30}")


def command_list(state: State, words: list[str]) -> None:
    say("Name                                        ID   Mem VCPUs\tState\tTime(s)")
    for domain in [find(state, words[0])] if words else state["domains"]:
        name, info = domain["config"]["c_info"]["name"], domain["config"]["b_info"]
        flags = "--p---" if domain["paused"] else "-b----"
        mib = sum(domain["memory"].values())
        say(f"{name:<40} {domain['domid']:>5} {mib:>5} {info['max_vcpus']:>5}     {flags}    {1.5:>7}")


def command_vcpu_list(state: State, words: list[str]) -> None:
    say("Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)")
    domain = find(state, words[0])
    for vcpu in range(domain["config"]["b_info"]["max_vcpus"]):
        affinity = f"{masks(domain, 'hard', vcpu)} / {masks(domain, 'soft', vcpu)}"
        name = domain["config"]["c_info"]["name"]
        say(f"{name:<32} {domain['domid']:>5} {vcpu:>5}    1   -b-       1.0  {affinity}")


def command_vcpu_pin(state: State, words: list[str]) -> None:
    info = find(state, words[0])["config"]["b_info"]
    for kind, text in zip(("hard", "soft"), words[2:], strict=True):
        if text != "-":
            rows = info.setdefault(f"vcpu_{kind}_affinity", [[] for _ in range(info["max_vcpus"])])
            rows[int(words[1])] = [] if text == "all" else expand(text)
    store(state)


def expand(text: str) -> list[int]:
    parts = [part.split("-") for part in text.split(",")]
    return [pcpu for part in parts for pcpu in range(int(part[0]), int(part[-1]) + 1)]


def command_save(state: State, words: list[str]) -> None:
    domain = find(state, words[0])
    mode = fault(state, "save")
    if "vnuma_nodes" in domain["config"]["b_info"]:
        raise FailedError("Cannot save a guest with vNUMA configured")
    raw = image(domain["config"])
    write(words[1], raw[: len(raw) // 2] if mode == "half" else raw)
    if mode in {"yes", "half"}:
        raise FailedError("Failed to save domain")
    state["domains"] = [each for each in state["domains"] if each["domid"] != domain["domid"]]
    grow(state)
    store(state)
    if mode == "after":
        raise FailedError("killed")


def command_restore(state: State, words: list[str]) -> None:
    mode = fault(state, "restore")
    raw = sys.stdin.buffer.read() if words[-1] == "/proc/self/fd/0" else read(words[-1])
    if mode == "yes":
        raise FailedError("restore failed")
    build(state, read_image(raw), paused="-p" in words)
    store(state)
    if mode == "after":
        raise FailedError("killed")


def command_unpause(state: State, words: list[str]) -> None:
    find(state, words[0])["paused"] = False
    store(state)


def command_migrate(state: State, words: list[str]) -> None:
    import subprocess

    assert words[:2] == ["-s", ""]
    domain = find(state, words[2])
    mode = fault(state, "migrate")
    if mode == "yes":
        raise FailedError("migration failed")
    with subprocess.Popen(["/bin/sh", "-c", words[3]], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as receiver:
        assert receiver.stdin is not None and receiver.stdout is not None
        if receiver.stdout.readline() != BANNER:  # before anything is sent
            raise FailedError("did not receive the banner of the receiver")
        receiver.stdin.write(image(domain["config"]))
        receiver.stdin.close()
    if receiver.returncode:
        raise FailedError("migration target process exited unsuccessfully")
    state = load()
    state["domains"] = [each for each in state["domains"] if each["domid"] != domain["domid"]]
    grow(state)
    store(state)
    if mode == "after":
        raise FailedError("killed")


def command_migrate_receive(state: State, _words: list[str]) -> None:
    sys.stdout.buffer.write(BANNER)
    sys.stdout.flush()
    build(state, read_image(sys.stdin.buffer.read()), paused=False)
    store(state)


def command_shutdown(state: State, words: list[str]) -> None:
    domain = find(state, words[0])
    if domain["config"]["c_info"]["name"] not in state["deaf"]:
        state["domains"].remove(domain)
        store(state)


def command_create(state: State, words: list[str]) -> None:
    if fault(state, "create"):
        raise FailedError("create failed")
    config = json.loads(read(words[0]).decode().rpartition("# libxl: ")[2])
    name = config["c_info"]["name"]
    if any(each["config"]["c_info"]["name"] == name for each in state["domains"]):
        raise FailedError(f'Domain with name "{name}" already exists.')
    config["c_info"].setdefault("uuid", f"ffffffff-0000-4000-8000-{state['last']:012}")
    build(state, config, paused=False)
    store(state)


def main() -> int:
    """Do what the command line says."""
    return run(globals(), "xl", "-n")
