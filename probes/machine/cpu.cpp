// SPDX-License-Identifier: MIT
// The processor: who made it, and whether CPUID shows VMX or SVM.  Raw CPUID keeps showing both when firmware
// or kernel have switched them off; /proc/cpuinfo does not.  What CPUID cannot tell, /proc/cpuinfo may.
#include "base/hearsay.hpp"
#include "base/text.hpp"
#include "machine/probes.hpp"
#include "registers/all.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

struct VendorRow {
    std::string_view id;
    Vendor vendor;
};
// Linux 6.12 arch/x86/kernel/cpu/{intel,amd,hygon,centaur,zhaoxin}.c, c_ident.  Zhaoxin's has four blanks.
constexpr VendorRow vendors[] = {
    {"GenuineIntel", Vendor::intel},   {"AuthenticAMD", Vendor::amd},     {"HygonGenuine", Vendor::hygon},
    {"CentaurHauls", Vendor::centaur}, {"  Shanghai  ", Vendor::zhaoxin},
};

Vendor vendor_named(std::string_view id) {
    for (const VendorRow& row : vendors)
        if (row.id == id) return row.vendor;
    return Vendor::other;
}

Fact<std::string> from_cpuinfo(const Shared& shared, std::string CpuinfoEntry::*member,
                               std::string_view key) {
    const Fact<CpuinfoEntry> entry = shared.cpuinfo.first_known();
    if (!entry.if_known()) return entry.absence();
    const std::string& value = entry.if_known()->*member;
    if (value.empty()) return Absent{Why::not_recorded, fmt::format("/proc/cpuinfo: no {}", key)};
    return {value, {{fmt::format("/proc/cpuinfo, {}", key), value}}};
}

Fact<std::string> probe_vendor_id(const Shared& shared) {
    Fact<std::string> id = shared.cpu.vendor_id.first_known();
    if (id.if_known()) return id;
    Fact<std::string> fallback = from_cpuinfo(shared, &CpuinfoEntry::vendor_id, "vendor_id");
    return fallback.if_known() ? fallback : id;
}

Fact<std::string> brand_of(const Reading<std::string>& letters) {
    if (!letters.if_known()) return letters.absence();
    const std::string_view text =
        trim(std::string_view(*letters.if_known()).substr(0, letters.if_known()->find('\0')));
    if (text.empty()) return Absent{Why::not_applicable, "the processor's brand string is empty"};
    return {std::string(text), {{"CPUID.80000002H-80000004H", std::string(text)}}};
}

Fact<std::string> probe_brand(const Shared& shared) {
    Fact<std::string> brand = brand_of(shared.cpu.brand);
    // An empty one is final: Linux would put a name of its own making there ("Hammer").
    if (brand.if_known() || brand.absence().why == Why::not_applicable) return brand;
    Fact<std::string> fallback = from_cpuinfo(shared, &CpuinfoEntry::brand, "model name");
    return fallback.if_known() ? fallback : brand;
}

/// Intel SDM Vol. 2A, CPUID, "Version Information"; Linux lib/cpu.c, x86_family() and x86_model().
CpuModel decode_model(std::uint64_t eax) {
    using registers::cpuid_1_eax;
    auto family = static_cast<unsigned>(cpuid_1_eax["FAMILY"].of(eax));
    auto model = static_cast<unsigned>(cpuid_1_eax["MODEL"].of(eax));
    if (family >= 6) model |= static_cast<unsigned>(cpuid_1_eax["EXT_MODEL"].of(eax)) << 4;
    if (family == 15) family += static_cast<unsigned>(cpuid_1_eax["EXT_FAMILY"].of(eax));
    return {family, model, static_cast<unsigned>(cpuid_1_eax["STEPPING"].of(eax))};
}

