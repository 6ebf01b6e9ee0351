// SPDX-License-Identifier: MIT
// KVM's modules, their parameters, and what is configured for them.
#pragma once

#include "base/fact.hpp"
#include "facts/module_options.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

struct Module {
    enum class State : std::uint8_t {
        absent,
        loaded,    ///< a module, live
        built_in,  ///< part of the kernel; its init may have refused this machine all the same
        present,   ///< one of the two; the evidence does not say which
    };
    State state = State::absent;
    int users = -1;  ///< reference count; -1 unknown
    friend bool operator==(const Module&, const Module&) = default;
};

struct ModuleFacts {
    Fact<std::string> name{};
    Fact<Module> kvm{};
    Fact<Module> vendor{};
    Fact<Module> other_vendor{};
    Fact<std::string> software{};
    Fact<std::vector<std::string>> rivals{};
    Fact<bool> files{};
    Fact<std::vector<ModuleOption>> options{};
    Fact<std::vector<ModuleBlock>> blocks{};
    Fact<std::vector<StrayLine>> strays{};
    Fact<std::vector<ModuleOption>> vfio_ids{};
    Fact<bool> enable_virt_at_load{};
    Fact<std::string> virtualbox_version{};
    Fact<bool> nested{};
    Fact<bool> ept{};
    Fact<bool> npt{};
    Fact<bool> vpid{};
    Fact<bool> unrestricted_guest{};
    Fact<bool> enable_shadow_vmcs{};
    Fact<bool> enable_apicv{};
    Fact<bool> enlightened_vmcs{};
    Fact<bool> eptad{};
    Fact<bool> pml{};
    Fact<bool> flexpriority{};
    Fact<bool> virtual_nmis{};
    Fact<bool> preemption_timer{};
    Fact<bool> enable_ipiv{};
    Fact<bool> nrips{};
    Fact<bool> vls{};
    Fact<bool> vgif{};
    Fact<bool> lbrv{};
    Fact<bool> tsc_scaling{};
    Fact<bool> vnmi{};
    Fact<bool> avic{};
};
template <ConstOrNot<ModuleFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("module.name", f.name, "the module that this processor needs: kvm_intel or kvm_amd");
    visit("module.kvm", f.kvm, "kvm, the common part");
    visit("module.vendor", f.vendor, "the module that this processor needs");
    visit("module.other_vendor", f.other_vendor, "the module for the other vendor's processors");
    visit("module.software", f.software,
          "a module that runs guests without VMX and SVM, such as kvm_pvm; empty: none");
    visit("module.rivals", f.rivals, "other hypervisors' modules: vboxdrv, vmmon");
    visit("module.files", f.files, "the vendor module's file lies in /lib/modules for this kernel");
    visit("module.options", f.options,
          "KVM options from modprobe.d and the kernel command line, in the order they apply");
    visit("module.blocks", f.blocks, "blacklist, install and module_blacklist lines against KVM's modules");
    visit("module.strays", f.strays,
          "lines about KVM in modprobe.d and words of the command line that are misspelt or not read");
    visit("module.vfio_ids", f.vfio_ids,
          "ids that vfio-pci is told to take, from modprobe.d and the kernel command line");
    visit("module.enable_virt_at_load", f.enable_virt_at_load,
          "kvm.enable_virt_at_load in force (6.12 and later): KVM holds VMX or SVM while it is loaded");
    visit("module.virtualbox_version", f.virtualbox_version, "/sys/module/vboxdrv/version");
    visit("module.nested", f.nested, "the vendor module's parameter nested, as it is in force");
    visit("module.ept", f.ept, "kvm_intel.ept in force");
    visit("module.npt", f.npt, "kvm_amd.npt in force");
    visit("module.vpid", f.vpid, "kvm_intel.vpid in force");
    visit("module.unrestricted_guest", f.unrestricted_guest, "kvm_intel.unrestricted_guest in force");
    visit("module.enable_shadow_vmcs", f.enable_shadow_vmcs, "kvm_intel.enable_shadow_vmcs in force");
    visit("module.enable_apicv", f.enable_apicv, "kvm_intel.enable_apicv in force");
    visit("module.enlightened_vmcs", f.enlightened_vmcs,
          "kvm_intel.enlightened_vmcs: KVM itself runs on Hyper-V, in its way");
    visit("module.eptad", f.eptad, "kvm_intel.eptad in force: accessed and dirty bits of EPT");
    visit("module.pml", f.pml, "kvm_intel.pml in force: page-modification logging");
    visit("module.flexpriority", f.flexpriority, "kvm_intel.flexpriority in force");
    visit("module.virtual_nmis", f.virtual_nmis, "kvm_intel.vnmi in force");
    visit("module.preemption_timer", f.preemption_timer, "kvm_intel.preemption_timer in force");
    visit("module.enable_ipiv", f.enable_ipiv, "kvm_intel.enable_ipiv in force: IPI virtualization");
    visit("module.nrips", f.nrips, "kvm_amd.nrips in force: next RIP saved on VM exit");
    visit("module.vls", f.vls, "kvm_amd.vls in force: virtual VMLOAD and VMSAVE");
    visit("module.vgif", f.vgif, "kvm_amd.vgif in force: virtual global interrupt flag");
    visit("module.lbrv", f.lbrv, "kvm_amd.lbrv in force: LBR virtualization");
    visit("module.tsc_scaling", f.tsc_scaling, "kvm_amd.tsc_scaling in force");
    visit("module.vnmi", f.vnmi, "kvm_amd.vnmi in force: NMI virtualization");
    visit("module.avic", f.avic, "kvm_amd.avic in force");
}

}  // namespace nestprobe
