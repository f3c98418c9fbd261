# The functions of a script of placer that moves running guests, whatever the toolstack. The file of the toolstack has
# the functions answers, list_free ("PNODE MIB" for each pnode), list_held ("MIB ID NAME" for each domain), is_there,
# is_paused and expect_running of the guest $name with $uuid, those that save and restore it, and its figures. A step is
# three functions: STEP, check_STEP and say_STEP.
# Progress is kept in $state: a file for each step that is done, for each half of one that is not, and for each guest
# that a step took down the command that brings it back.

say() { printf '%s\n' "$*"; }

# A word as a shell takes it, whatever is in it.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

stop() {  # reason; in a check that of a step, which goes on with the next one
    if [ "$mode" = check ]; then
        say "step $step of $steps ($what) cannot be done: $*" >&2
        exit 1
    fi
    trap - EXIT
    say "stopped at step $step of $steps ($what): $*" >&2
    leave
}

interrupted() {
    trap - EXIT INT TERM HUP
    say "interrupted at step $step of $steps ($what)" >&2
    leave
}

leave() {
    say_down
    say "what is done is kept in $state; run the script again to go on" >&2
    rmdir "$state/lock" 2>/dev/null
    exit 1
}

# A guest that a step takes down, with the command that brings it back.
goes_down() { printf '%s\n%s\n' "$uuid" "$*" > "$state/down.$name" && sync || stop "cannot write to $state"; }
is_up() { rm -f "$state/down.$name"; }

runs() { is_there && ! is_paused; }

say_down() {  # every guest that a step took down and that does not run
    for down in "$state"/down.*; do
        [ -e "$down" ] || continue
        name=${down#"$state"/down.} uuid=$(sed -n 1p "$down")
        runs || say "guest \"$name\" does not run; this brings it back: $(sed -n 2p "$down")" >&2
    done
}

begun() { [ -e "$state/$step.$1" ]; }
note() { : > "$state/$step.$1" && sync || stop "cannot write to $state"; }

# One step: says it, checks before the first one that it can be done, or does it.
do_step() {  # kind, number, guest, uuid, words, and what the kind takes
    kind=$1 step=$2 name=$3 uuid=$4 what=$5
    shift 5
    image=$images/$name.$plan.image
    [ ! -e "$state/uuid.$name" ] || uuid=$(cat "$state/uuid.$name")
    case $mode in
        say)
            say "step $step of $steps: $what$(! begun "done" || say " (done)")"
            "say_$kind" "$@"
            ;;
        settle) begun "done" || "settle_$kind" "$@" ;;
        check) begun "done" || ("check_$kind" "$@") || faults=$((faults + 1)) ;;
        run)
            begun "done" && return
            say "step $step of $steps: $what"
            did=$((did + 1))
            rm -rf "$work" && mkdir "$work" || stop "cannot write to $state"
            "$kind" "$@"
            note "done"
            ;;
    esac
}

expects() { say "    expects $*"; }

# A guest to make room for, once all steps are done.
fits() {  # guest, pnodes
    case $mode in
        say) say "then guest \"$1\" fits on pnode $2, and can be started" ;;
        run) say "guest \"$1\" fits now on pnode $2: start it" ;;
    esac
}

# Check before the first step that each can be done once those before it are.
check_all() {
    mode=check faults=0
    list_free | sed 's/$/ 0/' > "$work/later"
    list_held > "$work/held"
    say "0 0" > "$work/disk"
    all_steps
    what="the start" step=0
    (expect_disk) || faults=$((faults + 1))
    if [ "$faults" != 0 ]; then
        say "nothing was changed: $faults of the checks before the first step failed" >&2
        say_down
        return 1
    fi
}

dry_run() {
    mode=say
    all_notes
    all_steps
    answers || { say "nothing was checked: the toolstack does not answer, on the host root can ask it" >&2; exit 2; }
    work=$(mktemp -d) || exit 2
    trap 'rm -rf "$work"' EXIT
    check_all || exit 1
    say "checked: everything that the steps expect is there now"
}

