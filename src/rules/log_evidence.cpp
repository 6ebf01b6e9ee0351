// SPDX-License-Identifier: MIT
// What rules ask of the kernel's log, and of what the loaders of modules said.
#include "base/text.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

namespace nestprobe {

// Linux virt/kvm/kvm_main.c, hardware_enable_nolock(), since 6.12 kvm_enable_virtualization_cpu();
// arch/x86/kvm/vmx/vmx.c, kvm_cpu_vmxon(), vmx_check_processor_compat().
const LoggedLine* failed_to_enable(const Facts& f) {
    // A CPU that differs is why it could not be enabled there: that line comes first.
    for (const LogLine kind : {LogLine::vmcs_config_differs, LogLine::vmcs_config_differs_from_reference,
                               LogLine::kvm_enabling_failed, LogLine::vmxon_faulted})
        if (const LoggedLine* line = heard(f, kind)) return line;
    return nullptr;
}

namespace {
bool by_loader(const LoggedLine& line) { return log_row(line.id).subsystem == LogSubsystem::modprobe; }
}  // namespace

Outcome cite_log(Outcome outcome, const LoggedLine& line) {
    outcome.because.push_back({by_loader(line) ? "modprobe" : "/dev/kmsg", line.text});
    return outcome;
}

std::string quoted(const LoggedLine& line) {
    if (!by_loader(line)) return fmt::format("the kernel log says \"{}\"", line.text);
    const std::string_view loader = line.loader == Loader::systemd  ? "systemd"
                                    : line.loader == Loader::insmod ? "insmod"
                                                                    : "modprobe";
    return fmt::format("{} says \"{}\"", loader, line.text);
}

// Linux arch/x86/kvm/x86.c, kvm_arch_init() (to 6.2); vmx/vmx.c, __kvm_is_vmx_supported(); svm/svm.c,
// __kvm_is_svm_supported() (6.3 and later).  Each names the module, but for the oldest.
const LoggedLine* heard_no_hardware(const Facts& f) {
    constexpr LogLine telling[] = {LogLine::kvm_intel_vmx_not_supported, LogLine::kvm_amd_svm_not_supported,
                                   LogLine::kvm_intel_no_hardware,       LogLine::kvm_amd_no_hardware,
                                   LogLine::has_svm_not_available,       LogLine::has_svm_no_leaf,
                                   LogLine::modprobe_not_supported};
    const std::string* own = f.module.name.if_known();
    const LoggedLine *intel = nullptr, *amd = nullptr;
    if (const auto* lines = f.kernel.log.if_known())
        for (const LoggedLine& line : *lines) {
            if (std::find(std::begin(telling), std::end(telling), line.id) == std::end(telling)) continue;
            const LogVendor vendor = log_row(line.id).vendor;
            const std::string_view name = vendor == LogVendor::intel ? "kvm_intel"
                                          : vendor == LogVendor::amd ? "kvm_amd"
                                                                     : line.module;
            if (name == "kvm_intel") intel = &line;
            if (name == "kvm_amd") amd = &line;
        }
    if (own) return *own == "kvm_intel" ? intel : amd;
    return intel && amd ? amd : nullptr;
}

const LoggedLine* heard(const Facts& f, LogLine kind) {
    if (const auto* lines = f.kernel.log.if_known())
        for (const LoggedLine& line : *lines)
            if (line.id == kind) return &line;
    return nullptr;
}

const LoggedLine* heard_last(const Facts& f, std::span<const LogLine> kinds) {
    const LoggedLine* last = nullptr;
    if (const auto* lines = f.kernel.log.if_known())
        for (const LoggedLine& line : *lines)
            if (std::find(kinds.begin(), kinds.end(), line.id) != kinds.end()) last = &line;
    return last;
}

const LoggedLine* heard_start(const Facts& f) {
    constexpr LogLine telling[] = {LogLine::nested_on_amd,     LogLine::npt_on,
                                   LogLine::npt_off,           LogLine::evmcs_in_use,
                                   LogLine::hv_npt_flush,      LogLine::hv_direct_flush,
                                   LogLine::avic_on,           LogLine::x2avic_on,
                                   LogLine::kvm_sev_asids,     LogLine::kvm_sev_es_asids,
                                   LogLine::kvm_sev_snp_asids, LogLine::kvm_sev_supported};
    if (const LoggedLine* line = heard_last(f, telling)) return line;
    // A second module is refused so while one serves; which of them, only the newer words say.
    constexpr LogLine refused[] = {LogLine::kvm_already_loaded_other, LogLine::kvm_already_loaded_vendor};
    const LoggedLine* line = heard_last(f, refused);
    return line && !contains(line->text, "pvm") ? line : nullptr;
}

std::vector<const LoggedLine*> telling_lines(const Facts& f) {
    constexpr std::size_t most = 2;
    std::vector<const LoggedLine*> found;
    const auto* lines = f.kernel.log.if_known();
    if (!lines) return found;
    for (const LoggedLine& line : *lines) {
        const LogRow& row = log_row(line.id);
        const bool tells = row.effect == LogEffect::load_refused ||
                           row.effect == LogEffect::off_by_firmware || row.effect == LogEffect::off_by_user ||
                           row.effect == LogEffect::in_use_by_another || row.effect == LogEffect::nested_on ||
                           row.effect == LogEffect::nested_off || row.effect == LogEffect::entry_failed;
        if (!tells) continue;
        std::erase_if(found, [&](const LoggedLine* other) { return other->id == line.id; });
        found.push_back(&line);
        if (found.size() > most) found.erase(found.begin());
    }
    // Of the module for the other maker's processors, where KVM came up by its own.
    if (heard_start(f))
        std::erase_if(found, [](const LoggedLine* line) {
            return line->id == LogLine::kvm_no_hardware || line->id == LogLine::has_svm_not_amd ||
                   line->id == LogLine::has_svm_not_amd_or_hygon || line->id == LogLine::kvm_amd_not_amd;
        });
    // Where nothing else is there to go by, a line that names no fault is.
    if (found.empty() && !f.module.vendor.if_known())
        for (const LogLine kind : {LogLine::kvm_already_loaded_other, LogLine::kvm_already_loaded_vendor})
            if (const LoggedLine* line = heard(f, kind)) found.push_back(line);
    // What follows from another line is no news beside it.
    if (const LoggedLine* why = failed_to_enable(f); why && why->id != LogLine::kvm_enabling_failed)
        std::erase_if(found, [](const LoggedLine* line) { return line->id == LogLine::kvm_enabling_failed; });
    return found;
}

bool of_other_vendor(const Facts& f, const LogRow& row) {
    return (row.vendor == LogVendor::intel && has(f, Technology::svm)) ||
           (row.vendor == LogVendor::amd && has(f, Technology::vmx));
}

const LoggedLine* heard(const Facts& f, LogEffect effect) {
    if (const auto* lines = f.kernel.log.if_known())
        for (const LoggedLine& line : *lines)
            if (log_row(line.id).effect == effect && !of_other_vendor(f, log_row(line.id))) return &line;
    return nullptr;
}

// "kvm: disabled by bios" (before 6.1) is either vendor's: it needs to be known whose.
const LoggedLine* disabled_by_bios(const Facts& f) {
    return f.cpu.technology.if_known() ? heard(f, LogEffect::off_by_firmware) : nullptr;
}

}  // namespace nestprobe
