"""Pictures as a page of HTML that needs nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from placer.draw.fonts import FAMILY, clean
from placer.draw.headline import Headline
from placer.draw.inline import Inline
from placer.draw.legend import guest_swatch, key_swatch, meanings
from placer.draw.matrix import distance_texts, has_matrix, matrix_title, shades
from placer.draw.picture import Panel, Picture, Table, framed
from placer.draw.reads import links
from placer.draw.svg import STYLE
from placer.instance import Host
from placer.report.tables import cell_text


def to_html(picture: Picture) -> str:
    """
    Write a picture and the tables of its figures as one page.

    Guests can be selected with mouse and keyboard; the page loads nothing, and forbids itself to.
    """
    inline = Inline()
    section = section_of(picture, inline)
    return rendered("page.html.j2", picture.headline, inline, section=section)


def rendered(template: str, headline: Headline, inline: Inline, **values: object) -> str:
    """Fill a template, with everything escaped but what :class:`placer.draw.inline.Inline` wrote."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("placer.draw", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["drawn"] = Markup
    return environment.get_template(template).render(
        title=clean(headline.title),
        lines=[clean(line) for line in headline.lines],
        family=Markup(FAMILY),
        style=STYLE + inline.style(),
        definitions=inline.definitions(),
        **values,
    )


def section_of(picture: Picture, inline: Inline, *, label: str = "Picture", short: bool = False) -> dict[str, Any]:
    """
    Give a picture as the template takes it.

    Parameters
    ----------
    label
        What a screen reader calls it.
    short
        Whether distances and tables are left out.
    """
    host = picture.host
    return {
        "label": clean(label),
        "panels": [_panel(panel, inline) for panel in picture.panels],
        "stepwise": picture.stepwise,
        "legend": [
            {
                "name": f"{number + 1} {clean(shown.name)}",
                "facts": clean(", ".join(filter(None, [shown.words, shown.costs]))),
                "swatch": inline.swatch((guest_swatch(number),)) if number in picture.patterned else "",
            }
            for number, shown in enumerate(picture.guests)
        ],
        "meanings": [
            {"swatch": inline.swatch((key_swatch(look, 1, 1),)), "meaning": meaning}
            for look, meaning in meanings(picture.looks).items()
        ],
        "matrix": _matrix(host) if has_matrix(host) and not short else None,
        "tables": [] if short else _tables(picture),
        "data": _data(picture),
    }


def _panel(panel: Panel, inline: Inline) -> dict[str, Any]:
    label = clean(panel.caption) or "pnodes of the host"
    return {
        "caption": clean(panel.caption),
        "lines": [clean(line) for line in panel.lines],
        "svg": inline.svg(framed(panel.block), label),
    }


def _data(picture: Picture) -> str:
    """Give what the page draws when a guest is selected: for each panel the links of each guest, by its number."""
    host = picture.host
    found = [
        {number: of for number, flows in panel.flows.items() if (of := links(flows, host))} for panel in picture.panels
    ]
    ids = [pnode.id for pnode in host.pnodes]
    return json.dumps({"pnodes": ids, "links": found}, separators=(",", ":"))


def _matrix(host: Host) -> dict[str, Any]:
    """Give the distances; the shade of most of them is that of the table, which keeps the page small."""
    shade_of = shades(host)
    shaded = [[shade_of[d] for d in row] for row in host.distances]
    most = Counter(shade for row in shaded for shade in row).most_common(1)[0][0]
    rows = [
        {
            "id": pnode.id,
            "cells": [
                {"text": text, "shade": None if shade == most else shade}
                for text, shade in zip(texts, row, strict=True)
            ],
        }
        for pnode, texts, row in zip(host.pnodes, distance_texts(host), shaded, strict=True)
    ]
    return {"title": matrix_title(host), "shade": most, "rows": rows, "many": len(rows) > 24}


def _tables(picture: Picture) -> list[dict[str, Any]]:
    number_of = {clean(each.name): number for number, each in reversed(list(enumerate(picture.guests)))}
    return [table_of(table, number_of) for table in picture.tables]


def table_of(table: Table, number_of: dict[str, int]) -> dict[str, Any]:
    """Give a table as the template takes it; rows of guests have their numbers."""
    right = [column.startswith(">") for column in table.columns]
    of_guests = table.columns[0] in {"guest", "domain"}
    rows, guest = [], None
    for row in table.rows:
        texts = [clean(cell_text(cell)) for cell in row]
        guest = number_of.get(texts[0]) if of_guests and texts[0] else guest
        rows.append({"guest": guest, "cells": _cells(texts, right)})
    heads = [{"text": column.lstrip(">"), "right": flush} for column, flush in zip(table.columns, right, strict=True)]
    return {"title": table.title, "heads": heads, "rows": rows}


def _cells(texts: Sequence[str], right: Sequence[bool]) -> list[dict[str, Any]]:
    return [{"text": text, "right": flush} for text, flush in zip(texts, right, strict=True)]
