#!/bin/sh
sudo apt install -y qemu-system-x86 qemu-kvm
qemu-system-x86_64 -enable-kvm -cpu Haswell -m 4G -drive file=l1.qcow2,if=virtio
qemu-system-x86_64 -cpu help
qemu-system-x86_64 --version
