// SPDX-License-Identifier: MIT
// Of each layer, in a few words, what is the case there: a pure function of the facts for each.
#include "report/ladder.hpp"

#include "base/errors.hpp"
#include "definition/guest_questions.hpp"
#include "report/known.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nestprobe {
namespace {

/// "not readable (EACCES)", "not recorded": why there is no value, as short as can be.
std::string why_not(const Absent& absent) {
    if (const std::string_view name = error_name(absent.error); !name.empty())
        return fmt::format("not readable ({})", name);
    switch (absent.why) {
        case Why::not_applicable: return "does not apply";
        case Why::permission_denied: return "not readable (no permission)";
        case Why::no_device: return "not there";
        case Why::not_implemented: return "no such register";
        case Why::malformed: return "not understood";
        case Why::not_probed: return "not looked at";
        case Why::not_recorded: break;
    }
    return "not recorded";
}

/// "all 48 CPUs", "its one CPU", "CPUs 0-3 of 8".
std::string cpus_of(const CpuSet& some, std::size_t all) {
    if (all == 1) return "the one CPU";
    return some.size() == all ? fmt::format("all {} CPUs", all)
                              : fmt::format("{} of {}", name_cpus(some), all);
}

// --- processor ---

std::string of_cpu(const Facts& f) {
    CpuSet with, without;
    for (const auto& group : cpuid_bit(f).groups())
        if (const bool* set = group.answer.if_known()) (*set ? with : without).add(group.cpus);
    const CpuSet* online = f.cpu.online.if_known();
    const std::size_t all = online ? online->size() : with.size() + without.size();
    if (!f.cpu.technology.if_known() && hardware_absent(f)) return "neither VMX nor SVM";
    if (!with.empty()) return fmt::format("{} on {}", hardware_word(f), cpus_of(with, all));
    if (!without.empty() && f.kernel.flag_usable.any(yes))
        return fmt::format("CPUID shows no {}, and the kernel lists {}", hardware_word(f), flag_word(f));
    if (!without.empty()) return fmt::format("{} not shown", hardware_word(f));
    const std::string said = what_processor_shows(f);
    return said.empty() ? fmt::format("CPUID {}", why_not(cpuid_bit(f).first_absent())) : said;
}

// --- firmware ---

std::string_view words_of(const FeatureControl& fc) {
    if (!fc.locked) return "left to the kernel, not locked";
    if (fc.vmx_outside_smx) return "switched on, locked";
    return fc.vmx_inside_smx ? "locked, on in a TXT launch only" : "switched off, locked";
}
std::string_view words_of(const VmCr& cr) {
    if (cr.svm_disabled) return cr.locked ? "switched off, locked" : "switched off, not locked";
    return cr.locked ? "switched on, locked" : "switched on, not locked";
}

/// "switched on, locked (0x3a = 0x5 on all CPUs)"; where CPUs differ, one after the other.
template <class T>
std::string of_register(const PerCpu<T>& registers, std::string_view number) {
    std::vector<std::string> parts;
    const std::size_t groups = registers.groups().size();
    for (const auto& group : registers.groups()) {
        const std::string cpus = groups > 1               ? name_cpus(group.cpus)
                                 : group.cpus.size() == 1 ? "the one CPU"
                                                          : "all CPUs";
        if (const T* value = group.answer.if_known())
            parts.push_back(
                fmt::format("{} ({} = 0x{:x} on {})", words_of(*value), number, value->raw, cpus));
        else if (groups > 1)
            parts.push_back(fmt::format("{} {} on {}", number, why_not(group.answer.absence()), cpus));
    }
    return fmt::format("{}", fmt::join(parts, "; "));
}

std::string of_firmware(const Facts& f) {
    if (in_guest(f)) return "the hypervisor decides, not this guest's firmware";
    if (hardware_absent(f) && !f.kernel.flag_usable.any(yes)) return "has nothing to switch";
    const bool svm = has(f, Technology::svm);
    std::string words =
        svm ? of_register(f.firmware.vm_cr, "0xc0010114") : of_register(f.firmware.feature_control, "0x3a");
    if (!words.empty()) return words;
    std::string unread = svm ? fmt::format("0xc0010114 {}", why_not(f.firmware.vm_cr.first_absent()))
                             : fmt::format("0x3a {}", why_not(f.firmware.feature_control.first_absent()));
    if (vendor_module_is(f, Module::State::loaded))
        return fmt::format("switched on, as {} is loaded; {}", vendor_module_name(f), unread);
    const bool cleared_where_off = kernel_at_least(f, svm ? 6 : 5, svm ? 7 : 6);
    if (f.kernel.flag_usable.any(yes) && cleared_where_off)
        return fmt::format("switched on, as the kernel lists {}; {}", flag_word(f), unread);
    if (disabled_by_bios(f)) return fmt::format("switched off, says the kernel log; {}", unread);
    if (f.cpu.technology.if_known()) return unread;
    return heard(f, LogLine::kvm_disabled_by_bios) ? "switched off, says the kernel log"
                                                   : "not known, as the processor is not known";
}

// --- hypervisor ---

std::string of_hypervisor(const Facts& f) {
    const Level* level = f.hypervisor.level.if_known();
    if (!level) return "bare metal or guest: not known";
    const XenRole* role = f.hypervisor.xen_role.if_known();
    std::string words = "none: bare metal";
    if (*level == Level::guest) {
        const Platform* platform = f.hypervisor.platform.if_known();
        const std::string name(platform ? to_string(*platform) : "an unknown hypervisor");
        words = "guest of " + name;
        if (role) words += fmt::format(" ({}{})", name == "Xen" ? "" : "Xen ", to_string(*role));
    }
    if (is(f.hypervisor.hyperv_root, true)) words += ", root partition";
    const Confidential* confidential = f.hypervisor.confidential.if_known();
    if (confidential && *confidential != Confidential::none)
        words += fmt::format(", confidential: {}", to_string(*confidential));
    if (*level == Level::guest && cpuid_bit(f).all(no))
        words += fmt::format(", which shows no {}", hardware_word(f));
    return words;
}

// --- kernel ---

std::string of_kernel(const Facts& f) {
    const std::string* release = f.kernel.release.if_known();
    std::string words = release ? fmt::format("Linux {}", *release)
                                : fmt::format("release {}", why_not(f.kernel.release.absence()));
    if (cpuid_bit(f).any(yes) && f.kernel.flag_usable.all(no))
        words += fmt::format(", does not list {}", flag_word(f));
    const std::string cleared = clearcpuid_word(f);
    if (!cleared.empty()) words += fmt::format(", {}", cleared);
    const std::string* lockdown = f.kernel.lockdown.if_known();
    if (lockdown && *lockdown != "none") words += fmt::format(", lockdown {}", *lockdown);
    const std::string* container = f.kernel.container.if_known();
    if (container && *container != "none") words += fmt::format(", in a container ({})", *container);
    return words;
}

// --- modules ---

/// "kvm.conf:3" of "/etc/modprobe.d/kvm.conf:3".
std::string file_name(const Origin& o) { return o.text().substr(o.file.rfind('/') + 1); }

/// " (kvm.conf:3)": the line that asks for what is in force.
std::string asked_in(const Facts& f, std::string_view module, bool in_force) {
    const auto* options = f.module.options.if_known();
    const ModuleOption* option = options ? effective(*options, module, "nested") : nullptr;
    if (!option || asked_value(f, module, "nested") != (in_force ? 1 : 0)) return {};
    return fmt::format(" ({})", file_name(option->origin));
}

/// "nested=0 (kvm.conf:3)", as the parameter's file spells it.
std::string of_nested(const Facts& f) {
    const bool* nested = f.module.nested.if_known();
    if (!nested) return fmt::format("nested {}", why_not(f.module.nested.absence()));
    const auto& from = f.module.nested.from();
    return fmt::format("nested={}{}", from.empty() ? (*nested ? "1" : "0") : from.front().raw,
                       asked_in(f, vendor_module_name(f), *nested));
}

/// "blacklist.conf:2": the first line that keeps the module out; empty where none does.
std::string kept_out_by(const Facts& f) {
    if (const auto* blocks = f.module.blocks.if_known())
        for (const ModuleBlock& block : *blocks)
            if (block.nothing == ModuleBlock::Void::none &&
                (block.module == "kvm" || block.module == vendor_module_name(f)))
                return file_name(block.origin);
    return {};
}

std::string of_module(const Facts& f) {
    if (const std::string software = software_kvm(f); !software.empty())
        return fmt::format("{} loaded, which needs neither VMX nor SVM", software);
    const std::string name = vendor_module_name(f);
    const Module* vendor = f.module.vendor.if_known();
    if (!vendor) {
        const std::string why = why_not(f.module.vendor.absence());
        return (f.module.kvm.if_known() && f.module.kvm.if_known()->state == Module::State::loaded)
                   ? fmt::format("kvm loaded; {} {}", name, why)
                   : fmt::format("{} {}", name, why);
    }
    if (vendor->state == Module::State::absent) {
        const std::string source = kept_out_by(f);
        return fmt::format("{} not loaded{}", name,
                           source.empty() ? "" : fmt::format(", {} keeps it out", source));
    }
    const std::string_view state = vendor->state == Module::State::built_in  ? "built in"
                                   : vendor->state == Module::State::present ? "in the kernel"
                                                                             : "loaded";
    return fmt::format("{} {}, {}", name, state, of_nested(f));
}

// --- /dev/kvm ---

std::string of_device(const Facts& f) {
    if (!is(f.device.open, true)) {
        const Absent& absent = f.device.open.absence();
        if (is_missing(absent)) return "no /dev/kvm";
        if (absent.error != 0 || absent.why == Why::permission_denied)
            return fmt::format("/dev/kvm does not open ({})",
                               absent.error != 0 ? error_name(absent.error) : "no permission");
        if (is(f.device.registered, true)) return "KVM has registered /dev/kvm";
        if (f.evidence && is(f.evidence->usable, true)) return "/dev/kvm was there";
        return fmt::format("/dev/kvm {}", why_not(absent));
    }
    const Fact<bool>& offers = has(f, Technology::svm) ? f.device.offers_svm : f.device.offers_vmx;
    if (const bool* offered = offers.if_known())
        return fmt::format("/dev/kvm opens and offers {}{} to guests", *offered ? "" : "no ",
                           hardware_word(f));
    return "/dev/kvm opens";
}

// --- a guest's definition ---

std::string of_guest(const Facts& f) {
    const GuestFacts& guest = *f.guest;
    std::vector<std::string> parts;
    if (const auto* name = guest.name.if_known()) parts.push_back(*name);
    if (const auto* machine = guest.machine.if_known(); machine && !machine->empty())
        parts.push_back(*machine);
    if (const auto* mode = guest.cpu_mode.if_known())
        parts.push_back(*mode == CpuMode::none       ? "QEMU's default CPU"
                        : guest.cpu_model.if_known() ? fmt::format("CPU {}", *guest.cpu_model.if_known())
                                                     : fmt::format("CPU {}", to_string(*mode)));
    if (const auto* iommu = guest.iommu.if_known())
        parts.push_back(*iommu == IommuModel::none ? "no IOMMU" : fmt::format("IOMMU {}", to_string(*iommu)));
    return parts.empty() ? "nothing known of it" : fmt::format("{}", fmt::join(parts, ", "));
}

// --- IOMMU ---

std::string_view kind_of_iommu(const Facts& f) {
    const auto* units = f.iommu.instances.if_known();
    const std::string first = units && !units->empty() ? units->front() : std::string();
    if (is(f.iommu.table, "DMAR") || first.starts_with("dmar")) return "VT-d";
    if (is(f.iommu.table, "IVRS") || first.starts_with("ivhd")) return "AMD-Vi";
    return is(f.iommu.table, "VIOT") ? "virtio-iommu" : "";
}

std::string of_iommu(const Facts& f) {
    const std::string kind(kind_of_iommu(f));
    const auto* units = f.iommu.instances.if_known();
    const unsigned* groups = f.iommu.groups.if_known();
    const std::string name = kind.empty() ? "an IOMMU" : kind;
    if ((units && units->empty()) || (groups && *groups == 0)) {
        if (is(f.iommu.table, "")) return "no ACPI table announces one";
        return kind.empty() ? "the kernel drives none" : kind + " announced, the kernel does not drive it";
    }
    if (!units && !groups)
        return kind.empty() ? why_not(f.iommu.groups.absence()) : kind + " announced; driven or not: unknown";
    std::string words = name;
    if (groups) words += fmt::format(", {} group{}", *groups, *groups == 1 ? "" : "s");
    if (is(f.iommu.interrupt_remapping, true)) words += ", interrupts remapped";
    if (is(f.iommu.interrupt_remapping, false)) words += ", interrupts not remapped";
    return words;
}

}  // namespace

