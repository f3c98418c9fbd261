"""Reads the sockets, cores and threads that a flavour or an image asks for, and chooses among them as nova does."""

from __future__ import annotations

from placer.formats.openstack.flavor_specs import Specs
from placer.instance import Topology

LEVELS = ("sockets", "cores", "threads")
MOST = 65536
"""nova's limit of each level where none is stated."""
Wanted = tuple[int | None, ...]
"""Sockets, cores and threads that are preferred; None for any."""


def read_topology(specs: Specs, vcpu_count: int) -> Topology | None:
    """
    Read ``hw:cpu_sockets``, ``hw:cpu_cores``, ``hw:cpu_threads``, their ``hw:cpu_max_*``, and the image's properties.

    nova takes, of all topologies of so many vcpus within the limits, the one that has most of the preferred numbers,
    then the fewest threads, then the most sockets (``_get_desirable_cpu_topologies`` of nova/virt/hardware.py).

    Returns
    -------
    Topology or None
        None where nothing is asked for: nova then gives each vcpu a socket of its own.

    Raises
    ------
    InputError
        With the JSON path, where nova refuses it.
    """
    stated = [
        each for level in LEVELS for name in (level, f"max_{level}") for each in specs.both(f"cpu_{name}") if each
    ]
    if not stated:
        return None
    limits = tuple(_limit(specs, level) for level in LEVELS)
    wanted = _wanted(specs, limits)
    possible = [sizes for sizes in _of(vcpu_count) if all(n <= most for n, most in zip(sizes, limits, strict=True))]
    if not possible:
        most = ", ".join(f"{limit} {level}" for limit, level in zip(limits, LEVELS, strict=True))
        raise stated[0].fault(f"no topology of {vcpu_count} vcpus has at most {most}")
    sockets, cores, threads = max(possible, key=lambda sizes: (_score(sizes, wanted), -sizes[2], sizes[0]))
    return Topology(sockets=sockets, cores=cores, threads=threads)


def _limit(specs: Specs, level: str) -> int:
    flavor, image = (None if each is None else each.number(1, MOST) for each in specs.both(f"cpu_max_{level}"))
    if image is not None and image > (flavor or MOST):
        raise specs.image.fault(f"got {image}, the flavour allows at most {flavor}", f"hw_cpu_max_{level}")
    return image or flavor or MOST


def _wanted(specs: Specs, limits: tuple[int, ...]) -> Wanted:
    """Give the image's preference if it has one, else the flavour's; nova drops a flavour's that exceeds a limit."""
    both = [specs.both(f"cpu_{level}") for level in LEVELS]
    flavor, image = (
        tuple(None if each is None else each.number(1, MOST) for each in one) for one in zip(*both, strict=True)
    )
    for (_, stated), n, most in zip(both, image, limits, strict=True):
        if stated is not None and n is not None and n > most:
            raise stated.fault(f"got {n}, at most {most} are allowed")
    if any(image):
        return image
    return (None,) * 3 if any(n and n > most for n, most in zip(flavor, limits, strict=True)) else flavor


def _of(vcpu_count: int) -> list[tuple[int, int, int]]:
    divisors = [n for n in range(1, vcpu_count + 1) if vcpu_count % n == 0]
    return [(s, c, vcpu_count // s // c) for s in divisors for c in divisors if vcpu_count % (s * c) == 0]


def _score(sizes: tuple[int, ...], wanted: Wanted) -> int:
    return sum(n == want for n, want in zip(sizes, wanted, strict=True))
