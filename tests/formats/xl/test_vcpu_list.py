"""What `xl vcpu-list` says of the pcpus that vcpus are bound to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import placer
from placer.errors import InputError
from placer.formats.xl.vcpu_list import ListedDomain, SeenVcpu, read_xl_vcpu_list
from placer.instance import Domain
from tests.support.building import GIB, a_host

HOST = a_host(GIB, GIB, pcpus=4)
SAMPLE = Path(placer.__file__).parent.parent / "instances" / "xl" / "running" / "vcpu-list.txt"
HEADING = "Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)"


def row(name: str = "db", domid: int = 3, vcpu: int = 0, masks: str = "all / 0-3") -> str:
    return f"{name:32} {domid:5} {vcpu:5}    7   -b-   53.5  {masks}"


def listed(*rows: str) -> list[ListedDomain]:
    return read_xl_vcpu_list("\n".join([HEADING, *rows]) + "\n", "vcpus.txt", HOST)


def read(*rows: str) -> list[Domain]:
    return [each.domain for each in listed(*rows)]


@pytest.mark.parametrize(
    ("masks", "affinity"),
    [
        ("all / all", None),
        ("all / 4-7", (4, 5, 6, 7)),
        ("0-1,5 / all", (0, 1, 5)),
        ("0-5 / 4-7", (4, 5)),  # Xen runs it on these as long as it can
        ("4-7 / 0-3", (4, 5, 6, 7)),  # a soft affinity outside the hard one says nothing
        ("0-7 / none", None),
        ("0-15 / all", None),  # pcpus 8 to 15 are offline
        ("6-9 / all", (6, 7)),
    ],
)
def test_a_vcpu_is_bound_to_its_hard_affinity_and_within_it_to_the_soft_one(
    masks: str, affinity: tuple[int, ...] | None
) -> None:
    assert read(row(masks=masks)) == [Domain(name="db", domid=3, affinity=(affinity,))]


def test_a_time_may_have_the_decimal_comma_of_another_locale() -> None:
    assert listed(row().replace("53.5", "53,5")) == listed(row())
    assert listed(row().replace("53.5", "0,0")) == listed(row().replace("53.5", "0.0")) != listed(row())


def test_vcpus_stand_in_their_order_and_offline_ones_count() -> None:
    rows = [
        row("Domain-0", 0, 0, "all / all"),
        row("two words", 12, 1, "4 / all"),
        "two words                           12     0     -   --p       0.0  all / 0-1",
    ]
    assert read(*rows) == [
        Domain(name="Domain-0", domid=0, affinity=(None,)),
        Domain(name="two words", domid=12, affinity=((0, 1), (4,))),
    ]


def test_domains_without_a_name_are_told_apart() -> None:
    assert [domain.name for domain in read(row("(null)", 4), row("(null)", 5))] == ["domain 4", "domain 5"]


@pytest.mark.parametrize(
    ("pcpu", "state", "time", "seen"),
    [
        ("5", "r--", "0.0", SeenVcpu(pcpu=5, running=True)),
        ("5", "-b-", "9.1", SeenVcpu(pcpu=5, running=False)),
        ("5", "---", "9.1", SeenVcpu(pcpu=5, running=False)),  # it waits, or its guest is paused
        ("5", "---", "0.0", SeenVcpu(pcpu=None, running=False)),  # created paused, it never ran
        ("-", "--p", "9.1", SeenVcpu(pcpu=None, running=False)),
        ("9", "-b-", "9.1", SeenVcpu(pcpu=None, running=False)),  # asleep since pcpu 9 was online
    ],
)
def test_a_vcpu_was_last_on_the_pcpu_of_its_row(pcpu: str, state: str, time: str, seen: SeenVcpu) -> None:
    (domain,) = listed(f"db      3     0    {pcpu}   {state}   {time}  all / all")
    assert domain.seen == (seen,)


FAULTS = {
    "no heading": ("x\n", r"^vcpus\.txt:1: expected the text that \"xl vcpu-list\" prints"),
    "nothing": ("", r"^vcpus\.txt:1: expected the text"),
    "another list": ("Name  ID   Mem VCPUs\tState\tTime(s)\n", r"^vcpus\.txt:1: expected the text"),
    "cut off": (f"{HEADING}\n{row()[:-4]}\n", r'^vcpus\.txt:2: expected a row "Name ID VCPU .*", got "db'),
    "twice": (f"{HEADING}\n\n{row()}\n{row()}\n", r"^vcpus\.txt:4: lists vcpu 0 of domain 3 again"),
    "a vcpu missing": (f"{HEADING}\n{row(vcpu=2)}\n", r'^vcpus\.txt: domain 3 "db" has no row for vcpu 0-1$'),
    "no such pcpu": (
        f"{HEADING}\n{row(masks='8-9 / all')}\n",
        r"^vcpus\.txt:2: no pcpu 8-9 on this host, it has 0-7$",
    ),
    "runs elsewhere": (
        f"{HEADING}\n{row().replace(' 7   -b-', ' 8   r--')}\n",
        r"^vcpus\.txt:2: a vcpu runs on pcpu 8, this host has 0-7$",
    ),
    "backwards": (f"{HEADING}\n{row(masks='5-2 / all')}\n", r'^vcpus\.txt:2: range "5-2" runs backwards$'),
    "large domid": (
        f"{HEADING}\n{row(domid=99999)}\n",
        r"^vcpus\.txt:2: expected a number of at most 65535, got 99999$",
    ),
    "control character": (f"{HEADING}\n{row(name='a' + chr(27) + 'b')}\n", r"^vcpus\.txt: name .* control character$"),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_by_its_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_xl_vcpu_list(text, "vcpus.txt", HOST)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_list_is_read_or_refused_with_its_name(data: st.DataObject) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    a, b = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
    damaged = text[:a] + data.draw(st.text(max_size=8) | st.sampled_from(["\n", "99999999999", "-", " / "])) + text[b:]
    try:
        read_xl_vcpu_list(damaged, "vcpus.txt", a_host(*(GIB,) * 4))
    except InputError as error:
        assert str(error).startswith("vcpus.txt")


def test_the_list_of_xen_before_4_5_has_hard_affinity_alone() -> None:
    heading = HEADING.replace("Affinity (Hard / Soft)", "CPU Affinity")
    old = [row("Domain-0", 0, masks="any cpu"), row("web app", 1, masks="4-5"), row("db", 3, masks="0-15")]
    rows = read_xl_vcpu_list("\n".join([heading, *old]), "vcpus.txt", HOST)
    assert [each.domain for each in rows] == [
        Domain(name="Domain-0", domid=0, affinity=(None,)),
        Domain(name="web app", domid=1, affinity=((4, 5),)),
        Domain(name="db", domid=3, affinity=(None,)),
    ]
