"""Pages with pictures in a real Chromium: nothing fails, figures are those of check, and everyone can use them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from msgspec.structs import replace

import placer
from benchmarks.chromium import browsing
from tests.draw.test_fleet import FLEET, PLAN
from tests.draw.test_moves import swapped
from tests.support.building import GIB, a_guest, a_host, an_instance
from tests.support.chromium import a_tab, faint, misplaced, needs_chromium
from tests.support.pictures import STRANGE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).resolve().parents[2] / "instances"
NAMES = sorted(json.loads((FOLDER / "origins.json").read_text(encoding="utf-8")))
LONG = {"crowded-devices", "flexible-guests", "ring", "hpe-16n-hana"}
"""Seconds of search, which these tests do not need."""
SNAPSHOTS = ("xl/running/snapshot.txt", "xl/crowded/snapshot.txt")
NAMED = (*STRANGE, "x" * 255)
"""The longest name that a guest may have is the last one."""


class Shown(NamedTuple):
    """A page with a placement: its instance, its answer, and what Chromium shows."""

    instance: placer.Instance
    answer: placer.Result
    seen: dict[str, Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    needs_chromium()
    with browsing() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[placer.Instance, placer.Result]]:
    found = {}
    for name in NAMES:
        instance = placer.read_instance(FOLDER / f"{name}.json")
        strategy = "first-fit-decreasing" if name in LONG else "optimal"
        found[name] = (instance, placer.solve(instance, strategy=strategy, seed=0, workers=1))
    return found


@pytest.fixture(scope="module")
def strange(folder: Path) -> Path:
    """A page of guests with names that are markup, quotes, 255 letters, right-to-left and emoji."""
    guests = [a_guest(GIB, name=name) for name in NAMED]
    host = replace(a_host(64 * GIB, 64 * GIB, slit=((10, 20), (20, 10))), name=NAMED[0])
    where: dict[str, tuple[int | None, ...]] = {name: (i % 2,) for i, name in enumerate(NAMED)}
    return written(
        folder / "strange.html",
        placer.draw(an_instance(host, *guests), placer.Placement(pnode_of=where), format="html"),
    )


def written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def beside_each_other(answered: tuple[placer.Instance, placer.Result]) -> str:
    instance, answer = answered
    greedy = placer.solve(instance, strategy="first-fit")
    return placer.draw(instance, {"first-fit": greedy, "optimal": answer}, format="html")


@pytest.fixture(scope="module")
def files(folder: Path, answers: dict[str, tuple[placer.Instance, placer.Result]], strange: Path) -> dict[str, Path]:
    """Every page: of each shipped instance with its answer, of each snapshot, and of strange names."""
    pages = {name: placer.draw(*answer, format="html") for name, answer in answers.items()}
    pages |= {name: placer.draw(placer.read_host(FOLDER / name), format="html") for name in SNAPSHOTS}
    pages["two answers"] = beside_each_other(answers["epyc-8n"])
    pages |= {"moves": placer.draw(swapped(), format="html"), "fleet": placer.draw(FLEET, PLAN, format="html")}
    paths = {name: written(folder / f"{name.replace('/', '-')}.html", text) for name, text in pages.items()}
    return paths | {"strange": strange}


@pytest.fixture(scope="module")
def seen(browser: Browser, files: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """What Chromium shows of every page, opened one after the other."""
    with a_tab(browser) as tab:
        return {name: tab.open(file) for name, file in files.items()}


@pytest.fixture(scope="module")
def placed(
    answers: dict[str, tuple[placer.Instance, placer.Result]], seen: dict[str, dict[str, Any]]
) -> dict[str, Shown]:
    return {
        name: Shown(instance, answer, seen[name]) for name, (instance, answer) in answers.items() if answer.placement
    }


def test_every_page_opens_without_a_word_in_the_console(seen: dict[str, dict[str, Any]]) -> None:
    assert {name: each["said"] for name, each in seen.items() if each["said"]} == {}
    assert len(seen) == len(NAMES) + len(SNAPSHOTS) + 4


def test_no_text_lies_on_another_or_is_cut_off(seen: dict[str, dict[str, Any]]) -> None:
    found = {name: misplaced(each) for name, each in seen.items()}
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert all(picture["texts"] for each in seen.values() for picture in each["pictures"])
    assert all(each["pictures"] for each in seen.values())


def test_no_page_is_wider_than_its_window(seen: dict[str, dict[str, Any]]) -> None:
    assert {name: each["beyond"] for name, each in seen.items() if each["beyond"] > 0} == {}


def test_the_costs_of_a_page_are_those_of_check(placed: dict[str, Shown]) -> None:
    for name, (instance, answer, shown) in placed.items():
        assert answer.placement is not None
        verdict = placer.check(instance, answer.placement)
        rows = shown["tables"]["Costs, highest tier first"][1:]
        stated = {(int(row[0]), row[1]): int(row[2]) for row in rows}
        wanted = {(t, term): cost for t, terms in enumerate(verdict.terms, 1) for term, cost in terms.items()}
        assert stated == wanted, name
        bounds = {int(row[0]): row[4] for row in rows if row[4]}
        proved = {t: tier.bound for t, tier in enumerate(answer.tiers, 1) if tier.bound is not None}
        assert {t: bound for t, bound in bounds.items() if bound != "-"} == {t: f"{b}" for t, b in proved.items()}, name


def test_the_guests_of_a_page_are_where_the_answer_has_them(placed: dict[str, Shown]) -> None:
    for name, (instance, answer, shown) in placed.items():
        assert answer.placement is not None
        verdict = placer.check(instance, answer.placement)
        means = {guest: access.mean_distance for guest, access in verdict.access.items()}
        rows = [row for row in shown["tables"]["Guests"][1:] if row[0]]
        stated = {row[0]: row[-1] for row in rows}
        assert stated == {guest: "-" if mean is None else f"{mean:.2f}" for guest, mean in means.items()}, name
        for entry, (guest, mean) in zip(shown["legend"], means.items(), strict=False):
            assert f" {guest}: " in entry, name
            assert mean is None or f"mean distance {mean:.2f}" in entry or "not placed" in entry, name


def test_the_bars_of_a_page_add_up_to_the_memory_of_the_guests(placed: dict[str, Shown]) -> None:
    """Worked from the instance alone, where no guest splits, has a choice or huge pages."""
    instance, answer, shown = placed["epyc-8n"]
    assert answer.placement is not None
    held: dict[tuple[str, int], int] = {}
    for guest in instance.guests:
        for vnode, pnode in zip(guest.vnodes, answer.placement.pnode_of[guest.name], strict=True):
            assert pnode is not None
            held[guest.name, pnode] = held.get((guest.name, pnode), 0) + vnode.memory_kib
    stated = [re.match(r"(.+): (\d+) GiB on pnode (\d+)", title) for title in shown["titles"]]
    assert {(each[1], int(each[3])): int(each[2]) * GIB for each in stated if each} == held


def test_an_answer_without_a_placement_gives_its_reason(
    answers: dict[str, tuple[placer.Instance, placer.Result]], seen: dict[str, dict[str, Any]]
) -> None:
    names = [name for name, (_, answer) in answers.items() if answer.placement is None]
    assert "no-fit-memory" in names
    for name in names:
        _, answer = answers[name]
        text = "\n".join(seen[name]["lines"])
        assert f"{answer.status}: " in text and answer.reason and answer.reason in text


def test_names_are_text_and_whole_to_those_who_point_at_them(seen: dict[str, dict[str, Any]]) -> None:
    rows = [row[0] for row in seen["strange"]["tables"]["Guests"][1:]]
    wanted = [name.replace("\u202e", "\ufffd") for name in NAMED]
    assert rows == wanted
    for i, (name, entry) in enumerate(zip(wanted, seen["strange"]["legend"], strict=True), 1):
        assert entry.startswith(f"{i} {name}: 1 GiB, 1 vcpu")


WALKED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const labelled = at.getAttribute("aria-labelledby");
  const name = at.getAttribute("aria-label") || (labelled && document.getElementById(labelled).textContent);
  return [at.getAttribute("role") || at.tagName.toLowerCase(), name || at.textContent,
    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1];
}"""
PRESSED = """() => [...document.querySelectorAll("[aria-pressed=true]")].map((each) =>
    (each.closest("[data-g]") || each).dataset.g)"""


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(
    browser: Browser, files: dict[str, Path]
) -> None:
    with a_tab(browser) as tab:
        shown = tab.open(files["rfc-g"])
        page, walk = tab.page, []
        for _ in range(20):
            page.keyboard.press("Tab")
            walk.append(tuple(page.evaluate(WALKED)))
            if walk[-1][0] == "body":
                break
    assert [name for _, name, _ in walk[:-1]] == ["Picture", *shown["legend"], *shown["tables"]]
    assert [name for role, name, _ in walk if role == "button"] == shown["legend"]
    assert all(outlined for _, _, outlined in walk[:-1])


