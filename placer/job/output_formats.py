"""The configuration formats by name. A format's module is imported when something is written in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

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
    is_json
        Whether several guests can stand in one JSON object, by name.
    takes_broken
        Whether the format can express a vnode without a pnode.
    """

    module: str
    function: str
    suffix: str
    is_json: bool = False
    takes_broken: bool = False

    def emit(self, guest: ConfiguredGuest) -> str:
        """Write one guest."""
        module = import_module(f"placer.formats.{self.module}")
        return cast("Callable[[ConfiguredGuest], str]", getattr(module, self.function))(guest)


FORMATS: dict[str, Format] = {
    "libxl": Format("libxl.write_json", "emit_libxl_json", ".json", is_json=True),
    "xl": Format("xl.write_cfg", "emit_xl_cfg", ".cfg"),
    "libvirt": Format("libvirt.write_domain", "emit_libvirt_xml", ".xml"),
    "qemu": Format("qemu", "emit_qemu", ".args"),
    "shell": Format("xl.shell", "emit_shell", ".sh"),
    "hypercall": Format("libxl.hypercall", "emit_hypercall", ".json", is_json=True),
    "rfc": Format("native.rfc2013", "emit_rfc", ".json", is_json=True, takes_broken=True),
}
