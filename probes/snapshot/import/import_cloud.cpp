// SPDX-License-Identifier: MIT
// Whose cloud it is, as people ask it from inside: the metadata service, by curl or wget, cloud-id and
// ec2metadata.  Metal is asked in the same way, so that only a type of machine tells a guest.
//
// Sources: Amazon EC2 User Guide, "Access instance metadata"; Google Compute Engine, "About VM metadata";
// Azure Instance Metadata Service; OCI, "Getting Instance Metadata"; Alibaba ECS, "Obtain instance metadata";
// DigitalOcean, Hetzner and Vultr API documentation, metadata; cloud-init, cloud-id (all 2026-11, from
// general knowledge).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

struct MetadataRow {
    std::string_view asked;  ///< in the address
    std::string_view cloud;  ///< as in hearsay::cloud
    std::string_view
        guest;  ///< what the answer holds where it names a virtual machine's type; empty: nothing tells
    std::string_view metal;  ///< and what it holds where that is metal
};
constexpr MetadataRow rows_of_metadata[] = {
    {"/latest/meta-data/instance-type", "aws", ".", "metal"},
    {"/latest/dynamic/instance-identity", "aws", "\"instanceType\"", "metal"},
    {"metadata.google.internal", "google", "machineTypes/", "-metal"},
    {"169.254.169.254/computeMetadata", "google", "machineTypes/", "-metal"},
    {"//metadata/computeMetadata", "google", "machineTypes/", "-metal"},
    {"169.254.169.254/metadata/instance", "azure", "Standard_", "metal"},
    {"169.254.169.254/opc/", "oci", "VM.", "BM."},
    {"100.100.100.200/latest", "alibaba", "ecs.", "ebm"},
    {"metadata.tencentyun.com", "tencent", "", ""},
    {"169.254.169.254/metadata/v1", "digitalocean", "", ""},
    {"169.254.169.254/hetzner", "hetzner", "", ""},
    {"169.254.169.254/openstack", "openstack", "", ""},
    {"169.254.169.254/v1", "vultr", "", ""},
    {"169.254.42.42", "scaleway", "", ""},
};

/// OpenStack answers as EC2 does, with a flavour's name: "m1.small" is either's.
bool may_be_flavour(const MetadataRow& row, std::string_view answer) {
    return row.cloud == "aws" && (contains(answer, "m1.") || !contains(answer, "."));
}

bool is_failure(std::string_view answer) {
    return answer.empty() || answer.starts_with("curl:") || contains(answer, "404") ||
           contains(answer, "timed out");
}

void hear_cloud(const MetadataRow& row, std::string_view answer, const Section& section, Evidence& evidence) {
    evidence.taken("a cloud's metadata");
    if (may_be_flavour(row, answer)) return;
    evidence.hear(hearsay::cloud, row.cloud, section.command.line);
    if (const std::string_view type = type_in_metadata(row.cloud, answer); !type.empty())
        evidence.hear(hearsay::instance_type, type, section.command.line);
    if (!row.guest.empty() && contains(answer, row.guest) && !contains(answer, row.metal))
        evidence.hear(hearsay::guest, "yes", section.command.line);
}

}  // namespace

void read_metadata(const Section& section, Evidence& evidence) {
    const std::string_view answer = trim(section.body);
    if (is_failure(answer)) return;
    for (const MetadataRow& row : rows_of_metadata)
        if (contains(section.command.line, row.asked)) return hear_cloud(row, answer, section, evidence);
}

/// "instance-type: c5.2xlarge" among other lines.
void read_ec2_metadata(const Section& section, Evidence& evidence) {
    for_each_line(section.body, [&](std::string_view line) {
        if (const std::string_view type = after(line, "instance-type: "); !type.empty())
            hear_cloud(rows_of_metadata[0], trim(type), section, evidence);
    });
}

/// One word: "aws", "gce", "azure", "oracle", "aliyun" ... or "nocloud", which is anybody's.
void read_cloud_id(const Section& section, Evidence& evidence) {
    constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"aws", "aws"},           {"gce", "google"},          {"azure", "azure"},
        {"oracle", "oci"},        {"aliyun", "alibaba"},      {"digitalocean", "digitalocean"},
        {"hetzner", "hetzner"},   {"openstack", "openstack"}, {"vultr", "vultr"},
        {"scaleway", "scaleway"}, {"akamai", "linode"},       {"cloudstack", "cloudstack"}};
    const std::string_view word = trim(section.body);
    const auto named = std::find_if(std::begin(names), std::end(names),
                                    [&](const auto& name) { return name.first == word; });
    if (named == std::end(names)) return;
    evidence.hear(hearsay::cloud, named->second, "cloud-id");
    evidence.taken("cloud-id");
}

}  // namespace nestprobe
