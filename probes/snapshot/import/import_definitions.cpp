// SPDX-License-Identifier: MIT
// Definitions of guests of other hypervisors than QEMU, as evidence of the guest that is meant: whose it is,
// and whether its switch for nesting is on.  What libvirt, QEMU and Proxmox VE define is --domain's.
#include "base/text.hpp"
#include "snapshot/import/import_paste.hpp"
#include "snapshot/import/iommu_lines.hpp"
#include "snapshot/import/readers.hpp"
#include "snapshot/import/switch_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

bool is_word_of(std::string_view value, const std::string_view (&words)[2]) {
    return std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view word) { return !word.empty() && value == word; });
}

/// The model in a VirtualMachine of KubeVirt's, also in a flow mapping.
std::string_view kubevirts_model(std::string_view text) {
    const std::string_view model = switch_value(text, "model");
    return model.substr(0, model.find_first_of("}],"));
}

bool kubevirts_feature(std::string_view text) {
    return contains(text, "name: vmx") || contains(text, "name: svm") || contains(text, "\"vmx\"") ||
           contains(text, "\"svm\"");
}

/// Several guests, features that are taken away, and what an alias or a template says: --domain's reader.
bool is_more_than_lines(std::string_view text) {
    constexpr std::string_view signs[] = {"disable", "forbid", "optional", "{{",   "${",
                                          "<<:",     ": *",    ": &",      "arm64"};
    const auto first = text.find("domain");
    const bool several =
        first != std::string_view::npos && contains(text.substr(first + 1), "kind: VirtualMachine");
    return several || contains_any(text, signs);
}

/// KubeVirt's VirtualMachine, with a CPU model that settles it: host-passthrough shows what the node offers,
/// a named model has vmx or svm only where a feature asks for it.
bool is_kubevirts(std::string_view text) {
    const std::string_view model = kubevirts_model(text);
    return contains(text, "kubevirt.io/") && contains(text, "VirtualMachine") && !is_more_than_lines(text) &&
           (kubevirts_feature(text) || (!model.empty() && model != "host-model" && model != "virtio"));
}

void read_kubevirts(std::string_view text, Evidence& evidence) {
    const std::string_view model = kubevirts_model(text);
    const bool asked = kubevirts_feature(text);
    const bool passed = model == "host-passthrough" || asked;
    constexpr std::string_view what = "a VirtualMachine of KubeVirt's";
    evidence.hear(hearsay::hypervisor, "kubevirt", what);
    evidence.hear(hearsay::guest, "yes", what);
    evidence.hear(
        hearsay::definition, passed ? "yes" : "no",
        fmt::format("{}, model {}{}", what, model.empty() ? "host-model, which is the default" : model,
                    asked ? " with the feature" : ""));
    evidence.taken(what);
}

/// The definition has the key twice, once on and once off: two guests, or one line too many.
bool says_both(std::string_view text, const SwitchRow& row) {
    bool on = false, off = false;
    while (!row.key.empty()) {
        const std::string_view value = switch_value(text, row.key);
        if (value.empty()) break;
        on = on || is_word_of(value, row.on);
        off = off || is_word_of(value, row.off);
        text.remove_prefix(static_cast<std::size_t>(value.data() + value.size() - text.data()));
    }
    return on && off;
}

/// Of a Vagrantfile: a condition stands around that word, or behind it on its line.
bool is_under_condition(std::string_view text, std::string_view value) {
    auto end = text.find('\n', static_cast<std::size_t>(value.data() - text.data()));
    auto depth = std::string_view::npos;
    for (bool first = true; end != 0; first = false) {
        const std::string_view before = text.substr(0, end);
        const auto begin = before.rfind('\n') + 1;
        const std::string_view line = before.substr(begin), words = trim(line);
        const auto indent = static_cast<std::size_t>(words.data() - line.data());
        if (first && (contains(line, " if ") || contains(line, " unless "))) return true;
        if (!words.empty() && !first && indent < depth)
            for (const std::string_view word : {"if ", "unless ", "case ", "when ", "else", "elsif "})
                if (words.starts_with(word)) return true;
        if (!words.empty()) depth = std::min(depth, indent);
        if (begin == 0) break;
        end = begin - 1;
    }
    return false;
}

