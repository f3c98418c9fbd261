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
while read -r command; do eval "$command"; done
