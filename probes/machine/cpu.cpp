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

/// What stood before VMX and SVM.
bool is_early(const CpuModel& model) { return model.family < 6 || (model.family == 6 && model.model < 9); }

/// The first Centaur processors (WinChip, C3 up to Ezra: CentaurHauls before family 6 model 9) define nothing
/// in CPUID.1:ECX and have no Fn8000_0001_ECX: what stands there is no bit of VMX, SVM or a hypervisor.
bool defines_no_ecx(const CpuFacts& facts) {
    const CpuModel* model = facts.model.if_known();
    return is(facts.vendor, Vendor::centaur) && model && is_early(*model);
}

/// A dump without leaf 0 of a processor that may be one of these.
bool may_define_no_ecx(const CpuFacts& facts) {
    const CpuModel* model = facts.model.if_known();
    return !facts.vendor.if_known() && model && is_early(*model);
}

void take_for_unknown(PerCpu<bool>& facts) {
    if (!facts.any(yes)) return;
    CpuSet cpus;
    for (const auto& group : facts.groups()) cpus.add(group.cpus);
    facts = {};
    facts.add(cpus, Absent{Why::not_recorded,
                           "CPUID.0: not recorded, and an early processor of Centaur's defines no such bit"});
}

void take_for_clear(PerCpu<bool>& facts, std::string_view where) {
    CpuSet cpus;
    for (const auto& group : facts.groups()) cpus.add(group.cpus);
    facts = {};
    facts.add(cpus, {false, {{std::string(where), "not defined by this processor's maker"}}});
}

}  // namespace

/// Whose CPUID a program sees.  A hypervisor that cannot trap the instruction (PVM, where the processor has
/// no CPUID faulting) tells its guest's kernel in another way, and a program's CPUID is answered by the
/// machine that the hypervisor runs on: it names another processor than the kernel does, or no hypervisor
/// above. Linux arch/x86/kernel/cpu/common.c, get_model_name(): the kernel trims blanks.
Fact<bool> probe_own_cpuid(const Shared& shared) {
    const PerCpu<bool> guest = flag_of(shared.cpuinfo, "hypervisor");
    if (!guest.any(yes)) return Absent{Why::not_applicable, "not known to be a guest by /proc/cpuinfo"};
    const Fact<std::string> kernels = from_cpuinfo(shared, &CpuinfoEntry::brand, "model name");
    const Fact<std::string> seen = brand_of(shared.cpu.brand);
    constexpr LogLine pvm = LogLine::hypervisor_pvm;
    const LoggedLine* line = find_line(shared.log, std::span(&pvm, 1));
    const PerCpu<bool> announced =
        bit_of(shared.cpu.registers, registers::cpuid_1_ecx, registers::cpuid_1_ecx["HYPERVISOR"]);
    if (line && announced.all(no)) return {false, {from_log(*line), announced.first_known().from().front()}};
    if (!kernels.if_known()) return kernels.absence();
    if (!seen.if_known()) return seen.absence();
    return {split_words(*kernels.if_known()) == split_words(*seen.if_known()),
            {seen.from().front(), kernels.from().front()}};
}

CpuFacts probe_cpu(const Sources& machine, const Shared& shared) {
    const RegisterReadings& regs = shared.cpu.registers;
    CpuFacts facts;
    facts.online = probe_online(machine, shared);
    facts.vendor_id = probe_vendor_id(shared);
    facts.vendor = facts.vendor_id.map([](const std::string& id) { return vendor_named(id); });
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
    if (may_define_no_ecx(facts))
        for (PerCpu<bool>* bit : {&facts.vmx, &facts.svm, &facts.hypervisor}) take_for_unknown(*bit);
    facts.own_cpuid = shared.own_cpuid;
    facts.brand = marked(probe_brand(shared), SignKind::brand);
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
