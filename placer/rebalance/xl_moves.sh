# The functions that move guests with xl. Needs dd, od and df besides.

answers() { xl vm-list >/dev/null; }

# The domid of a guest by its uuid; empty where it does not run.
domid_of() { xl vm-list | awk -v uuid="$uuid" -v name="$name" '(uuid != "" ? $1 == uuid : $3 == name) { print $2 }'; }

find_guest() {  # sets $domid, and stops unless the guest runs under its name once
    domid=$(domid_of)
    case $domid in
        "") stop "guest \"$name\" does not run" ;;
        *[!0-9]*) stop "guest \"$name\" is there twice (domids $(printf '%s' "$domid" | tr '\n' ' '))" ;;
    esac
    found=$(xl domname "$domid")
    [ "$found" = "$name" ] || stop "domain $domid is called \"$found\", expected \"$name\""
}

flags() { xl list "$domid" | awk 'NR == 2 { print $(NF - 1) }'; }

expect_running() {
    find_guest
    case $(flags) in
        *p*) stop "guest \"$name\" is paused, expected it to run" ;;
        *[sdc]*) stop "guest \"$name\" has shut down, crashed or is dying ($(flags))" ;;
    esac
}

# Chosen: Xen strews pages of its own choice over all pnodes.
place=pnode stray_mib=64 stray_part=50

list_free() {
    xl info -n | awk '/^numa_info/ { inside = 1 } inside && $1 ~ /^[0-9]+:$/ { sub(/:/, "", $1); print $1, $3 }'
}

list_vcpus() { xl vcpu-list "$domid" > "$work/vcpus" || stop "xl vcpu-list failed"; }

affinity_of() {  # vcpu: what list_vcpus found of it, "HARD / SOFT"
    awk -v vcpu="$1" '$3 == vcpu { print $(NF - 2), $(NF - 1), $NF }' "$work/vcpus"
}

is_vcpu_bound() {  # vcpu, PCPUS: hard or softly
    case $(affinity_of "$1") in "$2 / "* | *" / $2") ;; *) return 1 ;; esac
}

is_bound() {  # FIRST-LAST:PCPUS...
    list_vcpus
    each_vcpu is_vcpu_bound "$@"
}

expect_bound() { is_bound "$@" || stop "vcpus of guest \"$name\" are not bound as planned ($*)"; }

# Bind a vcpu softly; one that is bound hard is bound hard to the new pcpus.
bind_vcpu() {  # vcpu, PCPUS
    case $(affinity_of "$1") in
        "all / "*) xl vcpu-pin "$domid" "$1" - "$2" ;;
        *) xl vcpu-pin "$domid" "$1" "$2" "$2" ;;
    esac
}

bind() {  # FIRST-LAST:PCPUS...
    list_vcpus
    each_vcpu bind_vcpu "$@" || stop "xl vcpu-pin failed"
}

# Write a configuration in libxl's JSON with other affinity: $1 is the file, $2 the pcpus with commas, $3 the vcpus.
placed_json() {
    key=vcpu_soft_affinity
    grep -q '"vcpu_hard_affinity"' "$1" && key=vcpu_hard_affinity
    awk -v key="$key" -v pcpus="$2" -v vcpus="$3" '
        function keep(line) {
            if (line ~ /^[ \t]*[]}]/) sub(/,[ \t]*$/, "", last)
            if (NR > 1 && started) print last
            last = line
            started = 1
        }
        skipped > 0 { skipped += gsub(/\[/, "[") - gsub(/\]/, "]"); next }
        /^[ \t]*"(numa_placement|vcpu_hard_affinity|vcpu_soft_affinity|cpumap|nodemap)"[ \t]*:/ {
            skipped = gsub(/\[/, "[") - gsub(/\]/, "]")
            next
        }
        { keep($0) }
        /^[ \t]*"b_info"[ \t]*:[ \t]*[{][ \t]*$/ {
            keep("\"numa_placement\": \"False\",")
            rows = ""
            for (i = 0; i < vcpus; i++) rows = rows (i ? "," : "") "[" pcpus "]"
            keep("\"" key "\": [" rows "],")
            done = 1
        }
        END { if (!done) exit 1; print last }' "$1"
}

