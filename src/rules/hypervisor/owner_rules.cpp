// SPDX-License-Identifier: MIT
// Guests that can have neither VMX nor SVM, whatever their definition says: Xen's control domain and PV
// guests, Hyper-V's root partition, confidential guests (NP306 to NP308).
#include "rules/common.hpp"
#include "rules/hypervisor/platforms.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// For rare things: what is not there, or was not recorded, is no sign of them.
template <class F, class T>
Outcome judge_sign(F&& decide, const Fact<T>& fact, std::string_view otherwise) {
    const Absent* absent = fact.if_absent();
    if (absent && absent->why != Why::permission_denied && absent->why != Why::malformed)
        return skip(std::string(otherwise));
    return judge(decide, fact);
}

Outcome check_xen(const Facts& f) {
    return judge_sign(
        [&](XenRole role) {
            if (role == XenRole::hvm) return pass("this is a Xen HVM guest, which Xen may show VMX or SVM");
            return fail(
                fmt::format("this is Xen's {}: Xen owns VMX and SVM and hides them from it",
                            role == XenRole::control_domain ? "control domain (dom0)"
                                                            : fmt::format("{} guest", to_string(role))),
                fix_on_platform(f, has(f, Technology::svm) ? "svm" : "vmx"));
        },
        f.hypervisor.xen_role, "no sign of Xen");
}

Outcome check_hyperv_root(const Facts& f) {
    return judge_sign(
        [&](bool root) {
            return root ? fail("this is Hyper-V's root partition: the Microsoft hypervisor owns VMX and SVM",
                               fix_on_platform(f, has(f, Technology::svm) ? "svm" : "vmx"))
                        : pass("this is not Hyper-V's root partition");
        },
        f.hypervisor.hyperv_root, "no sign of Hyper-V");
}

Outcome check_confidential(const Facts& f) {
    return judge_sign(
        [&](Confidential kind) {
            if (kind == Confidential::none) return pass("no sign of a confidential guest");
            return fail(
                fmt::format("this is a confidential guest ({}), in which neither VMX nor SVM can be used",
                            to_string(kind)),
                fix_confidential(f));
        },
        f.hypervisor.confidential, "no sign of a confidential guest");
}

constexpr std::string_view xen_see[] = {"Xen docs/man/xl.cfg.5, nestedhvm",
                                        "Linux Documentation/ABI/testing/sysfs-hypervisor-xen"};
constexpr std::string_view hyperv_see[] = {"Linux arch/x86/kernel/cpu/mshyperv.c, ms_hyperv_init_platform()"};
constexpr std::string_view confidential_see[] = {"Linux arch/x86/include/asm/shared/tdx.h",
                                                 "Linux arch/x86/kvm/svm/svm.c, kvm_is_svm_supported()"};

constexpr Rule owner_rows[] = {
    {
        .id = "NP306",
        .name = "xen-owns-virtualization",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "Xen owns VMX and SVM here",
        .explain =
            "Xen's control domain and its PV and PVH guests run on top of Xen, which uses VMX or SVM\n"
            "itself and hides them. KVM cannot run there. What the machine can do, Xen says: xl info |\n"
            "grep virt_caps.",
        .fix = "Boot Linux without Xen, or use an HVM guest with nestedhvm=1.",
        .see = xen_see,
        .check = check_xen,
        .worked = "dmesg of the new start has no line \"Hypervisor detected: Xen\".",
        .also =
            "An HVM guest of Xen, which can be shown VMX (nestedhvm): that is hypervisor-hides-vmx (NP302).",
    },
    {
        .id = "NP307",
        .name = "hyperv-root-partition",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "this is Hyper-V's root partition",
        .explain =
            "The root partition of the Microsoft hypervisor does not own VMX or SVM; KVM cannot run in it.",
        .fix = "Use /dev/mshv, or boot without the Microsoft hypervisor.",
        .see = hyperv_see,
        .check = check_hyperv_root,
        .worked =
            "dmesg of the new start does not call this a root partition, and kvm_intel or kvm_amd loads.",
        .also =
            "An ordinary guest of Hyper-V's, which can be shown VMX: that is hypervisor-hides-vmx (NP302).",
    },
    {
        .id = "NP308",
        .name = "confidential-guest",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "this is a confidential guest",
        .explain = "In a TDX trust domain and in SEV guests neither VMX nor SVM can be used: kvm_intel and\n"
                   "kvm_amd refuse to load.",
        .fix = "Use an ordinary guest, without TDX, SEV or isolation.",
        .see = confidential_see,
        .check = check_confidential,
        .worked = "dmesg has no line \"Memory Encryption Features active\" with SEV or TDX.",
        .also = "A host that can encrypt guests, and an ordinary guest on it: nothing is lost there.",
    },
};

}  // namespace

std::span<const Rule> owner_rules() { return owner_rows; }

}  // namespace nestprobe
