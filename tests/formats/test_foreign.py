from __future__ import annotations

from pathlib import Path

import pytest

from placer.errors import InputError
from placer.formats.guests import read_guests
from placer.instance import Host, Pnode

HOST = Host(pnodes=(Pnode(id=0, memory_kib=2**30, pcpus=(0, 1)),))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("balloon: 0\ncores: 2\nmemory: 2048\nsockets: 1\n", "Proxmox VE"),
        ("---\napiVersion: kubevirt.io/v1\nkind: VirtualMachine\n", "KubeVirt"),
        ("apiVersion: v1\nkind: Pod\n", "Kubernetes"),
        ("architecture: x86_64\nconfig:\n  limits.cpu: '4'\n", "Incus or LXD"),
        ('NAME = "a"\nMEMORY = "4096"\nVCPU = "4"\n', "OpenNebula"),
        ("/usr/bin/qemu-system-x86_64 -m 4G -smp 4\n", "a command line of QEMU"),
        ("qemu-kvm -name a -m 4096\n", "a command line of QEMU"),
        ('.encoding = "UTF-8"\nnumvcpus = "4"\nmemSize = "4096"\n', "VMware"),
        ("services:\n  db:\n    image: pg\n", "Docker Compose"),
        ("node 0 cpus: 0 1\n", r"a host \(--host reads it\)"),
        ('{"apiVersion": "kubevirt.io/v1", "kind": "VirtualMachine"}', "KubeVirt"),
        ('[{"config": {"limits.cpu": "2"}, "expanded_devices": {}}]', "Incus or LXD"),
        ('[{"Id": "1", "HostConfig": {"CpusetCpus": ""}}]', "docker inspect"),
        ('[{"ID": "1", "Name": "a", "Status": "ACTIVE", "Networks": {}}]', "servers of OpenStack"),
        ('{"server": {"id": "1"}}', "servers of OpenStack"),
        ('{"cpus": {"boot_vcpus": 2, "max_vcpus": 2}, "memory": {"size": 1}}', "Cloud Hypervisor"),
        ('{"machine-config": {"vcpu_count": 2}}', "Firecracker"),
        ("uuid ( RO)           : 5f\n     name-label ( RW): a\n", "what xe of XCP-ng"),
        ("<vm id='1'><name>a</name></vm>", "a machine of oVirt"),
        ("<VM><ID>1</ID></VM>", "OpenNebula"),
        ("<capabilities/>", r"a host \(--host reads it\)"),
    ],
)
def test_files_of_others_are_named_with_the_forms_that_are_read(text: str, what: str, tmp_path: Path) -> None:
    file = tmp_path / "guest"
    file.write_text(text)
    with pytest.raises(
        InputError, match=rf"guest: this looks like .*{what}.*, expected an xl.cfg, .* flavours of Open"
    ):
        read_guests(str(file), HOST)


def test_an_xl_cfg_that_names_qemu_is_one_of_xl(tmp_path: Path) -> None:
    file = tmp_path / "a.cfg"
    file.write_text(
        'name = "a"\ntype = "hvm"\nmemory = 1024\ndevice_model_override = "/usr/bin/qemu-system-i386 -smp 2"\n'
    )
    assert read_guests(str(file), HOST)[0].name == "a"


def test_a_faulty_xl_cfg_keeps_its_own_fault(tmp_path: Path) -> None:
    file = tmp_path / "a.cfg"
    file.write_text('name = "a"\nmemory = \n')
    with pytest.raises(InputError, match=r"a.cfg:2: "):
        read_guests(str(file), HOST)
