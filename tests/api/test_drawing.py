"""``placer.draw``: what it takes, and what it refuses."""

from __future__ import annotations

import pytest

import placer
from tests.support.commands import INSTANCES
from tests.support.pictures import faults, two_pnodes, written

RUNNING = INSTANCES / "xl" / "running"


def texts(svg: str) -> set[str]:
    return {each.text for each in written(svg)}


def test_a_host_is_drawn_as_it_is_and_as_it_was_read() -> None:
    parsed = placer.read_host(RUNNING / "xl-info.txt")
    assert placer.draw(parsed.host) == placer.draw(parsed)
    assert "pnode 3" in texts(placer.draw(parsed))


def test_the_memory_of_running_domains_is_where_a_snapshot_says() -> None:
    svg = placer.draw(placer.read_host(RUNNING / "snapshot.txt"))
    # as the audit of the same files says: web holds 511.94 MiB on pnode 0, and its two vcpus are bound to pnode 1
    assert faults(svg) == []
    assert {"6 web", "511.94 MiB", "runs, 511.94 MiB, 2 vcpus, pnode 1"} <= texts(svg)


def test_a_result_gives_its_status_and_bounds_and_a_placement_none() -> None:
    instance = placer.read_instance(INSTANCES / "rfc-c.json")
    result = placer.solve(instance, time_limit_s=5)
    proved = texts(placer.draw(instance, result))
    assert any(text.startswith("OPTIMAL: mean access distance") for text in proved)
    assert any("gap 0" in text for text in proved)
    assert result.placement is not None
    alone = texts(placer.draw(instance, result.placement))
    assert not any("gap" in text or "OPTIMAL" in text for text in alone)


def test_a_result_without_a_placement_gives_its_reason() -> None:
    instance, _ = two_pnodes()
    result = placer.Result(status=placer.Status.UNKNOWN, strategy="cpsat", reason="no time was left")
    assert "no time was left" in texts(placer.draw(instance, result))


def test_a_request_is_drawn_as_its_instance() -> None:
    instance, placement = two_pnodes()
    assert placer.draw(placer.Request(instance=instance), placement) == placer.draw(instance, placement)


def test_html_is_a_page() -> None:
    assert placer.draw(two_pnodes()[0], format="html").startswith("<!DOCTYPE html>")


def test_what_cannot_be_drawn_is_refused() -> None:
    instance, placement = two_pnodes()
    with pytest.raises(placer.InputError, match="format: expected one of svg, html, got 'png'"):
        placer.draw(instance, format="png")
    with pytest.raises(placer.InputError, match="what: expected an instance, or a request, beside an answer"):
        placer.draw(instance.host, placement)
    with pytest.raises(placer.InputError, match='not a placement of this instance: guest "db" is missing'):
        placer.draw(instance, placer.Placement(pnode_of={"web": (0,)}))