Fact<CpuSet> probe_online(const Sources& machine, const Shared& shared) {
    CpuSet all;
    for (const CpuSet& set : machine.cpuid.alike()) all.add(set);
    if (!all.empty()) return {all, {{std::string(machine.cpuid.listed_in()), all.to_string()}}};
    for (const auto& group : shared.cpuinfo.groups()) all.add(group.cpus);
    if (is(read_hearsay(machine.files, hearsay::cpu_count), "unknown"))
        return Absent{Why::not_recorded, "how many CPUs: not recorded"};
    if (!all.empty()) return {all, {{"/proc/cpuinfo, processor", all.to_string()}}};
    return Absent{Why::not_recorded, "no CPU was recorded"};
}

/// A module name that gives the processor away, for evidence that holds nothing better.
Fact<Technology> technology_of_module(const Shared& shared) {
    const auto* names = shared.sys_modules.if_known();
    const bool intel = (names && std::find(names->begin(), names->end(), "kvm_intel") != names->end()) ||
                       (shared.proc_modules.if_known() &&
                        shared.proc_modules.if_known()->find("kvm_intel ") != std::string::npos);
    const bool amd = (names && std::find(names->begin(), names->end(), "kvm_amd") != names->end()) ||
                     (shared.proc_modules.if_known() &&
                      shared.proc_modules.if_known()->find("kvm_amd ") != std::string::npos);
    if (intel == amd)
        return Absent{Why::not_recorded, "neither CPUID nor the vendor says whether it is VMX or SVM"};
    return {intel ? Technology::vmx : Technology::svm, {{"/sys/module", intel ? "kvm_intel" : "kvm_amd"}}};
}

/// A register that only one maker's processors have, where that was read and CPUID was not: Intel SDM Vol. 4,
/// IA32_FEATURE_CONTROL and the VMX capability MSRs; AMD APM Vol. 2, VM_CR.
Fact<Technology> technology_of_registers(const Shared& shared) {
    constexpr const Register* vmx[] = {
        &registers::ia32_vmx_basic,          &registers::ia32_vmx_pinbased_ctls,
        &registers::ia32_vmx_procbased_ctls, &registers::ia32_vmx_exit_ctls,
        &registers::ia32_vmx_entry_ctls,     &registers::ia32_vmx_ept_vpid_cap,
        &registers::ia32_feature_control};
    for (const auto& group : shared.cpu.registers.groups()) {
        for (const Register* reg : vmx)
            if (const std::uint64_t* raw = group[*reg].if_known())
                return {Technology::vmx, {{name_register(*reg), hex(*raw)}}};
        if (const std::uint64_t* raw = group[registers::vm_cr].if_known())
            return {Technology::svm, {{name_register(registers::vm_cr), hex(*raw)}}};
    }
    return Absent{};
}

/// The module that was tried, where loading it failed for a reason that is not the processor's: whoever tries
/// one of the two, by hand or by udev, has the processor for it.
Fact<Technology> technology_of_loader(const Shared& shared, const Absent& otherwise) {
    constexpr LogLine telling[] = {
        LogLine::modprobe_bad_option,
        LogLine::insmod_bad_option,
        LogLine::modprobe_key_rejected,
        LogLine::modprobe_no_key,
        LogLine::modprobe_wrong_format,
        LogLine::insmod_wrong_format,
        LogLine::modprobe_unknown_symbol,
        LogLine::modprobe_not_permitted,
        LogLine::modprobe_busy,
        LogLine::modprobe_io_error,
        LogLine::modprobe_not_found,
        LogLine::loader_blacklisted,
        LogLine::loader_deny_listed,
        LogLine::loader_parameter_invalid,
        LogLine::loader_parameter_too_large,
    };
    const LoggedLine *intel = nullptr, *amd = nullptr;
    if (const auto* lines = shared.log.if_known())
        for (const LoggedLine& line : *lines) {
            if (std::find(std::begin(telling), std::end(telling), line.id) == std::end(telling)) continue;
            if (line.module == "kvm_intel") intel = &line;
            if (line.module == "kvm_amd") amd = &line;
        }
    // A module says "disabled by bios" where it has found its own maker's bit.
    constexpr LogLine disabled = LogLine::kvm_disabled_by_bios, refused = LogLine::modprobe_not_supported;
    if (!intel && !amd && find_line(shared.log, std::span(&disabled, 1)))
        if (const LoggedLine* line = find_line(shared.log, std::span(&refused, 1)))
            (line->module == "kvm_amd" ? amd : intel) = line;
    if ((intel == nullptr) == (amd == nullptr)) return otherwise;
    return {intel ? Technology::vmx : Technology::svm, {from_log(intel ? *intel : *amd)}};
}

