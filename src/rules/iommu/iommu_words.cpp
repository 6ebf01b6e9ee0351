// SPDX-License-Identifier: MIT
// Words on the kernel command line that switch an IOMMU on or off, and those that somebody wrote for it and
// that do nothing there; and what Xen says of the IOMMU, which Linux does not see under it.
// Sources: Linux Documentation/admin-guide/kernel-parameters.txt, iommu=, intel_iommu=, amd_iommu=; Xen
// Documentation, xl(1), info, and xen-command-line, iommu.
#include "rules/iommu/iommu_words.hpp"

#include "base/text.hpp"
#include "facts/module_options.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

constexpr std::string_view words_off[] = {"intel_iommu=off", "amd_iommu=off", "iommu=off"};
constexpr std::string_view words_without_remapping[] = {"intremap=off", "nointremap"};

/// All of them that are on the kernel command line.
std::vector<std::string> all_words(const Facts& f, std::span<const std::string_view> wanted) {
    std::vector<std::string> found;
    if (const auto* line = f.kernel.command_line.if_known())
        for (const std::string& word : *line)
            if (std::find(wanted.begin(), wanted.end(), word) != wanted.end()) found.push_back(word);
    return found;
}

/// VT-d's machine, or AMD's: by the table, else by the processor.
bool is_amds(const Facts& f) {
    return is(f.iommu.table, "IVRS") || (!is(f.iommu.table, "DMAR") && is(f.cpu.technology, Technology::svm));
}

/// What is wrong with a word; empty: nothing, or nothing that is known.
std::string slip(const Facts& f, const std::string& word) {
    const std::string key = word.substr(0, word.find('='));
    const bool switches_on = contains(word, "=on") || contains(word, "=1");
    if (key == "intel_iommu" && switches_on && is_amds(f) && f.cpu.technology.if_known())
        return fmt::format("{}, which is Intel's word and does nothing on this processor", word);
    if (key == "amd_iommu" && switches_on && !is_amds(f) &&
        (is(f.iommu.table, "DMAR") || has(f, Technology::vmx)))
        return fmt::format("{}, which is AMD's word and does nothing on this processor", word);
    if (word == "iommu=on" || word == "iommu=1")
        return fmt::format("{}, which Linux has no meaning for (the words are intel_iommu=on and iommu=pt)",
                           word);
    if (!switches_on) return {};
    for (const std::string_view right : {"intel_iommu", "amd_iommu"})
        if (key != "intel_iommu" && key != "amd_iommu" && distance(key, right) <= 2)
            return fmt::format("{}, which no kernel knows: most likely {}{} is meant", word, right,
                               word.substr(key.size()));
    return {};
}

}  // namespace

const std::string* find_word(const Facts& f, std::span<const std::string_view> words) {
    if (const auto* line = f.kernel.command_line.if_known())
        for (const std::string& word : *line)
            if (std::find(words.begin(), words.end(), word) != words.end()) return &word;
    return nullptr;
}

const std::string* switched_off_by(const Facts& f) { return find_word(f, words_off); }

const std::string* not_remapped_by(const Facts& f) { return find_word(f, words_without_remapping); }

std::vector<std::string> words_against_iommu(const Facts& f) { return all_words(f, words_off); }

std::vector<std::string> words_against_remapping(const Facts& f) {
    return all_words(f, words_without_remapping);
}

const std::string* told_to_drive(const Facts& f) {
    if (const auto* line = f.kernel.command_line.if_known())
        for (const std::string& word : *line)
            if (word.starts_with("intel_iommu=") && contains(word.substr(11) + ",", "=on,")) return &word;
    return nullptr;
}

std::string slips_of_iommu_words(const Facts& f) {
    std::string text;
    if (const auto* line = f.kernel.command_line.if_known())
        for (const std::string& word : *line)
            if (const std::string what = slip(f, word); !what.empty())
                text += fmt::format("{}{}", text.empty() ? "The kernel command line says " : "; and ", what);
    return text;
}

bool is_xens_iommu(const Facts& f) { return is(f.hypervisor.xen_role, XenRole::control_domain); }

bool knows_libvirt(const Facts& f) {
    return is(f.hypervisor.platform, Platform::kvm) || is(f.hypervisor.platform, Platform::tcg);
}

Outcome check_iommu_of_xen(const Facts& f) {
    if (is(f.iommu.xen_assigns, true))
        return cite(pass("Xen drives the IOMMU, and says that it can give devices away"),
                    f.iommu.xen_assigns);
    if (is(f.iommu.xen_assigns, false))
        return cite(
            fail(fmt::format("Xen uses no IOMMU, so that it has no hvm_directio: {}",
                             f.iommu.xen_assigns.from().front().where),
                 "Switch VT-d (Intel) or the IOMMU (AMD) on in the setup of the machine under Xen, and see "
                 "that Xen's own "
                 "command line does not say iommu=off. Where it failed to parse the table of VT-d (ACPI "
                 "DMAR), "
                 "firmware is at fault: update it. Xen says what it found, and how it was started:\n"
                 "    sudo xl dmesg | grep -i -e VT-d -e AMD-Vi -e 'I/O virtualisation'\n"
                 "    sudo xl info | grep xen_commandline"),
            f.iommu.xen_assigns);
    return cite(
        unknown("Xen drives the IOMMU, and its control domain sees nothing of it: Xen tells, by "
                "\"sudo xl info | grep virt_caps\", where hvm_directio means that devices can be given "
                "away"),
        f.hypervisor.xen_role);
}

}  // namespace nestprobe
