// SPDX-License-Identifier: MIT
// Whose machine it is by the names in a shell's prompt: clouds give their machines, and the first user of
// their images, names that few people change.  The names themselves go no further.
//
// Sources (all as of 2026-11, from general knowledge): Amazon EC2 User Guide, "EC2 instance hostnames and
// domains", "Default usernames"; Azure portal, "Create a virtual machine" (azureuser); OCI, "Connecting to an
// Instance" (opc); Google Cloud console, default names of instances; DigitalOcean, Hetzner Cloud, Scaleway,
// Alibaba ECS, Tencent CVM, Vultr and Linode: names that their consoles propose.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"
#include "snapshot/import/typed.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// Patterns as fnmatch(3) takes them.
struct PromptRow {
    const char* user;
    const char* host;
    std::string_view cloud;  ///< as in hearsay::cloud
};
constexpr PromptRow prompt_rows[] = {
    {"*", "ip-[0-9]*-[0-9]*-[0-9]*-[0-9]*", "aws"},
    {"ec2-user", "*", "aws"},
    {"azureuser", "*", "azure"},
    {"opc", "*", "oci"},
    {"*", "instance-20[0-9][0-9][0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]", "oci"},
    {"*", "instance-20[0-9][0-9][0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9][0-9][0-9]", "google"},
    {"*", "*-s-[0-9]*vcpu-[0-9]*gb-*", "digitalocean"},
    {"*", "*-[0-9]*gb-fsn1-[0-9]*", "hetzner"},
    {"*", "*-[0-9]*gb-nbg1-[0-9]*", "hetzner"},
    {"*", "*-[0-9]*gb-hel1-[0-9]*", "hetzner"},
    {"*", "*-[0-9]*gb-ash-[0-9]*", "hetzner"},
    {"*", "*-[0-9]*gb-hil-[0-9]*", "hetzner"},
    {"*", "*-[0-9]*gb-sin-[0-9]*", "hetzner"},
    {"*", "scw-*-*", "scaleway"},
    {"*", "iZ[0-9a-z]*Z", "alibaba"},
    {"*", "VM-[0-9]*-[0-9]*-*", "tencent"},
    {"linuxuser", "*", "vultr"},
    {"*", "li[0-9]*-[0-9]*", "linode"},
    {"*", "vmi[0-9][0-9][0-9][0-9][0-9][0-9]*", "contabo"},
    {"*", "vps-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]", "ovh"},
    // Ubuntu's installer names a machine after its user and its product (ubiquity, misc.dmimodel())
    {"*", "*-VirtualBox", "virtualbox"},
    {"*", "*-VMware-Virtual-Platform", "vmware"},
    {"*", "*-VMware[0-9]*-[0-9]", "vmware"},
    {"*", "*-Virtual-Machine", "hyper-v"},
    {"*", "*-Parallels-Virtual-Platform", "parallels"},
    {"*", "*-Standard-PC-*", "kvm"},
    {"*", "*-HVM-domU", "xen"},
    // Windows' own names for a new machine, which WSL takes over
    {"*", "DESKTOP-[0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z]", "wsl"},
    {"*", "LAPTOP-[0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z]*", "wsl"},
};

/// "user@host:~$ id", "[user@host ~]$ id": the cloud that gives such names; empty where none does.
std::string_view cloud_of_prompt(std::string_view line) {
    const auto at = line.find('@');
    if (at == std::string_view::npos || typed_in(line).empty()) return {};
    const std::string_view before = line.substr(0, at), behind = line.substr(at + 1);
    const std::string user(trim(before.substr(before.find_last_of(" [(") + 1)));
    const std::string host(behind.substr(0, behind.find_first_of(":] $#%")));
    // WSL mounts Windows' drives there, and no Linux does.
    if (const std::string_view folder = behind.substr(std::min(host.size(), behind.size()));
        folder.starts_with(":/mnt/c/") || folder.starts_with(":/mnt/c$") || folder.starts_with(":/mnt/d/"))
        return "wsl";
    for (const PromptRow& row : prompt_rows)
        if (::fnmatch(row.user, user.c_str(), 0) == 0 && ::fnmatch(row.host, host.c_str(), 0) == 0)
            return row.cloud;
    return {};
}

}  // namespace

std::set<std::string_view> clouds_in_prompts(std::string_view text) {
    std::set<std::string_view> clouds;
    for_each_line(text, [&](std::string_view line) {
        if (const std::string_view cloud = cloud_of_prompt(line); !cloud.empty()) clouds.insert(cloud);
    });
    return clouds;
}

void hear_prompts(const std::set<std::string_view>& clouds, Evidence& evidence) {
    if (clouds.size() == 1) evidence.hear(hearsay::prompt, *clouds.begin(), hearsay::names_in_prompt);
}

}  // namespace nestprobe
