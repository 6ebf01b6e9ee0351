qemu-system-x86_64 -name good -machine q35,kernel-irqchip=split -accel kvm -cpu host -device intel-iommu,intremap=on,caching-mode=on -device vfio-pci,host=03:00.0
