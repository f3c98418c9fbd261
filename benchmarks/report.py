"""The generated words of both READMEs; every figure in them is computed from the CSV files."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.runs import Row, complete
from benchmarks.summaries import EQUAL, geometric_mean, loaded_hosts, numbers, of, ratios, total
from benchmarks.tables import GREEDY, assignments, by_load, costs, effort, growth, losses, quality, six
from benchmarks.workloads import FLEET

HERE = Path(__file__).resolve().parent
README, OWN_README = HERE.parent / "README.md", HERE / "README.md"
BEGIN, END = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
WORDS = (
    "Costs and mean distances are ratios to placer's optimum with all guests known ahead, over the runs that place "
    "everything (*compared*): geometric mean, median and worst. *break a rule*: runs with a vnode where it may not "
    "stand. *mean distance* of a memory access is in units of the SLIT, *core sharing* is its price in the same units, "
    "for each vcpu.\n"
)


def three_numbers(rows: list[Row]) -> str:
    """Say what a user gains over first-fit, over each peer, and where placer does not help."""
    known = _not_storms(rows)
    first = of(known, contestant="first-fit")
    vectors = of(rows, shape="vector")
    stuck = {name: sum(not complete(row) for row in of(vectors, contestant=name)) for name in ("first-fit", "optimal")}
    peers = "; ".join(f"{name} {_against(of(known, contestant=name))}" for name in GREEDY[1:])
    return (
        f"What that is worth, on {len(first)} loads of {len({row['host'] for row in first})} hosts "
        "([benchmarks](benchmarks/README.md)), in cost of memory access and shared cores:\n\n"
        f"- **Over first-fit**, the greedy of 2013: {_against(first)}; of {len(of(vectors, contestant='first-fit'))} "
        f"small cases made against it it leaves a vnode without a pnode in {stuck['first-fit']}, "
        f"placer in {stuck['optimal']}, proved to be the least.\n"
        f"- **Over the others**: {peers}. placer leaves out {_out(of(known, contestant='optimal'))}.\n"
        f"- **Where placer does not help**: {_no_help(rows)}\n"
    )


def _against(rows: list[Row]) -> str:
    """Say how much less the optimum costs, and how many guests are left out."""
    gain = f"{100 * (1 - 1 / geometric_mean(ratios(rows, 'cost_ratio'))):.0f} % less"
    return gain if all(map(complete, rows)) else f"{gain}, and {_out(rows)} left out"


def _out(rows: list[Row]) -> str:
    asked = total(rows, "guests")
    return f"{asked - total(rows, 'placed_guests')} of {asked} guests"


def _no_help(rows: list[Row]) -> str:
    known = _not_storms(rows)
    first = of(known, contestant="first-fit")
    cost, distance = ratios(first, "cost_ratio"), ratios(first, "ratio")
    equal = sum(ratio < 1 + EQUAL for ratio in cost)
    nearer = sum(ratio < 1 - EQUAL for ratio in distance)
    by_host = {host: ratios(of(first, host=host), "cost_ratio") for host in _hosts(first)}
    means = {host: geometric_mean(found) for host, found in by_host.items() if found}
    least = min(means, key=lambda host: means[host])
    greedy, best = (1000 * median(numbers(of(known, contestant=name), "cpu_s")) for name in ("first-fit", "optimal"))
    return (
        f"in {equal} of {len(cost)} loads first-fit costs no more than the optimum; on {least} it costs "
        f"{100 * (means[least] - 1):.0f} % more in the mean, the least of all hosts. In {nearer} its memory is nearer, "
        "as it packs vcpus on shared cores, which placer counts as a cost. "
        f"It needs {greedy:.0f} ms, placer {best:.0f} ms (median). {_storms(rows)}"
    )


def _storms(rows: list[Row]) -> str:
    """Say who places the most of guests that come one after the other."""
    storms = of(loaded_hosts(rows), arrival="storm")
    placed = {
        name: total(of(storms, contestant=name), "placed_guests") for name in ("first-fit", "best-fit", "optimal")
    }
    most = max(placed, key=lambda name: placed[name])
    asked = total(of(storms, contestant="optimal"), "guests")
    beaten = f", {most} {placed[most]}" if most != "optimal" else ""
    return f"Of {asked} guests that come one after the other placer places {placed['optimal']}{beaten}."


def _not_storms(rows: list[Row]) -> list[Row]:
    return [row for row in loaded_hosts(rows) if row["arrival"] != "storm"]


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
        f"#### Time of all cpus, memory, proofs\n\n{effort(rows)}\n"
        f"#### Where placer loses: runs in which a contestant beats `optimal`\n\n{losses(rows)}\n"
        f"#### Batches by load, on the shipped hosts: cost above the optimum, and guests left out\n\n{by_load(rows)}\n"
        f"#### What greedy costs you, on six real hosts\n\n{six(rows)}\n"
        f"#### Hosts and requests of Huawei Cloud: two pnodes each, the requests in order\n\n{_fleet(rows)}\n"
        f"#### How far each goes: the largest size that ends within the cap\n\n{growth(rows)}\n"
        f"#### Quadratic assignments of the literature, against the best known values\n\n{assignments(rows)}"
    )


def _fleet(rows: list[Row]) -> str:
    return costs(of(rows, shape=FLEET, arrival="storm"))


def _load(row: Row) -> tuple[str, ...]:
    return tuple(row[column] for column in ("host", "shape", "load", "arrival", "seed"))


def quick_words(rows: list[Row]) -> str:
    """Lay out the tables of the quick set."""
    return f"{len(rows)} runs. {WORDS}\n{quality(rows)}\n#### Time of all cpus, memory, proofs\n\n{effort(rows)}"


def nova_words(answers: list[Row]) -> str:
    """Say what nova itself answered."""
    capped = of(answers, answer="capped")
    wrong = of(answers, right="no")
    refused = of(wrong, answer="none")
    fewest = min((int(row["cells"].split()[0]) for row in capped), default=0)
    kinds = ", ".join(f"{len(of(wrong, kind=kind))} {kind}" for kind in dict.fromkeys(row["kind"] for row in answers))
    return (
        f"{len(answers)} questions to nova {answers[0]['version']}; {len(capped)} were not answered in 10 s, "
        f"of guests of {fewest} cells and more. {len(wrong)} answers are wrong by nova's own rule for a single cell "
        f"({kinds}): {len(refused)} guests that fit are refused, and {len(wrong) - len(refused)} put where some cell "
        "does not fit. nova remembers pairs of cells by ids that it changes as it goes on, and so takes some pairs for "
        "others. The restatement does the same.\n"
    )


def replaced(text: str, block: str, name: str = "benchmark") -> str:
    """Put a block between the markers."""
    begin, end = BEGIN.replace("benchmark", name), END.replace("benchmark", name)
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{block}{end}{rest.partition(end)[2]}"


def blocks(quick: list[Row], full: list[Row], nova: list[Row]) -> dict[Path, str]:
    """Both files that hold generated words, and what they are to say."""
    own = OWN_README.read_text(encoding="utf-8")
    for name, words in (("full", full_words(full)), ("quick", quick_words(quick)), ("nova", nova_words(nova))):
        own = replaced(own, words, name)
    readme = replaced(README.read_text(encoding="utf-8"), three_numbers(full))
    return {README: replaced(readme, six(full), "greedy"), OWN_README: own}
