// SPDX-License-Identifier: MIT
// The commands by which somebody made an instance, or asked for its size, in the words of a cloud's own tool:
// its type, and whether nested virtualization was asked for.
// Sources: AWS CLI, ec2 run-instances, modify-instance-cpu-options; gcloud compute instances create; az vm
// create, vm show (state 2026-11, from general knowledge).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

struct CommandRow {
    std::string_view cloud;   ///< as in hearsay::cloud
    std::string_view words;   ///< the command
    std::string_view option;  ///< of the type
    std::string_view on,
        off;  ///< what asks for nesting, and what asks for none; empty: there is no such word
};
constexpr CommandRow command_rows[] = {
    {"aws", "aws ec2 run-instances", "--instance-type", "NestedVirtualization=enabled",
     "NestedVirtualization=disabled"},
    {"aws", "aws ec2 modify-instance-cpu-options", "--instance-type", "--nested-virtualization enabled",
     "--nested-virtualization disabled"},
    {"google", "gcloud compute instances create", "--machine-type", "--enable-nested-virtualization",
     "--no-enable-nested-virtualization"},
    {"google", "gcloud beta compute instances create", "--machine-type", "--enable-nested-virtualization",
     "--no-enable-nested-virtualization"},
    {"azure", "az vm create", "--size", "", ""},
    {"azure", "az vm resize", "--size", "", ""},
    {"azure", "az aks create", "--node-vm-size", "", ""},
    {"azure", "az aks nodepool add", "--node-vm-size", "", ""},
    {"aws", "eksctl create cluster", "--node-type", "", ""},
    {"aws", "eksctl create nodegroup", "--node-type", "", ""},
    {"google", "gcloud container clusters create", "--machine-type", "--enable-nested-virtualization", ""},
    {"google", "gcloud container node-pools create", "--machine-type", "--enable-nested-virtualization", ""},
    {"oci", "oci compute instance launch", "--shape", "", ""},
    {"hetzner", "hcloud server create", "--type", "", ""},
    {"digitalocean", "doctl compute droplet create", "--size", "", ""},
    {"linode", "linode-cli linodes create", "--type", "", ""},
    {"vultr", "vultr-cli instance create", "--plan", "", ""},
    {"scaleway", "scw instance server create", "type", "", ""},
    {"alibaba", "aliyun ecs RunInstances", "--InstanceType", "", ""},
    {"openstack", "openstack server create", "--flavor", "", ""},
};

/// A command from `at` on, with the lines that continue it behind a backslash.
std::string whole_command(std::string_view text, std::size_t at) {
    std::string command;
    for (std::string_view rest = text.substr(at); !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        std::string_view line = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const bool goes_on = line.ends_with('\\');
        if (goes_on) line.remove_suffix(1);
        command.append(line).append(" ");
        if (!goes_on) break;
    }
    return command;
}

/// "--size X", "--machine-type=X"
std::string_view option_value(std::string_view command, std::string_view option) {
    const std::string_view rest = after(command, option);
    if (rest.empty() || (rest.front() != ' ' && rest.front() != '=')) return {};
    std::string_view value = trim(rest.substr(1));
    value = value.substr(0, value.find(' '));
    while (value.starts_with('"') || value.starts_with('\'')) value.remove_prefix(1);
    while (value.ends_with('"') || value.ends_with('\'')) value.remove_suffix(1);
    return value;
}

bool is_plain(std::string_view type) {
    return !type.empty() &&
           type.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
               std::string_view::npos;
}

void hear_command(const CommandRow& row, std::string_view command, Evidence& evidence) {
    const std::string_view type = option_value(command, row.option);
    const bool on =
        !row.on.empty() && contains(command, row.on) && (row.off.empty() || !contains(command, row.off));
    const bool off = !row.off.empty() && contains(command, row.off);
    if (!is_plain(type) && !on && !off) return;
    evidence.taken(row.words);
    evidence.hear(hearsay::cloud, row.cloud, row.words);
    if (is_plain(type)) evidence.hear(hearsay::instance_type, type, row.words);
    if (contains(type, "metal")) return;
    evidence.hear(hearsay::guest, "yes", row.words);
    if (on || off)
        evidence.hear(hearsay::definition, on ? "yes" : "no",
                      fmt::format("{}, {}", row.words, on ? row.on : row.off));
}

}  // namespace

void hear_cloud_commands(std::string_view text, Evidence& evidence) {
    const CommandRow* found = nullptr;
    std::string command;
    for (const CommandRow& row : command_rows)
        for (auto at = text.find(row.words); at != std::string_view::npos;
             at = text.find(row.words, at + 1)) {
            if (found && found->cloud != row.cloud) return;  // a guide to several clouds
            found = &row;
            command = whole_command(text, at);
        }
    if (found) hear_command(*found, command, evidence);
}

/// az vm show ... -o tsv: the size alone.
void read_az(const Section& section, Evidence& evidence) {
    const std::string_view answer = trim(section.body);
    if (!answer.starts_with("Standard_") || !is_plain(answer)) return;
    evidence.hear(hearsay::cloud, "azure", "az");
    evidence.hear(hearsay::instance_type, answer, "az");
    evidence.hear(hearsay::guest, "yes", "az");
    evidence.taken("az");
}

/// XenServer's own tool, which its control domain alone has; the flags that it lists are that domain's.
void read_xe(const Section&, Evidence& evidence) {
    evidence.hear(hearsay::hypervisor, "Xen", "xe");
    evidence.hear(hearsay::guest, "yes", "xe");
    evidence.hear(hearsay::xen_role, "control domain",
                  "xe host-cpu-info, which only Xen's control domain has");
    evidence.taken("xe host-cpu-info");
}

bool is_xe_host(std::string_view text) {
    return contains(text, "cpu_count") && contains(text, "socket_count") && contains(text, "modelname");
}

}  // namespace nestprobe
