qemu-system-x86_64 -enable-kvm -M q35 -cpu host -device intel-iommu,intremap=on,caching-mode=on
