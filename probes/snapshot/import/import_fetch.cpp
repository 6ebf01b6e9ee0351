// SPDX-License-Identifier: MIT
// neofetch, fastfetch, hyfetch, screenfetch and pfetch: a logo, and beside it a line for each thing looked
// at. Their line "Host" is DMI's product (neofetch 7.1, get_model(): product_name and product_version; its
// successors put the maker in front; fastfetch src/detection/host/host_linux.c), which names virtual
// machines.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// How the two kinds write a label: "Host: ", and pfetch's "host   ".
struct FetchLabel {
    std::string_view word, small;
};
constexpr FetchLabel fetch_labels[] = {{"OS:", "os  "},
                                       {"Host:", "host "},
                                       {"Kernel:", "kernel "},
                                       {"Uptime:", "uptime "},
                                       {"Packages:", "pkgs "},
                                       {"Shell:", ""},
                                       {"Resolution:", ""},
                                       {"DE:", ""},
                                       {"WM:", ""},
                                       {"Terminal:", ""},
                                       {"CPU:", ""},
                                       {"GPU:", ""},
                                       {"Memory:", "memory "},
                                       {"RAM:", ""},
                                       {"Disk:", ""},
                                       {"Disk (/):", ""},
                                       {"Display (Virtual-1):", ""}};

/// What the line has behind that label, which begins it or has a logo and a blank before it; empty: not
/// there.
std::string_view behind_label(std::string_view line, const FetchLabel& label) {
    for (const std::string_view word : {label.word, label.small}) {
        if (word.empty()) continue;
        const auto at = line.find(word);
        if (at == std::string_view::npos || (at > 0 && !is_blank(line[at - 1]))) continue;
        return trim(line.substr(at + word.size()));
    }
    return {};
}
std::string_view behind_label(std::string_view line, std::string_view word) {
    for (const FetchLabel& label : fetch_labels)
        if (label.word == word) return behind_label(line, label);
    return {};
}

/// Lines of other kinds have one or two of these labels.
bool is_fetch_table(std::string_view text) {
    constexpr std::ptrdiff_t least = 4;
    return std::count_if(std::begin(fetch_labels), std::end(fetch_labels), [&](const FetchLabel& label) {
               bool there = false;
               for_each_line(
                   text, [&](std::string_view line) { there = there || !behind_label(line, label).empty(); });
               return there;
           }) >= least;
}

/// A virtual machine by DMI's product, as it stands in the line.  `name`: where the product alone does not
/// tell whose it is.
struct FetchHost {
    std::string_view begins, product, name = {};
};
constexpr FetchHost fetch_hosts[] = {
    {"Standard PC (Q35", "Standard PC (Q35 + ICH9, 2009)"},
    {"Standard PC (i440FX", "Standard PC (i440FX + PIIX, 1996)"},
    {"KVM RHEL", "KVM"},
    {"VirtualBox 1.", "VirtualBox"},
    {"VirtualBox (1.", "VirtualBox"},
    {"VMware Virtual Platform", "VMware Virtual Platform"},
    {"VMware7", "VMware7,1"},
    {"VMware20", "VMware20,1"},
    {"HVM domU", "HVM domU"},
    {"Virtual Machine Hyper-V", "Virtual Machine", "microsoft"},
    {"Virtual Machine (Hyper-V", "Virtual Machine", "microsoft"},
    {"Google Compute Engine", "Google Compute Engine"},
    {"OpenStack Foundation OpenStack", "OpenStack Nova"},
    {"OpenStack Nova", "OpenStack Nova"},
    {"OpenStack Compute", "OpenStack Compute"},
    {"Alibaba Cloud ECS", "Alibaba Cloud ECS"},
    {"CloudStack KVM", "CloudStack KVM Hypervisor"},
    {"Parallels Virtual", "Parallels Virtual Platform", "parallels"},
    {"Parallels ARM Virtual", "Parallels ARM Virtual Machine", "parallels"},
    {"BHYVE", "BHYVE"},
    {"Apple Virtualization", "Apple Virtualization Generic Platform"},
    {"vServer 20", "vServer", "hetzner"},
    {"Droplet", "Droplet", "digitalocean"},
};

bool read_host(std::string_view value, Evidence& evidence) {
    for (const std::string_view maker : {"KVM/QEMU", "QEMU"})
        if (value.starts_with(maker)) value = trim(value.substr(maker.size()));
    if (value.starts_with('(')) value.remove_prefix(1);
    for (const FetchHost& row : fetch_hosts) {
        if (!value.starts_with(row.begins)) continue;
        evidence.file("/sys/class/dmi/id/product_name", fmt::format("{}\n", row.product));
        if (!row.name.empty()) evidence.hear(hearsay::hypervisor, row.name, "neofetch, Host");
        evidence.hear(hearsay::guest, "yes", "neofetch, Host");
        evidence.taken("neofetch");
        return true;
    }
    return false;
}

bool read_kernel(std::string_view value, Evidence& evidence) {
    std::string_view release;
    for (const std::string_view word : split_words(value)) {
        if (word == "Linux" || is_machine_name(word)) continue;
        if (!release.empty() || !is_digit(word.front()) || !contains(word, ".") || !contains(word, "-"))
            return false;
        release = word;
    }
    if (release.empty()) return false;
    evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", release));
    evidence.taken("neofetch");
    return true;
}

/// "AMD Ryzen 9 3950X (32) @ 3.500GHz", screenfetch's "Intel Core i5-8250U @ 8x 3.4GHz".
bool read_processor(std::string_view value, Evidence& evidence) {
    const auto at = value.rfind(" @ ");
    if (at == std::string_view::npos || !contains(value.substr(at), "Hz")) return false;
    const std::string_view speed = value.substr(at + 3);
    const auto times = speed.find("x ");
    const bool counted = times <= 3 && is_digit(speed.front());
    std::string_view brand = trim(value.substr(0, at));
    if (!counted && !brand.ends_with(')')) return false;
    if (!counted) brand = trim(brand.substr(0, brand.rfind(" (")));
    CpuLines cpu{.brand = std::string(brand)};
    if (brand.starts_with("Intel") || contains(brand, "th Gen Intel")) cpu.vendor = "GenuineIntel";
    if (brand.starts_with("AMD ") && vendor_of_brand(brand) == "AuthenticAMD") cpu.vendor = "AuthenticAMD";
    evidence.cpu(std::move(cpu));
    evidence.taken("neofetch");
    return true;
}

}  // namespace

bool read_fetch_line(std::string_view line, Evidence& evidence) {
    if (line.starts_with("Kernel:")) return read_kernel(line.substr(7), evidence);
    return line.starts_with("CPU: ") && read_processor(trim(line.substr(5)), evidence);
}

void read_fetch_table(const Section& section, Evidence& evidence) {
    if (!is_fetch_table(section.body)) return;
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        if (line.data() + line.size() == end) return;  // it may lack its end
        read_host(behind_label(line, "Host:"), evidence);
        // A line that begins so is read wherever it stands.
        const std::string_view plain = trim(line);
        if (!plain.starts_with("Kernel:")) read_kernel(behind_label(line, "Kernel:"), evidence);
        if (!plain.starts_with("CPU:")) read_processor(behind_label(line, "CPU:"), evidence);
    });
}

}  // namespace nestprobe