std::string what_is_there(Layer layer, const Facts& f) {
    switch (layer) {
        case Layer::cpu: return of_cpu(f);
        case Layer::firmware: return of_firmware(f);
        case Layer::hypervisor: return of_hypervisor(f);
        case Layer::kernel: return of_kernel(f);
        case Layer::module: return of_module(f);
        case Layer::device: return of_device(f);
        case Layer::guest: return of_guest(f);
        case Layer::iommu: return of_iommu(f);
    }
    return {};
}

std::vector<std::string> levels(const Facts& f) {
    const bool guest = in_guest(f);
    if (!guest && !(f.guest && is(f.hypervisor.level, Level::bare_metal))) return {};
    std::vector<std::string> lines;
    if (guest) {
        const Platform* platform = f.hypervisor.platform.if_known();
        std::string above(platform ? to_string(*platform) : "a hypervisor that does not say its name");
        if (const auto* signatures = f.hypervisor.signatures.if_known())
            for (const Signature& s : *signatures)
                above += fmt::format(", CPUID 0x{:x} \"{}\"", s.leaf, s.text);
        lines.push_back(above + "; may be a guest too");
    }
    lines.push_back(guest ? "this system" : "this system, on bare metal");
    if (f.guest) {
        const std::string* name = f.guest->name.if_known();
        lines.push_back(name ? fmt::format("the guest {}", *name) : "the guest of this definition");
    }
    return lines;
}

}  // namespace nestprobe
