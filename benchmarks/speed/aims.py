"""What the runs of a row miss of its aim, in words."""

from __future__ import annotations

from statistics import mean, median

from benchmarks.speed.run import Run


def proved(runs: list[Run], *, median_s: float, worst_s: float) -> list[str]:
    """Aim: every run is proved within these times."""
    return [*_unproved(runs), *_slow([run.seconds for run in runs], median_s, worst_s)]


def close(runs: list[Run], *, gap: float) -> list[str]:
    """Aim: every run ends with a proof or a small gap."""
    far = [run for run in runs if run.gap is None or run.gap > gap]
    return [f"{len(far)} of {len(runs)} above {100 * gap:.0f} %: {_names(far)}"] if far else []


def close_and_soon(runs: list[Run], *, gap: float, first_s: float) -> list[str]:
    """Aim: every run finds a first placement early and ends with a small gap."""
    late = [run for run in runs if run.first_s > first_s]
    said = [f"first placement after up to {max(run.first_s for run in late):.1f} s"] if late else []
    return [*close(runs, gap=gap), *said]


def found_and_proved(runs: list[Run], *, found_s: float, worst_s: float) -> list[str]:
    """Aim: every run finds the best cost early and ends with a proof."""
    late = [run for run in runs if run.found_s > found_s]
    said = [f"{len(late)} of {len(runs)} without the best cost after {found_s} s"] if late else []
    return [*said, *_unproved(runs), *_slow([run.seconds for run in runs], worst_s, worst_s)]


def known_found(runs: list[Run], *, median_s: float, worst_s: float) -> list[str]:
    """Aim: every run finds the best known value."""
    missed = [run for run in runs if run.cost is None or run.known is None or run.cost > run.known]
    said = [f"{len(missed)} of {len(runs)} above the known value: {_names(missed)}"] if missed else []
    return [*said, *_slow([run.found_s for run in runs], median_s, worst_s)]


def known_proved(runs: list[Run], *, found_s: float, median_s: float, worst_s: float, least: int) -> list[str]:
    """Aim: every run finds the best known value early, and that many cases are proved for each seed."""
    said = known_found(runs, median_s=found_s, worst_s=found_s)
    cases = _cases(runs)
    good = [
        case for case in cases if all(r.status == "OPTIMAL" and r.seconds <= worst_s for r in runs if r.case == case)
    ]
    if len(good) < least:
        said.append(f"proved in {len(good)} of {len(cases)}; not in {', '.join(sorted(set(cases) - set(good)))}")
    return said + _slow([run.seconds for run in runs], median_s, float("inf"))


def _cases(runs: list[Run]) -> list[str]:
    return list(dict.fromkeys(run.case for run in runs))


def _unproved(runs: list[Run]) -> list[str]:
    open_runs = [run for run in runs if run.status not in {"OPTIMAL", "INFEASIBLE"}]
    return [f"{len(open_runs)} of {len(runs)} unproved: {_names(open_runs)}"] if open_runs else []


def _slow(times: list[float], median_s: float, worst_s: float) -> list[str]:
    said = []
    if median(times) > median_s:
        said.append(f"median {median(times):.2g} s")
    if max(times) > worst_s:
        said.append(f"worst {max(times):.2g} s")
    return said


def _names(runs: list[Run]) -> str:
    cases = _cases(runs)
    return ", ".join(cases[:4]) + (f" and {len(cases) - 4} more" if len(cases) > 4 else "")


def close_and_good(
    runs: list[Run],
    *,
    gap: float,
    half: float = 1,
    proved: tuple[str, ...] = (),
    within: float = 0.001,
    found_s: float = float("inf"),
) -> list[str]:
    """Aim: small gaps, half of them smaller, some cases proved, and costs near the best known, found early."""
    said = close(runs, gap=gap)
    near = sum(run.gap is not None and run.gap <= half for run in runs)
    if 2 * near < len(runs):
        said.append(f"{near} of {len(runs)} within {100 * half:.0f} %")
    said += _unproved([run for run in runs if run.case in proved])
    far = [r for r in runs if r.cost is None or (r.known is not None and r.cost > (1 + within) * r.known)]
    if far:
        said.append(f"{len(far)} of {len(runs)} above the best known cost: {_names(far)}")
    late = [run for run in runs if run not in far and run.found_s > found_s]
    return said + ([f"{len(late)} of {len(runs)} after {found_s} s: {_names(late)}"] if late else [])


def cost_proved(runs: list[Run], *, lower_gap: float, first_s: float) -> list[str]:
    """Aim: an early placement, the cost proved, and small gaps in the tiers below."""
    late = [run for run in runs if run.first_s > first_s]
    said = [f"first placement after up to {max(run.first_s for run in late):.2g} s"] if late else []
    unproved = [run for run in runs if run.gap != 0]
    if unproved:
        said.append(f"cost of {len(unproved)} of {len(runs)} unproved")
    far = [run.lower_gap for run in runs if run.lower_gap is not None and run.lower_gap > lower_gap]
    return said + ([f"lower tiers of {len(far)} of {len(runs)} up to {100 * max(far):.0f} %"] if far else [])


def first_and_ended(runs: list[Run], *, first_s: float, limit_s: float) -> list[str]:
    """Aim: an early placement, and an end when time is up."""
    said = [f"first placement after up to {max(run.first_s for run in runs):.2g} s"]
    over = max(run.seconds for run in runs) - limit_s
    return [*(said if max(run.first_s for run in runs) > first_s else []), *_beyond(over)]


def quick(runs: list[Run], *, median_s: float, spread: float) -> list[str]:
    """Aim: of one process that solves a list, a median of times, and a 99th percentile of so many medians."""
    typical, tail = median(run.first_s for run in runs), median(run.found_s / run.first_s for run in runs)
    said = [f"median {1000 * typical:.3g} ms"] if typical > median_s else []
    return said + ([f"99th percentile {tail:.2g} medians"] if tail > spread else [])


def mean_above(runs: list[Run], *, above: float, gap: float) -> list[str]:
    """Aim: a mean excess over the best known costs, and a mean gap."""
    known = [run for run in runs if run.known]
    excess = mean((run.cost or float("inf")) / (run.known or 1) - 1 for run in known) if known else 0.0
    gaps = mean(1 if run.gap is None else run.gap for run in runs)
    said = [f"{100 * excess:.2g} % above the best known in the mean"] if excess > above else []
    return said + ([f"mean gap {100 * gaps:.0f} %"] if gaps > gap else [])


def _beyond(over_s: float) -> list[str]:
    return [f"{over_s:.2g} s beyond the limit"] if over_s > 0.2 else []
