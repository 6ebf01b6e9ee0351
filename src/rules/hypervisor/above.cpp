// SPDX-License-Identifier: MIT
#include "rules/hypervisor/above.hpp"

#include "machine/platform_signs.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

constexpr std::string_view unnamed = "the hypervisor above";

/// A cloud's kernel is a sign, not a proof; a KVM that calls itself Hyper-V alone hides its own name.
bool by_kernel_name(const Facts& f) {
    const bool certain = is(f.hypervisor.platform, Platform::wsl1) ||
                         is(f.hypervisor.platform, Platform::wsl2) ||
                         is(f.hypervisor.platform, Platform::qubes);
    return !certain && sign_of(f.hypervisor.platform) == SignKind::kernel_release &&
           sign_of(f.kernel.release) == SignKind::kernel_release;
}

/// By the name of the processor, which a cloud has to itself.
bool by_brand(const Facts& f) {
    return sign_of(f.hypervisor.platform) == SignKind::brand && !is(f.hypervisor.platform, Platform::kvm);
}

/// By the names in a shell's prompt, which a cloud gives its machines and users.
bool by_prompt(const Facts& f) { return sign_of(f.hypervisor.platform) == SignKind::prompt; }

bool imitates_hyperv_alone(const Facts& f) {
    const auto* signatures = f.hypervisor.signatures.if_known();
    const Platform* platform = f.hypervisor.platform.if_known();
    return signatures && signatures->size() == 1 && signatures->front().text == "Microsoft Hv" && platform &&
           runs_kvm(*platform);
}

/// A tool says Microsoft, and DMI QEMU: KVM with Hyper-V's enlightenments, whose name CPUID has first then.
/// The kernel's log names KVM where KVM shows its own name, too.
bool is_heard_as_hyperv(const Facts& f) {
    const std::string* heard = f.hypervisor.heard.if_known();
    const Platform* platform = f.hypervisor.platform.if_known();
    return heard && (heard->starts_with("Microsoft") || *heard == "microsoft") &&
           !f.hypervisor.signatures.if_known() && platform && *platform == Platform::kvm;
}

}  // namespace

std::string named_above(const Facts& f) {
    const Platform* p = f.hypervisor.platform.if_known();
    if (p && *p == Platform::kvm && (imitates_hyperv_alone(f) || is_heard_as_hyperv(f))) return "QEMU/KVM";
    if (is(f.hypervisor.platform, Platform::hoster) && f.hypervisor.dmi_vendor.if_known())
        return fmt::format("KVM at {}", *f.hypervisor.dmi_vendor.if_known());
    if (p && *p != Platform::other) return std::string(to_string(*p));
    const auto* signatures = f.hypervisor.signatures.if_known();
    return signatures && !signatures->empty() ? signatures->front().name : std::string(unnamed);
}

std::string guest_of(const Facts& f) {
    if (by_kernel_name(f))
        return fmt::format("this is most likely a guest of {}, by the name of its kernel ({})",
                           named_above(f), *f.kernel.release.if_known());
    if (by_brand(f))
        return fmt::format("this is most likely a guest of {}, by the name of its processor ({})",
                           named_above(f), f.hypervisor.brand_kind.from().front().raw);
    if (by_prompt(f))
        return fmt::format("this is most likely a guest of {}, by the user's or machine's name in the prompt",
                           named_above(f));
    if (imitates_hyperv_alone(f))
        return fmt::format(
            "this is a guest of {}, by DMI; CPUID says \"Microsoft Hv\" alone, so KVM most "
            "likely hides its own name (kvm=off, or <hidden state='on'/>) behind Hyper-V's "
            "enlightenments",
            named_above(f));
    if (is_heard_as_hyperv(f)) {
        const bool logged = sign_of(f.hypervisor.heard) == SignKind::kernel_log;
        return fmt::format(
            "this is a guest of {}, by DMI; {} says \"{}\", {}", named_above(f), f.hypervisor.heard_by,
            *f.hypervisor.heard.if_known(),
            logged ? "so KVM most likely hides its own name (kvm=off, or <hidden state='on'/>) behind "
                     "Hyper-V's enlightenments"
                   : "which is what such a guest shows first with Hyper-V's enlightenments; KVM's own "
                     "name may be hidden besides (kvm=off, or <hidden state='on'/>)");
    }
    const std::string name = named_above(f);
    if (name == unnamed) return "this is a guest, and what runs it is not known";
    return fmt::format("this is a guest of {}", name);
}

bool is_either(const Facts& f) { return f.cpu.technology.if_absent() != nullptr; }

}  // namespace nestprobe
