#!/bin/sh
# starts the test machine
exec /usr/bin/qemu-system-x86_64 \
    -name "guest=script machine" \
    -machine q35,accel=kvm -m 2G -smp 4,maxcpus=8 \
    -cpu Haswell,+pcid \
    -drive 'file=/images/a b.qcow2,if=virtio'
