"""Whether an instance that was built in code is one that an instance file could have."""

from __future__ import annotations

import msgspec

from placer.errors import InputError
from placer.instance import Host, Instance
from placer.instance.once import once_for_host
from placer.lowering.overflow import check_weights


def check_valid(instance: Instance) -> None:
    """
    Refuse an instance with values of a wrong type or range, which ``replace()`` does not look at.

    Raises
    ------
    InputError
        With the path of the first such value, or with a tier that may cost too much.
    """
    if not isinstance(instance, Instance):
        raise InputError(f"expected a placer.Instance, got {type(instance).__name__}")
    parts = {name: getattr(instance, name) for name in instance.__struct_fields__}
    host = parts.pop("host")
    try:
        values = {name: msgspec.to_builtins(part) for name, part in parts.items()}
        msgspec.convert({"host": _checked(host) if isinstance(host, Host) else host, **values}, Instance)
    except (msgspec.ValidationError, TypeError) as error:  # TypeError: of a type that no instance file could give
        raise InputError(f"no valid instance: {error}") from error
    check_weights(instance)


@once_for_host
def _checked(host: Host) -> Host:
    """Check a host, as part of an instance for the path in a message; once, as it is the most of an instance."""
    msgspec.convert({"host": msgspec.to_builtins(host), "guests": ()}, Instance)
    return host
