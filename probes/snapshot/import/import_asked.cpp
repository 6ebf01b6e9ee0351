// SPDX-License-Identifier: MIT
// What a hypervisor's own tool was asked of one guest: its switch for nesting alone, through a filter, or
// nothing but whose guest it is.
// Sources: prlctl(1), list --info; Nutanix acli, vm.get; govc vm.info -json, vim-cmd vmsvc/get.config
// (vim.vm.ConfigInfo, nestedHVEnabled); xe vm-param-list, platform; Microsoft documentation, Get-VMProcessor,
// Get-VM; gcloud resource-manager org-policies describe; openstack server show (state 2026-11).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

struct AskedRow {
    std::string_view program;
    std::string_view words;       ///< in the command, too
    std::string_view hypervisor;  ///< as in hearsay::hypervisor
    std::string_view key = {};    ///< in front of what it says; or the command names it
    std::string_view on = {}, off = {};
};
constexpr AskedRow asked_rows[] = {
    {"prlctl", "", "Parallels", "Nested virtualization", "on", "off"},
    {"acli", "vm.get", "Nutanix", "cpu_passthrough", "true", "false"},
    {"govc", "vm.info", "VMware", "nestedHVEnabled", "true", "false"},
    {"vim-cmd", "get.config", "VMware", "nestedHVEnabled", "true", "false"},
    {"xe", "vm-param", "Xen", "nested-virt", "true", "false"},
    {"xe", "vm-param", "Xen", "exp-nested-hvm", "true", "false"},
    {"Get-VM", "", "Microsoft"},
    {"openstack", "server show", "OpenStack"},
    {"nova", "show", "OpenStack"},
};

std::string small(std::string_view word) {
    std::string out(word);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

/// "nestedHVEnabled = false,", or the word alone where the command names the key.
std::string value_of(const AskedRow& row, const Section& section) {
    if (row.key.empty()) return {};
    if (const std::string_view value = switch_value(section.body, row.key); !value.empty())
        return small(value);
    const std::string_view alone = trim(section.body);
    return contains(section.command.line, row.key) ? small(alone.substr(0, alone.find('\n'))) : std::string{};
}

bool is_answer(const Section& section) {
    return !trim(section.body).empty() && !contains(section.body, "rror") &&
           !contains(section.body, "not found");
}

/// Compute Engine's switch has no effect where the organization's policy forbids it.
bool read_policy(const Section& section, Evidence& evidence) {
    constexpr std::string_view policy = "compute.disableNestedVirtualization";
    if (!contains(section.body, policy) || !contains(section.body, "olicy")) return false;
    const std::string_view enforced = switch_value(section.body, "enforced");
    evidence.taken("an organization's policy of Google's cloud");
    evidence.hear(hearsay::cloud, "google", policy);
    evidence.hear(hearsay::guest, "yes", policy);
    if (enforced == "true")
        evidence.hear(hearsay::definition, "no",
                      fmt::format("the organization's policy {}, enforced", policy));
    return true;
}

/// PowerShell prints True or False where a property is asked for by its name.
void read_property(const Section& section, Evidence& evidence) {
    const std::string_view answer = trim(section.body);
    if (!contains(section.command.line, ".ExposeVirtualizationExtensions") ||
        (answer != "True" && answer != "False"))
        return;
    constexpr std::string_view what = "Get-VMProcessor";
    evidence.hear(hearsay::hypervisor, "Microsoft", what);
    evidence.hear(hearsay::guest, "yes", what);
    evidence.hear(hearsay::definition, answer == "True" ? "yes" : "no",
                  fmt::format("{}, ExposeVirtualizationExtensions {}", what, answer));
    evidence.taken(what);
}

/// kubectl get vmi NAME -o jsonpath='{.spec.domain.cpu}'
void read_virtual_machine(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    const bool asks = (command.program == "kubectl" || command.program == "oc") &&
                      (command.names("vmi") || command.names("vm")) && contains(command.line, "domain.cpu");
    if (!asks || !trim(section.body).starts_with('{')) return;
    constexpr std::string_view what = "kubectl get vmi";
    std::string_view model = switch_value(section.body, "model");
    model = model.substr(0, model.find_first_of("}],"));
    evidence.hear(hearsay::hypervisor, "kubevirt", what);
    evidence.hear(hearsay::guest, "yes", what);
    if (!model.empty() && model != "host-model" && !contains(section.body, "features"))
        evidence.hear(hearsay::definition, model == "host-passthrough" ? "yes" : "no",
                      fmt::format("{}, model {}", what, model));
    evidence.taken(what);
}

}  // namespace

void read_asked_switch(const Section& section, Evidence& evidence) {
    if (read_policy(section, evidence)) return;
    read_property(section, evidence);
    read_virtual_machine(section, evidence);
    for (const AskedRow& row : asked_rows) {
        if (section.command.program != row.program || !contains(section.command.line, row.words) ||
            !is_answer(section))
            continue;
        const std::string value = value_of(row, section);
        const std::string_view verdict = value.empty()      ? std::string_view{}
                                         : value == row.on  ? "yes"
                                         : value == row.off ? "no"
                                                            : "";
        if (verdict.empty() && !row.key.empty()) continue;
        evidence.hear(hearsay::hypervisor, row.hypervisor, row.program);
        evidence.hear(hearsay::guest, "yes", row.program);
        if (!verdict.empty())
            evidence.hear(hearsay::definition, verdict,
                          fmt::format("{}, {} {}", row.program, row.key, value));
        evidence.taken(row.program);
    }
}

}  // namespace nestprobe