const SwitchRow* find_switch(std::string_view text) {
    for (const SwitchRow& row : switch_rows())
        if (contains(text, row.signs[0]) && contains(text, row.signs[1])) return &row;
    return nullptr;
}

/// "Microsoft Windows [Version 10.0.19045.4291]", "Windows version: 10.0.19045.7291", in any language: the
/// build of a Windows before 11, to which WSL gives no nesting whatever .wslconfig asks for (microsoft/WSL,
/// src/windows/service/exe, IsWindows11OrAbove(); #40735, 2026-06).  Empty: none, or nothing says that WSL's
/// own version was asked for.
std::string_view windows_without_nesting(std::string_view text) {
    const auto any = [&](auto... words) { return (contains(text, words) || ...); };
    if (!any("WSLg", "WSL Version", "WSL version") ||
        !any("WSLg", "Kernel version:", "[x] WSL 2", "[X] WSL 2", "microsoft-standard", "[wsl2]"))
        return {};
    constexpr std::string_view of_10 = "10.0.1";
    constexpr std::size_t digits = 5;
    for (auto at = text.find(of_10); at != std::string_view::npos; at = text.find(of_10, at + 1)) {
        const auto line = text.rfind('\n', at) + 1;
        const std::string_view number = leading_number(text.substr(at + of_10.size() - 1));
        if (contains(text.substr(line, at - line), "indows") && number.size() == digits)
            return text.substr(at, of_10.size() - 1 + digits);
    }
    return {};
}

/// wsl --version, which names a kernel: it is WSL 2.
bool is_wsl_version(std::string_view text) {
    return contains(text, "WSL version: ") && contains(text, "Kernel version: ");
}

bool read_wsl_version(std::string_view text, Evidence& evidence) {
    const std::string_view build = windows_without_nesting(text);
    constexpr std::string_view what = "WSL's version";
    if (build.empty() && !is_wsl_version(text)) return false;
    evidence.hear(hearsay::hypervisor, "wsl", what);
    evidence.hear(hearsay::guest, "yes", what);
    if (!build.empty())
        evidence.hear(hearsay::definition, "no",
                      fmt::format("{}, on Windows {}, which is older than Windows 11", what, build));
    evidence.taken(what);
    return true;
}

/// VirtualBox VMM/VMMR3/CPUMR3CpuId.cpp: "VMX - Virtual Machine Extensions    = 0 (1)" is the guest's bit
/// with the host's behind it; ' ' where the line is not there.
struct GuestAndHost {
    char guest = ' ', host = ' ';
};
GuestAndHost virtualbox_bit(std::string_view text, std::string_view label) {
    std::string_view line = after(text, label);
    line = line.substr(0, line.find('\n'));
    const std::string_view value = trim(after(line, " = "));
    const bool bits = value.size() >= 5 && value.substr(1, 2) == " (" && value[4] == ')';
    return bits ? GuestAndHost{value[0], value[3]} : GuestAndHost{};
}
constexpr std::string_view virtualbox_labels[] = {"VMX - Virtual Machine ",
                                                  "SVM - AMD Secure Virtual Machine "};

bool is_virtualbox_cpuid(std::string_view text) {
    return std::any_of(std::begin(virtualbox_labels), std::end(virtualbox_labels),
                       [&](std::string_view label) { return virtualbox_bit(text, label).guest != ' '; });
}

