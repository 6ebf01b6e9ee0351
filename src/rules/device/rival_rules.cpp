// SPDX-License-Identifier: MIT
// Rules about other hypervisors on this system, beside KVM (NP604, NP609).  A module of KVM's that is loaded
// and a device that opens prove what they proved when the module loaded: before Linux 6.12 no CPU is switched
// on until the first guest, and VirtualBox or VMware may hold VMX or SVM by then.
#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace nestprobe {
namespace {

bool yes(bool value) { return value; }

/// What a line that failed_to_enable() finds says.
std::string_view meaning_of(std::string_view line) {
    if (line.find("VMXON") != std::string_view::npos)
        return "VMX could not be switched on on a CPU: another hypervisor held it, or that CPU's "
               "IA32_FEATURE_CONTROL does not allow it";
    return "most likely another hypervisor held it then";
}

/// Somebody else holds VMX or SVM.  EFER.SVME with no KVM module says so on AMD; Intel's CR4 cannot be read.
Outcome check_busy(const Facts& f) {
    const auto* rivals = f.module.rivals.if_known();
    const std::string names =
        rivals && !rivals->empty() ? fmt::format(" ({} is loaded)", fmt::join(*rivals, ", ")) : "";
    if (open_error(f) == EBUSY)
        return fail(fmt::format("{}: another hypervisor uses the processor's virtualization{}",
                                f.device.open.absence().detail, names));
    if (vendor_module_absent(f) && software_kvm(f).empty() && f.svm.in_use.any(yes))
        return cite(
            fail(fmt::format(
                "SVM is switched on (EFER.SVME) though kvm_amd is not loaded: another hypervisor uses it{}",
                names)),
            f.svm.in_use);
    if (const std::string* line = failed_to_enable(f); line && !holds_since_load(f)) {
        if (line->find("VMCS config") != std::string::npos)
            return cite_log(skip("KVM stopped at CPUs that differ, not at another hypervisor (NP103)"),
                            *line);
        return cite_log(unknown(fmt::format("the kernel log says \"{}\": {}{}; whether it is still so, only "
                                            "starting a guest tells",
                                            *line, meaning_of(*line), names)),
                        *line);
    }
    if (!names.empty())
        return cite(pass(fmt::format("another hypervisor's module is there{}; while it runs a virtual "
                                     "machine, creating one with KVM can fail with EBUSY",
                                     names)),
                    f.module.rivals);
    return cite(skip("no sign of another hypervisor on this system"), f.module.rivals);
}

/// VirtualBox's and VMware's modules, of those that are loaded; "vboxdrv, vmmon".
std::string other_products(const std::vector<std::string>& rivals) {
    std::vector<std::string> names;
    for (const std::string& rival : rivals)
        if (rival == "vboxdrv" || rival == "vmmon") names.push_back(rival);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string why_beside(const Facts& f, const std::string& names) {
    if (holds_since_load(f))
        return fmt::format(
            "{} is loaded beside KVM, and KVM holds {} as long as its module is loaded: the other "
            "hypervisor's guests do not start (VERR_VMX_IN_VMX_ROOT_MODE, VERR_SVM_IN_USE)",
            names, hardware_word(f));
    return fmt::format(
        "{} is loaded beside KVM: while the other hypervisor runs a guest, KVM's do not start "
        "(EBUSY), and the reverse",
        names);
}

Outcome check_beside(const Facts& f) {
    if (!is(f.device.open, true) && !vendor_module_is(f, Module::State::loaded))
        return skip("KVM is not known to be here");
    const std::string* line = failed_to_enable(f);
    if (line && !holds_since_load(f)) return skip("KVM could not switch it on (see NP604, NP103)");
    if (line)
        return cite_log(
            fail(fmt::format("the kernel log says \"{}\": of an earlier try, or of a CPU that came "
                             "later; {} is loaded now, and switched {} on when it was",
                             *line, vendor_module_name(f), hardware_word(f)),
                 "Look whether every CPU is online (cat /sys/devices/system/cpu/online) and whether "
                 "another hypervisor is in use."),
            *line);
    return judge(
        [&](const std::vector<std::string>& rivals) {
            const std::string names = other_products(rivals);
            return names.empty() ? pass("neither VirtualBox's nor VMware's module is loaded beside KVM")
                                 : fail(why_beside(f, names));
        },
        f.module.rivals);
}

constexpr std::string_view busy_see[] = {
    "Linux arch/x86/kvm/svm/svm.c, svm_enable_virtualization_cpu(); vmx/vmx.c, "
    "vmx_enable_virtualization_cpu()"};
constexpr std::string_view beside_see[] = {
    "Linux virt/kvm/kvm_main.c, kvm_enable_virtualization(), enable_virt_at_load (6.12 and later)"};

constexpr Rule rules[] = {
    {
        .id = "NP604",
        .name = "virtualization-in-use",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "another hypervisor on this system uses VMX or SVM",
        .explain =
            "Only one hypervisor at a time can use VMX or SVM. While VirtualBox or VMware holds it, KVM\n"
            "fails with EBUSY; since 6.12 KVM in turn holds it from the moment its module is loaded\n"
            "(kvm.enable_virt_at_load).",
        .fix = "Stop the other hypervisor's virtual machines and unload its modules (vboxdrv, vmmon).",
        .see = busy_see,
        .check = check_busy,
    },
    {
        .id = "NP609",
        .name = "another-hypervisor-beside-kvm",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "another hypervisor beside KVM wants VMX or SVM too",
        .explain =
            "VirtualBox, VMware and KVM each need VMX or SVM for themselves. With the module of one of them\n"
            "loaded, KVM works only while the other runs no guest. Since 6.12 KVM takes VMX or SVM when its\n"
            "module is loaded and keeps it (kvm.enable_virt_at_load): then it is the other one that fails.",
        .fix = "Use one of them at a time: unload the other's modules (vboxdrv, vmmon), or KVM's.",
        .see = beside_see,
        .check = check_beside,
    },
};

}  // namespace

std::span<const Rule> rival_rules() { return rules; }

}  // namespace nestprobe
