// SPDX-License-Identifier: MIT
#include "definition/guest_accelerators.hpp"

namespace nestprobe {
namespace {

constexpr std::string_view on_linux =
    "For nesting on this system write kvm there (<domain type='kvm'>, -accel kvm).";

constexpr OtherAccelerator accelerator_rows[] = {
    {Accelerator::hvf, "Apple's Hypervisor.framework, which only macOS has",
     "It gives x86 guests no VMX. On Apple silicon (M3 and later, macOS 15) it can give arm64 guests EL2, "
     "which is "
     "neither VMX nor SVM",
     "On a Mac, use a virtual machine monitor that has nesting there, or a Linux host. For nesting on this "
     "system "
     "write kvm in the place of hvf.",
     "developer.apple.com, Hypervisor, hv_vm_config_set_el2_enabled; 2026-11"},
    {Accelerator::whpx, "the Windows Hypervisor Platform, which only Windows has",
     "Windows has nesting for it (a partition property), which QEMU asks for in its newest versions alone",
     "On Windows, use Hyper-V with ExposeVirtualizationExtensions, or WSL2. For nesting on this system write "
     "kvm in "
     "the place of whpx.",
     "QEMU docs/system/whpx.rst; WinHvPlatformDefs.h, NestedVirtualization; 2026-11"},
    {Accelerator::nvmm, "NVMM, which only NetBSD and DragonFly have",
     "It has no nested virtualization: nobody can switch it on", on_linux, "nvmm(4); 2026-11"},
    {Accelerator::hax, "Intel's HAXM, for Windows and macOS, which Intel ended in 2023",
     "It has no nested virtualization: nobody can switch it on", on_linux,
     "intel/haxm, archived in 2023; QEMU 8.2 removed it; 2026-11"},
    {Accelerator::xen, "Xen",
     "Xen has nesting of its own (nestedhvm=1 in the guest's configuration, a technology preview); KVM has "
     "no part "
     "in it",
     "On a Xen host write nestedhvm=1 in the guest's configuration; on this one <domain type='kvm'>.",
     "xl.cfg(5), nestedhvm; 2026-11"},
};

}  // namespace

const OtherAccelerator* find_other_accelerator(Accelerator id) {
    for (const OtherAccelerator& row : accelerator_rows)
        if (row.id == id) return &row;
    return nullptr;
}

}  // namespace nestprobe
