"""
How the contestants rank on the loads that all of them place, whatever a shared core costs.

The rows of results hold access distance and core sharing apart, so that costs at other prices are those of the same
placements. placer's were made for its own price: at another it would choose other placements.
"""

from __future__ import annotations

from collections import Counter

from benchmarks.runs import Row, complete, row_key
from benchmarks.summaries import OWN, geometric_mean, known_ahead, loaded_hosts, names, of, total
from benchmarks.tables import table

OWN_PRICE = 15
"""The price of a shared core for each vcpu in it, of which the rows have the cost (placer's default)."""
PRICES = (0, 5, OWN_PRICE, 45)
SHARING = "sharing alone"
"""The measure beside the prices; at price 0 distance alone counts."""


def on_common_loads(rows: list[Row]) -> list[Row]:
    """Keep the runs of the loads, known ahead, of which every contestant places all guests."""
    known = known_ahead(loaded_hosts(rows))
    whole = Counter(row_key(row)[1:] for row in known if complete(row))
    everyone = len(names(known))
    return [row for row in known if whole[row_key(row)[1:]] == everyone]


def cost_at(row: Row, price: int | str) -> float:
    """Give the cost of a run at a price of sharing a core, or :data:`SHARING`."""
    if price == SHARING:
        return float(row["core_sharing"])
    return float(row["access_distance"]) + float(row["core_sharing"]) * int(price) / OWN_PRICE


def ratios_at(rows: list[Row], price: int | str) -> dict[str, float]:
    """
    Give the cost of each contestant relative to ``optimal``: the geometric mean over the loads where neither is 0.

    Parameters
    ----------
    rows
        Of :func:`on_common_loads`.
    """
    best = {row_key(row)[1:]: cost_at(row, price) for row in of(rows, contestant="optimal")}
    found = {}
    for name in names(rows):
        pairs = [(cost_at(row, price), best[row_key(row)[1:]]) for row in of(rows, contestant=name)]
        found[name] = geometric_mean(cost / other for cost, other in pairs if cost and other)
    return found


def by_price(rows: list[Row]) -> str:
    """Write the cost of each contestant relative to placer's placements, at each price and by sharing alone."""
    known = on_common_loads(rows)
    at = [ratios_at(known, price) for price in (*PRICES, SHARING)]
    head = ("contestant", *(f"price {price}" for price in PRICES), SHARING)
    return table(head, [(name, *(f"{found[name]:.3f}" for found in at)) for name in names(known)])


def price_line(rows: list[Row]) -> str:
    """Say in a line who places best, apart from placer, at each price, and by how much placer's placement differs."""
    known = on_common_loads(rows)
    peers = [name for name in names(known) if name not in OWN]
    said = []
    for price in (*PRICES, SHARING):
        found = ratios_at(known, price)
        first = min(peers, key=lambda name: found[name])
        percent = 100 * (found[first] - 1)
        what = f"at {price}" if price != SHARING else "by core sharing alone"
        said.append(f"{what} {first} ({percent:+.0f} %)")
    return (
        f"**Whatever a shared core costs**: next to placer's placements, which are made for a price of {OWN_PRICE}, "
        f"the best of the others is {', '.join(said)}. At 0 only distance counts: packing on shared cores is free."
    )


def left_out(rows: list[Row]) -> str:
    """Say how many guests each contestant leaves out, over all loads known ahead."""
    known = known_ahead(loaded_hosts(rows))
    runs = {name: of(known, contestant=name) for name in names(known)}
    asked = max(total(mine, "guests") for mine in runs.values())  # a contestant that was cut off has fewer
    out = {name: total(mine, "guests") - total(mine, "placed_guests") for name, mine in runs.items()}
    listed = ", ".join(f"{'placer' if name == 'optimal' else name} {count}" for name, count in out.items())
    spread = "libxl and xenopsd spread a guest over pnodes where none holds it, and refuse none."
    return f"**Left out**, of {asked} guests of all loads: {listed}. {spread}"