/// What the host lacks the guest cannot have: that says nothing of its switch.
void read_virtualbox_cpuid(std::string_view text, Evidence& evidence) {
    constexpr std::string_view what = "a VirtualBox log";
    std::string_view shown;
    for (const std::string_view label : virtualbox_labels) {
        const GuestAndHost bit = virtualbox_bit(text, label);
        if (bit.guest == '1') shown = "yes";
        if (bit.guest == '0' && bit.host == '1' && shown.empty()) shown = "no";
    }
    evidence.hear(hearsay::hypervisor, "Oracle", what);
    evidence.hear(hearsay::guest, "yes", what);
    if (!shown.empty())
        evidence.hear(hearsay::definition, shown, fmt::format("{}, its table of CPUID: guest (host)", what));
    evidence.taken(what);
}

}  // namespace

std::string_view switch_value(std::string_view text, std::string_view key) {
    constexpr std::string_view parting = " \t:=\"',";
    for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
        const std::string_view line = text.substr(text.rfind('\n', at) + 1, at - text.rfind('\n', at) - 1);
        if (trim(line).starts_with('#')) continue;
        std::string_view rest = text.substr(at + key.size());
        rest = rest.substr(0, rest.find('\n'));
        if (rest.empty() || parting.find(rest.front()) == std::string_view::npos) continue;
        if (const auto bracket = rest.find("<integer> = "); bracket != std::string_view::npos)
            rest = rest.substr(bracket + 12);
        const auto begin = rest.find_first_not_of(parting);
        if (begin == std::string_view::npos) continue;
        rest = rest.substr(begin);
        return rest.substr(0, rest.find_first_of(" \t\"',;/>)\r"));
    }
    return {};
}

bool is_other_definition(std::string_view text) {
    if (is_kubevirts(text)) return true;
    const std::string_view beginning = text.substr(0, 1U << 18);
    if (is_wsl_version(beginning)) return true;
    if (!windows_without_nesting(beginning).empty() || is_virtualbox_cpuid(beginning)) return true;
    return !contains(text, "<domain") && find_switch(beginning) != nullptr;
}

void read_other_definition(const Section& section, Evidence& evidence) {
    const std::string_view text = std::string_view(section.body).substr(0, 1U << 18);
    if (is_kubevirts(text)) return read_kubevirts(text, evidence);
    if (read_wsl_version(text, evidence)) return;
    const SwitchRow* row = find_switch(text);
    if (!row && is_virtualbox_cpuid(text)) return read_virtualbox_cpuid(text, evidence);
    if (!row) return;
    const std::string_view value = row->key.empty() ? std::string_view{} : switch_value(text, row->key);
    std::string_view verdict;
    if (is_word_of(value, row->on)) verdict = "yes";
    if (is_word_of(value, row->off)) verdict = "no";
    std::string said = fmt::format("{}, {} {}", row->what, row->key, value);
    const bool whole = !section.cut() && (row->signs[0] != "<VirtualBox" || contains(text, "</VirtualBox>"));
    if (value.empty() && !row->missing.empty() && whole) {
        verdict = row->missing == "on" ? "yes" : "no";
        said = row->key.empty() ? std::string(row->what) : fmt::format("{}, without {}", row->what, row->key);
    }
    const std::string_view hardware =
        row->what == hearsay::vmx_file ? switch_value(text, "virtualHW.version") : std::string_view{};
    if (hardware.size() == 1 && hardware < "9" && verdict == "yes") {
        verdict = "no";
        said += fmt::format(", with virtual hardware {}: it counts from 9 on", hardware);
    }
    const bool ruby = row->what == "a Vagrantfile" && !value.empty();
    if (says_both(text, *row) || (ruby && is_under_condition(text, value))) verdict = {};
    // The distribution's own file is another, and WSL passes over such a word there.
    if (contains(section.command.line, "wsl.conf")) verdict = {};
    evidence.hear(hearsay::hypervisor, row->hypervisor, row->what);
    evidence.hear(hearsay::guest, "yes", row->what);
    if (!verdict.empty()) evidence.hear(hearsay::definition, verdict, said);
    // Lima on a Mac with Apple's own processor: no x86.
    if (contains(text, "arch: \"aarch64\"") || contains(text, "arch: aarch64"))
        hear_architecture("aarch64", evidence);
    evidence.taken(row->what);
}

}  // namespace nestprobe