number() { od -An -tu4 -j "$2" -N 4 "$1" | tr -d ' \n'; }
word() {  # the least byte first
    octal=$(printf '\\%03o' "$(($1 & 255))" "$((($1 >> 8) & 255))" "$((($1 >> 16) & 255))" "$((($1 >> 24) & 255))")
    # shellcheck disable=SC2059
    printf "$octal"
}

# Read the head of what xl save or xl migrate writes from standard input, and no byte more, and write the head that it
# has with other affinity to $work/new. A head is 32 bytes of magic and four words (the byte order, flags, flags, the
# length of the rest); the rest is a word with the length of the configuration, and that itself, JSON with a null byte
# (tools/xl/xl.h, xl_migrate.c and xl_vmcontrol.c of Xen 4.17).
read_head() {  # PCPUS VCPUS
    dd bs=1 count=48 of="$work/head" 2>/dev/null || return 1
    case $(head -c 27 "$work/head" | tr -d '\000') in "Xen saved domain, xl format") ;; *) return 1 ;; esac
    [ "$(number "$work/head" 32)" = 16909060 ] || return 1
    [ $(($(number "$work/head" 36) & 1)) = 1 ] || return 1
    length=$(number "$work/head" 44)
    dd bs=1 count="$length" of="$work/data" 2>/dev/null || return 1
    size=$(number "$work/data" 0)
    tail -c +5 "$work/data" | head -c "$((size - 1))" > "$work/old.json"
    placed_json "$work/old.json" "$1" "$2" > "$work/new.json" || return 1
    new=$(($(wc -c < "$work/new.json") + 1))
    {
        head -c 44 "$work/head"
        word $((length - size + new))
        word "$new"
        cat "$work/new.json"
        printf '\000'
        tail -c "+$((size + 5))" "$work/data"
    } > "$work/new"
}

receive() {  # WORK PCPUS VCPUS: the other end of a migration to this host
    work=$1
    # xl migrate sends nothing before it has read the banner of xl migrate-receive
    {
        read_head "$2" "$3" || { say "what xl migrate sends has a head that is not known" >&2; exit 1; }
        cat "$work/new"
        exec cat
    } | xl migrate-receive
}

# Steps. Each takes: its number, the guest, its uuid, what it is in words, and then what it needs.

repin() {  # PINS
    next_step "$1" "$2" "$3" "$4" || { expects "the guest to run; binds $5, moves no memory"; return 0; }
    pins=$5
    expect_running
    bind $pins
    expect_bound $pins
    note "done"
}

migrate() {  # MIB, NEEDS, PINS, PCPUS, VCPUS
    next_step "$1" "$2" "$3" "$4" || { expects "the guest to run, and free MiB on the pnodes: $6; then affinity $7"; return 0; }
    size=$5 needs=$6 pins=$7 pcpus=$8 vcpus=$9
    expect_running
    if begun started && is_bound $pins && [ "$domid" != "$(cat "$state/$step.started")" ]; then
        note "done"
        return
    fi
    expect_free $needs
    printf '%s\n' "$domid" > "$state/$step.started"
    xl migrate -s '' "$domid" "exec sh '$script' --receive '$work' '$pcpus' '$vcpus'" ||
        stop "xl migrate failed; the guest is where it was unless xl says otherwise"
    expect_running
    expect_bound $pins
    expect_memory_on "$size" $needs
    note "done"
}

save() {  # MIB
    next_step "$1" "$2" "$3" "$4" || { expects "the guest to run, and $5 MiB of room in $images"; return 0; }
    size=$5 image=$images/$name.image
    if [ -z "$(domid_of)" ] && [ -s "$image" ]; then
        sync
        note "done"
        return
    fi
    expect_running
    rm -f "$image"
    expect_room "$((size + size / 50 + 64))"
    xl save "$domid" "$image" || stop "xl save failed; the guest is not changed unless xl says otherwise"
    back="xl restore '$image' && mv '$image' '$image.used'"
    [ -z "$(domid_of)" ] || stop "guest \"$name\" still runs after xl save"
    [ -s "$image" ] || stop "xl save wrote no image"
    sync
    note "done"
}