def test_enter_and_space_select_and_escape_ends_that(browser: Browser, files: dict[str, Path]) -> None:
    with a_tab(browser) as tab:
        shown = tab.open(files["epyc-8n"])
        page = tab.page
        page.locator(".legend button").nth(2).focus()
        for key, pressed in [("Enter", ["2"]), ("Space", []), ("Space", ["2"]), ("Escape", [])]:
            page.keyboard.press(key)
            assert page.evaluate(PRESSED) == pressed
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate(PRESSED) == ["3"]
        assert page.locator(".figures").text_content() == shown["legend"][3]


CHOSEN = """() => ({
  of: [...new Set([...document.querySelectorAll(".chosen")].map((each) => each.dataset.g))],
  titles: [...document.querySelectorAll(".panel .chosen > title")].map((title) => title.textContent),
  rows: [...document.querySelectorAll("tr.chosen")].length,
  links: [...document.querySelectorAll(".link > title")].map((title) => title.textContent),
  bright: [...new Set([...document.querySelectorAll(".panel [data-g] .g")]
    .filter((shape) => getComputedStyle(shape).opacity === "1").map((shape) => shape.closest("[data-g]").dataset.g))],
})"""


def test_selecting_a_guest_shows_all_of_it_and_fades_the_others(
    browser: Browser, files: dict[str, Path], placed: dict[str, Shown]
) -> None:
    instance, answer, _ = placed["epyc-8n"]
    assert answer.placement is not None
    with a_tab(browser) as tab:
        tab.open(files["epyc-8n"])
        for number, guest in enumerate(instance.guests):
            tab.page.locator("td", has_text=re.compile(f"^{guest.name}$")).first.click()
            chosen = tab.page.evaluate(CHOSEN)
            pnodes = {int(at[1]) for title in chosen["titles"] if (at := re.search(r"on pnode (\d+)", title))}
            assert chosen["of"] == chosen["bright"] == [f"{number}"]
            assert pnodes == set(answer.placement.pnode_of[guest.name])
            assert chosen["rows"] == len(guest.vnodes)
            ends = {tuple(map(int, re.findall(r"\d+", title)[:2])) for title in chosen["links"]}
            assert ends == set(combinations(sorted(pnodes), 2))  # each vcpu reads all memory of its guest


