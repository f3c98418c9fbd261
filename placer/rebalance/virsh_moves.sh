# The functions that move guests of libvirt's QEMU driver with virsh. libvirt forbids to migrate to the same host: memory
# moves by virsh numatune, whose cpuset has the kernel move the pages of a running guest, or by virsh save and restore.

answers() { virsh list >/dev/null; }

domain_state() { virsh domstate "$uuid" 2>/dev/null | awk 'NR == 1'; }

expect_running() {
    found=$(virsh domname "$uuid" 2>/dev/null | awk 'NR == 1')
    [ -n "$found" ] || stop "guest \"$name\" is not known to libvirt"
    [ "$found" = "$name" ] || stop "the guest is called \"$found\", expected \"$name\""
    found=$(domain_state)
    [ "$found" = running ] || stop "guest \"$name\" is $found, expected it to run"
}

# Chosen: the processes of the host take and give memory on every node meanwhile.
place=node stray_mib=256 stray_part=20

list_free() {
    virsh freecell --all | awk '$1 ~ /^[0-9]+:$/ { sub(/:/, "", $1); print $1, int($2 / 1024) }'
}

pin_vcpu() { virsh vcpupin "$uuid" "$1" "$2" --live >/dev/null; }
is_pinned() { [ "$(awk -v vcpu="$1" '$1 == vcpu { print $2 }' "$work/pins")" = "$2" ]; }

bind() {  # PCPUS of the emulator, FIRST-LAST:PCPUS...
    emulator=$1
    shift
    each_vcpu pin_vcpu "$@" || stop "virsh vcpupin failed"
    virsh emulatorpin "$uuid" "$emulator" --live >/dev/null || stop "virsh emulatorpin failed"
}

expect_bound() {  # FIRST-LAST:PCPUS...
    virsh vcpupin "$uuid" --live > "$work/pins" || stop "virsh vcpupin failed"
    each_vcpu is_pinned "$@" || stop "vcpus of guest \"$name\" are not bound as planned ($*)"
}

# Write the XML of a domain with other nodes and pcpus: $1 is the file, then the lines for numatune and cputune.
placed_xml() {
    awk -v numatune="$2" -v pins="$3" '
        /<numatune>/ { inside = 1 }
        inside { if (/<\/numatune>/) inside = 0; next }
        /<numatune\/>|<vcpupin |<emulatorpin / { next }
        /^ *<cputune\/>/ { next }
        /^  <os[ >]/ && !done {
            print numatune
            if (!tuned) print "  <cputune>\n" pins "\n  </cputune>"
            done = 1
        }
        { print }
        /^ *<cputune>/ { print pins; tuned = 1 }
        END { if (!done) exit 1 }' "$1"
}

# Steps. Each takes: its number, the guest, its uuid, what it is in words, and then what it needs.

repin() {  # PINS, PCPUS
    next_step "$1" "$2" "$3" "$4" || { expects "the guest to run; binds $5, moves no memory"; return 0; }
    pins=$5 pcpus=$6
    expect_running
    bind "$pcpus" $pins
    expect_bound $pins
    note "done"
}

numatune() {  # MIB, NEEDS, PINS, PCPUS, NODES
    next_step "$1" "$2" "$3" "$4" || { expects "the guest to run, and free MiB on the nodes: $6; then affinity $7"; return 0; }
    size=$5 needs=$6 pins=$7 pcpus=$8 nodes=$9
    expect_running
    if ! begun started; then
        expect_free $needs
        note started
    else
        list_free > "$work/free"
    fi
    virsh numatune "$uuid" --nodeset "$nodes" --live || stop "virsh numatune failed; the guest runs where it was"
    bind "$pcpus" $pins
    expect_bound $pins
    found=$(virsh numatune "$uuid" --live | awk '$1 == "numa_nodeset" { print $NF }')
    [ "$found" = "$nodes" ] || stop "guest \"$name\" has the nodes $found, planned are $nodes"
    expect_memory_on "$size" $needs
    expect_running
    note "done"
}

save() {  # MIB
    next_step "$1" "$2" "$3" "$4" || { expects "the guest to run, and $5 MiB of room in $images"; return 0; }
    size=$5 image=$images/$name.image
    if [ "$(domain_state)" != running ] && [ -s "$image" ]; then
        sync
        note "done"
        return
    fi
    expect_running
    rm -f "$image"
    expect_room "$((size + size / 50 + 64))"
    virsh save "$uuid" "$image" >/dev/null || stop "virsh save failed; the guest is not changed unless virsh says otherwise"
    back="virsh restore '$image' && mv '$image' '$image.used'"
    [ "$(domain_state)" != running ] || stop "guest \"$name\" still runs after virsh save"
    [ -s "$image" ] || stop "virsh save wrote no image"
    sync
    note "done"
}

restore() {  # MIB, NEEDS, PINS, PCPUS, NUMATUNE, CPUTUNE, number of the step that saved it
    next_step "$1" "$2" "$3" "$4" || { expects "the image of the guest, and free MiB on the nodes: $6; then affinity $7"; return 0; }
    size=$5 needs=$6 pins=$7 pcpus=$8 numatune=$9 cputune=${10} saved=${11} image=$images/$name.image
    if [ -e "$image" ]; then
        back="virsh restore '$image' && mv '$image' '$image.used'"
        case $(domain_state) in
            running)
                mv "$image" "$image.used" && sync
                back=
                stop "guest \"$name\" runs already; its image is not used again"
                ;;
            paused) ;;
            *)
                expect_free $needs
                bring_back
                ;;
        esac
        back="virsh resume '$name' && mv '$image' '$image.used'"
        expect_bound $pins
        [ ! -e "$work/free" ] || expect_memory_on "$size" $needs
        # From here on its disks go on, and the image must never be restored again.
        mv "$image" "$image.used" && sync || stop "cannot rename $image"
    elif [ ! -e "$image.used" ]; then
        stop "there is no image $image"
    fi
    back="virsh resume '$name'"
    [ "$(domain_state)" != paused ] || virsh resume "$uuid" >/dev/null || stop "virsh resume failed"
    back=
    expect_running
    expect_bound $pins
    note "done"
}

bring_back() {
    virsh save-image-dumpxml "$image" > "$work/old.xml" || stop "virsh save-image-dumpxml failed"
    placed_xml "$work/old.xml" "$numatune" "$cputune" > "$work/new.xml" || stop "the XML of $image has no element os"
    if virsh restore "$image" --xml "$work/new.xml" --paused >/dev/null; then
        return
    fi
    [ "$(domain_state)" != paused ] || stop "virsh restore failed, and left guest \"$name\" paused"
    say "virsh restore failed with the new nodes; guest \"$name\" is restored as it was" >&2
    virsh restore "$image" --paused >/dev/null || stop "virsh restore failed with the old nodes too"
    mv "$image" "$image.used" && sync
    virsh resume "$uuid" >/dev/null || stop "virsh resume failed"
    rm -f "$state/$saved.done" "$image.used"
    back=
    stop "guest \"$name\" runs where it was before; it is saved once more when the script is run again"
}