restore() {  # MIB, NEEDS, PINS, PCPUS, VCPUS, number of the step that saved it
    next_step "$1" "$2" "$3" "$4" || { expects "the image of the guest, and free MiB on the pnodes: $6; then affinity $7"; return 0; }
    size=$5 needs=$6 pins=$7 pcpus=$8 vcpus=$9 saved=${10} image=$images/$name.image
    if [ -e "$image" ]; then
        back="xl restore '$image' && mv '$image' '$image.used'"
        if [ -z "$(domid_of)" ]; then
            expect_free $needs
            cp "$work/free" "$state/$step.free"
            bring_back
        fi
        find_guest
        back=
        case $(flags) in
            *p*) ;;
            *) mv "$image" "$image.used" && sync && stop "guest \"$name\" runs already; its image is not used again" ;;
        esac
        back="xl unpause '$name' && mv '$image' '$image.used'"
        expect_bound $pins
        [ ! -e "$state/$step.free" ] || cp "$state/$step.free" "$work/free"
        [ ! -e "$work/free" ] || expect_memory_on "$size" $needs
        # From here on its disks go on, and the image must never be restored again.
        mv "$image" "$image.used" && sync || stop "cannot rename $image"
    elif [ ! -e "$image.used" ]; then
        stop "there is no image $image"
    fi
    back="xl unpause '$name'"
    find_guest
    case $(flags) in *p*) xl unpause "$domid" || stop "xl unpause failed" ;; esac
    back=
    expect_running
    expect_bound $pins
    note "done"
}

bring_back() {
    read_head "$pcpus" "$vcpus" < "$image" || stop "the head of $image is not one that xl of a known version writes"
    if { cat "$work/new"; tail -c "+$((length + 49))" "$image"; } | xl restore -p /proc/self/fd/0; then
        return
    fi
    [ -z "$(domid_of)" ] || stop "xl restore failed, and left a domain of guest \"$name\""
    say "xl restore failed with the new affinity; guest \"$name\" is restored as it was" >&2
    xl restore -p "$image" || stop "xl restore failed with the old affinity too"
    mv "$image" "$image.used" && sync
    find_guest
    xl unpause "$domid" || stop "xl unpause failed"
    rm -f "$state/$saved.done" "$image.used"
    back=
    stop "guest \"$name\" runs where it was before; it is saved once more when the script is run again"
}

stop_guest() {  # the pnode of each vnode
    next_step "$1" "$2" "$3" "$4" || { expects "the guest to run, and $configs/$2.cfg with its vnodes on pnodes $5; shuts it down"; return 0; }
    [ -r "$configs/$name.cfg" ] || stop "there is no new configuration $configs/$name.cfg (CONFIGS= names its folder)"
    found=$(tr ',' '\n' < "$configs/$name.cfg" | sed -n 's/^[^#]*pnode=\([0-9]*\).*/\1/p')
    found=$(printf '%s ' $found)
    [ "$found" = "$5 " ] || stop "$configs/$name.cfg has its vnodes on pnodes ${found:-none }, expected $5"
    back="xl create '$configs/$name.cfg'"
    if [ -n "$(domid_of)" ]; then
        back=
        expect_running
        xl shutdown "$domid" || stop "xl shutdown failed"
        waited=0
        while [ -n "$(domid_of)" ]; do
            [ "$waited" -lt "$patience" ] ||
                stop "guest \"$name\" has not shut down by itself within $patience s; it is not destroyed"
            sleep 1
            waited=$((waited + 1))
        done
        back="xl create '$configs/$name.cfg'"
    fi
    note "done"
}

start_guest() {  # NEEDS, PINS
    next_step "$1" "$2" "$3" "$4" || { expects "free MiB on the pnodes: $5; starts it from $configs/$2.cfg"; return 0; }
    needs=$5
    back="xl create '$configs/$name.cfg'"
    if [ -z "$(domid_of)" ]; then
        expect_free $needs
        xl create "$configs/$name.cfg" || stop "xl create failed"
    fi
    back=
    expect_running
    note "done"
}