SEEN = """() => [...document.querySelectorAll(".panel")].filter((panel) => panel.getBoundingClientRect().height)
  .map((panel) => panel.querySelector("figcaption b").textContent)"""


def test_stages_of_moves_are_seen_one_at_a_time(browser: Browser, files: dict[str, Path]) -> None:
    with a_tab(browser) as tab:
        tab.open(files["moves"])
        page = tab.page
        labels = [label.strip() for label in page.locator(".steps label").all_text_contents()]
        page.locator(".steps input").first.focus()
        seen = [page.evaluate(SEEN)]
        for _ in labels[1:]:
            page.keyboard.press("ArrowRight")
            seen.append(page.evaluate(SEEN))
    assert len(labels) > 2
    assert seen == [[label] for label in labels]


def test_a_host_of_a_fleet_opens_into_its_picture(browser: Browser, files: dict[str, Path]) -> None:
    with a_tab(browser) as tab:
        tab.page.goto(files["fleet"].as_uri())
        assert not tab.page.locator(".panel svg").first.is_visible()
        tab.page.locator(".hosts a").first.click()
        tab.page.locator("details[open] .panel svg").first.wait_for()
        assert tab.page.locator("details[open] summary b").first.text_content() == "h2"


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("epyc-8n", "light"),
        ("epyc-8n", "dark"),
        (SNAPSHOTS[0], "light"),
        ("strange", "dark"),
        ("no-fit-memory", "light"),
    ],
)
def test_pages_keep_the_rules_of_accessibility(
    browser: Browser, files: dict[str, Path], name: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with a_tab(browser, scheme=scheme) as tab:
        tab.open(files[name])
        report = Axe().run(tab.page)
    assert report.violations_count == 0, report.generate_report()
    assert len(report.response["passes"]) > 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_of_a_picture_stands_out_from_its_ground(
    browser: Browser, files: dict[str, Path], scheme: str
) -> None:
    for name in ("epyc-8n", "cpupools", SNAPSHOTS[0], "cxl-expander"):
        with a_tab(browser, scheme=scheme, height=4000) as tab:
            tab.open(files[name])
            assert (name, faint(tab.page)) == (name, [])


def test_the_page_is_light_or_dark_as_the_system_is(browser: Browser, files: dict[str, Path]) -> None:
    grounds = {}
    for scheme in ("light", "dark"):
        with a_tab(browser, scheme=scheme) as tab:
            tab.open(files["rfc-a"])
            grounds[scheme] = tab.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    light, dark = (sum(map(int, re.findall(r"\d+", grounds[scheme]))) for scheme in ("light", "dark"))
    assert light > 700 and dark < 100


def test_it_prints_on_one_or_two_sheets_of_a4(browser: Browser, files: dict[str, Path]) -> None:
    for name in ("rfc-a", "epyc-8n", "kunpeng-uneven", *SNAPSHOTS):
        with a_tab(browser) as tab:
            tab.open(files[name])
            paper = tab.page.pdf(prefer_css_page_size=True, print_background=True)
        sheets = len(re.findall(rb"/Type\s*/Page\b", paper))
        width, height = map(float, re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", paper)[0])
        assert (name, sheets) in {(name, 1), (name, 2)}
        assert (round(width), round(height)) == (842, 595)
