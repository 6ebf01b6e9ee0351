qemu-system-x86_64 -M q35 -m 512
