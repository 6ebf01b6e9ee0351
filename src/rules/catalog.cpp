// SPDX-License-Identifier: MIT
// The list of rules, and what their words are.
#include "base/text.hpp"
#include "machine/modprobe.hpp"
#include "rules/rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {

std::vector<const Rule*> all_rules() {
    std::vector<const Rule*> all;
    for (const auto list : {architecture_rules(),
                            cpu_rules(),
                            capability_rules(),
                            control_pair_rules(),
                            missing_feature_rules(),
                            firmware_rules(),
                            hidden_rules(),
                            likely_hidden_rules(),
                            hypervisor_rules(),
                            owner_rules(),
                            platform_trouble_rules(),
                            named_rules(),
                            kernel_rules(),
                            kernel_flag_rules(),
                            boot_word_rules(),
                            arm_rules(),
                            word_size_rules(),
                            module_rules(),
                            loaded_rules(),
                            refusal_rules(),
                            block_rules(),
                            option_rules(),
                            no_effect_rules(),
                            nested_rules(),
                            nested_option_rules(),
                            escape_rules(),
                            vmx_feature_rules(),
                            svm_feature_rules(),
                            feature_contradiction_rules(),
                            slow_rules(),
                            rival_rules(),
                            device_rules(),
                            answer_rules(),
                            proof_rules(),
                            guest_trouble_rules(),
                            guest_kind_rules(),
                            guest_cpu_rules(),
                            guest_start_rules(),
                            guest_refused_rules(),
                            guest_requires_rules(),
                            guest_unaccepted_rules(),
                            guest_compared_rules(),
                            guest_log_rules(),
                            guest_iommu_rules(),
                            guest_assigned_rules(),
                            guest_device_rules(),
                            iommu_rules(),
                            iommu_remapping_rules(),
                            iommu_feature_rules(),
                            iommu_cause_rules(),
                            iommu_group_rules(),
                            vfio_rules()})
        for (const Rule& rule : list) all.push_back(&rule);
    return all;
}

namespace {

/// Names that rules had: people and scripts may still ask for them.
constexpr std::pair<std::string_view, std::string_view> former_names[] = {
    {"kvm-module-not-live", "NP518"},
    {"dev-kvm-silent", "NP606"},
    {"nesting-not-offered", "NP607"},
    {"guest-not-started-anew", "NP710"},
};

}  // namespace

const Rule* find_rule(std::string_view id_or_name) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const auto same = [&](std::string_view a) {
        return std::equal(a.begin(), a.end(), id_or_name.begin(), id_or_name.end(),
                          [&](char x, char y) { return lower(x) == lower(y); });
    };
    for (const Rule* rule : all_rules())
        if (same(rule->id) || same(rule->name)) return rule;
    for (const auto& [name, id] : former_names)
        if (same(name)) return find_rule(id);
    return nullptr;
}

namespace {

/// Of something like an id, "np 999", the digits; empty for any other text.
std::string_view digits_of_id(std::string_view text) {
    if (!text.starts_with("np")) return {};
    text.remove_prefix(text.find_first_not_of(" -_", 2) == std::string_view::npos
                           ? text.size()
                           : text.find_first_not_of(" -_", 2));
    return std::all_of(text.begin(), text.end(), is_digit) ? text : std::string_view();
}

/// The ids that have most of the digits in front, in the order of numbers.
std::vector<std::string_view> nearest_ids(std::string_view digits, std::size_t most) {
    unsigned wanted = 0;
    std::vector<std::pair<unsigned, std::string_view>> all;
    while (digits.size() > 3) digits.remove_suffix(1);
    parse_number(digits, wanted);
    for (std::size_t i = digits.size(); i < 3; ++i) wanted *= 10;
    for (const Rule* rule : all_rules()) {
        unsigned number = 0;
        parse_number(rule->id.substr(2), number);
        all.emplace_back(number > wanted ? number - wanted : wanted - number, rule->id);
    }
    std::sort(all.begin(), all.end());
    std::vector<std::string_view> ids;
    for (std::size_t i = 0; i < std::min(most, all.size()); ++i) ids.push_back(all[i].second);
    return ids;
}

/// How many of the words of a rule's name stand in a text.
unsigned words_in(std::string_view name, std::string_view text) {
    unsigned n = 0;
    while (!name.empty()) {
        const std::string_view word = name.substr(0, name.find('-'));
        name.remove_prefix(std::min(word.size() + 1, name.size()));
        if (word.size() > 2 && text.find(word) != std::string_view::npos) ++n;
    }
    return n;
}

}  // namespace

