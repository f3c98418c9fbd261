"""The states of domains, from rows as printf("%-40s %5d %5lu %5d     %c%c%c%c%c%c  %8.1f") of xl list writes them."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.snapshot.domain_states import read_domain_states
from placer.formats.text.files import Text
from placer.instance.units import MAX_CPU

HEADING = "Name                                        ID   Mem VCPUs\tState\tTime(s)\n"


def row(name: str, domid: int, state: str, time: str = "12.5") -> str:
    return f"{name:<40} {domid:5d} {1024:5d} {2:5d}     {state}  {time:>8}\n"


def test_states_are_read_by_domid() -> None:
    table = HEADING + row("Domain-0", 0, "r-----") + row("my db", 3, "--p---", "0.0") + row("(null)", 4, "--ps-d")
    states = read_domain_states(Text(table, "xl list"))
    assert [(state.name, state.dying, state.being_built) for state in states.values()] == [
        ("Domain-0", False, False),
        ("my db", False, True),
        ("(null)", True, False),
    ]
    assert states[3].memory_mib == 1024


def test_a_domain_that_never_ran_and_is_taken_down_is_not_being_built() -> None:
    states = read_domain_states(Text(HEADING + row("a", 1, "--p--d", "0.0"), "xl list"))
    assert (states[1].dying, states[1].being_built) == (True, False)


@pytest.mark.parametrize(
    ("flags", "halted"),
    [
        ("-b----", None),
        ("------", None),
        ("--p---", "is paused"),
        ("----c-", "has crashed"),
        ("---s--", "has shut down"),
        ("--psc-", "has crashed"),
    ],
)
def test_a_domain_that_is_there_and_does_not_run_says_why(flags: str, halted: str | None) -> None:
    assert read_domain_states(Text(HEADING + row("a", 1, flags), "xl list"))[1].halted == halted


def test_a_decimal_comma_is_a_point() -> None:
    states = read_domain_states(Text(HEADING + row("a", 1, "--p---", "0,0"), "xl list"))
    assert states[1].being_built


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n", r'xl list: expected the table that "xl list" prints, its heading first'),
        (HEADING + "a b c\n", r'xl list:2: expected a row "Name ID Mem VCPUs State Time\(s\)", got "a b c"'),
        (HEADING + row("a", MAX_CPU + 1, "r-----"), r'xl list:2: expected a row "Name ID'),
        (HEADING + row("a", 1, "r-----") + row("b", 1, "r-----"), r"xl list:3: lists domain 1 again"),
    ],
)
def test_what_xl_does_not_print_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}"):
        read_domain_states(Text(text, "xl list"))


def test_the_uuid_is_read_where_the_table_has_it() -> None:
    """As ``xl list -v`` prints it: uuid, reason of a shutdown, security label."""
    uuid = "8E6F4EF4-84ee-4ddf-9e0f-52aa9dfe6eda"
    heading = HEADING.rstrip("\n") + "   UUID                            Reason-Code\tSecurity Label\n"
    table = (
        heading + row("db", 3, "-b----").rstrip("\n") + f" {uuid}        -                -\n" + row("a b", 4, "r-----")
    )
    states = read_domain_states(Text(table, "xl list -v"))
    assert (states[3].uuid, states[4].uuid, states[4].name) == (uuid.lower(), None, "a b")
