"""Typed access to the fields of a JSON object that placer did not write; every fault names its JSON path."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from placer.errors import InputError
from placer.formats.text.encodings import carried
from placer.formats.text.msgspec_errors import quote


@dataclass(frozen=True)
class Fields:
    """
    A JSON object with its file and JSON path. Every getter returns None for an absent key.

    Parameters
    ----------
    value
        The object.
    place
        The file's name for messages.
    path
        The JSON path of the object in the file.

    Raises
    ------
    InputError
        From every getter, if the value has another type or is out of range.
    """

    value: dict[str, object]
    place: str
    path: str = "$"

    @classmethod
    def of(cls, value: object, place: str, path: str = "$") -> Fields:
        """Wrap a value, which must be an object."""
        if not isinstance(value, dict):
            raise InputError(f"expected an object, got {quote(value)}", place=f"{place}: {path}")
        return cls(value, place, path)

    def fault(self, message: str, key: str = "") -> InputError:
        """Make the error for a field, or without a key for the object itself; the caller raises it."""
        return InputError(message, place=f"{self.place}: {self._at(key) if key else self.path}")

    def text(self, key: str) -> str | None:
        """Get a non-empty string."""
        value = self.value.get(key)
        if key in self.value and not (isinstance(value, str) and value):
            raise self.fault(f"expected a string that is not empty, got {quote(value)}", key)
        if isinstance(value, str) and (byte := carried(value)):
            raise self.fault(f"expected UTF-8 text, got {byte}", key)
        return value if isinstance(value, str) else None

    def number(self, key: str, high: int) -> int | None:
        """Get an integer from 0 to ``high``."""
        return self._number(self.value[key], self._at(key), high) if key in self.value else None

    def numbers(self, key: str, high: int) -> tuple[int, ...] | None:
        """Get a list of integers from 0 to ``high``."""
        if key not in self.value:
            return None
        return self._numbers(self.value[key], self._at(key), high)

    def bitmap(self, key: str, high: int) -> tuple[int, ...] | None:
        """Get a libxl bitmap: ids in ascending order, as libxl drops ids above the last one of a bitmap."""
        return self._bitmap(self.value[key], self._at(key), high) if key in self.value else None

    def bitmaps(self, key: str, high: int) -> tuple[tuple[int, ...], ...] | None:
        """Get a list of libxl bitmaps."""
        if key not in self.value:
            return None
        rows = self._list(self.value[key], self._at(key))
        return tuple(self._bitmap(row, f"{self._at(key)}[{i}]", high) for i, row in enumerate(rows))

    def child(self, key: str) -> Fields | None:
        """Get an object."""
        return Fields.of(self.value[key], self.place, self._at(key)) if key in self.value else None

    def children(self, key: str) -> list[Fields]:
        """Get a list of objects, empty where the key is absent."""
        rows = self._list(self.value.get(key, []), self._at(key))
        return [Fields.of(row, self.place, f"{self._at(key)}[{i}]") for i, row in enumerate(rows)]

    def _at(self, key: str) -> str:
        return f"{self.path}.{quote(key)[1:-1]}"

    def _list(self, value: object, path: str) -> list[object]:
        if not isinstance(value, list):
            raise InputError(f"expected a list, got {quote(value)}", place=f"{self.place}: {path}")
        return value

    def _number(self, value: object, path: str, high: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= high:
            raise InputError(f"expected an integer from 0 to {high}, got {quote(value)}", place=f"{self.place}: {path}")
        return value

    def _numbers(self, value: object, path: str, high: int) -> tuple[int, ...]:
        return tuple(self._number(n, f"{path}[{i}]", high) for i, n in enumerate(self._list(value, path)))

    def _bitmap(self, value: object, path: str, high: int) -> tuple[int, ...]:
        ids = self._numbers(value, path, high)
        for low, following in pairwise(ids):
            if following <= low:
                raise InputError(
                    f"expected ids in ascending order, got {following} after {low}", place=f"{self.place}: {path}"
                )
        return ids
