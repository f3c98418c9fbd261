"""Options that commands of fleets share."""

from __future__ import annotations

from typing import get_args

import pytest

from placer.cli.fleet_options import GuestFormat
from placer.fleet.model.entries import HostFormat
from tests.support.commands import placer


def test_guests_are_written_in_the_forms_that_a_host_may_have() -> None:
    assert {form.value for form in GuestFormat} == set(get_args(HostFormat))


@pytest.mark.parametrize("command", ["solve", "add", "rebalance"])
def test_a_form_that_starts_no_guest_is_refused(command: str) -> None:
    ran = placer("fleet", command, "no-such-file.json", "--guest-format", "shell")
    assert ran.code == 2 and "'shell' is not one of" in ran.err
