// SPDX-License-Identifier: MIT
// Lists of a machine's hardware that name the processor and its flags: lshw and hwinfo, whose lists are
// /proc/cpuinfo's own (lshw src/core/cpuinfo.cc, hwinfo src/hd/cpu.c), x86info and CPU-X, which ask CPUID,
// and VirtualBox's "list hostinfo" (src/VBox/Main/src-server/HostImpl.cpp).
#include "base/text.hpp"
#include "machine/cpuinfo.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// "  vendor: Intel Corp." by its first colon; an empty key: there is none.
struct ListLine {
    std::string_view key, value;
};
ListLine list_line(std::string_view line) {
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) return {};
    return {trim(line.substr(0, colon)), trim(line.substr(colon + 2))};
}

/// Calls back with each line that has its end, as key and value.
template <class V>
void for_each_whole_line(const Section& section, V&& visit) {
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        if (line.data() + line.size() != end) visit(line);
    });
}

/// The maker's own name for the instruction set, which Linux lists: each tool says it in other words.
std::string_view vendor_called(std::string_view maker) {
    if (maker.starts_with("Intel") || maker == "GenuineIntel") return "GenuineIntel";
    if (contains(maker, "[AMD]") || maker.starts_with("Advanced Micro") || maker == "AuthenticAMD" ||
        maker == "AMD")
        return "AuthenticAMD";
    return maker == "HygonGenuine" ? maker : std::string_view{};
}

/// The kernel's flags, without what lshw adds of its own.
void set_flags(CpuLines& cpu, std::string_view list) {
    constexpr std::string_view added[] = {"fpu_exception", "wp", "x86-64", "cpufreq"};
    for (const std::string_view word : split_words(list))
        if (!holds(added, word)) cpu.flags.append(cpu.flags.empty() ? "" : " ").append(word);
    cpu.has_flags = true;
    cpu.flags_cut = !reaches_the_end(cpu.flags);
}

/// Where in lshw's tree a line of DMI stands: "" is the machine itself.
struct LshwRow {
    std::string_view node, key, file;
};
constexpr LshwRow lshw_rows[] = {
    {"", "vendor", "sys_vendor"},          {"", "product", "product_name"},
    {"core", "vendor", "board_vendor"},    {"core", "product", "board_name"},
    {"firmware", "vendor", "bios_vendor"}, {"firmware", "version", "bios_version"},
    {"firmware", "date", "bios_date"}};

void take_lshw_dmi(std::string_view node, const ListLine& line, Evidence& evidence) {
    for (const LshwRow& row : lshw_rows)
        if (row.node == node && row.key == line.key && !line.value.empty())
            evidence.file(fmt::format("/sys/class/dmi/id/{}", row.file), fmt::format("{}\n", line.value));
}

/// One logical or real processor, put down where it said anything.
void put_down(CpuLines& cpu, Evidence& evidence) {
    if (cpu.has_flags || !cpu.vendor.empty() || !cpu.brand.empty()) evidence.cpu(std::move(cpu));
    cpu = {};
}

/// lshw -short: "/0/7   processor   Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz".
std::string_view brand_of_short_line(std::string_view line) {
    const std::string_view words = after(line, " processor ");
    return line.starts_with("/0") ? trim(words) : std::string_view{};
}

}  // namespace

bool is_lshw(std::string_view text) {
    text = text.substr(0, 65536);
    return contains(text, "*-cpu") || contains(text, "*-core\n") ||
           (contains(text, "H/W path") && contains(text, "Class"));
}

void read_lshw(const Section& section, Evidence& evidence) {
    CpuLines cpu;
    std::string_view node;
    bool described = false;  // lshw's tree begins with the machine's description, which others do not have
    const bool whole = contains(section.body, "*-core");
    for_each_whole_line(section, [&](std::string_view line) {
        const std::string_view plain = trim(line);
        if (plain.starts_with("*-")) {
            put_down(cpu, evidence);
            node = plain.substr(2);
            node = node.substr(0, node.find_first_of(": "));
            if (contains(plain, "DISABLED")) node = "disabled";
            return;
        }
        if (const std::string_view brand = brand_of_short_line(line); !brand.empty() && cpu.brand.empty())
            cpu.brand = brand;
        const ListLine entry = list_line(line);
        described = described || entry.key == "description";
        if (node != "cpu" && whole && described) take_lshw_dmi(node, entry, evidence);
        if (node != "cpu") return;
        if (entry.key == "product") cpu.brand = entry.value;
        if (entry.key == "vendor") cpu.vendor = vendor_called(entry.value);
        if (entry.key == "capabilities" && has_word(entry.value, "fpu")) set_flags(cpu, entry.value);
    });
    put_down(cpu, evidence);
    evidence.taken("lshw");
}

bool is_hwinfo(std::string_view text) { return contains(text.substr(0, 65536), "Hardware Class: cpu"); }

