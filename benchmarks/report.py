"""Writes the generated parts of both READMEs; every figure in them is computed from the CSV files."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.contestants import WITHOUT_NUMA
from benchmarks.ranking import by_price, left_out, on_common_loads, price_line
from benchmarks.runs import Row, complete
from benchmarks.shapes import SET
from benchmarks.summaries import EQUAL, geometric_mean, known_ahead, loaded_hosts, numbers, of, ratios, total
from benchmarks.tables import GREEDY, assignments, by_load, costs, effort, growth, losses, quality, six, without_numa
from benchmarks.workloads import FLEET

HERE = Path(__file__).resolve().parent
README, OWN_README = HERE.parent / "README.md", HERE / "README.md"
BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
WORDS = (
    "Costs and mean distances are ratios to placer's optimum with all guests known ahead, over the runs that place "
    "everything (*compared*): geometric mean, median and worst. *break a rule* counts runs with a vnode on a forbidden "
    "pnode. *mean distance* of a memory access is in units of the SLIT, *core sharing* is its price in the same units, "
    "for each vcpu.\n"
)


def headline(rows: list[Row]) -> str:
    """Write how much less the optimum costs than everyone, on the loads that all place, and where it does not help."""
    known, common = known_ahead(loaded_hosts(rows)), on_common_loads(rows)
    first = of(known, contestant="first-fit")
    vectors = of(rows, shape="vector")
    stuck = {name: sum(not complete(row) for row in of(vectors, contestant=name)) for name in ("first-fit", "optimal")}
    gains = "; ".join(f"{name} {_gain(of(common, contestant=name))}" for name in (*GREEDY, "random"))
    return (
        f"On the {len(of(common, contestant='optimal'))} of {len(first)} loads of {len(_hosts(first))} hosts "
        "([benchmarks](benchmarks/README.md)) that every contestant places whole, the optimum costs less in memory "
        "access and shared cores:\n\n"
        f"- **Less than**: {gains}. first-fit is the greedy algorithm of 2013, random a random pnode with room.\n"
        f"- {left_out(rows)}\n"
        f"- {price_line(rows)}\n"
        f"- **First-fit's own cases**: in {stuck['first-fit']} of {len(of(vectors, contestant='first-fit'))} small "
        f"cases made against it, first-fit leaves a vnode without a pnode; placer does so in {stuck['optimal']}, and "
        "proves that no placement can place more.\n"
        f"- **Guests that see no NUMA** (pv, pvh, migratable hvm), larger than a pnode: {_without_numa(rows)}\n"
        f"- **Where placer does not help**: {_no_help(rows)}\n"
    )


def _without_numa(rows: list[Row]) -> str:
    """Write how much less sets of pnodes cost than the toolstacks' own placement of the same guests."""
    known = known_ahead(of(rows, shape=SET))
    asked = total(of(known, contestant="optimal"), "guests")
    placed = ", ".join(f"{name} {total(of(known, contestant=name), 'placed_guests')}" for name in WITHOUT_NUMA)
    peers = "; ".join(f"{name}: {_gain(of(known, contestant=name))} less" for name in WITHOUT_NUMA[:-1])
    return f"{peers}. Of {asked} guests are placed: {placed}."


def _gain(rows: list[Row]) -> str:
    return f"{100 * (1 - 1 / geometric_mean(ratios(rows, 'cost_ratio'))):.0f} %"


def _no_help(rows: list[Row]) -> str:
    known = known_ahead(loaded_hosts(rows))
    first = of(known, contestant="first-fit")
    cost, distance = ratios(first, "cost_ratio"), ratios(first, "ratio")
    equal = sum(ratio < 1 + EQUAL for ratio in cost)
    nearer = sum(ratio < 1 - EQUAL for ratio in distance)
    by_host = {host: ratios(of(first, host=host), "cost_ratio") for host in _hosts(first)}
    means = {host: geometric_mean(found) for host, found in by_host.items() if found}
    least = min(means, key=lambda host: means[host])
    greedy, best = (1000 * median(numbers(of(known, contestant=name), "cpu_s")) for name in ("first-fit", "optimal"))
    return (
        f"in {equal} of {len(cost)} loads first-fit costs no more than the optimum. It does best on {least}, where it "
        f"costs {100 * (means[least] - 1):.0f} % more in the mean. In {nearer} loads first-fit places memory nearer, "
        "because it packs vcpus on shared cores, which placer counts as a cost. "
        f"The median time of first-fit is {greedy:.0f} ms, that of placer {best:.0f} ms. {_storms(rows)}"
    )


