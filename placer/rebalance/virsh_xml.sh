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