void read_hwinfo(const Section& section, Evidence& evidence) {
    CpuLines cpu;
    bool of_cpu = false;
    const auto quoted = [](std::string_view value) {
        const auto open = value.find('"'), close = value.rfind('"');
        return open == close ? std::string_view{} : trim(value.substr(open + 1, close - open - 1));
    };
    for_each_whole_line(section, [&](std::string_view line) {
        if (!line.empty() && is_digit(line.front())) {  // "01: None 00.0: 10103 CPU"
            put_down(cpu, evidence);
            of_cpu = line.ends_with(" CPU");
        }
        if (!of_cpu) return;
        const ListLine entry = list_line(line);
        if (entry.key == "Vendor") cpu.vendor = vendor_called(quoted(entry.value));
        if (entry.key == "Model") cpu.brand = quoted(entry.value);
        if (entry.key != "Features") return;
        std::string list(entry.value);
        std::replace(list.begin(), list.end(), ',', ' ');
        set_flags(cpu, list);
    });
    put_down(cpu, evidence);
    evidence.taken("hwinfo");
}

bool is_x86info(std::string_view text) {
    text = text.substr(0, 16384);
    return contains(text, "x86info v") || contains(text, "Processor name string (BIOS programmed):");
}

/// Its two lists name each bit of CPUID 1 and 8000_0001 (x86info features.c): vmx in the first, svm in the
/// other.
void read_x86info(const Section& section, Evidence& evidence) {
    struct BitList {
        std::string_view heading, bit, topic;
    };
    constexpr BitList lists[] = {{"Feature flags:", "vmx", hearsay::cpuid_vmx},
                                 {"Extended feature flags:", "svm", hearsay::cpuid_svm}};
    const BitList* list = nullptr;
    for_each_whole_line(section, [&](std::string_view line) {
        const ListLine entry = list_line(line);
        if (entry.key == "Processor name string (BIOS programmed)") {
            const std::string_view vendor = contains(entry.value, "Intel") ? "GenuineIntel" : "";
            evidence.cpu({.vendor = std::string(vendor), .brand = std::string(entry.value)});
        }
        if (list && has_word(line, list->bit)) evidence.hear(list->topic, "yes", "x86info");
        list = nullptr;
        for (const BitList& each : lists)
            if (trim(line) == each.heading) list = &each;
    });
    evidence.taken("x86info");
}

bool is_cpu_x(std::string_view text) {
    text = text.substr(0, 16384);
    return (contains(text, "CPU-X v") && contains(text, "Specification:")) ||
           (contains(text, "Instructions sets\t") && contains(text, "Specification\t"));
}

/// CPU-X' "Instructions: HT, MMX(+), ..., AMD-V, x86-64" and CPU-Z's "Instructions sets<tab>MMX, ..., VT-x":
/// what they found in CPUID.
void read_cpu_x(const Section& section, Evidence& evidence) {
    const std::string_view tool = contains(section.body, "Instructions sets\t") ? "CPU-Z, in words" : "CPU-X";
    CpuLines cpu;
    for_each_whole_line(section, [&](std::string_view line) {
        const std::string_view plain = trim(line);
        const auto value_of = [&](std::string_view key) {
            const std::string_view rest = plain.starts_with(key) ? plain.substr(key.size()) : "";
            return rest.starts_with(':') || rest.starts_with('\t') ? trim(rest.substr(1))
                                                                   : std::string_view{};
        };
        for (const std::string_view key : {"Vendor", "Manufacturer"})
            if (cpu.vendor.empty()) cpu.vendor = vendor_called(value_of(key));
        if (cpu.brand.empty()) cpu.brand = value_of("Specification");
        for (const std::string_view key : {"Instructions", "Instructions sets"}) {
            const std::string_view list = value_of(key);
            if (contains(list, "VT-x")) evidence.hear(hearsay::cpuid_vmx, "yes", tool);
            if (contains(list, "AMD-V")) evidence.hear(hearsay::cpuid_svm, "yes", tool);
        }
    });
    put_down(cpu, evidence);
    evidence.taken(tool);
}

bool is_vbox_hostinfo(std::string_view text) {
    return contains(text, "Processor supports HW virtualization:");
}

/// Host::init() and i_updateProcessorFeatures(): "yes" where CPUID shows the bit and the driver, once loaded,
/// does not say otherwise; "no" where CPUID lacks it, firmware has it off, or somebody else uses it: then
/// nothing is known of CPUID.  On Windows "yes" may stand for Hyper-V's own interface.
void read_vbox_hostinfo(const Section& section, Evidence& evidence) {
    std::string_view brand, system, release, virtualization;
    for_each_whole_line(section, [&](std::string_view line) {
        const auto keep = [&](std::string_view key, std::string_view& value) {
            const std::string_view rest = trim(after(line, key));
            if (value.empty()) value = rest;
        };
        keep("Processor#0 description:", brand);
        keep("Operating system:", system);
        keep("Operating system version:", release);
        keep("Processor supports HW virtualization:", virtualization);
    });
    const std::string_view vendor = vendor_of_brand(brand);
    if (!brand.empty()) evidence.cpu({.vendor = std::string(vendor), .brand = std::string(brand)});
    if (system == "Linux" && !release.empty() && is_digit(release.front()) && contains(release, "."))
        evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", release));
    if (virtualization == "yes" && system == "Linux" && !vendor.empty())
        evidence.hear(vendor == "AuthenticAMD" ? hearsay::cpuid_svm : hearsay::cpuid_vmx, "yes",
                      "VBoxManage list hostinfo");
    evidence.taken("VBoxManage list hostinfo");
}

}  // namespace nestprobe