def _storms(rows: list[Row]) -> str:
    """Write how many of the guests that arrive one after the other placer and the best contestant place."""
    storms = of(loaded_hosts(rows), arrival="storm")
    placed = {
        name: total(of(storms, contestant=name), "placed_guests") for name in ("first-fit", "best-fit", "optimal")
    }
    most = max(placed, key=lambda name: placed[name])
    asked = total(of(storms, contestant="optimal"), "guests")
    beaten = f", {most} {placed[most]}" if most != "optimal" else ""
    return f"Of {asked} guests that arrive one after the other placer places {placed['optimal']}{beaten}."


def _hosts(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(row["host"] for row in rows))


def full_words(rows: list[Row]) -> str:
    """Lay out the tables of the full set."""
    known = loaded_hosts(rows)
    hosts = len(_hosts(known))
    return (
        f"{len(rows)} runs of {sum(numbers(rows, 'cpu_s')) / 60:.0f} minutes of cpu time; {hosts} hosts, "
        f"{len({_load(row) for row in known})} loads and arrivals of guests. {WORDS}\n"
        f"{quality(rows)}\n"
        f"#### The price of a shared core, on the loads that every contestant places whole\n\n{by_price(rows)}\n"
        f"#### CPU time, memory, proofs\n\n{effort(rows)}\n"
        f"#### Where placer loses: runs in which a contestant beats `optimal`\n\n{losses(rows)}\n"
        f"#### Batches by load, on the shipped hosts: cost above the optimum, and guests left out\n\n{by_load(rows)}\n"
        f"#### Guests that see no NUMA, on sets of pnodes: all loads\n\n{without_numa(rows)}\n"
        f"#### What greedy algorithms cost on six real hosts\n\n{six(rows)}\n"
        f"#### Hosts and requests of Huawei Cloud: two pnodes each, the requests in order\n\n{_fleet(rows)}\n"
        f"#### The largest size that each contestant solves within the cap\n\n{growth(rows)}\n"
        f"#### Quadratic assignments of the literature, against the best known values\n\n{assignments(rows)}"
    )


def _fleet(rows: list[Row]) -> str:
    return costs(of(rows, shape=FLEET, arrival="storm"))


def _load(row: Row) -> tuple[str, ...]:
    return tuple(row[column] for column in ("host", "shape", "load", "arrival", "seed"))


def quick_words(rows: list[Row]) -> str:
    """Lay out the tables of the quick set."""
    return f"{len(rows)} runs. {WORDS}\n{quality(rows)}\n#### CPU time, memory, proofs\n\n{effort(rows)}"


def nova_words(answers: list[Row]) -> str:
    """Summarise the answers of nova itself."""
    capped = of(answers, answer="capped")
    wrong = of(answers, right="no")
    refused = of(wrong, answer="none")
    fewest = min((int(row["cells"].split()[0]) for row in capped), default=0)
    kinds = ", ".join(f"{len(of(wrong, kind=kind))} {kind}" for kind in dict.fromkeys(row["kind"] for row in answers))
    return (
        f"nova {answers[0]['version']} got {len(answers)} inputs; {len(capped)} of them, with guests of {fewest} cells "
        f"and more, were not answered within 10 s. {len(wrong)} answers contradict nova's own rule for a single cell "
        f"({kinds}): {len(refused)} guests that fit are refused, and {len(wrong) - len(refused)} are placed although a "
        "cell does not fit. nova caches pairs of cells by ids that it changes during the search, and so confuses some "
        "pairs. The reimplementation does the same.\n"
    )


def replaced(text: str, block: str, name: str = "benchmark") -> str:
    """Put a block between the markers."""
    begin, end = BEGIN.replace("benchmark", name), END.replace("benchmark", name)
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{block}{end}{rest.partition(end)[2]}"


def blocks(quick: list[Row], full: list[Row], nova: list[Row]) -> dict[Path, str]:
    """Give both files with their generated parts written from the results."""
    own = OWN_README.read_text(encoding="utf-8")
    for name, words in (("full", full_words(full)), ("quick", quick_words(quick)), ("nova", nova_words(nova))):
        own = replaced(own, words, name)
    readme = replaced(README.read_text(encoding="utf-8"), headline(full))
    return {README: replaced(readme, six(full), "greedy"), OWN_README: own}
