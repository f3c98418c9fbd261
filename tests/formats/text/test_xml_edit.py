"""Only what is changed changes; expected documents are written by hand."""

from __future__ import annotations

from placer.formats.text.xml_edit import XmlEdit

TEXT = """<?xml version='1.0'?>
<a x="1>0">
  <!-- kept <b/> -->
  <b   y='é'/>
  <c>
    <d/><d></d>
  </c>
</a>
"""


def test_without_changes_the_text_is_the_same() -> None:
    assert XmlEdit(TEXT).text() == TEXT


def test_an_element_is_replaced_removed_appended_to_and_followed() -> None:
    edit = XmlEdit(TEXT)
    b, c = edit.root.children
    first, second = c.all("d")
    edit.replace(first, ["<e>", "</e>"])
    edit.remove(second)
    edit.append(c, ["<f/>"])
    edit.append(b, ["<g/>"])
    edit.after(c, ["<h/>"])
    edit.set_attribute(b, "y", "2")
    edit.set_attribute(c, "z", "3")
    edit.drop_attribute(edit.root, "x")
    edit.drop_attribute(edit.root, "none")

    assert edit.text() == (
        """<?xml version='1.0'?>
<a>
  <!-- kept <b/> -->
  <b   y='2'>
    <g/>
  </b>
  <c z='3'>
    <e>
    </e>
    <f/>
  </c>
  <h/>
</a>
"""
    )


def test_an_element_on_one_line_takes_lines_too() -> None:
    edit = XmlEdit("<a><b></b></a>")
    edit.append(edit.root.children[0], ["<c/>"])
    assert edit.text() == "<a><b>\n  <c/>\n</b></a>"
