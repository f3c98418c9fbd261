# The configurations that guests were started from are read from CONFIGS (/etc/xen unless said otherwise); new ones, with
# other affinity, are kept in WORK. A step that is done already is passed over: the guest is not here any more.
set -eu
configs=${CONFIGS:-/etc/xen}
work=${WORK:-/var/lib/placer/fleet}
here() { xl domid "$1" >/dev/null 2>&1; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

placed() {  # guest, pcpus, pnodes of its vnodes: writes $work/GUEST.cfg
    mkdir -p "$work"
    [ -r "$configs/$1.cfg" ] || stop "there is no configuration $configs/$1.cfg (CONFIGS= names its folder)"
    awk -v pcpus="$2" -v pnodes="$3" '
        BEGIN { count = split(pnodes, at, " ") }
        pcpus != "" && /^[ \t]*cpus(_soft)?[ \t]*=/ { next }
        count {
            rest = $0; line = ""
            while (match(rest, /pnode=[0-9]+/)) {
                line = line substr(rest, 1, RSTART - 1) "pnode=" at[++used]
                rest = substr(rest, RSTART + RLENGTH)
            }
            $0 = line rest
        }
        { print }
        END {
            if (pcpus != "") printf "cpus_soft = \"%s\"\n", pcpus
            exit used != count
        }' "$configs/$1.cfg" > "$work/$1.cfg" || stop "$configs/$1.cfg has not the vnodes that were planned"
}

migrate() {  # guest, host, pcpus
    here "$1" || { printf 'guest %s is not here: nothing to do\n' "$1"; return; }
    placed "$1" "$3" ""
    xl migrate -C "$work/$1.cfg" "$1" "${2:-localhost}"
}

restart() {  # guest, host, pcpus, pnodes of its vnodes
    placed "$1" "$3" "$4"
    if here "$1"; then xl shutdown -w "$1"; fi
    if [ -n "$2" ]; then ssh "$2" xl create /dev/stdin < "$work/$1.cfg"; else xl create "$work/$1.cfg"; fi
}