run_all() {
    [ -r "$script" ] || { say "save this script as a file and run that: it starts itself while it migrates" >&2; exit 2; }
    answers || { say "the toolstack does not answer: run this as root on the host" >&2; exit 2; }
    mkdir -p "$state" || exit 2
    [ "$saves" = no ] || mkdir -p "$images" || exit 2
    if ! mkdir "$state/lock" 2>/dev/null; then
        say "another run of this script holds $state/lock; remove it if none runs" >&2
        exit 2
    fi
    trap interrupted INT TERM HUP
    trap 'rmdir "$state/lock" 2>/dev/null' EXIT
    if [ -e "$state/plan" ] && [ "$(cat "$state/plan")" != "$plan" ]; then
        say "$state is of another plan: name a folder of its own (STATE=)" >&2
        exit 2
    fi
    say "$plan" > "$state/plan" || exit 2
    rm -rf "$work" && mkdir "$work" || exit 2
    mode=settle
    all_steps
    check_all || exit 1
    mode=run did=0
    all_steps
    if [ "$did" = 0 ]; then
        say "all $steps steps were done before, as $state says; this run did nothing"
    else
        say "all $steps steps are done"
    fi
}

# Memory.

look_before() {  # keeps what is free and held before the step moves memory
    list_free > "$state/$step.free" && list_held > "$state/$step.held" && sync
}

expect_free() {  # PNODE=MIB...
    list_free > "$work/free"
    for need in "$@"; do
        have=$(awk -v pnode="${need%%=*}" '$1 == pnode { print $2 }' "$work/free")
        [ "${have:-0}" -ge "${need#*=}" ] ||
            stop "$place ${need%%=*} has ${have:-no} MiB free, expected ${need#*=} MiB: something else took memory there"
    done
}

