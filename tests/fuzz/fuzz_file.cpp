// SPDX-License-Identifier: MIT
// One file of a machine, its other files as they were recorded: the input's first byte says which file, and
// its highest bit whether Intel's machine or AMD's.
#include "fuzz.hpp"

using namespace nestprobe;

namespace {

constexpr std::string_view paths[] = {
    "/proc/cpuinfo",
    "/proc/cmdline",
    "/proc/modules",
    "/proc/interrupts",
    "/proc/self/status",
    "/proc/config.gz",
    "/etc/modprobe.d/kvm.conf",
    "/sys/module/kvm_intel/parameters/nested",
    "/sys/firmware/acpi/tables/DMAR",
    "/sys/firmware/acpi/tables/IVRS",
    "/sys/class/iommu/dmar0/intel-iommu/ecap",
    "/sys/class/iommu/ivhd0/amd-iommu/features",
    "/proc/sys/kernel/osrelease",
    "/sys/class/dmi/id/product_name",
    "/boot/config-6.1.0-56-cloud-amd64",
    "/lib/modules/6.1.0-56-cloud-amd64/modules.builtin",
    "/etc/modprobe.d/other.conf",
    "/usr/lib/modprobe.d/kvm.conf",
    "/sys/module/kvm_amd/parameters/nested",
    "/sys/firmware/acpi/tables/FACP",
    "/sys/firmware/acpi/tables/VIOT",
    "/proc/self/cgroup",
    "/proc/self/uid_map",
    "/proc/self/environ",
    "/proc/xen/capabilities",
    "/sys/hypervisor/type",
    "/etc/os-release",
    "/etc/kernel/cmdline",
    "/etc/kernelstub/configuration",
    "/sys/devices/system/cpu/vulnerabilities/itlb_multihit",
    "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
    "/sys/module/vboxdrv/version",
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const Recording intel = fuzz::golden_machine(), amd = fuzz::golden_machine(true);
    Recording recording = (data[0] & 0x80) != 0 ? amd : intel;
    const std::string_view path = paths[(data[0] & 0x7f) % std::size(paths)];
    recording.files.insert_or_assign(std::string(path), std::string(fuzz::text_of(data, size).substr(1)));
    recording.directories.clear();  // derived from the files
    fuzz::render(make_report(fuzz::facts_of(std::move(recording))), fuzz::text_of(data, size));
    return 0;
}
