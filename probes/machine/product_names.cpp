// SPDX-License-Identifier: MIT
#include "machine/product_names.hpp"

#include "base/text.hpp"
#include "base/whole_words.hpp"
#include "facts/facts.hpp"
#include "machine/instance_types.hpp"
#include "machine/platform_signs.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace nestprobe {
namespace {

constexpr ProductName names[] = {
    {"vmware workstation", "VMware", true},
    {"vmware player", "VMware", true},
    {"vmware fusion", "VMware", true},
    {"vmware", "VMware"},
    {"esxi", "VMware"},
    {"vsphere", "VMware"},
    {"virtualbox", "VirtualBox"},
    {"virtual box", "VirtualBox"},
    {"hyper-v", "Hyper-V"},
    {"hyperv", "Hyper-V"},
    {"wsl2", "WSL"},
    {"wsl 2", "WSL"},
    {"wsl", "WSL"},
    {"parallels", "Parallels"},
    {"docker for windows", "Docker Desktop"},
    {"docker desktop", "Docker Desktop"},
    {"proxmox", "Proxmox VE"},
    {"xcp-ng", "Xen"},
    {"xenserver", "Xen"},
    {"nutanix", "Nutanix"},
    {"ahv", "Nutanix"},
    {"citrix hypervisor", "Xen"},
    {"harvester", "Harvester"},
    {"ovirt", "oVirt"},
    {"cloudstack", "CloudStack"},
    {"openstack", "OpenStack"},
    {"aws", "AWS"},
    {"ec2", "AWS"},
    {"eks", "AWS"},
    {"google cloud", "Google"},
    {"gke", "Google"},
    {"aks", "Azure"},
    {"gcp", "Google"},
    {"gce", "Google"},
    {"google compute engine", "Google"},
    {"azure", "Azure"},
    {"digitalocean", "DigitalOcean"},
    {"digital ocean", "DigitalOcean"},
    {"hetzner cloud", "Hetzner"},
    {"linode", "Linode"},
    {"vultr", "Vultr"},
    {"oracle cloud", "OCI"},
    {"alibaba cloud", "Alibaba"},
    {"aliyun", "Alibaba"},
    {"tencent cloud", "Tencent"},
    {"scaleway", "Scaleway"},
    {"ovhcloud", "OVH"},
    {"contabo", "Contabo"},
    {"ovh", "OVH"},
    {"hostinger", "VPS"},
    {"vps", "VPS"},
    {"unraid", "Unraid"},
    {"utm", "UTM"},
    {"orbstack", "OrbStack"},
    {"apple virtualization", "Apple"},
    {"dev box", "Azure"},
    {"devbox", "Azure"},
    {"google compute", "Google"},
    {"oracle cloud infrastructure", "OCI"},
    {"droplet", "DigitalOcean"},
    {"droplets", "DigitalOcean"},
    {"cloud-hypervisor", "Cloud-Hypervisor", false, true},
    // what is also run in guests of others
    {"firecracker", "Firecracker", false, true},
    {"cloud hypervisor", "Cloud-Hypervisor", false, true},
    {"kubevirt", "KubeVirt", false, true},
    {"bhyve", "bhyve", false, true},
    {"xhyve", "bhyve", false, true},
    {"incus", "Incus", false, true},
    {"lxd", "LXD", false, true},
    {"multipass", "Multipass", false, true},
    {"xen", "Xen", false, true},
    {"kvm", "KVM", false, true},
    {"qemu", "KVM", false, true},
    {"libvirt", "KVM", false, true},
    {"virt-manager", "KVM", false, true},
    {"gnome boxes", "KVM", false, true},
    {"gnome-boxes", "KVM", false, true},
    {"opennebula", "KVM", false, true},
    {"truenas", "KVM", false, true},
};

/// Who rents out real hardware as well, or hardly a name in a sentence: only a question names them.
constexpr ProductName asked_names[] = {
    {"hetzner", "Hetzner"}, {"huawei cloud", "VPS"}, {"ibm cloud", "VPS"},
    {"upcloud", "VPS"},     {"netcup", "VPS"},       {"ionos", "VPS"},
    {"exoscale", "VPS"},    {"kamatera", "VPS"},     {"yandex cloud", "VPS"},
};

/// "inside a", "on my own", with nothing that parts them from what follows.
bool is_led_in_directly(std::string_view before) {
    constexpr std::string_view leads[] = {"in", "inside", "on", "under", "within"};
    constexpr std::size_t near = 5;
    const std::vector<std::string_view> words = split_words(before);
    for (std::size_t i = words.size(); i > 0 && i + near > words.size(); --i) {
        const std::string_view word = words[i - 1];
        if (holds(leads, word)) return true;
        if (word.ends_with(',') || contains(word, "..")) return false;  // another product's name stood there
    }
    return false;
}

/// "a Hyper-V VM", "VirtualBox guest".
bool says_machine_next(std::string_view behind) {
    constexpr std::string_view machines[] = {"vm",      "vms",      "guest",    "guests",
                                             "virtual", "instance", "instances"};
    const std::vector<std::string_view> words = split_words(behind.substr(0, 40));
    if (words.empty()) return false;
    std::string_view first = words.front();
    while (first.ends_with(',') || first.ends_with(':') || first.ends_with('.')) first.remove_suffix(1);
    return holds(machines, first);
}

/// Where a Mac's own processor is named and no product: "Mac M1", "M3 MacBook".
bool names_apple_silicon(std::string_view words) {
    constexpr std::string_view silicon[] = {"apple silicon", "apple m1", "apple m2", "apple m3", "apple m4"};
    constexpr std::string_view chips[] = {"m1", "m2", "m3", "m4", "m5"};
    constexpr std::string_view macs[] = {"mac", "macbook", "macos", "mini"};
    const auto has = [&](std::string_view word) { return find_whole(words, word) != std::string_view::npos; };
    return std::any_of(std::begin(silicon), std::end(silicon), has) ||
           (std::any_of(std::begin(chips), std::end(chips), has) &&
            std::any_of(std::begin(macs), std::end(macs), has));
}

/// Said about nesting, or a name with hardly a word besides: no error of some program that names a product.
bool is_about_nesting(std::string_view words) {
    constexpr std::string_view signs[] = {"nest", "virtuali", "kvm", "vmx", "svm", "vt-x", "amd-v"};
    return split_words(words).size() <= 3 ||
           std::any_of(std::begin(signs), std::end(signs), [&](auto sign) { return contains(words, sign); });
}

/// The one of them all; nothing where they are two.
struct OnePlatform {
    std::optional<Platform> platform{};
    bool two = false;

