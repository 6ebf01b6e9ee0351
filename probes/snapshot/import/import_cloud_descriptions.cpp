// SPDX-License-Identifier: MIT
// What a cloud's own tools say of an instance: its type, and the switch for nested virtualization where there
// is one.  JSON, YAML and Terraform alike: a key, and behind it a value.
// Sources: AWS CLI, ec2 describe-instances; gcloud compute instances describe; az vm show; oci compute
// instance get; the Terraform providers aws, google and azurerm (state 2026-11, from general knowledge).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

struct CloudRow {
    std::string_view cloud;  ///< as in hearsay::cloud
    std::string_view what;   ///< whose output it is
    std::string_view signs[2];
    std::string_view type_key = {};    ///< empty: nothing follows from a type there
    std::string_view switch_key = {};  ///< empty: that cloud has no switch
    bool off_if_missing = false;       ///< the key is left out where it is off
};
constexpr std::string_view gcloud = "gcloud's description of the instance",
                           ec2 = "EC2's description of the instance", az = "az's description of the VM",
                           terraform = "a Terraform resource";
constexpr CloudRow cloud_rows[] = {
    {"google",
     gcloud,
     {"compute#instance", "machineType"},
     "machineType",
     "enableNestedVirtualization",
     true},
    {"google",
     gcloud,
     {"enableNestedVirtualization", "machineType"},
     "machineType",
     "enableNestedVirtualization"},
    {"google",
     terraform,
     {"google_compute_instance", "machine_type"},
     "machine_type",
     "enable_nested_virtualization",
     true},
    {"aws",
     "the instance's CpuOptions",
     {"NestedVirtualization", "CoreCount"},
     "InstanceType",
     "NestedVirtualization"},
    {"aws", ec2, {"InstanceType", "CpuOptions"}, "InstanceType", "NestedVirtualization"},
    {"aws", ec2, {"InstanceType", "ImageId"}, "InstanceType", "NestedVirtualization"},
    {"aws", ec2, {"InstanceType", "InstanceId"}, "InstanceType", "NestedVirtualization"},
    {"aws", ec2, {"\"InstanceType\": \"", ""}, "InstanceType", "NestedVirtualization"},
    // A command line tool of before 2026 does not know the switch: nothing is said of it.
    {"aws",
     "the instance's CpuOptions",
     {"\"CoreCount\":", "\"ThreadsPerCore\":"},
     "InstanceType",
     "NestedVirtualization"},
    {"aws", terraform, {"aws_instance", "instance_type"}, "instance_type", "nested_virtualization"},
    {"aws", terraform, {"aws_launch_template", "instance_type"}, "instance_type", "nested_virtualization"},
    {"aws",
     terraform,
     {"aws_launch_template", "nested_virtualization"},
     "instance_type",
     "nested_virtualization"},
    {"aws",
     "a CloudFormation template",
     {"AWS::EC2::", "NestedVirtualization"},
     "InstanceType",
     "NestedVirtualization"},
    {"aws",
     "Karpenter's EC2NodeClass",
     {"kind: EC2NodeClass", "nestedVirtualization"},
     "instanceType",
     "nestedVirtualization"},
    {"azure", az, {"hardwareProfile", "vmSize"}, "vmSize"},
    {"azure", az, {"Microsoft.Compute/virtualMachines", "Standard_"}, "vmSize"},
    {"azure", az, {"\"size\": \"Standard_", ""}, "size"},
    {"azure", az, {"Size", "Standard_"}, "size"},
    {"azure", terraform, {"azurerm_", "Standard_"}, "size"},
    {"aws", terraform, {"aws_spot_instance_request", "instance_type"}, "instance_type"},
    {"oci", terraform, {"\"oci_core_instance\"", "shape"}, "shape"},
    {"alibaba", terraform, {"\"alicloud_instance\"", "instance_type"}, "instance_type"},
    {"hetzner", terraform, {"\"hcloud_server\"", "server_type"}, "server_type"},
    {"digitalocean", terraform, {"\"digitalocean_droplet\"", ""}, "size"},
    {"linode", terraform, {"\"linode_instance\"", ""}},
    {"vultr", terraform, {"\"vultr_instance\"", ""}, "plan"},
    {"scaleway", terraform, {"\"scaleway_instance_server\"", ""}},
    {"tencent", terraform, {"\"tencentcloud_instance\"", ""}, "instance_type"},
    {"openstack", terraform, {"\"openstack_compute_instance_v2\"", ""}, "flavor_name"},
    {"oci", "oci's description of the instance", {"\"shape\": \"", "ocid1."}, "shape"},
};