/// The kernel names SVM or VMX when it finds it switched off.
Fact<Technology> technology_of_log(const Shared& shared, const Absent& otherwise) {
    constexpr LogLine telling[] = {
        LogLine::vmx_outside_txt_off_by_firmware,
        LogLine::vmx_inside_txt_off_by_firmware,
        LogLine::kvm_intel_disabled_by_bios,
        LogLine::kvm_intel_no_hardware,
        LogLine::kvm_intel_not_enabled_in_feat_ctl,
        LogLine::svm_off_by_firmware,
        LogLine::svm_off_by_firmware_on_cpu,
        LogLine::kvm_amd_disabled_by_bios,
        LogLine::kvm_amd_no_hardware,
        LogLine::nested_on_amd,
        LogLine::npt_on,
        LogLine::npt_off,
    };
    // kvm_amd looks at the maker before that and has other words for it; kvm_intel does not.
    constexpr LogLine of_amd = LogLine::kvm_amd_svm_not_supported,
                      of_any = LogLine::kvm_intel_vmx_not_supported;
    const LoggedLine* line = find_line(shared.log, telling);
    if (!line && !find_line(shared.log, std::span(&of_any, 1)))
        line = find_line(shared.log, std::span(&of_amd, 1));
    if (!line) return technology_of_loader(shared, otherwise);
    const bool amd = log_row(line->id).vendor == LogVendor::amd;
    return {amd ? Technology::svm : Technology::vmx, {from_log(*line)}};
}

Fact<Technology> probe_technology(const Shared& shared, const CpuFacts& cpu) {
    for (const auto& group : cpu.vmx.groups())
        if (is(group.answer, true)) return {Technology::vmx, group.answer.from()};
    for (const auto& group : cpu.svm.groups())
        if (is(group.answer, true)) return {Technology::svm, group.answer.from()};
    if (const Vendor* vendor = cpu.vendor.if_known(); vendor && *vendor != Vendor::other) {
        const bool amd = *vendor == Vendor::amd || *vendor == Vendor::hygon;
        return {amd ? Technology::svm : Technology::vmx, cpu.vendor.from()};
    }
    const PerCpu<bool> vmx = flag_of(shared.cpuinfo, "vmx");
    if (vmx.any(yes)) return {Technology::vmx, vmx.first_known().from()};
    const PerCpu<bool> svm = flag_of(shared.cpuinfo, "svm");
    if (svm.any(yes)) return {Technology::svm, svm.first_known().from()};
    if (is(shared.heard_vmx, true)) return {Technology::vmx, shared.heard_vmx.from()};
    if (is(shared.heard_svm, true)) return {Technology::svm, shared.heard_svm.from()};
    if (Fact<Technology> read = technology_of_registers(shared); read.if_known()) return read;
    Fact<Technology> module = technology_of_module(shared);
    return module.if_known() ? module : technology_of_log(shared, module.absence());
}

