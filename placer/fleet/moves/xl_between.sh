# The configuration that a guest was started from is NAME.cfg in CONFIGS (/etc/xen unless said otherwise). A new one, with
# other affinity or pnodes, comes into that folder of the host where the guest runs then; the old one is kept in WORK. A
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

placed() {  # guest, pcpus, pnodes of its vnodes, their distances before and after: writes $work/GUEST.cfg
    old=$configs/$1.cfg
    [ -r "$old" ] || stop "there is no configuration $old (CONFIGS= names its folder)"
    # it is read twice: distances are those of the pnodes before, all of them, or somebody chose them, and they stay
    awk -v pcpus="$2" -v pnodes="$3" -v before="$4" -v after="$5" '
        function put(text, key, pattern, values,  line) {
            while (match(text, key pattern)) {
                line = line substr(text, 1, RSTART - 1) key values[++used[key]]
                text = substr(text, RSTART + RLENGTH)
            }
            return line text
        }
        BEGIN { count = split(pnodes, at, " "); split(after, apart, " ") }
        NR == FNR {
            while (match($0, /vdistances=[0-9, \t]+/)) {
                row = substr($0, RSTART + 11, RLENGTH - 11)
                gsub(/[ \t]/, "", row)
                found = found (found == "" ? "" : " ") row
                $0 = substr($0, RSTART + RLENGTH)
            }
            next
        }
        depth > 0 || (pcpus != "" && /^[ \t]*cpus(_soft)?[ \t]*=/) {  # a list may go on for lines
            depth += gsub(/\[/, "[") - gsub(/\]/, "]")
            next
        }
        count { $0 = put($0, "pnode=", "[0-9]+", at) }
        before != "" && found == before { $0 = put($0, "vdistances=", "[0-9, \t]+", apart) }
        { print }
        END {
            if (pcpus != "") printf "cpus_soft = \"%s\"\n", pcpus
            exit used["pnode="] != count
        }' "$old" "$old" > "$work/$1.cfg" || stop "$old has not the vnodes that were planned"
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
        if [ -e "$configs/$1.cfg" ]; then placed "$1" "$3" "" "" "" && arrived "$1" "$2"; fi
        return
    fi
    placed "$1" "$3" "" "" ""
    if [ -n "$2" ]; then
        xl migrate -C "$work/$1.cfg" "$1" "$2"
    else
        xl migrate -s '' -C "$work/$1.cfg" "$1" 'xl migrate-receive'
    fi
    arrived "$1" "$2"
}

restart() {  # guest, host, pnodes of its vnodes, their distances before and after
    down=$work/$plan.$number.down
    if here "$1"; then
        placed "$1" "" "$3" "$4" "$5"
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
