"""A line on the vnodes that left the pnode they have in an earlier placement."""

from __future__ import annotations

from collections.abc import Sequence

from placer.instance.previous import Moved

NAMED = 12
"""Vnodes named before the rest are counted; a few lines of a terminal. Chosen, not tuned."""


def moved_line(moved: Sequence[Moved]) -> str:
    """
    Say how many vnodes left their pnode, and which.

    Examples
    --------
    >>> moved_line([Moved(guest="db", vnode=1, before=0, after=8), Moved(guest="web", vnode=0, before=8, after=None)])
    'moved: 2 vnodes of 2 guests: db vnode 1 from pnode 0 to 8, web vnode 0 from pnode 8 to none'
    >>> moved_line([])
    'moved: no vnode'
    """
    if not moved:
        return "moved: no vnode"
    guests = len({each.guest for each in moved})
    head = f"moved: {len(moved)} vnode{'s' * (len(moved) > 1)} of {guests} guest{'s' * (guests > 1)}"
    named = [
        f"{each.guest} vnode {each.vnode} from pnode {each.before} to {'none' if each.after is None else each.after}"
        for each in moved[:NAMED]
    ]
    more = [f"{len(moved) - NAMED} more"] if len(moved) > NAMED else []
    return f"{head}: {', '.join(named + more)}"
