#!/bin/sh
qemu-system-x86_64 -enable-kvm -cpu host -m 4G -drive file=l1.qcow2,if=virtio

# lsmod on the host says:
kvm                  1388544  1 kvm_intel
kvm_intel             479232  4