/// AMD APM Vol. 3, "CPUID Fn8000_000A": reserved without SVM.  Firmware that hides the bit may leave the
/// leaf.
Fact<bool> probe_svm_leaf(const Sources& machine, const Shared& shared, const CpuFacts& facts) {
    if (facts.vendor.if_known() && !is(facts.vendor, Vendor::amd) && !is(facts.vendor, Vendor::hygon))
        return Absent{Why::not_applicable, "not a processor with SVM"};
    const Fact<bool> shown = facts.svm.first_known();
    if (!shown.if_known()) return shown.absence();
    if (is(shown, true)) return Absent{Why::not_applicable, "CPUID shows SVM"};
    const auto& group = shared.cpu.registers.groups().front();
    const auto& highest = group[registers::cpuid_80000000_eax];
    if (!highest.if_known()) return highest.absence();
    if (*highest.if_known() < 0x8000'000a || group.cpus.empty())
        return {false, {{"CPUID.80000000H:EAX", hex(*highest.if_known())}}};
    const auto leaf = read_first(machine, shared.cpu, 0x8000'000a);
    if (!leaf.if_known()) return leaf.absence();
    return {leaf.if_known()->eax != 0, {{"CPUID Fn8000_000A_EAX", hex(leaf.if_known()->eax)}}};
}

}  // namespace

namespace {

/// The first Centaur processors (WinChip, C3 up to Ezra: CentaurHauls before family 6 model 9) define nothing
/// in CPUID.1:ECX and have no Fn8000_0001_ECX: what stands there is no bit of VMX, SVM or a hypervisor.
bool defines_no_ecx(const CpuFacts& facts) {
    const CpuModel* model = facts.model.if_known();
    return is(facts.vendor, Vendor::centaur) && model &&
           (model->family < 6 || (model->family == 6 && model->model < 9));
}

void take_for_clear(PerCpu<bool>& facts, std::string_view where) {
    CpuSet cpus;
    for (const auto& group : facts.groups()) cpus.add(group.cpus);
    facts = {};
    facts.add(cpus, {false, {{std::string(where), "not defined by this processor's maker"}}});
}

}  // namespace

CpuFacts probe_cpu(const Sources& machine, const Shared& shared) {
    const RegisterReadings& regs = shared.cpu.registers;
    CpuFacts facts;
    facts.online = probe_online(machine, shared);
    facts.vendor_id = probe_vendor_id(shared);
    facts.vendor = facts.vendor_id.map([](const std::string& id) { return vendor_named(id); });
    facts.brand = marked(probe_brand(shared), SignKind::brand);
    facts.model = decode(regs, registers::cpuid_1_eax, decode_model).first_known();
    facts.vmx = bit_of(regs, registers::cpuid_1_ecx, registers::cpuid_1_ecx["VMX"]);
    facts.svm = bit_of(regs, registers::cpuid_80000001_ecx, registers::cpuid_80000001_ecx["SVM"]);
    facts.svm_leaf = probe_svm_leaf(machine, shared, facts);
    facts.hypervisor = bit_of(regs, registers::cpuid_1_ecx, registers::cpuid_1_ecx["HYPERVISOR"]);
    if (defines_no_ecx(facts)) {
        take_for_clear(facts.vmx, "CPUID.1:ECX");
        take_for_clear(facts.hypervisor, "CPUID.1:ECX");
        take_for_clear(facts.svm, "CPUID Fn8000_0001_ECX");
    }
    or_heard(facts.vmx, read_heard_switch(machine.files, hearsay::cpuid_vmx));
    or_heard(facts.svm, read_heard_switch(machine.files, hearsay::cpuid_svm));
    or_heard(facts.hypervisor, read_heard_switch(machine.files, hearsay::cpuid_hypervisor));
    facts.technology = probe_technology(shared, facts);
    return facts;
}

std::string_view to_string(Vendor vendor) {
    switch (vendor) {
        case Vendor::intel: return "Intel";
        case Vendor::amd: return "AMD";
        case Vendor::hygon: return "Hygon";
        case Vendor::centaur: return "Centaur";
        case Vendor::zhaoxin: return "Zhaoxin";
        case Vendor::other: break;
    }
    return "other";
}

std::string_view to_string(Technology technology) { return technology == Technology::vmx ? "VMX" : "SVM"; }

}  // namespace nestprobe
