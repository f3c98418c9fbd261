"""Recognises the guest files of other managers, to say what a file looks like instead of where its first line fails."""

from __future__ import annotations

import re

READ = (
    "an xl.cfg, libxl's JSON (of one guest, or xl list -l), a domain XML of libvirt (virsh dumpxml), or flavours of "
    "OpenStack as JSON (openstack flavor list --long -f json)"
)
"""The forms of guests that are read."""

_TEXTS = (
    (
        r"^[ \t]*(?:[^\s=]+=\S*[ \t]+)*(?:(?:exec|sudo)[ \t]+)?(?:/[\w./-]*/)?"
        r"(?:qemu-system-\w+|qemu-kvm|kvm)[\s\\]+-|^[ \t]*-smp[ =]",
        "a command line of QEMU",
    ),
    (r"^[ \t]*virt-install\b", "a command line of virt-install"),
    (r"^apiVersion:[ \t]*[\"']?[\w.]*kubevirt\.io/", "a manifest of KubeVirt"),
    (r"^apiVersion:", "a manifest of Kubernetes"),
    (r"^services:[ \t]*$", "a file of Docker Compose"),
    (r"^[ \t]*[\"']?limits\.(?:cpu|memory)", "a configuration of Incus or LXD"),
    (r"^(?:config\.version|virtualHW\.version|numvcpus|memsize|\.encoding)[ \t]*=[ \t]*\"", "a .vmx file of VMware"),
    (r"^(?:numa\d*|cores|sockets|scsihw|ostype|vmgenid|memory|cpu|boot): ?\S", "a configuration of Proxmox VE"),
    (r"^(?:MEMORY|VCPU|CPU|CONTEXT|TEMPLATE|TOPOLOGY)[ \t]*=[ \t]*[\[\"\d]", "a template of OpenNebula"),
    (r"^[ \t]*Vagrant\.configure", "a Vagrantfile"),
    (r"^uuid \( ?RO\)[ \t]*: ", "what xe of XCP-ng or XenServer prints"),
    (r"^resource[ \t]+\"\w+\"[ \t]+\"\w+\"", "a file of Terraform"),
    (r"^(?:available: \d+ nodes?|node \d+ cpus:|numa_info[ \t]*:)", "a host (--host reads it)"),
)
"""
Lines that only these files have: pattern and words, the first that is found counts.

Each pattern keeps to its line, and reads a line once: a text of 8 MiB is searched with all of them.
"""
_ROOTS = {
    "VM": "a machine of OpenNebula",
    "VMTEMPLATE": "a template of OpenNebula",
    "TEMPLATE": "a template of OpenNebula",
    "VirtualBox": "a machine of VirtualBox",
    "Envelope": "an OVF package",
    "vm": "a machine of oVirt",
    "domainsnapshot": "a snapshot of libvirt",
    "domstatus": "libvirt's own record of a running domain",
    "capabilities": "a host (--host reads it)",
    "topology": "a host (--host reads it)",
}
_PATTERNS = tuple((re.compile(pattern, re.MULTILINE), words) for pattern, words in _TEXTS)


def foreign_text(text: str) -> str | None:
    r"""
    Say what a text looks like that is neither JSON nor XML; None where it may be an xl.cfg.

    Examples
    --------
    >>> foreign_text("cores: 8\nmemory: 32768\n"), foreign_text('name = "db"\nmemory = 1024\n')
    ('a configuration of Proxmox VE', None)
    """
    return next((words for pattern, words in _PATTERNS if pattern.search(text)), None)


def foreign_root(root: str) -> str | None:
    """Say what XML with this root element looks like; None for a domain, and for what is not known."""
    return _ROOTS.get(root)


def foreign_json(document: object) -> str | None:
    """
    Say what JSON looks like; None where it may be of libxl or OpenStack.

    Examples
    --------
    >>> foreign_json([{"Id": "4f", "HostConfig": {}}]), foreign_json({"b_info": {}})
    ('containers as docker inspect prints them', None)
    """
    item = document[0] if isinstance(document, list) and document else document
    if not isinstance(item, dict):
        return None
    kind = f"{item.get('apiVersion', '')}"
    config = item.get("config")
    found = {
        "a manifest of KubeVirt": "kubevirt.io/" in kind,
        "a manifest of Kubernetes": "apiVersion" in item and "kind" in item,
        "containers as docker inspect prints them": "HostConfig" in item,
        "a configuration of Incus or LXD": (
            isinstance(config, dict) and any(f"{key}".startswith("limits.") for key in config)
        )
        or ("expanded_devices" in item and "profiles" in item),
        "a machine of OpenNebula": bool({"VM", "VMTEMPLATE"} & item.keys()),
        "a configuration of Proxmox VE": "cores" in item and "memory" in item,
        "a configuration of Cloud Hypervisor": "boot_vcpus" in f"{item.get('cpus')}",
        "a configuration of Firecracker": "machine-config" in item,
        "servers of OpenStack, whose flavours are read": bool(
            {"server", "servers", "OS-EXT-STS:vm_state"} & item.keys() or {"Status", "Networks"} <= item.keys()
        ),
        "an answer of QEMU's monitor": "QMP" in item or "return" in item,
        "an instance of placer, to be given alone": "host" in item and "guests" in item,
    }
    return next((words for words, yes in found.items() if yes), None)