    void hear(Platform next) {
        // A provider's own name says more than that it rents.
        if (platform && next == Platform::hoster) return;
        two = two || (platform && *platform != next && *platform != Platform::hoster);
        platform = next;
    }
    std::optional<Platform> get() const { return two ? std::nullopt : platform; }
};

std::optional<Platform> platform_of_that_name(std::string_view text) {
    constexpr std::string_view more[] = {"hetzner", "ovh", "oci", "tencent", "alibaba", "apple", "pvm"};
    for (const ProductName& row : names)
        if (row.words == text) return platform_called(row.name);
    if (holds(more, text)) return platform_called(text);
    for (auto i = static_cast<int>(Platform::kvm); i < static_cast<int>(Platform::other); ++i)
        if (in_small_letters(to_string(static_cast<Platform>(i))) == text) return static_cast<Platform>(i);
    return std::nullopt;
}

}  // namespace

bool is_rented_out(Platform platform) { return platform >= Platform::aws && platform <= Platform::hoster; }

std::span<const ProductName> product_names() { return names; }

std::optional<Platform> platform_in_words(std::string_view text) {
    std::string words = in_small_letters(trim(text));
    if (const auto alone = platform_of_that_name(words)) return alone;
    OnePlatform named, led_in, any;
    std::vector<ProductName> rows(std::begin(names), std::end(names));
    rows.insert(rows.end(), std::begin(asked_names), std::end(asked_names));
    for (const ProductName& row : rows) {
        if (row.name == "KVM") continue;  // which stands in most messages
        const Platform platform = platform_called(row.name);
        for (auto at = find_whole(words, row.words); at != std::string::npos;
             at = find_whole(words, row.words)) {
            const std::string_view all = words;
            if (is_led_in_directly(all.substr(0, at)) ||
                (!row.also_run_here && says_machine_next(all.substr(at + row.words.size()))))
                led_in.hear(platform);
            if (is_rented_out(platform)) named.hear(platform);
            any.hear(platform);
            words.replace(at, row.words.size(), row.words.size(), '.');  // "vmware" in "vmware player"
        }
    }
    if (led_in.platform) return led_in.get();
    if (const CloudType type = cloud_type_in_words(text); type.platform != Platform::other && !named.platform)
        return type.platform;
    if (named.platform) return named.get();
    const std::string said = in_small_letters(trim(text));
    if (!is_about_nesting(said)) return std::nullopt;
    if (any.platform) return any.get();
    return names_apple_silicon(said) ? std::optional(Platform::apple) : std::nullopt;
}

}  // namespace nestprobe
