// SPDX-License-Identifier: MIT
#include "guest/plain_guest.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

std::string_view unquoted(std::string_view value) {
    value = trim(value);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) {
        const auto end = value.find(value.front(), 1);
        if (end != std::string_view::npos) return value.substr(1, end - 1);
    }
    const auto comment = value.find(" #");
    return trim(value.substr(0, comment));
}

}  // namespace

std::vector<PlainLine> PlainText::lines(char separator) const {
    std::vector<PlainLine> all;
    std::size_t number = 0;
    for_each_line(text_, [&](std::string_view line) {
        ++number;
        const std::size_t indent = std::min(line.find_first_not_of(" \t"), line.size());
        line = trim(line);
        const auto at = line.find(separator);
        if (line.starts_with('#') || at == std::string_view::npos || at == 0) return;
        all.push_back({trim(line.substr(0, at)), unquoted(line.substr(at + 1)), number, indent});
    });
    return all;
}

std::vector<Provenance> PlainText::cite(const PlainLine& line) const {
    return {{fmt::format("{}:{}", label_, line.number),
             fmt::format("{} = {}", line.key, line.value.substr(0, 160))}};
}

std::vector<Provenance> PlainText::cite_text(std::string_view what) const {
    return {{label_, std::string(what)}};
}

GuestFacts plain_facts(DefinitionKind kind, std::string_view manager, std::vector<Provenance> from,
                       std::string_view unsaid_why) {
    const Absent unsaid{Why::not_recorded, std::string(unsaid_why)};
    GuestFacts f;
    f.definition = {kind, from};
    f.manager = {std::string(manager), from};
    f.name = Absent{Why::not_recorded, "the definition does not name the guest"};
    f.vmid = Absent{Why::not_applicable, "Proxmox VE did not write this definition"};
    f.accelerator = {Accelerator::kvm, from};
    f.arch = {"x86_64", from};
    f.machine = {std::string(), from};
    f.q35 = unsaid;
    f.acpi = {true, from};
    f.vcpus = f.iommus = f.iommu_bus = f.aw_bits = unsaid;
    f.windows = f.fixed_addresses = f.iommu_first = unsaid;
    f.cpu_mode = {CpuMode::none, from};
    f.cpu_model = f.cpu_vendor = f.cpu_option = Absent{Why::not_applicable, "no model is named"};
    f.cpu_check = {"none", from};
    nothing_refused(from, f);
    f.migratable = f.evmcs = f.vapic = f.hyperv_passthrough = f.vmport = {Setting::unset, from};
    f.vmx = f.svm = {FeaturePolicy::unset, from};
    f.required = {std::vector<std::string>(), from};
    f.passed_cpu = {false, from};
    f.host_model = Absent{Why::not_recorded, "libvirt was not asked what host-model stands for"};
    f.launch_security = {std::string(), from};
    f.assigned_devices = unsaid;
    f.iommu = unsaid;
    f.intremap = f.caching_mode = f.eim = f.iotlb = unsaid;
    f.ioapic = unsaid;
    f.runs = Absent{Why::not_recorded, "a definition does not say whether the guest runs"};
    f.not_in_force = Absent{Why::not_applicable, "no running guest was compared"};
    f.log = Absent{Why::not_applicable, "a definition, no log"};
    return f;
}

/// What the tool computes, of a variable, a condition or a call.
static bool is_computed(std::string_view value) {
    for (const std::string_view start : {"var.", "local.", "each.", "module.", "data."})
        if (value.starts_with(start)) return true;
    return value.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+:") !=
           std::string_view::npos;
}

void forget_cpu(const Absent& why, GuestFacts& facts) {
    facts.cpu_mode = why;
    facts.cpu_model = why;
    facts.vmx = facts.svm = why;
}

void set_cpu(std::string_view mode, std::string_view model, const std::vector<Provenance>& from,
             GuestFacts& facts) {
    constexpr std::pair<std::string_view, CpuMode> modes[] = {{"host-passthrough", CpuMode::host_passthrough},
                                                              {"host-model", CpuMode::host_model},
                                                              {"maximum", CpuMode::maximum},
                                                              {"none", CpuMode::none}};
    for (const auto& [word, value] : modes)
        if (mode == word) {
            facts.cpu_mode = {value, from};
            facts.cpu_model = Absent{Why::not_applicable, "no model is named"};
            return;
        }
    const std::string_view value = model.empty() ? mode : model;
    const std::string where = from.empty() ? std::string() : from.front().where;
    if (is_computed(value) || (model.empty() && mode != "custom" && !mode.empty())) {
        facts.cpu_mode = Absent{Why::not_recorded, fmt::format("{}: {}: what becomes of that is not known",
                                                               where, value.substr(0, 80))};
        facts.cpu_model = facts.cpu_mode.absence();
        return;
    }
    if (model.empty()) return;
    facts.cpu_mode = {CpuMode::custom, from};
    facts.cpu_model = {std::string(model), from};
}

void set_feature(std::string_view word, const std::vector<Provenance>& from, GuestFacts& facts) {
    word = trim(word);
    const auto equals = word.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
    const bool off = word.starts_with('-') || value == "disable" || qemu_switch(value) == false;
    if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
    word = word.substr(0, word.find('='));
    const FeaturePolicy policy = off ? FeaturePolicy::disable : FeaturePolicy::require;
    if (word == "vmx") facts.vmx = {policy, from};
    if (word == "svm") facts.svm = {policy, from};
}

const PlainLine* find_line(const std::vector<PlainLine>& lines, std::string_view key) {
    const auto found = std::find_if(lines.rbegin(), lines.rend(), [&](const PlainLine& line) {
        return line.key == key && !line.value.empty();
    });
    return found == lines.rend() ? nullptr : &*found;
}

void read_vcpus(const PlainText& text, const PlainLine* line, GuestFacts& f) {
    unsigned count = 0;
    if (line && parse_number(line->value, count) && count != 0) f.vcpus = {count, text.cite(*line)};
}

}  // namespace nestprobe