std::vector<std::string_view> nearest_rules(std::string_view text) {
    constexpr std::size_t most = 3, longest = 200;  // of a whole log, the beginning
    std::string wanted(text.substr(0, longest));
    for (char& c : wanted) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (const std::string_view digits = digits_of_id(wanted); !digits.empty())
        return nearest_ids(digits, most);
    struct Near {
        unsigned words, far;
        std::string_view name;
    };
    std::vector<Near> all;
    for (const Rule* rule : all_rules())
        all.push_back({words_in(rule->name, wanted), distance(rule->name, wanted), rule->name});
    std::stable_sort(all.begin(), all.end(), [](const Near& a, const Near& b) {
        return a.words != b.words ? a.words > b.words : a.far < b.far;
    });
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < std::min(most, all.size()); ++i) names.push_back(all[i].name);
    return names;
}

void rest_on(Outcome& outcome, const std::vector<Provenance>& readings, const CpuSet& cpus) {
    for (const Provenance& p : readings)
        outcome.because.push_back({cpus.empty() ? p.where : p.where + " on " + name_cpus(cpus), p.raw});
}

Outcome carry(const Absent& absent) {
    const Status status = absent.why == Why::not_applicable ? Status::skipped : Status::unknown;
    const std::string_view name = error_name(absent.error);
    std::string message = absent.detail.empty() ? std::string(to_string(absent.why)) : absent.detail;
    if (!name.empty()) message += fmt::format(" ({})", name);
    Outcome outcome{status, std::move(message), {}};
    outcome.lacking = absent;
    return outcome;
}

Status worse(Status a, Status b) {
    for (const Status s : {Status::fail, Status::unknown, Status::pass})
        if (a == s || b == s) return s;
    return Status::skipped;
}

std::string_view to_string(Layer layer) {
    switch (layer) {
        case Layer::cpu: return "cpu";
        case Layer::firmware: return "firmware";
        case Layer::hypervisor: return "hypervisor";
        case Layer::kernel: return "kernel";
        case Layer::module: return "module";
        case Layer::device: return "device";
        case Layer::guest: return "guest";
        case Layer::iommu: return "iommu";
    }
    return "";
}

std::string_view title_of(Layer layer) {
    switch (layer) {
        case Layer::cpu: return "processor";
        case Layer::firmware: return "firmware";
        case Layer::hypervisor: return "hypervisor above this system";
        case Layer::kernel: return "kernel";
        case Layer::module: return "KVM's modules and their parameters";
        case Layer::device: return "/dev/kvm";
        case Layer::guest: return "guest definition";
        case Layer::iommu: return "IOMMU";
    }
    return "";
}

std::string_view to_string(Question question) {
    switch (question) {
        case Question::kvm_here: return "kvm-here";
        case Question::kvm_in_guests: return "kvm-in-guests";
        case Question::device_assignment: return "device-assignment";
    }
    return "";
}

std::string_view to_string(Role role) {
    switch (role) {
        case Role::blocker: return "blocker";
        case Role::proof: return "proof";
        case Role::degraded: return "degraded";
        case Role::advice: return "advice";
    }
    return "";
}

std::string_view to_string(Status status) {
    switch (status) {
        case Status::pass: return "pass";
        case Status::fail: return "fail";
        case Status::unknown: return "unknown";
        case Status::skipped: return "skipped";
    }
    return "";
}

}  // namespace nestprobe
