// SPDX-License-Identifier: MIT
// The processor, as CPUID of every CPU shows it.
#pragma once

#include "base/cpu_set.hpp"
#include "base/per_cpu.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

enum class Vendor : std::uint8_t { intel, amd, hygon, centaur, zhaoxin, other };
/// Which of the two instruction sets a machine can have.
enum class Technology : std::uint8_t { vmx, svm };
/// Family and model as Linux prints them (extended parts added).
struct CpuModel {
    unsigned family = 0, model = 0, stepping = 0;
    friend bool operator==(const CpuModel&, const CpuModel&) = default;
};

struct CpuFacts {
    Fact<CpuSet> online{};
    Fact<std::string> vendor_id{};
    Fact<Vendor> vendor{};
    Fact<std::string> brand{};
    Fact<CpuModel> model{};
    Fact<bool> own_cpuid{};
    PerCpu<bool> vmx{};
    PerCpu<bool> svm{};
    Fact<bool> svm_leaf{};
    PerCpu<bool> hypervisor{};
    Fact<Technology> technology{};
};
template <ConstOrNot<CpuFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("cpu.online", f.online, "the CPUs that are online");
    visit("cpu.vendor_id", f.vendor_id,
          "CPUID.0, the twelve letters, blanks kept; else vendor_id of /proc/cpuinfo");
    visit("cpu.vendor", f.vendor, "the processor's maker");
    visit("cpu.brand", f.brand, "CPUID.80000002H-4H, blanks trimmed; else model name of /proc/cpuinfo");
    visit("cpu.model", f.model, "family, model, stepping from CPUID.1:EAX");
    visit("cpu.own_cpuid", f.own_cpuid,
          "CPUID answers a program as it answers this system's kernel; where not, the machine below answers");
    visit("cpu.vmx", f.vmx, "CPUID.1:ECX.VMX[bit 5], which firmware and kernel settings do not change");
    visit("cpu.svm", f.svm, "CPUID Fn8000_0001_ECX[SVM], which firmware and kernel settings do not change");
    visit("cpu.svm_leaf", f.svm_leaf, "CPUID Fn8000_000A, SVM's own leaf, answers though the bit is clear");
    visit("cpu.hypervisor", f.hypervisor, "CPUID.1:ECX.HYPERVISOR[bit 31]: this system is a guest");
    visit("cpu.technology", f.technology,
          "VMX or SVM, from CPUID, else the vendor, else the kernel's flags and modules");
}

}  // namespace nestprobe
