# Images of guests that move within the host, and their new descriptions, are kept in WORK. A step that is done already
# is passed over: the guest is not here any more.
set -eu
work=${WORK:-/var/lib/placer/fleet}
uri=${URI:-qemu+ssh://%s/system}
here() { [ "$(virsh domstate "$1" 2>/dev/null)" = running ]; }

described() {  # guest, nodes, CELL:NODE..., VCPU:PCPUS...: writes $work/GUEST.xml
    mkdir -p "$work"
    virsh dumpxml --migratable "$1" > "$work/$1.old"
    awk -v nodes="$2" -v cells="$3" -v pins="$4" '
        /<(numatune|cputune)>/ { skip = 1 }
        !skip && !/<(numatune|cputune)\/>/ { print }
        /<\/(numatune|cputune)>/ { skip = 0 }
        /<\/vcpu>/ && !done {
            done = 1
            print "  <numatune>"
            printf "    <memory mode=\047strict\047 nodeset=\047%s\047/>\n", nodes
            count = split(cells, cell, " ")
            for (i = 1; i <= count; i++) {
                split(cell[i], pair, ":")
                printf "    <memnode cellid=\047%s\047 mode=\047strict\047 nodeset=\047%s\047/>\n", pair[1], pair[2]
            }
            print "  </numatune>"
            print "  <cputune>"
            count = split(pins, pin, " ")
            for (i = 1; i <= count; i++) {
                split(pin[i], pair, ":")
                printf "    <vcpupin vcpu=\047%s\047 cpuset=\047%s\047/>\n", pair[1], pair[2]
            }
            print "  </cputune>"
        }' "$work/$1.old" > "$work/$1.xml"
}

back() {  # guest: from its image
    virsh restore "$work/$1.image" --running
    rm -f "$work/$1.image"
}

migrate() {  # guest, host, nodes, CELL:NODE..., VCPU:PCPUS...
    if [ -e "$work/$1.image" ] && ! here "$1"; then back "$1"; return; fi
    here "$1" || { printf 'guest %s is not here: nothing to do\n' "$1"; return; }
    described "$1" "$3" "$4" "$5"
    if [ -n "$2" ]; then
        # shellcheck disable=SC2059 # the format is the URI
        to=$(printf "$uri" "$2")
        virsh migrate --live --persistent --undefinesource --xml "$work/$1.xml" --persistent-xml "$work/$1.xml" "$1" "$to"
    else
        virsh save "$1" "$work/$1.image" --xml "$work/$1.xml" --running
        back "$1"
    fi
}
