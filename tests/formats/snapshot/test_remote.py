"""A snapshot over ssh: a fake ssh runs the script here; what fails is said in ssh's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from placer.errors import InputError
from placer.formats.snapshot.parts import split_parts
from placer.formats.snapshot.remote import refusal, take_over_ssh
from placer.formats.snapshot.script import snapshot_script
from tests.support.fake_host import FakeHost
from tests.support.snapshots import FACTS, parts_of_xl, snapshot

SSH = '#!/bin/sh\n[ "$*" = "-- root@xen1 sh -s" ] || exit 77\n'


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    made = FakeHost(tmp_path)
    made.write("info", parts_of_xl()["xl-info"].replace("xen1", "(none)", 1))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return made


def test_the_script_runs_there_and_its_answer_comes_back(host: FakeHost) -> None:
    host.program("ssh", SSH + "exec sh -s\n")
    text, parts = take_over_ssh("root@xen1", snapshot_script())
    assert parts.parts["xl-list"].good
    assert split_parts(text, "ssh root@xen1") == parts
    assert refusal(parts) is None


def test_above_the_size_the_reason_is_known(host: FakeHost) -> None:
    host.program("ssh", SSH + "exec sh -s\n")
    _, parts = take_over_ssh("root@xen1", snapshot_script(pages="yes", pages_up_to_kib=1 << 20))
    assert (refusal(parts) or "").startswith("domains hold 5 GiB, more than 1: Xen walks through every page")


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            "echo banner >&2; echo 'ssh: connect to host xen1 port 22: No route to host' >&2; exit 255",
            "ssh failed: ssh: connect to host xen1 port 22: No route to host",
        ),
        ("exit 255", "ssh failed and says nothing"),
        ("echo 'sh: not found' >&2; exit 127", "the shell there ended with exit code 127: sh: not found"),
        ("echo 'This account is not available.'", 'expected a snapshot, got "This account is not available."'),
        ("cat >/dev/null", 'expected a snapshot, got "nothing"'),
        ("sh -s | head -n 20", "the connection ended before the snapshot did, after line 20"),
    ],
)
def test_what_fails_is_said(program: str, message: str, host: FakeHost) -> None:
    host.program("ssh", SSH + program + "\n")
    with pytest.raises(InputError) as caught:
        take_over_ssh("root@xen1", snapshot_script())
    assert str(caught.value) == f"ssh root@xen1: {message}"


def test_a_snapshot_without_a_host_is_refused_with_the_words_of_xl(host: FakeHost) -> None:
    text = snapshot(
        {"facts": FACTS.replace("uid: 0", "uid: 7"), "xl-info": ""},
        codes={"xl-info": 1},
        said={"xl-info": "libxl: error: cannot open libxc handle: Permission denied"},
    )
    host.write("answer", text)
    host.program("ssh", f"{SSH}cat {host.folder}/answer\n")
    with pytest.raises(InputError, match=r"^ssh root@xen1:13: states no host: .* Permission denied; taken as user"):
        take_over_ssh("root@xen1", snapshot_script())


def test_a_host_that_is_no_host_and_an_ssh_that_is_not_there_are_refused() -> None:
    with pytest.raises(InputError, match=r'^--ssh: expected a host such as root@xen1, got "-oProxyCommand=x"$'):
        take_over_ssh("-oProxyCommand=x", "")
    with pytest.raises(InputError, match=r"^ssh xen1: no-such-ssh is not in PATH; placer snapshot prints the script$"):
        take_over_ssh("xen1", "", program="no-such-ssh")
