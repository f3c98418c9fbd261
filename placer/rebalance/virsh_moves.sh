# The functions that move guests of libvirt's QEMU driver with virsh. libvirt forbids to migrate to the same host: memory
# moves by virsh numatune, whose cpuset has the kernel move the pages of a running guest, or by virsh save and restore.

answers() { virsh list >/dev/null; }

domain_state() { virsh domstate "$uuid" 2>/dev/null | awk 'NR == 1'; }
is_there() { case $(domain_state) in "" | "shut off") return 1 ;; esac; }
is_paused() { [ "$(domain_state)" = paused ]; }

expect_running() {
    found=$(virsh domname "$uuid" 2>/dev/null | awk 'NR == 1')
    [ -n "$found" ] || stop "guest \"$name\" is not known to libvirt"
    [ "$found" = "$name" ] || stop "the guest is called \"$found\", expected \"$name\""
    found=$(domain_state)
    case $found in
        running) ;;
        paused) stop "guest \"$name\" is paused, expected it to run; this lets it go on: virsh resume $uuid" ;;
        "shut off") stop "guest \"$name\" is shut off, expected it to run; this starts it: virsh start $uuid" ;;
        *) stop "guest \"$name\" is $found, expected it to run" ;;
    esac
}

# Chosen: the processes of the host take and give memory on every pnode meanwhile, and the kernel may go on moving pages
# when virsh numatune has ended. A pnode is a node of Linux.
place=pnode stray_mib=256 stray_part=20 least_mib=64 settling=300

list_free() {
    virsh freecell --all | awk '$1 ~ /^[0-9]+:$/ { sub(/:/, "", $1); print $1, int($2 / 1024) }'
}

# What each domain takes of the memory of the host; empty where libvirt does not say it.
list_held() {
    virsh domstats --balloon --list-active 2>/dev/null | awk '
        /^Domain: / { name = $0; sub(/^Domain: .?/, "", name); sub(/.$/, "", name) }
        $1 ~ /^balloon\.rss=/ { print int(substr($1, 13) / 1024), "-", name }'
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

# Steps. Each has what it says, what it expects before the first step is done, and what it does.

say_repin() { expects "the guest to run; binds its vcpus ($1) and its emulator ($2), moves no memory"; }
check_repin() { expect_first; }
settle_repin() { :; }

repin() {  # PINS, PCPUS
    expect_running
    bind "$2" $1
    expect_bound $1
}

say_numatune() {
    expects "the guest to run, and free MiB on the pnodes: $3; then affinity $4, its emulator on $5, and its memory there"
}
settle_numatune() { :; }

check_numatune() {  # MIB, LEAVES, NEEDS
    expect_first
    if begun started; then return; fi
    expect_size "$1"
    expect_later "$2" "$3"
}

numatune() {  # MIB, LEAVES, NEEDS, PINS, PCPUS, PNODES
    expect_running
    if ! begun started; then
        expect_size "$1"
        expect_free $3
        look_before
        note started
    fi
    virsh numatune "$uuid" --nodeset "$6" --live || numatune_failed
    bind "$5" $4
    expect_bound $4
    found=$(virsh numatune "$uuid" --live | awk '$1 == "numa_nodeset" { print $NF }')
    [ "$found" = "$6" ] || stop "guest \"$name\" has the pnodes $found, planned are $6"
    expect_moved "$1" "$2" "$3"
    expect_running
}

numatune_failed() {
    rm -f "$state/$step.started"
    stop "virsh numatune failed; the guest runs where it was"
}

tool=virsh
save_to_image() { virsh save "$uuid" "$image" >/dev/null; }
restores() { printf '%s' "virsh restore $(quoted "$image") --paused"; }
resumes() { printf '%s' "virsh resume $uuid"; }
resume() { virsh resume "$uuid" >/dev/null || stop "virsh resume failed"; }

say_restore() {
    expects "the image of the guest, and free MiB on the pnodes: $2; then affinity $3, its emulator on $4, and its memory there"
}

bring_back() {  # PCPUS, NUMATUNE, CPUTUNE, number of the step that saved it
    virsh save-image-dumpxml "$image" > "$work/old.xml" || stop "virsh save-image-dumpxml failed"
    placed_xml "$work/old.xml" "$2" "$3" > "$work/new.xml" || stop "the XML of $image has no element os"
    if virsh restore "$image" --xml "$work/new.xml" --paused >/dev/null; then
        return
    fi
    if is_there; then stop "virsh restore failed, and left guest \"$name\" $(domain_state)"; fi
    say "virsh restore failed with the new pnodes; guest \"$name\" is restored as it was" >&2
    virsh restore "$image" --paused >/dev/null || stop "virsh restore failed with the old pnodes too"
    go_on_as_it_was "$4"
}
