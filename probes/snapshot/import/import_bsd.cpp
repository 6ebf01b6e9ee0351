// SPDX-License-Identifier: MIT
// The processor as the kernels of FreeBSD and OpenBSD print it at boot: CPUID's bits by their names. Of
// whether KVM runs there it says nothing; of what the hypervisor above shows, all.
// Sources: FreeBSD sys/x86/x86/identcpu.c, printcpuinfo(), print_hypervisor_info(), print_vmx_info(); OpenBSD
// sys/arch/amd64/amd64/identcpu.c, identifycpu(); state 2026-11.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// "  Features2=0x9fba2203<SSE3,VMX,HV>": a terminal wraps such a line in mid-word.
std::string list_behind(std::string_view text, std::string_view key) {
    const auto at = text.find(key);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + key.size());
    const auto open = rest.find('<'), end = rest.find('>');
    constexpr std::size_t longest = 2000;
    if (open == std::string_view::npos || end == std::string_view::npos || end < open || end > longest ||
        rest.find('=') < open)
        return {};
    std::string list(rest.substr(open + 1, end - open - 1));
    std::erase_if(list, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
    return list;
}

bool names_bit(std::string_view list, std::string_view bit) {
    while (!list.empty()) {
        const std::string_view name = list.substr(0, list.find(','));
        if (name == bit) return true;
        list.remove_prefix(std::min(name.size() + 1, list.size()));
    }
    return false;
}

/// The makers whose processors have SVM, and no VMX.
bool has_svm(std::string_view vendor) { return vendor == "AuthenticAMD" || vendor == "HygonGenuine"; }

void hear_svm(std::string_view list, std::string_view vendor, std::string_view source, Evidence& evidence) {
    if (has_svm(vendor))
        evidence.hear(hearsay::cpuid_svm, names_bit(list, "SVM") ? "yes" : "no",
                      fmt::format("{}: SVM", source));
}

void hear_bits(std::string_view list, std::string_view vendor, std::string_view source, Evidence& evidence) {
    const auto hear = [&](std::string_view topic, std::string_view bit) {
        evidence.hear(topic, names_bit(list, bit) ? "yes" : "no", fmt::format("{}: {}", source, bit));
    };
    if (!has_svm(vendor)) hear(hearsay::cpuid_vmx, "VMX");
    hear(hearsay::cpuid_hypervisor, "HV");
    evidence.taken(source);
}

// --- FreeBSD ---

/// `CPU: Intel(R) Xeon(R) CPU E5-2620 0 @ 2.00GHz (2000.05-MHz K8-class CPU)`, and below it the maker.
CpuLines freebsd_cpu(std::string_view text) {
    CpuLines cpu;
    for_each_line(text, [&](std::string_view line) {
        line = trim(line);
        if (line.starts_with("CPU: ") && contains(line, "-class CPU)"))
            cpu.brand = trim(line.substr(5, line.rfind(" (") - 5));
        if (line.starts_with("Origin=\"") || line.starts_with("Origin = \"")) {
            const std::string_view rest = line.substr(line.find('"') + 1);
            cpu.vendor = rest.substr(0, rest.find('"'));
        }
    });
    return cpu;
}

void hear_freebsd(std::string_view text, Evidence& evidence) {
    constexpr std::string_view source = "FreeBSD's log";
    const std::string second = list_behind(text, "  Features2=0x");
    const std::string second_of_amd = list_behind(text, "AMD Features2=0x");
    if (!names_bit(second, "SSE3") && second_of_amd.empty()) return;
    const CpuLines cpu = freebsd_cpu(text);
    if (!second.empty()) hear_bits(second, cpu.vendor, source, evidence);
    hear_svm(second_of_amd, cpu.vendor, source, evidence);
    constexpr std::string_view above = "Hypervisor: Origin = \"";
    if (const std::string_view name = after(text, above); !name.empty())
        evidence.hear(hearsay::hypervisor, name.substr(0, name.find('"')),
                      fmt::format("{}, Hypervisor", source));
    if (!cpu.vendor.empty()) evidence.cpu(cpu);
    evidence.taken(source);
}

// --- OpenBSD ---

/// "cpu0: FPU,VME,DE,...,SSE3,VMX,...,HV,...": one line, all of the leaves.
void hear_openbsd(std::string_view text, Evidence& evidence) {
    constexpr std::string_view source = "OpenBSD's log", heading = "cpu0: ";
    CpuLines cpu;
    std::string_view list;
    for_each_line(text, [&](std::string_view line) {
        const auto at = line.find(heading);
        if (at == std::string_view::npos) return;
        const std::string_view words = trim(line.substr(at + heading.size()));
        if (words.starts_with("FPU,VME,") && contains(words, ",SSE3,")) list = words;
        if (const std::string_view vendor = vendor_of_brand(words); !vendor.empty()) {
            cpu.vendor = vendor;
            cpu.brand = words.substr(0, words.find(", "));
        }
    });
    // Where the line ends before leaf 7's bits it may be cut.
    if (list.empty() || cpu.vendor.empty() || !contains(list, ",LONG,")) return;
    hear_bits(list, cpu.vendor, source, evidence);
    hear_svm(list, cpu.vendor, source, evidence);
    evidence.cpu(cpu);
}

}  // namespace

void hear_bsd(std::string_view text, Evidence& evidence) {
    if (contains(text, "Features2=0x")) hear_freebsd(text, evidence);
    if (contains(text, "cpu0: FPU,VME,")) hear_openbsd(text, evidence);
}

}  // namespace nestprobe
