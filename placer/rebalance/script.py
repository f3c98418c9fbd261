"""What the scripts of all toolstacks have in common: their head, and the steps with their numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from shlex import quote

from placer.errors import EmissionError
from placer.instance import format_cpuset
from placer.instance.units import KIB_PER_MIB
from placer.rebalance.plan import Plan, Step
from placer.rebalance.step_words import Call

PATIENCE_S = 300
"""Seconds that a guest may take to shut down. Chosen, not measured; PATIENCE= changes it."""
_FOLDER = Path(__file__).parent

_HEADER = """\
#!/bin/sh
# shellcheck disable=SC2086,SC2015,SC2034,SC2317 # words in lists; a && b || c for a failure of either; calls by name
# Moves running guests as planned by placer: {summary}. --help says how.
set -u
usage() {{
    cat <<'END'
Moves running guests as planned by placer: {summary}. Run it as root on the host.

  sh SCRIPT --dry-run       say each step and what it expects, and check that it is there; changes nothing
  sh SCRIPT                 do the steps; stops at the first surprise, says where, and goes on when run again
  sh SCRIPT --accept        the same, and take memory and vcpus that are elsewhere than planned as they are
{more}
A connection that breaks ends the script amid a step: start it in tmux or screen, or with nohup:

  nohup sh SCRIPT >moves.log 2>&1 &

{images}STATE=DIR     its notes, kept between runs; /var/lib/placer/moves-{plan} unless said otherwise
PATIENCE=N    the seconds that a guest may take to end; {patience} unless said otherwise
END
}}
steps={steps} plan={plan} saves={saves}
step=0 what="the start" mode=run accept=no
state=${{STATE:-/var/lib/placer/moves-$plan}}
work=$state/work
images=${{IMAGES:-{folder}}}
configs=${{CONFIGS:-/etc/xen}}
patience=${{PATIENCE:-{patience}}}
case $0 in /*) script=$0 ;; *) script=$PWD/$0 ;; esac
"""
_IMAGES = """\
IMAGES=DIR    for saved guests, up to {disk} MiB at once; {folder} unless said otherwise
"""
_CONFIGS = """\
CONFIGS=DIR   the new NAME.cfg of each guest that is started anew; /etc/xen unless said otherwise
"""
_NEW_CONFIGS = """\
  sh SCRIPT --config NAME   print the new configuration of a guest that is started anew
"""
_ARGUMENTS = """\
case ${1:-} in
    --help | -h) usage ;;
    --dry-run) dry_run ;;
    --accept) accept=yes; run_all ;;
    --config)
        config_text "${2:-}" || { say "this script has no new configuration of that guest" >&2; exit 2; }
        ;;
    --receive) receive "$2" "$3" "$4" ;;
    "") run_all ;;
    *) say "expected --dry-run, --accept, --config NAME, --help or nothing, got $1" >&2; exit 2 ;;
esac
"""
_END = "PLACER-END-OF-FILE"


def written(
    plan: Plan,
    calls_of: Callable[[Step, Plan], list[Call]],
    functions: Sequence[str],
    images: str,
    configs: Mapping[str, str] | None = None,
) -> str:
    """
    Write the script of a plan: POSIX sh, for a host without Python.

    Parameters
    ----------
    calls_of
        Gives the calls of a step.
    functions
        The files with the functions of the toolstack.
    images
        The folder for images, unless IMAGES= names one.
    configs
        Name -> the new configuration of a guest that is restarted, which the script then holds.

    Raises
    ------
    EmissionError
        If the plan has no end state, or a file cannot have the name of a guest that moves.
    """
    if plan.placement is None:
        raise EmissionError(f"there is no plan to write: {plan.status}")
    reasons = [*_reasons(plan)]
    if reasons:
        raise EmissionError("\n".join(reasons))
    calls = [*_calls(plan, calls_of)]
    new = [step for step in plan.steps if step.kind == "create"]
    body = [
        *(_numbered(number, call) for number, call in enumerate(calls, 1)),
        *(f"fits {quote(step.guest)} {quote(format_cpuset(step.after or ()))}" for step in new),
    ]
    parts = [
        _header(plan, calls, images, configs or {}),
        *((_FOLDER / name).read_text(encoding="utf-8") for name in ("moves.sh", *functions)),
        _config_text(configs or {}),
        "all_steps() {\n" + "".join(f"    {line}\n" for line in body or [":"]) + "}\n",
        _noted(plan),
        _ARGUMENTS,
    ]
    return "\n".join(part.rstrip("\n") for part in parts) + "\n"


def _header(plan: Plan, calls: list[Call], folder: str, configs: Mapping[str, str]) -> str:
    """Write the head of a script; the name of the plan is its own, not that of the same moves at another time."""
    of_guests = [f"{each.name} {each.domid} {each.uuid}" for each in plan.running.residents]
    told = [*(" ".join(call) for call in calls), *of_guests, *configs.values()]
    identity = sha256("\n".join(told).encode(errors="surrogateescape")).hexdigest()[:12]
    moves = f"{plan.moves} move{'s' * (plan.moves != 1)} in {len(plan.stages)} stage{'s' * (len(plan.stages) != 1)}"
    disk = -(-plan.disk_kib // KIB_PER_MIB)
    restarted = {step.guest for step in plan.steps if step.kind == "restart"}
    used = [_IMAGES.format(disk=disk, folder=folder)] if disk else []
    used += [_CONFIGS] if restarted - configs.keys() else []
    return _HEADER.format(
        summary=moves,
        more=_NEW_CONFIGS if configs else "",
        images="".join(used),
        steps=len(calls),
        plan=identity,
        saves="yes" if disk else "no",
        folder=folder,
        patience=PATIENCE_S,
    )


def _config_text(configs: Mapping[str, str]) -> str:
    """Write the function that prints the new configuration of a guest, or fails where the script has none."""
    cases = []
    for name, text in configs.items():
        end = next(f"{_END}{i}" for i in count() if f"{_END}{i}" not in text)
        whole = text if text.endswith("\n") else f"{text}\n"
        cases.append(f"        {quote(name)}) cat <<'{end}'\n{whole}{end}\n            ;;\n")
    return "config_text() {  # guest\n    case $1 in\n" + "".join(cases) + "        *) return 1 ;;\n    esac\n}\n"


def _reasons(plan: Plan) -> Iterator[str]:
    for name in dict.fromkeys(step.guest for step in (*plan.repins, *plan.steps) if step.kind != "create"):
        if "/" in name or name.startswith(("-", ".")) or len(name.split()) != 1:
            what = f'guest "{name}" has a name that is no plain word, as lists print names and as a file is called'
            yield f"{what}; --stay {quote(name)} plans without a move of it"


def _noted(plan: Plan) -> str:
    """Write what the plan takes to hold, and the notes on the host, as a function that --dry-run calls."""
    assumed = [f"planned as if {each}" for each in plan.running.assumed]
    lines = [" ".join(f"note: {note}".split()) for note in (*assumed, *plan.notes)]
    return "all_notes() {\n" + "".join(f"    say {quote(line)}\n" for line in lines) + "    :\n}\n"


def _calls(plan: Plan, calls_of: Callable[[Step, Plan], list[Call]]) -> Iterator[Call]:
    """Give the calls of all steps; a call that restores a guest has the number of the step that saved it."""
    saved: dict[str, int] = {}
    number = 0
    for step in (*plan.repins, *plan.steps):
        for each in calls_of(step, plan) if step.kind != "create" else ():
            number += 1
            if each[0] == "save":
                saved[step.guest] = number
            yield [*each, str(saved[step.guest])] if each[0] == "restore" else each


def _numbered(number: int, words: Call) -> str:
    function, *rest = words
    return " ".join(["do_step", function, str(number), *(quote(word) for word in rest)])
