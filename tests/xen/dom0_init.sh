#!/bin/busybox sh
# The first program of the emulated dom0: starts Xen's daemons, then takes commands from the second serial port.
/bin/busybox --install -s /bin
export PATH=/bin:/usr/lib/xen/bin HOME=/
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
for module in xen-privcmd xen-evtchn xenfs xen-gntdev xen-gntalloc; do
    insmod /modules/$module.ko
done
mount -t xenfs xenfs /proc/xen
xenstored --pid-file /run/xenstored.pid
until xenstore-read / >/dev/null 2>&1; do usleep 50000; done
xen-init-dom0
xenconsoled --pid-file=/run/xenconsoled.pid
stty -F /dev/ttyS1 raw -echo
exec </dev/ttyS1 >/dev/ttyS1 2>&1
echo @@ready
# in a shell of its own: orphans that end signal the first program, and a read that a signal interrupts loses its line
(while read -r command; do eval "$command"; done)
