# The configuration that a guest was started from is NAME.cfg in CONFIGS (/etc/xen unless said otherwise). A new one, with
# other affinity or vnodes, comes into that folder of the host where the guest runs then; the old one is kept in WORK. A
# guest may take PATIENCE seconds to shut down.
patience=${PATIENCE:-300}
configs=${CONFIGS:-/etc/xen}

here() {  # guest: whether it runs
    flags=$(xl list "$1" 2>/dev/null | awk 'NR == 2 { print $(NF - 1) }')
    case $flags in
        "") return 1 ;;
        *[psdc]*) stop "guest $1 is paused, has shut down or crashed ($flags), expected it to run" ;;
    esac
}
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }
# shellcheck disable=SC2029 # it is quoted for the shell there
there() { ssh "$2" "xl domid $(quoted "$1")" >/dev/null; }

placed() {  # guest, pcpus, pnodes of its vnodes: writes $work/GUEST.cfg
    [ -r "$configs/$1.cfg" ] || stop "there is no configuration $configs/$1.cfg (CONFIGS= names its folder)"
    awk -v pcpus="$2" -v pnodes="$3" '
        BEGIN { count = split(pnodes, at, " ") }
        depth > 0 || (pcpus != "" && /^[ \t]*cpus(_soft)?[ \t]*=/) {  # a list may go on for lines
            depth += gsub(/\[/, "[") - gsub(/\]/, "]")
            next
        }
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

arrived() {  # guest, host: its configuration goes where it went
    if [ -n "$2" ]; then
        # shellcheck disable=SC2029 # it is quoted for the shell there
        ssh "$2" "cat > $(quoted "$configs/$1.cfg")" < "$work/$1.cfg"
        mv "$configs/$1.cfg" "$work/$1.cfg.old"
    else
        cmp -s "$work/$1.cfg" "$configs/$1.cfg" || cp "$configs/$1.cfg" "$work/$1.cfg.old"
        cp "$work/$1.cfg" "$configs/$1.cfg"
    fi
}

migrate() {  # guest, host, pcpus
    if ! here "$1"; then
        gone "$1" "$2" there
        # a run before this one ended between the migration and the copy
        if [ -e "$configs/$1.cfg" ]; then placed "$1" "$3" "" && arrived "$1" "$2"; fi
        return
    fi
    placed "$1" "$3" ""
    if [ -n "$2" ]; then
        xl migrate -C "$work/$1.cfg" "$1" "$2"
    else
        xl migrate -s '' -C "$work/$1.cfg" "$1" 'xl migrate-receive'
    fi
    arrived "$1" "$2"
}

restart() {  # guest, host, pcpus, pnodes of its vnodes
    down=$work/$plan.$number.down
    if here "$1"; then
        placed "$1" "$3" "$4"
        : > "$down"
        xl shutdown "$1"
        waited=0
        while xl domid "$1" >/dev/null 2>&1; do
            [ "$waited" -lt "$patience" ] || stop "guest $1 has not shut down within $patience s; it is not destroyed"
            sleep 1
            waited=$((waited + 1))
        done
    elif [ ! -e "$down" ] || { [ -n "$2" ] && there "$1" "$2"; }; then
        gone "$1" "$2" there
        return
    fi
    [ ! -e "$configs/$1.cfg" ] || arrived "$1" "$2"
    if [ -n "$2" ]; then
        # shellcheck disable=SC2029 # it is quoted for the shell there
        ssh "$2" "xl create $(quoted "$configs/$1.cfg")"
    else
        xl create "$configs/$1.cfg"
    fi
}
