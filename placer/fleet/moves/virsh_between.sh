# Images of guests that move within the host, and new descriptions, are kept in WORK. URI is how libvirt on another host is
# reached, with %s for its name.
uri=${URI:-qemu+ssh://%s/system}

here() {  # guest: whether it runs
    virsh list >/dev/null || stop "libvirt does not answer"
    state=$(virsh domstate "$1" 2>/dev/null | awk 'NR == 1')
    case $state in
        running) ;;
        "" | "shut off") return 1 ;;
        *) stop "guest $1 is $state, expected it to run" ;;
    esac
}
at() {  # host: its URI
    # shellcheck disable=SC2059 # the format is the URI
    printf "$uri" "$1"
}
there() { [ "$(virsh -c "$(at "$2")" domstate "$1" 2>/dev/null | awk 'NR == 1')" = running ]; }

described() {  # guest, numatune, pins: writes $work/GUEST.xml
    virsh dumpxml --migratable "$1" > "$work/$1.old"
    placed_xml "$work/$1.old" "$2" "$3" > "$work/$1.xml" || stop "the XML of guest $1 has no element os"
}

back() {  # guest: from its image
    virsh restore "$work/$1.image" --running
    rm -f "$work/$1.image"
}

migrate() {  # guest, host, numatune, pins
    if ! here "$1"; then
        if [ -z "$2" ] && [ -e "$work/$1.image" ]; then back "$1"; else gone "$1" "$2" there; fi
        return
    fi
    described "$1" "$3" "$4"
    if [ -n "$2" ]; then
        virsh migrate --live --persistent --undefinesource --xml "$work/$1.xml" --persistent-xml "$work/$1.xml" \
            "$1" "$(at "$2")"
    else
        virsh save "$1" "$work/$1.image" --xml "$work/$1.xml" --running
        back "$1"
    fi
}
