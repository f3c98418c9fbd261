# The functions of a script of placer that moves running guests, whatever the toolstack. Needs a POSIX shell and awk.
# The file of the toolstack has the functions answers and list_free ("PNODE MIB" for each pnode), its word for a pnode
# ($place), and what memory elsewhere is no fault: $stray_mib MiB, and one part in $stray_part of the guest.
# Progress is kept in $state: a file for each step that is done, and for each half of one that is not.

say() { printf '%s\n' "$*"; }

stop() {  # reason
    trap - EXIT
    say "stopped at step $step of $steps ($what): $*" >&2
    [ -z "$back" ] || say "guest \"$name\" is not running; this brings it back: $back" >&2
    say "what is done is kept in $state; run the script again to go on" >&2
    rmdir "$state/lock" 2>/dev/null
    exit 1
}

begin() {  # folder for images
    images=$1
    if [ "$mode" = plan ]; then return; fi
    [ -r "$script" ] || { say "save this script as a file and run that: it starts itself while it migrates" >&2; exit 2; }
    answers || { say "the toolstack does not answer: run this as root on the host" >&2; exit 2; }
    mkdir -p "$state" "$images" || exit 2
    if ! mkdir "$state/lock" 2>/dev/null; then
        say "another run of this script holds $state/lock; remove it if none runs" >&2
        exit 2
    fi
    trap 'rmdir "$state/lock" 2>/dev/null; say "interrupted at step $step of $steps ($what); $back" >&2; exit 1' INT TERM HUP
    trap 'rmdir "$state/lock" 2>/dev/null' EXIT
}

finish() {
    [ "$mode" = plan ] || say "all $steps steps are done; images that were used are in $images (*.used), and may be removed"
}

begun() { [ -e "$state/$step.$1" ]; }
note() { : > "$state/$step.$1" && sync || stop "cannot write to $state"; }

expect_room() {  # MIB
    room=$(df -Pk "$images" | awk 'NR == 2 { print int($4 / 1024) }')
    [ -n "$room" ] || stop "df does not say what room $images has"
    [ "$room" -ge "$1" ] || stop "$images has $room MiB of room, expected $1 MiB"
}

expect_free() {  # PNODE=MIB...
    list_free > "$work/free"
    for need in "$@"; do
        have=$(awk -v pnode="${need%%=*}" '$1 == pnode { print $2 }' "$work/free")
        [ "${have:-0}" -ge "${need#*=}" ] ||
            stop "$place ${need%%=*} has ${have:-no} MiB free, expected ${need#*=} MiB: something else took memory there"
    done
}

# Stop unless the memory that is gone since expect_free lies on the pnodes of PNODE=MIB...
expect_memory_on() {  # MIB of the guest, PNODE=MIB...
    [ "$accept" = no ] || return 0
    size=$1
    shift
    list_free > "$work/free.now"
    astray=$(awk -v planned=" $* " -v most="$((stray_mib + size / stray_part))" -v place="$place" '
        NR == FNR { before[$1] = $2; next }
        { gone = before[$1] - $2
          if (index(planned, " " $1 "=") == 0 && gone > most) print place " " $1 " (" gone " MiB)" }
        ' "$work/free" "$work/free.now")
    [ -z "$astray" ] || stop "memory of guest \"$name\" is on $astray, planned is $*; --accept takes it as it is"
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

next_step() {  # number, guest, uuid, words; returns 1 where nothing is left to do
    step=$1 name=$2 uuid=$3 what=$4 back=
    if [ "$mode" = plan ]; then
        say "step $step of $steps: $what"
        return 1
    fi
    begun "done" && return 1
    say "step $step of $steps: $what"
    work=$state/work
    rm -rf "$work" && mkdir "$work" || stop "cannot write to $state"
}

expects() { [ "$mode" != plan ] || say "    expects $*"; }
