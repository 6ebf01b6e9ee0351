// SPDX-License-Identifier: MIT
// What a tool's output says of a machine and no file of the kernel holds: lscpu's "Hypervisor vendor", the
// log's "Hypervisor detected", kvm-ok's verdict.  A recording keeps it as a file without a slash in front:
// first the value, then a line that says who said it, and behind a comma or a colon where.  A live machine
// has none.
#pragma once

#include "base/fact.hpp"

#include <string_view>

namespace nestprobe {

namespace hearsay {
inline constexpr std::string_view hypervisor = "hearsay/hypervisor";  ///< its name: "KVM", "Xen"
inline constexpr std::string_view cloud = "hearsay/cloud";    ///< whose metadata answered: "aws", "google"
inline constexpr std::string_view prompt = "hearsay/prompt";  ///< whose names a shell's prompt has, likewise
inline constexpr std::string_view guest = "hearsay/guest";    ///< "yes", "no"
inline constexpr std::string_view xen_role = "hearsay/xen_role";  ///< as in HypervisorFacts
inline constexpr std::string_view flag_vmx = "hearsay/flag_vmx";  ///< "yes", "no": the kernel's flag
inline constexpr std::string_view flag_svm = "hearsay/flag_svm";
inline constexpr std::string_view svm_or_lock =
    "hearsay/svm_or_lock";  ///< "yes": the kernel lists svm, or svm_lock, or both
inline constexpr std::string_view cpuid_vmx = "hearsay/cpuid_vmx";  ///< "yes", "no": CPUID's own bit
inline constexpr std::string_view cpuid_svm = "hearsay/cpuid_svm";
inline constexpr std::string_view cpuid_hypervisor = "hearsay/cpuid_hypervisor";
inline constexpr std::string_view firmware_off = "hearsay/firmware_off";  ///< the tool's line
inline constexpr std::string_view usable = "hearsay/usable";              ///< "yes": /dev/kvm is there
inline constexpr std::string_view nested =
    "hearsay/nested";  ///< "yes", "no": KVM offers VMX or SVM to guests
inline constexpr std::string_view built_in = "hearsay/built_in";    ///< names of modules
inline constexpr std::string_view maker = "hearsay/maker";          ///< of an appliance's kernel
inline constexpr std::string_view missing = "hearsay/missing";      ///< names of modules that have no file
inline constexpr std::string_view cpu_count = "hearsay/cpu_count";  ///< "unknown": nobody said how many
inline constexpr std::string_view definition =
    "hearsay/definition";  ///< "yes", "no": the guest's definition shows it VMX or SVM
inline constexpr std::string_view instance_type =
    "hearsay/instance_type";  ///< as the cloud names it: "t3.large", "Standard_D4s_v5"
inline constexpr std::string_view container_refused =
    "hearsay/container_refused";  ///< VFIO could not attach a group to the IOMMU: the errno's words
inline constexpr std::string_view device_asked =
    "hearsay/device_asked";  ///< "given", "refused": docker run --device /dev/kvm, by the daemon
inline constexpr std::string_view job = "hearsay/job";                    ///< a CI's, as in KernelFacts
inline constexpr std::string_view iommu = "hearsay/iommu";                ///< "yes", "no": one is used
inline constexpr std::string_view xen_directio = "hearsay/xen_directio";  ///< "yes", "no", of xl info
inline constexpr std::string_view iommu_table = "hearsay/iommu_table";    ///< "none": no table announces one
inline constexpr std::string_view group_refused = "hearsay/group_refused";  ///< VFIO's: "1 0000:01:00.0"
inline constexpr std::string_view opener =
    "hearsay/opener";  ///< who was refused /dev/kvm: "libvirt", "nix", "member", "snap", "policy"
inline constexpr std::string_view named_product =
    "hearsay/named_product";  ///< whose guest this may be, by a person's sentence: no reading
inline constexpr std::string_view named_board = "hearsay/named_board";  ///< an Arm one, likewise
inline constexpr std::string_view named_place =
    "hearsay/named_place";  ///< a CI's job, a sandbox, likewise; as process.job or process.container has it
inline constexpr std::string_view no_modprobe =
    "hearsay/no_modprobe";  ///< "yes": a shell found no such program
inline constexpr std::string_view windows =
    "hearsay/windows";  ///< "yes": tools of Windows spoke, about the machine that Windows is on
inline constexpr std::string_view no_group =
    "hearsay/no_group";  ///< "yes": /etc/group has no kvm, by the Android emulator; "no": it names a member
inline constexpr std::string_view boot_words =
    "hearsay/boot_words";  ///< words of a kernel command line that a boot loader's file holds, a blank
                           ///< between
inline constexpr std::string_view entry_failed =
    "hearsay/entry_failed";  ///< QEMU's line: a guest could not be entered
inline constexpr std::string_view host_nested =
    "hearsay/host_nested";  ///< "yes", "no": nested of KVM on this guest's host, by that one's outputs
inline constexpr std::string_view contradictions = "hearsay/contradictions";  ///< a line each

/// Who says what hearsay::prompt holds; the names themselves are not kept.
inline constexpr std::string_view names_in_prompt = "names in the prompt";
/// Of a person's sentence: two that differ say nothing.
constexpr bool is_sentence(std::string_view path) {
    return path == named_product || path == named_board || path == named_place;
}
/// Who says what hearsay::named_product and named_board hold.
inline constexpr std::string_view in_a_sentence = "a sentence";
inline constexpr std::string_view in_a_sentence_of_a_pc = "a sentence on a PC's product";
/// Others whose words count for more, or less, than a tool's.
inline constexpr std::string_view kernel_log = "kernel log", vmx_file = "a .vmx file", vmware = "VMware",
                                  docker_on_windows = "docker on Windows";
/// Programs that look at CPUID, not at the kernel's flags.
inline constexpr std::string_view vboxmanage = "VBoxManage", emulator = "the Android emulator",
                                  coreinfo = "Coreinfo";
/// Lines of modprobe.d that a filter showed without their numbers begin with this one.
inline constexpr std::string_view lines_without_place = "# the numbers of these lines are not known";
/// Where nobody knows which of the files a line stands in.
inline constexpr std::string_view unknown_options_file = "/etc/modprobe.d/*.conf";

/// A statement as its file holds it.
struct Statement {
    std::string_view value;
    std::string_view source;   ///< "lscpu, Hypervisor vendor"
    std::string_view speaker;  ///< "lscpu"
};
/// Of a source, who that is.
std::string_view speaker_in(std::string_view source);
Statement parse_statement(std::string_view text);
std::string write_statement(std::string_view value, std::string_view source);
/// What sort of sign the words of this one are.
constexpr SignKind sign_of_speaker(std::string_view speaker) {
    if (speaker == names_in_prompt) return SignKind::prompt;
    if (speaker == kernel_log) return SignKind::kernel_log;
    if (speaker == vmx_file) return SignKind::vmx_file;
    if (speaker == vmware) return SignKind::vmware;
    if (speaker == in_a_sentence_of_a_pc) return SignKind::pc_product;
    if (speaker == vboxmanage || speaker == emulator || speaker == coreinfo) return SignKind::program;
    return speaker == docker_on_windows ? SignKind::windows : SignKind::other;
}
}  // namespace hearsay

constexpr bool is_hearsay(std::string_view path) { return path.starts_with("hearsay/"); }

}  // namespace nestprobe
