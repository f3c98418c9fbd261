"""Results that are worked out once for each host."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from placer.instance.host import Host

More = ParamSpec("More")
Result = TypeVar("Result")


def once_for_host(function: Callable[Concatenate[Host, More], Result]) -> Callable[Concatenate[Host, More], Result]:
    """
    Keep the results of a function of a host with the host, as ``cached_property`` keeps attributes.

    A process that places one guest after the other asks the same of a host each time. Hosts are frozen; a result must
    not be changed either, and further arguments have to be hashable. What raises is not kept.

    Examples
    --------
    >>> from placer.instance import Host, Pnode
    >>> @once_for_host
    ... def count(host: Host, times: int) -> int:
    ...     print("counted")
    ...     return times * len(host.pnodes)
    >>> host = Host(pnodes=[Pnode(id=0, memory_kib=1024)])
    >>> count(host, 2), count(host, 2)
    counted
    (2, 2)
    """

    @wraps(function)
    def kept(host: Host, /, *args: More.args, **more: More.kwargs) -> Result:
        # the function itself is part of the key: two modules may give a function the same name
        known: dict[object, Result] = host.__dict__.setdefault(once_for_host.__name__, {})
        key = (function, args, *more.items())
        if key not in known:
            known[key] = function(host, *args, **more)
        return known[key]

    return kept