const CloudRow* find_cloud(std::string_view text) {
    for (const CloudRow& row : cloud_rows)
        if (contains(text, row.signs[0]) && contains(text, row.signs[1])) return &row;
    return nullptr;
}

/// The word of a type that begins with `begin`, wherever it stands.
std::string_view word_at(std::string_view text, std::string_view begin, bool with_begin) {
    constexpr std::string_view in_types = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const auto at = text.find(begin);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(with_begin ? at : at + begin.size());
    return rest.substr(0, std::min(rest.find_first_not_of(in_types), rest.size()));
}

/// Of a table: "Standard_DS2_v2", not a kind of disk ("Standard_LRS").
std::string_view azure_size_in(std::string_view text) {
    for (auto at = text.find("Standard_"); at != std::string_view::npos;
         at = text.find("Standard_", at + 1)) {
        const std::string_view word = word_at(text.substr(at), "Standard_", true);
        if (word.find_first_of("0123456789") != std::string_view::npos) return word;
    }
    return {};
}

/// "projects/p/zones/z/machineTypes/n2-standard-4" ends in the type.
std::string_view type_of(const CloudRow& row, std::string_view text) {
    if (const std::string_view type = word_at(text, "machineTypes/", false); !type.empty()) return type;
    const std::string_view type =
        row.type_key.empty() ? std::string_view{} : switch_value(text, row.type_key);
    if (row.cloud != "azure") return type;
    // The key may be a word of the command that asked: "{size: hardwareProfile.vmSize, ...}".
    return type.starts_with("Standard_") || type.starts_with("Basic_") ? type : azure_size_in(text);
}

std::string_view switch_verdict(std::string_view value) {
    if (value == "true" || value == "True" || value == "enabled") return "yes";
    if (value == "false" || value == "False" || value == "disabled") return "no";
    return {};
}

void hear_switch(const CloudRow& row, std::string_view text, const Section& section, Evidence& evidence) {
    if (row.switch_key.empty()) return;
    const std::string_view value = switch_value(text, row.switch_key);
    if (value.empty() && row.off_if_missing && !section.cut())
        evidence.hear(hearsay::definition, "no", fmt::format("{}, without {}", row.what, row.switch_key));
    else if (const std::string_view verdict = switch_verdict(value); !verdict.empty())
        evidence.hear(hearsay::definition, verdict,
                      fmt::format("{}, {} {}", row.what, row.switch_key, value));
}

}  // namespace

bool is_cloud_description(std::string_view text) { return find_cloud(text.substr(0, 1U << 18)) != nullptr; }

void read_cloud_description(const Section& section, Evidence& evidence) {
    const std::string_view text = std::string_view(section.body).substr(0, 1U << 18);
    const CloudRow* row = find_cloud(text);
    if (!row) return;
    evidence.taken(row->what);
    evidence.hear(hearsay::cloud, row->cloud, row->what);
    const std::string_view type = type_of(*row, text);
    if (!type.empty()) evidence.hear(hearsay::instance_type, type, row->what);
    if (contains(type, "metal") || type.starts_with("BM.")) return;
    evidence.hear(hearsay::guest, "yes", row->what);
    hear_switch(*row, text, section, evidence);
    if (switch_value(text, "securityType") == "ConfidentialVM" ||
        contains(text, "\"security\": \"ConfidentialVM\""))
        evidence.hear(hearsay::definition, "no", fmt::format("{}, securityType ConfidentialVM", row->what));
}

std::string_view type_in_metadata(std::string_view cloud, std::string_view answer) {
    answer = trim(answer);
    if (cloud == "google") return word_at(answer, "machineTypes/", false);
    if (cloud == "azure") return word_at(answer, "Standard_", true);
    if (cloud == "oci") return word_at(answer, contains(answer, "BM.") ? "BM." : "VM.", true);
    if (cloud == "alibaba") return word_at(answer, "ecs.", true);
    if (cloud != "aws") return {};
    if (contains(answer, "\"instanceType\"")) return switch_value(answer, "instanceType");
    return contains(answer, " ") || contains(answer, "\n") || !contains(answer, ".") ? std::string_view{}
                                                                                     : answer;
}

}  // namespace nestprobe
