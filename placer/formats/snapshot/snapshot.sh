#!/bin/sh
# Prints all that runs on this host, for placer: it asks the toolstack, reads /proc and /sys, and changes nothing.
#
#     ssh root@HOST sh -s < snapshot.sh > HOST.txt
#
# Each part stands between two markers, with the exit code of its command: what is cut off can be seen.
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin
export PATH

# Settings: auto, xl or libvirt; no, yes or always; MiB; of placer.
toolstack=auto
pages=no
pages_up_to_mib=262144
version=unknown

interactive=no
if [ -t 0 ]; then interactive=yes; fi
uri=${LIBVIRT_DEFAULT_URI:-qemu:///system}

# part NAME COMMAND...: run a command between its markers; its standard error is kept where it fails.
part() {
    name=$1
    shift
    printf '#@ %s begin %s %s\n' "$tag" "$name" "$*"
    { said=$("$@" 2>&1 >&3 3>&- </dev/null); code=$?; } 3>&1
    printf '\n'
    if [ "$code" -ne 0 ] && [ -n "$said" ]; then
        printf '%s\n' "$said" | while IFS= read -r line; do printf '#@ %s said %s %s\n' "$tag" "$name" "$line"; done
    fi
    printf '#@ %s end %s %s\n' "$tag" "$name" "$code"
}

facts() {
    printf 'time: %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    printf 'host: %s\n' "$(uname -n)"
    printf 'boot-id: %s\n' "$(boot_id)"
    printf 'uptime: %s\n' "$(uptime_s)"
    printf 'user: %s\n' "$(id -un)"
    printf 'uid: %s\n' "$(id -u)"
    printf 'system: %s\n' "$(uname -srm)"
    printf 'locale: %s\n' "$LC_ALL"
    printf 'script: %s\n' "$version"
}

boot_id() {
    boot=
    { read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null
    printf '%s' "${boot:-unknown}"
}

uptime_s() {
    seconds=
    { read -r seconds _ </proc/uptime; } 2>/dev/null
    printf '%s' "$seconds"
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# ---- Xen ----

of_xl() {
    # before what is free is asked: the memory of a domain that has run by now is no longer free
    part xl-domains-before xl list -v
    part xl-info xl info -n
    part xl-list xl list -l
    part xl-vcpu-list xl vcpu-list
    part xl-cpupool-list xl cpupool-list -c
    if [ "$pages" != no ]; then part xl-dmesg numa_dump; fi
    part xl-domains xl list -v
    part xl-balloon balloon
}

# What may change the free memory although no guest starts or ends: xl's setting, and the ballooning daemon of XAPI.
balloon() {
    if [ -r /etc/xen/xl.conf ]; then
        sed -n 's/^[[:space:]]*autoballoon[[:space:]]*=[[:space:]]*/autoballoon: /p' /etc/xen/xl.conf
    fi
    if xenstore-read /squeezed/pid >/dev/null 2>&1; then echo 'squeezed: yes'; fi
    echo 'asked: yes'
}

# The memory that is not free, in MiB: an upper bound of what Xen walks through for the dump.
used_mib() {
    xl info | {
        total=0 free=0
        while IFS=: read -r key value; do
            value=${value# }
            case $key in
                total_memory*) total=$value ;;
                free_memory*) free=$value ;;
            esac
        done
        echo $((total - free))
    }
}

# Whether Xen may walk through so much memory: always below the size, else only where a person says so.
may_walk() {
    used=$(used_mib) || return 1
    if [ "$pages" = always ] || [ "$used" -le "$pages_up_to_mib" ]; then return 0; fi
    why="domains hold $((used / 1024)) GiB, more than $((pages_up_to_mib / 1024)): Xen walks through every page under"
    why="$why a lock, in which cpus may stall for seconds"
    if [ "$interactive" = yes ] && { : </dev/tty; } 2>/dev/null; then
        printf '%s. Do it? [y/N] ' "$why" >/dev/tty
        read -r answer </dev/tty
        case $answer in [yY]*) return 0 ;; esac
    fi
    printf 'not asked: %s\n' "$why" >&2
    return 1
}

# The newest line in Xen's log that a dump begins with. Its time tells it from those before: the log is never cleared.
press() {
    xl dmesg | grep 'pressed -> dumping numa info' | tail -n 1
}

# Xen prints the dump slowly, and after xl has returned: wait until it is there, and no longer grows.
numa_dump() {
    may_walk || return 1
    before=$(press)
    xl debug-keys u || return
    turn=0 same=0 last=
    while [ "$turn" -lt 30 ] && [ "$same" -lt 3 ]; do
        sleep 1
        turn=$((turn + 1))
        pressed=$(press)
        # shellcheck disable=SC2016 # $ is the last line
        dump=$(xl dmesg | sed -n -e '/pressed -> dumping numa info/{h;d;}' -e H -e '${x;p;}')
        if [ "$dump" = "$last" ]; then same=$((same + 1)); else same=0; fi
        if [ "$pressed" = "$before" ] && [ -n "$before" ] && [ "$turn" -lt 10 ]; then same=0; fi
        last=$dump
    done
    if [ "$pressed" = "$before" ] && [ -n "$before" ]; then
        echo "no new dump in Xen's log" >&2
        return 1
    fi
    printf '%s\n' "$dump"
}

# ---- libvirt ----

of_libvirt() {
    part virsh-capabilities virsh -r -c "$uri" capabilities
    part virsh-freecell virsh -r -c "$uri" freecell --all
    part virsh-freepages virsh -r -c "$uri" freepages --all
    part node-memory node_memory
    part virsh-list virsh -r -c "$uri" list --uuid
    for uuid in $(virsh -r -c "$uri" list --uuid 2>/dev/null </dev/null); do
        part "virsh-dumpxml/$uuid" virsh -r -c "$uri" dumpxml "$uuid"
        part "virsh-vcpuinfo/$uuid" virsh -r -c "$uri" vcpuinfo "$uuid"
        part "numa-maps/$uuid" numa_maps "$uuid"
    done
    part virsh-list-after virsh -r -c "$uri" list --uuid
}

node_memory() {
    for folder in /sys/devices/system/node/node[0-9]*; do
        node=${folder##*/node}
        read -r distances <"$folder/distance" && printf 'node %s distances: %s\n' "$node" "$distances"
        while read -r _ _ key size _; do
            if [ "$key" = MemFree: ]; then printf 'node %s free: %s kB\n' "$node" "$size"; fi
        done <"$folder/meminfo"
    done
}

# Where the memory of a guest's QEMU lies: its numa_maps, summed over its ranges for each node.
numa_maps() {
    for file in /run/libvirt/qemu/*.pid /var/run/libvirt/qemu/*.pid; do
        [ -r "$file" ] || continue
        pid=
        read -r pid <"$file" || [ -n "$pid" ] || continue
        if tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF -e "$1"; then
            awk '
                {
                    size = 4
                    for (i = 1; i <= NF; i++) if ($i ~ /^kernelpagesize_kB=/) size = substr($i, 19)
                    for (i = 1; i <= NF; i++) if ($i ~ /^N[0-9]+=[0-9]+$/) {
                        split(substr($i, 2), of, "=")
                        held[of[1]] += of[2] * size
                    }
                }
                END { for (node in held) printf "node %s held: %.0f kB\n", node, held[node] }
            ' "/proc/$pid/numa_maps"
            return
        fi
    done
    echo "no process of QEMU with this uuid is found in /run/libvirt/qemu" >&2
    return 1
}

none_found() {
    echo "neither xl nor virsh is in $PATH" >&2
    return 127
}

main() {
    host=$(uname -n)
    case $host in '' | *[!A-Za-z0-9._-]*) host=unnamed ;; esac
    boot=$(boot_id)
    tag=$host/${boot%%-*}/$$.$(date +%s)
    printf '#@ %s snapshot 1\n' "$tag"
    part facts facts
    if [ "$toolstack" = auto ]; then
        toolstack=none
        if has virsh; then toolstack=libvirt; fi
        if has xl && { xl info >/dev/null 2>&1 || ! has virsh; }; then toolstack=xl; fi
    fi
    case $toolstack in
        xl) of_xl ;;
        libvirt) of_libvirt ;;
        *) part toolstack none_found ;;
    esac
    part facts-after facts
    printf '#@ %s done\n' "$tag"
}

main # last: of a script that is cut off nothing runs
