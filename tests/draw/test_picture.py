"""What pictures of every kind have in common: panels side by side, and the legend of all of them."""

from __future__ import annotations

from placer.draw.content import of_host
from placer.draw.headline import Headline
from placer.draw.picture import WIDEST, Panel, Picture, boxed, boxes_of
from placer.draw.pnode_box import scale_of
from placer.draw.shown import Shown
from placer.draw.svg import to_svg
from tests.support.building import GIB, a_host
from tests.support.pictures import faults, written


def panels(count: int, pnodes: int = 2) -> Picture:
    host = a_host(*[4 * GIB] * pnodes)
    content = of_host(host)
    boxes = boxes_of(content, scale_of(content))
    each = [boxed(content, boxes, f"state {i}", ("a line below",)) for i in range(count)]
    return Picture(headline=Headline(title="a host", lines=()), host=host, guests=(), panels=tuple(each))


def test_panels_stand_beside_each_other_below_their_captions() -> None:
    svg = to_svg(panels(3))
    captions = [each for each in written(svg) if each.text.startswith("state")]
    assert [each.text for each in captions] == ["state 0", "state 1", "state 2"]
    assert len({each.top for each in captions}) == 1 and captions[0].right < captions[1].left
    assert faults(svg) == []


def test_panels_that_would_be_too_wide_stand_below_each_other() -> None:
    svg = to_svg(panels(9))
    captions = [each for each in written(svg) if each.text.startswith("state")]
    assert len({each.left for each in captions}) == 1
    assert panels(9).drawn().width < WIDEST


def test_the_legend_explains_what_occurs_in_any_panel() -> None:
    picture = panels(2)
    assert picture.looks >= {"free", "thread"} and "owned" not in picture.looks
    first, second = picture.panels
    owned = Panel(caption=second.caption, block=second.block, owns=True)
    both = Picture(
        headline=picture.headline, host=picture.host, guests=(Shown(name="a", facts=""),), panels=(first, owned)
    )
    assert "owned" in both.looks and both.patterned == frozenset()
