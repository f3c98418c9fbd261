# The functions of every script of moves between hosts. A step that is done is noted in WORK and passed over when the
# script runs again; a step that is not done is not begun unless its guest runs here.
set -eu
export LC_ALL=C
work=${WORK:-/var/lib/placer/fleet}
number=0
case ${1:-} in
    "") dry=no ;;
    --dry-run) dry=yes ;;
    *) printf 'expected --dry-run or nothing, got %s\n' "$1" >&2; exit 2 ;;
esac

say() { printf '%s\n' "$*"; }
stop() { say "$*" >&2; exit 1; }
ended() { [ "$1" = 0 ] || say "stopped at step $number; run the script again to go on" >&2; }
trap 'ended "$?"' EXIT

step() {  # number in the plan, words, function, guest, and what it takes
    number=$1
    if [ -e "$work/$plan.$number" ]; then say "step $number, $2: done before"; return; fi
    say "step $number, $2"
    [ "$dry" = no ] || return 0
    mkdir -p "$work"
    shift 2
    "$@" </dev/null
    : > "$work/$plan.$number"
}

gone() {  # guest, host, function: a guest that does not run here; the function says whether it runs there
    if [ -z "$2" ] || ! "$3" "$1" "$2"; then stop "guest $1 does not run"; fi
    say "guest $1 runs on host $2 already"
}
