// SPDX-License-Identifier: MIT
// Overviews of a machine that people post instead of the files: inxi, pveversion, lsb_release.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// What stands behind "key:" in inxi's lines, up to the next word that ends with a colon.
std::string inxi_value(const std::vector<std::string_view>& words, std::string_view key) {
    std::string value;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] != key) continue;
        for (++i; i < words.size() && !words[i].ends_with(':'); ++i)
            value.append(value.empty() ? "" : " ").append(words[i]);
        return value;
    }
    return value;
}

bool is_release_word(std::string_view text) {
    return !text.empty() && text.front() >= '0' && text.front() <= '9' && contains(text, ".") &&
           text.find_first_of(" /") == std::string_view::npos;
}

std::string_view vendor_of_model(std::string_view brand) {
    if (contains(brand, "Intel") || contains(brand, "INTEL")) return "GenuineIntel";
    if (contains(brand, "AMD")) return "AuthenticAMD";
    return {};
}

/// inxi's short list of flags has vmx and svm whenever the kernel lists them (inxi 3.3, CpuItem), and never
/// hypervisor.  Before 3.1 it is "flags:", in 2 in brackets besides.
void read_inxi_flags(const std::vector<std::string_view>& words, Evidence& evidence) {
    auto flags = std::find(words.begin(), words.end(), "Flags:");
    if (flags == words.end()) flags = std::find(words.begin(), words.end(), "flags:");
    if (flags == words.end()) return;
    const auto is_flag = [](std::string_view word, std::string_view flag) {
        if (word.starts_with('(')) word.remove_prefix(1);
        return word.substr(0, word.find(')')) == flag;
    };
    const auto hear = [&](std::string_view flag, std::string_view topic) {
        const bool listed =
            std::any_of(flags, words.end(), [&](std::string_view word) { return is_flag(word, flag); });
        evidence.hear(topic, listed ? "yes" : "no", "inxi, Flags");
    };
    hear("vmx", hearsay::flag_vmx);
    hear("svm", hearsay::flag_svm);
}

constexpr std::string_view virtual_machines[] = {"Kvm", "Virtualbox", "Vmware",    "Qemu",
                                                 "Xen", "Microsoft",  "Parallels", "Virtual-machine"};

void read_inxi_machine(const std::vector<std::string_view>& words, Evidence& evidence) {
    const std::string type = inxi_value(words, "Type:"), maker = inxi_value(words, "System:"),
                      product = inxi_value(words, "product:");
    if (std::find(std::begin(virtual_machines), std::end(virtual_machines), type) !=
        std::end(virtual_machines)) {
        evidence.hear(hearsay::guest, "yes", "inxi, Machine");
        if (type != "Virtual-machine") evidence.hear(hearsay::hypervisor, type, "inxi, Machine");
    }
    constexpr std::string_view hardware[] = {"Laptop",  "Notebook", "Convertible",
                                             "Desktop", "Server",   "Mini-pc"};
    if (std::find(std::begin(hardware), std::end(hardware), type) != std::end(hardware))
        evidence.hear(hearsay::guest, "no", fmt::format("inxi, Machine, Type: {}", type));
    for (const std::string_view kind : {"UEFI:", "BIOS:", "UEFI-[Legacy]:"}) {
        const auto at = std::find(words.begin(), words.end(), kind);
        if (at == words.end()) continue;
        const std::vector<std::string_view> behind(at, words.end());
        if (const std::string vendor = inxi_value(behind, kind); !vendor.empty())
            evidence.file("/sys/class/dmi/id/bios_vendor", vendor + "\n");
        if (const std::string version = inxi_value(behind, "v:"); !version.empty())
            evidence.file("/sys/class/dmi/id/bios_version", version + "\n");
    }
    if (!maker.empty()) evidence.file("/sys/class/dmi/id/sys_vendor", maker + "\n");
    if (!maker.empty() && !product.empty()) evidence.file("/sys/class/dmi/id/product_name", product + "\n");
}

}  // namespace

bool is_inxi(std::string_view text) {
    text = text.substr(0, 16384);
    return contains(text, "CPU:") && (contains(text, "Flags:") || contains(text, " flags: ")) &&
           (contains(text, "model:") || contains(text, "Info:") || contains(text, "bmips:")) &&
           !contains(text, "Flags:  ");
}

void read_inxi(const Section& section, Evidence& evidence) {
    // Its lines are wrapped anywhere, so the whole is a sequence of words.
    const auto words = split_words(section.body);
    if (const std::string kernel = inxi_value(words, "Kernel:"); !kernel.empty()) {
        const std::string release = kernel.substr(0, kernel.find(' '));
        if (is_release_word(release)) evidence.file("/proc/sys/kernel/osrelease", release + "\n");
    }
    const std::vector<std::string_view> of_cpu(std::find(words.begin(), words.end(), "CPU:"), words.end());
    if (const std::string brand = inxi_value(of_cpu, "model:"); !brand.empty())
        evidence.cpu({.vendor = std::string(vendor_of_model(brand)), .brand = brand});
    read_inxi_machine(words, evidence);
    if (!section.cut()) read_inxi_flags(words, evidence);
    evidence.taken("inxi");
}

/// "pve-manager/8.1.4/ec5affc9e41f1d79 (running kernel: 6.5.13-1-pve)"
bool read_pveversion(std::string_view line, Evidence& evidence) {
    constexpr std::string_view running = "(running kernel: ";
    const auto at = line.find(running);
    if (at == std::string_view::npos || !contains(line, "pve")) return false;
    const std::string_view rest = line.substr(at + running.size());
    const std::string_view release = rest.substr(0, rest.find(')'));
    if (!is_release_word(release)) return false;
    evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", release));
    evidence.taken("pveversion");
    return true;
}

/// lsb_release -a: "Distributor ID: Ubuntu"
bool read_lsb_release(std::string_view line, Evidence& evidence) {
    if (!line.starts_with("Distributor ID:")) return false;
    std::string id(trim(after(line, ":")));
    for (char& c : id) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (id.empty() || id.find(' ') != std::string::npos) return false;
    evidence.file("/etc/os-release", fmt::format("ID={}\n", id));
    evidence.taken("lsb_release");
    return true;
}

}  // namespace nestprobe
