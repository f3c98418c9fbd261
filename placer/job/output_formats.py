"""The configuration formats by name. A format's module is imported when something is written in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from placer.formats.configured_guest import ConfiguredGuest


@dataclass(frozen=True)
class Format:
    """
    A configuration format.

    Parameters
    ----------
    module, function
        What writes one guest, below ``placer.formats``: called with a ConfiguredGuest, it returns the text.
    suffix
        Of a file that holds one guest.
    joins
        How several guests stand in one text: as a JSON object by name, as one script, or not at all.
    takes_broken
        Whether the format can express a vnode without a pnode.
    """

    module: str
    function: str
    suffix: str
    joins: Literal["json", "script"] | None = None
    takes_broken: bool = False

    def emit(self, guest: ConfiguredGuest) -> str:
        """Write one guest."""
        module = import_module(f"placer.formats.{self.module}")
        return cast("Callable[[ConfiguredGuest], str]", getattr(module, self.function))(guest)


FORMATS: dict[str, Format] = {
    "libxl": Format("libxl.write_json", "emit_libxl_json", ".json", joins="json"),
    "xl": Format("xl.write_cfg", "emit_xl_cfg", ".cfg"),
    "libvirt": Format("libvirt.write_domain", "emit_libvirt_xml", ".xml"),
    "qemu": Format("qemu", "emit_qemu", ".args"),
    "shell": Format("xl.shell", "emit_shell", ".sh", joins="script"),
    "hypercall": Format("libxl.hypercall", "emit_hypercall", ".json", joins="json"),
    "rfc": Format("native.rfc2013", "emit_rfc", ".json", joins="json", takes_broken=True),
}
