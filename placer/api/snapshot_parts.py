"""Where each part of a snapshot is read from: the snapshot itself, or an option that takes its place."""

from __future__ import annotations

from collections.abc import Mapping

from placer.formats.base import ParsedHost
from placer.formats.hosts import host_of_snapshot, parse_host_text
from placer.formats.snapshot.facts import Facts, read_facts
from placer.formats.snapshot.parts import Parts, split_parts
from placer.formats.text.files import Source, Text, read_source

OPTION_OF = {
    "xl-cpupool-list": "--pools",
    "xl-list": "--running",
    "xl-vcpu-list": "--vcpu-list",
    "xl-dmesg": "--numa-dump",
}
"""The option that takes the place of a part."""
NO_PAGES = "where memory lies is not known"
MISSING = {
    "xl-cpupool-list": "the cpupools are not known, and every guest may run on any pcpu",
    "xl-list": "the configurations of the running guests are not known, and none of them can be planned",
    "xl-vcpu-list": "the pcpus that vcpus are bound to now are not known",
    "xl-dmesg": NO_PAGES,
    "xl-domains": "guests that are being created or taken down are not told apart",
}
"""What depends on a part."""
TAKEN_TO_HOLD = {
    "xl-cpupool-list": "every pcpu is in one cpupool",
    "xl-vcpu-list": "nothing but guests with a configuration uses pcpus",
    "xl-domains": "no domain was coming or going",
}
"""What a plan takes to hold without a part, behind an "if"."""
NO_PCPUS = "the domains that are left out use no pcpus"
ONLY_IF_ASKED = frozenset({"xl-dmesg"})


class Sources:
    """
    The parts of a snapshot, and the notes on them.

    Parameters
    ----------
    text
        The snapshot.
    place
        Its name for messages.
    alone
        Whether the text is that of a host alone, so that all other parts are given.

    Raises
    ------
    InputError
        As :func:`placer.formats.snapshot.parts.split_parts` and :func:`placer.formats.snapshot.facts.read_facts`.
    """

    def __init__(self, text: str, place: str, *, alone: bool = False) -> None:
        self.alone = alone
        self.parts = Parts(place=place, tag="", parts={}) if alone else split_parts(text, place)
        self.facts, said = (Facts(), []) if alone else read_facts(self.parts)
        self.notes = [*self.parts.notes, *said]
        self.assumed: list[str] = []
        self.given: dict[str, Text] = {}
        self._text = text

    def replace(self, given: Mapping[str, Source]) -> None:
        """Read other sources in the place of parts, by name."""
        for name, source in given.items():
            self.given[name] = Text(*read_source(source, "replace"))
            if name in self.parts.parts:
                command = self.parts.parts[name].command
                self.notes.append(f"{OPTION_OF[name]} takes the place of {command} in {self.parts.place}")

    def take(self, name: str) -> Text | None:
        """Give a part; None, with a note on what depends on it, where it is missing, failed or is cut off."""
        part = self.parts.parts.get(name)
        if name in self.given:
            return self.given[name]
        if part is not None and part.good:
            return part.text
        if name in TAKEN_TO_HOLD:
            self.assumed.append(TAKEN_TO_HOLD[name])
        if part is not None:
            self.notes.append(f"{self.parts.place}:{part.line}: {part.why}: {MISSING[name]}")
        elif name not in ONLY_IF_ASKED and not self.alone:
            self.notes.append(f"{self.parts.place}: lacks the part {name}: {MISSING[name]}")
        return None

    def optional(self, name: str) -> Text | None:
        """Give a part of the snapshot that only claims need; None, without a note, where there is none."""
        part = self.parts.parts.get(name)
        return part.text if part is not None and part.good else None

    def host(self, free: str | None) -> ParsedHost:
        """
        Read the host.

        Raises
        ------
        InputError
            With ``file:line``, if the snapshot states no host, or that of another machine.
        """
        if self.alone:
            return parse_host_text(self._text, self.parts.place, free)
        return host_of_snapshot(self.parts, self.facts, free)
