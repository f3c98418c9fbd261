# The functions that move guests with xl. Needs dd, od, head, tail, tr, sed, df and mktemp besides.

answers() { xl vm-list >/dev/null; }

# The domid and name of a guest by its uuid; empty where it does not run. xl vm-list fills names up with spaces.
entry_of() {
    xl vm-list | awk -v uuid="$uuid" -v name="$name" '
        { own = $1; domid = $2; sub(/^[^ ]+ +[^ ]+ +/, ""); sub(/ +$/, "") }
        uuid != "" ? own == uuid : $0 == name { print domid, $0 }'
}
domid_of() { entry_of | awk '{ print $1 }'; }
is_there() { [ -n "$(entry_of)" ]; }
is_paused() {  # sets $domid
    domid=$(domid_of)
    case $(flags) in *p*) ;; *) return 1 ;; esac
}

find_guest() {  # sets $domid, and stops unless the guest runs under its name once
    found=$(entry_of)
    case $found in
        "") stop "guest \"$name\" does not run" ;;
        *"
"*) stop "guest \"$name\" is there twice (domids $(domid_of | tr '\n' ' '))" ;;
    esac
    domid=${found%% *}
    [ "${found#* }" = "$name" ] || stop "domain $domid is called \"${found#* }\", expected \"$name\""
}

flags() { xl list "$domid" | awk 'NR == 2 { print $(NF - 1) }'; }

expect_running() {
    find_guest
    case $(flags) in
        *p*) stop "guest \"$name\" is paused, expected it to run; this lets it go on: xl unpause $(quoted "$name")" ;;
        *[sdc]*) stop "guest \"$name\" has shut down, crashed or is dying ($(flags))" ;;
    esac
}

# Chosen: Xen strews pages of its own choice over all pnodes. A part of a guest of $least_mib or less is not judged;
# the memory of a domain that has ended is free at once, but for what others have mapped of it.
place=pnode stray_mib=64 stray_part=50 least_mib=16 settling=10

list_free() {
    xl info -n | awk '/^numa_info/ { inside = 1 } inside && $1 ~ /^[0-9]+:$/ { sub(/:/, "", $1); print $1, $3 }'
}

list_held() {
    xl list | awk 'NR > 1 {
        mib = $(NF - 3); domid = $(NF - 4)
        sub(/ +[0-9]+ +[0-9]+ +[0-9]+ +[^ ]+ +[^ ]+ *$/, "")
        print mib, domid, $0
    }'
}

list_vcpus() { xl vcpu-list "$domid" > "$work/vcpus" || stop "xl vcpu-list failed"; }

affinity_of() {  # vcpu: what list_vcpus found of it, "HARD / SOFT"
    awk -v vcpu="$1" '$(NF - 6) == vcpu && $(NF - 1) == "/" { print $(NF - 2), $(NF - 1), $NF }' "$work/vcpus"
}

is_vcpu_bound() {  # vcpu, PCPUS: hard or softly
    case $(affinity_of "$1") in "$2 / "* | *" / $2") ;; *) return 1 ;; esac
}