# Stop if the guest has grown: then what was planned to be free is too little.
expect_size() {  # MIB
    [ "$mode" = check ] || list_held > "$work/held"
    held=$(awk -v name="$name" '
        { mib = $1; sub(/^[^ ]+ [^ ]+ /, ""); if ($0 == name) print mib }' "$work/held")
    [ "${held:-0}" -le "$(($1 + $1 / stray_part + stray_mib))" ] ||
        stop "guest \"$name\" holds $held MiB, planned with $1 MiB: take a new snapshot and plan again"
}

# Stop unless the pnodes have room once the steps before are done. What a guest leaves is an estimate: where some memory
# was left, $stray_mib may be missing, which the step itself finds.
expect_later() {  # LEAVES as PNODE=MIB..., NEEDS likewise
    short=$(awk -v leaves="$1" -v needs="$2" -v slack="$stray_mib" -v place="$place" -v table="$work/later.new" '
        function read(text, into,  n, i, each, pair) {
            n = split(text, each, " ")
            for (i = 1; i <= n; i++) { split(each[i], pair, "="); into[pair[1]] += pair[2] }
        }
        BEGIN { read(leaves, leave); read(needs, need) }
        {
            if (($1 in need) && $2 + $3 * slack < need[$1])
                printf "%s %s will have %d MiB free, expected %d MiB; ", place, $1, $2, need[$1]
            print $1, $2 - need[$1] + leave[$1], ($3 || leave[$1] > 0) > table
            delete need[$1]
        }
        END { for (p in need) if (need[p] > 0) printf "there is no %s %s; ", place, p }' "$work/later")
    mv "$work/later.new" "$work/later"
    [ -z "$short" ] || stop "${short%; }"
}

# Stop unless, since look_before, about the memory of the guest went from the pnodes that it leaves to those that it
# comes to, and to no other. Of a pnode that is only left each is judged; those that it comes to all together, or each
# where the parts are exact. What other domains took or gave meanwhile may lie anywhere. Memory is given back a moment
# after a domain ends.
expect_moved() {  # MIB of the guest, LEAVES as PNODE=MIB..., NEEDS likewise, "exact" or nothing
    [ "$accept" = no ] || return 0
    [ -e "$state/$step.free" ] || return 0
    [ "$patience" -lt "$settling" ] && waits=$patience || waits=$settling
    while :; do
        list_free > "$work/free.now"
        list_held > "$work/held.now"
        astray=$(memory_astray "$@")
        [ -n "$astray" ] && [ "$waits" -gt 0 ] || break
        waits=$((waits - 1))
        sleep 1
    done
    [ -z "$astray" ] || stop "memory of guest \"$name\" is not where it was planned: $astray; --accept takes it as it is"
}

memory_astray() {  # as expect_moved
    awk -v name="$name" -v size="$1" -v leaves="$2" -v needs="$3" -v exact="${4:-}" -v place="$place" \
        -v noise="$((stray_mib + $1 / stray_part))" -v least="$least_mib" '
        function read(text, into,  n, i, each, pair) {
            n = split(text, each, " ")
            for (i = 1; i <= n; i++) { split(each[i], pair, "="); into[pair[1]] += pair[2] }
        }
        function share(mib) { return mib > 0 && mib < size ? mib / size : 1 }
        function size_of(x) { return x < 0 ? -x : x }
        function lower(a, b) { return a < b ? a : b }
        BEGIN { read(leaves, leave); read(needs, need) }
        part <= 2 {
            mib = $1
            sub(/^[^ ]+ /, "")
            id = $0
            sub(/^[^ ]+ /, "")
            if ($0 == name) own[part] = mib
            else change[id] += part == 1 ? -mib : mib
        }
        part == 3 { free[$1] = $2 }
        part == 4 { now[$1] = $2 }
        END {
            for (id in change) others += size_of(change[id])
            for (p in now) {
                left = leave[p] * share(own[1])
                came = need[p] * share(own[2])
                gained = now[p] - free[p]
                if (need[p] > 0) {
                    all = exact ? p : "all"
                    planned[all] += came - left
                    lost[all] -= gained
                    where[all] = where[all] (where[all] == "" ? "" : ",") p
                } else {
                    if (left > least && gained < left - lower(noise, left / 2) - others)
                        said = said sprintf("; %s %s gained %d MiB, planned are %d MiB", place, p, gained, left)
                    if (-gained > noise + others)
                        said = said sprintf("; %s %s lost %d MiB, planned are none", place, p, -gained)
                }
            }
            for (all in planned)
                if (planned[all] > least && lost[all] < planned[all] - lower(noise, planned[all] / 2) - others)
                    said = said sprintf("; %s %s lost %d MiB, planned are %d MiB", place, where[all], lost[all], planned[all])
            print substr(said, 3)
        }' part=1 "$state/$step.held" part=2 "$work/held.now" part=3 "$state/$step.free" part=4 "$work/free.now"
}

each_vcpu() {  # command, FIRST-LAST:PCPUS...: calls the command with each vcpu and its pcpus
    call=$1
    shift
    for pin in "$@"; do
        vcpu=${pin%%-*}
        last=${pin%%:*}
        last=${last#*-}
        while [ "$vcpu" -le "$last" ]; do
            "$call" "$vcpu" "${pin#*:}" || return 1
            vcpu=$((vcpu + 1))
        done
    done
}

# The first step of a guest that is not done finds it as it is, later ones as that leaves it.
expect_first() { [ -e "$work/met.$name" ] || { : > "$work/met.$name"; expect_running; } }

# Images. One is taken only if the record beside it says that a step of this plan wrote it.

image_mib() { say "$(($1 + $1 / 50 + 64))"; }  # chosen: what an image has besides the memory
# shellcheck disable=SC2012 # wc -c reads the whole file on some systems
record_line() { say "placer $plan, step $1: guest $name, uuid $uuid, $(ls -ln "$image" | awk '{ print $5 }') bytes"; }
record() { record_line "$step" > "$image.record" && sync || stop "cannot write $image.record"; }

expect_image() {  # number of the step that saved it
    [ -s "$image" ] || stop "there is no image $image"
    [ "$(cat "$image.record" 2>/dev/null)" = "$(record_line "$1")" ] ||
        stop "$image is not what step $1 of this plan saved, as $image.record says"
}

room_of() {  # folder, or the nearest one above it that is there
    folder=$1
    while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
    df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1024) }'
}

expect_room() {  # MIB
    room=$(room_of "$images")
    [ -n "$room" ] || stop "df does not say what room $images has"
    [ "$room" -ge "$1" ] || stop "$images has $room MiB of room, expected $1 MiB"
}

count_image() {  # MIB that it takes of the disk, or gives back: keeps what all take, and the most that they do
    awk -v mib="$1" '{ sum = $1 + mib; print sum, (sum > $2 ? sum : $2) }' "$work/disk" > "$work/disk.new"
    mv "$work/disk.new" "$work/disk"
}

expect_disk() {
    most=$(awk '{ print $2 }' "$work/disk")
    [ "$most" = 0 ] && return
    what="the images that are there at once"
    expect_room "$most"
}

# The steps save and restore. Of the toolstack are $tool, save_to_image, bring_back, which restores the guest paused, and
# resume, which lets it go on; of the latter two restores and resumes print the commands for a person.

say_save() { expects "the guest to run, and $(image_mib "$1") MiB of room in $images"; }

check_save() {  # MIB, LEAVES
    if ! is_there && was_saved; then
        count_image 0
        return
    fi
    expect_first
    expect_size "$1"
    count_image "$(image_mib "$1")"
    expect_later "$2" ""
}

was_saved() { begun saving && [ -s "$image" ]; }

settle_save() { :; }

save() {  # MIB, LEAVES
    by_hand="$(restores) && $(renames) && $(resumes)"
    if ! is_there && was_saved; then
        goes_down "$by_hand"
        record
        return
    fi
    is_up
    expect_running
    expect_size "$1"
    rm -f "$image" "$image.record"
    expect_room "$(image_mib "$1")"
    note saving
    goes_down "$by_hand"
    save_to_image || save_failed
    if is_there; then save_failed; fi
    [ -s "$image" ] || stop "$tool save wrote no image"
    record
}

renames() { printf '%s' "mv $(quoted "$image") $(quoted "$image.used") && sync"; }

save_failed() {
    if is_there; then
        rm -f "$state/$step.saving" "$image"
        is_up
    fi
    stop "$tool save failed; the guest is not changed unless $tool says otherwise"
}

check_restore() {  # MIB, NEEDS; the last word is the number of the step that saved it
    mib=$1 needs=$2
    shift "$(($# - 1))"
    : > "$work/met.$name"
    count_image "-$(image_mib "$mib")"
    if begun restored || is_there && [ -e "$state/$1.done" ]; then return; fi
    [ ! -e "$state/$1.done" ] || expect_image "$1"
    expect_later "" "$needs"
}

# A guest that was brought back by hand is saved once more.
settle_restore() {
    shift "$(($# - 1))"
    [ -e "$state/$1.done" ] && ! begun restored && is_there && ! is_paused || return 0
    say "guest \"$name\" was brought back by hand: it is saved once more"
    [ ! -e "$image" ] || mv "$image" "$image.used"
    rm -f "$image.record" "$state/$1.done" "$state/$1.saving"
    is_up
    sync
}

restore() {  # MIB, NEEDS, PINS, what bring_back takes; the last word is the number of the step that saved it
    mib=$1 needs=$2 bound=$3
    shift 3
    if ! begun restored; then
        if ! is_there; then
            for saved_by in "$@"; do :; done
            expect_image "$saved_by"
            expect_free $needs
            look_before
            bring_back "$@"
        fi
        goes_down "$(renames) && $(resumes)"
        is_paused || stop "guest \"$name\" runs already; its image is not used again"
        expect_bound $bound
        expect_moved "$mib" "" "$needs"
        use_image
    fi
    use_image
    goes_down "$(resumes)"
    if is_paused; then resume; fi
    expect_running
    is_up
    expect_bound $bound
    forget_image
}

# Let a guest go on whose image was restored with the old placement.
go_on_as_it_was() {  # number of the step that saved it
    mv "$image" "$image.used" && sync || stop "cannot rename $image"
    goes_down "$(resumes)"
    resume
    rm -f "$state/$1.done" "$state/$1.saving"
    forget_image
    is_up
    stop "guest \"$name\" runs where it was before; it is saved once more when the script is run again"
}

# From here on the disks of the guest go on, and its image must never be restored again.
use_image() {
    note restored
    [ ! -e "$image" ] || { mv "$image" "$image.used" && sync; } || stop "cannot rename $image"
}

forget_image() { rm -f "$image.used" "$image.record"; }
