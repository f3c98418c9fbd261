"""Changes values in an xl.cfg and keeps every other byte, comments included."""

from __future__ import annotations

import re
from collections.abc import Mapping

from placer.formats.xl.syntax import TOKEN, Assignment, parse

_AFTER = re.compile(r"[ \t]*(?:;[ \t]*)?")

Cut = tuple[int, int, str]
"""Start and end offset of a piece of text, and its replacement."""


def edit(text: str, place: str, changes: Mapping[str, str | None]) -> str:
    r"""
    Set keys to new values and keep the rest of the file as it was written.

    Parameters
    ----------
    text, place
        The file and its name for messages.
    changes
        For each key the text of its new value, or None to remove the key. Of several assignments to a key only the last
        is kept. Comments inside an old value move above the assignment. Missing keys are appended.

    Raises
    ------
    InputError
        If the text cannot be parsed.

    Examples
    --------
    >>> edit("vcpus=2  # two\npool='p'\n", "db.cfg", {"vcpus": "4", "pool": None, "memory": "512"})
    'vcpus=4  # two\nmemory = 512\n'
    """
    config = parse(text, place)
    appended = ""
    cuts: list[Cut] = []
    for key, value in changes.items():
        mine = [assignment for assignment in config.assignments if assignment.key == key]
        if value is not None and mine:
            cuts += _replace(text, mine.pop(), value)
        elif value is not None:
            appended += f"{key} = {value}\n"
        cuts += [_remove(text, assignment) for assignment in mine]
    pieces, position = [], 0
    for start, end, new in sorted(cuts):
        pieces += [text[position:start], new]
        position = end
    kept = "".join([*pieces, text[position:]])
    return kept + ("\n" if appended and kept and not kept.endswith("\n") else "") + appended


def quoted(text: str) -> str:
    r"""
    Write a string as a literal of xl.cfg.

    Examples
    --------
    >>> print(quoted('a "b" \\ c'))
    "a \"b\" \\ c"
    """
    escaped = text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'"{escaped}"'


def _replace(text: str, assignment: Assignment, value: str) -> list[Cut]:
    operator = (assignment.operator_start, assignment.operator_start + len(assignment.operator), "=")
    return [
        (assignment.start, assignment.start, _comments(text, assignment)),
        operator,
        (assignment.value_start, assignment.end, value),
    ]


def _remove(text: str, assignment: Assignment) -> Cut:
    """Cut an assignment with its semicolon, and the whole line where the line holds nothing else."""
    after = _AFTER.match(text, assignment.end)
    end = after.end() if after else assignment.end
    line_start = text.rfind("\n", 0, assignment.start) + 1
    alone = not text[line_start : assignment.start].strip() and text[end : end + 1] in ("", "\n")
    if alone:
        return line_start, min(end + 1, len(text)), _comments(text, assignment)
    return assignment.start, end, _comments(text, assignment)


def _comments(text: str, assignment: Assignment) -> str:
    """Collect the comments inside a value; only a list can hold some."""
    tokens = TOKEN.finditer(text, assignment.value_start, assignment.end)
    return "".join(token[0] for token in tokens if token[0].startswith("#"))