is_vcpu_within() {  # vcpu, PCPUS: bound, hard or softly, to some of them
    affinity_of "$1" | awk -v most="$2" '
        function read(text, into,  n, i, each, pair, p) {
            n = split(text, each, ",")
            for (i = 1; i <= n; i++) {
                if (split(each[i], pair, "-") == 1) pair[2] = pair[1]
                for (p = pair[1] + 0; p <= pair[2] + 0; p++) into[p] = 1
            }
        }
        function within(text,  own, p) {
            if (text == most || most == "all") return 1
            if (text == "all" || text == "") return 0
            split("", own)
            read(text, own)
            for (p in own) if (!(p in near)) return 0
            return 1
        }
        BEGIN { read(most, near) }
        { found = within($1) || within($3) }
        END { exit !found }'
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
    json_size=$(number "$work/data" 0)
    tail -c +5 "$work/data" | head -c "$((json_size - 1))" > "$work/old.json"
    placed_json "$work/old.json" "$1" "$2" > "$work/new.json" || return 1
    new=$(($(wc -c < "$work/new.json") + 1))
    {
        head -c 44 "$work/head"
        word $((length - json_size + new))
        word "$new"
        cat "$work/new.json"
        printf '\000'
        tail -c "+$((json_size + 5))" "$work/data"
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

# Steps. Each has what it says, what it expects before the first step is done, and what it does.

say_repin() { expects "the guest to run; binds its vcpus ($1), moves no memory"; }
check_repin() { expect_first; }
settle_repin() { :; }

repin() {  # PINS
    expect_running
    bind $1
    expect_bound $1
}

say_migrate() { expects "the guest to run, and free MiB on the pnodes: $3; then affinity $4, and its memory there"; }
settle_migrate() { :; }

check_migrate() {  # MIB, LEAVES, NEEDS, PINS
    expect_first
    if has_arrived "$4"; then return; fi
    expect_size "$1"
    expect_later "$2" "$3"
}

has_arrived() {  # PINS: whether a run before this one moved the guest already
    begun started && find_guest && is_bound $1 && [ "$domid" != "$(cat "$state/$step.started")" ]
}

migrate() {  # MIB, LEAVES, NEEDS, PINS, PCPUS, VCPUS
    expect_running
    if ! has_arrived "$4"; then
        expect_size "$1"
        expect_free $3
        look_before
        printf '%s\n' "$domid" > "$state/$step.started"
        xl migrate -s '' "$domid" "exec sh $(quoted "$script") --receive $(quoted "$work") '$5' '$6'" ||
            stop "xl migrate failed; the guest is where it was unless xl says otherwise"
    fi
    expect_running
    expect_bound $4
    expect_moved "$1" "$2" "$3"
}

tool=xl
save_to_image() { xl save "$domid" "$image"; }
restores() { printf '%s' "xl restore -p $(quoted "$image")"; }
resumes() { printf '%s' "xl unpause $(quoted "$name")"; }

resume() {
    find_guest
    xl unpause "$domid" || stop "xl unpause failed"
}

say_restore() { expects "the image of the guest, and free MiB on the pnodes: $2; then affinity $3, and its memory there"; }

bring_back() {  # PCPUS, VCPUS, number of the step that saved it
    read_head "$1" "$2" < "$image" || stop "the head of $image is not one that xl of a known version writes"
    if { cat "$work/new"; tail -c "+$((length + 49))" "$image"; } | xl restore -p /proc/self/fd/0; then
        return
    fi
    if is_there; then stop "xl restore failed, and left a domain of guest \"$name\""; fi
    say "xl restore failed with the new affinity; guest \"$name\" is restored as it was" >&2
    xl restore -p "$image" || stop "xl restore failed with the old affinity too"
    go_on_as_it_was "$3"
}

# The new configuration of a guest that is started anew: the one in this script, or else that in the folder CONFIGS.
config_of() {
    config=$configs/$name.cfg
    mkdir -p "$work/configs"
    if config_text "$name" > "$work/configs/$name.cfg"; then
        config=$work/configs/$name.cfg
        [ "$mode" != run ] || { cp "$config" "$state/$name.cfg" && sync && config=$state/$name.cfg; } ||
            stop "cannot write to $state"
    fi
}

expect_config() {  # the pnode of each vnode
    config_of
    [ -r "$config" ] || stop "there is no new configuration $config (CONFIGS= names its folder)"
    found=$(sed -n "s/^[[:space:]]*name[[:space:]]*=[[:space:]]*[\"']\([^\"']*\)[\"'].*/\1/p" "$config" | tail -n 1)
    [ "$found" = "$name" ] || stop "$config is of guest \"$found\", expected \"$name\""
    found=$(sed 's/#.*//' "$config" | tr ',' '\n' | sed -n 's/.*pnode=\([0-9]*\).*/\1/p')
    found=$(printf '%s ' $found)
    [ "$found" = "$1 " ] || stop "$config has its vnodes on pnodes ${found:-none }, expected $1"
}

say_stop_guest() {
    config_text "$name" >/dev/null && from="its configuration in this script" || from=$configs/$name.cfg
    expects "the guest to run, and $from with its vnodes, in their order, on pnodes $3; shuts it down"
}
settle_stop_guest() { :; }

check_stop_guest() {  # MIB, LEAVES, the pnode of each vnode
    expect_config "$3"
    if begun started && ! is_there; then return; fi
    expect_first
    expect_size "$1"
    expect_later "$2" ""
}

stop_guest() {  # MIB, LEAVES, the pnode of each vnode
    expect_config "$3"
    if ! begun started || is_there; then
        expect_running
        note started
        xl shutdown "$domid" || stop "xl shutdown failed"
        goes_down "xl create $(quoted "$config")"
        waited=0
        while is_there; do
            if [ "$waited" -ge "$patience" ]; then
                is_up
                stop "guest \"$name\" has not shut down by itself within $patience s; it is not destroyed"
            fi
            sleep 1
            waited=$((waited + 1))
        done
    fi
    goes_down "xl create $(quoted "$config")"
}

say_start_guest() { expects "free MiB on the pnodes: $2; starts it, then each vcpu within $3, and its memory there"; }
settle_start_guest() { :; }

check_start_guest() {  # MIB, NEEDS, PINS, the pnode of each vnode
    : > "$work/met.$name"
    expect_config "$4"
    if begun started && [ -n "$(uuid_of_name)" ]; then return; fi
    expect_later "" "$2"
}

# xl create gives the guest a new uuid unless its configuration states one: it is known by its name until then.
uuid_of_name() {
    xl vm-list | awk -v name="$name" '
        { own = $1; sub(/^[^ ]+ +[^ ]+ +/, ""); sub(/ +$/, "") }
        $0 == name { print own }'
}

start_guest() {  # MIB, NEEDS, PINS, the pnode of each vnode
    expect_config "$4"
    goes_down "xl create $(quoted "$config")"
    if [ -z "$(uuid_of_name)" ]; then
        expect_free $2
        look_before
        note started
        xl create "$config" || stop "xl create failed"
    fi
    found=$(uuid_of_name)
    case $found in
        "") stop "guest \"$name\" does not run" ;;
        *"
"*) stop "guest \"$name\" is there twice" ;;
    esac
    uuid=$found
    say "$uuid" > "$state/uuid.$name" && sync || stop "cannot write to $state"
    expect_running
    is_up
    list_vcpus
    [ "$accept" = yes ] || each_vcpu is_vcpu_within $3 ||
        stop "vcpus of guest \"$name\" are not bound within what was planned ($3); --accept takes them as they are"
    expect_moved "$1" "" "$2" exact
    [ "${config%/*}" = /etc/xen ] ||
        say "guest \"$name\" was started from $config: let it take the place of the old one, for the next start"
}
