#!/bin/busybox sh
# The first program of the emulated Linux: takes commands from the second serial port.
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin HOME=/
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
stty -F /dev/ttyS1 raw -echo
exec </dev/ttyS1 >/dev/ttyS1 2>&1
echo @@ready
# in a shell of its own: orphans that end signal the first program, and a read that a signal interrupts loses its line
(while read -r command; do eval "$command"; done)
