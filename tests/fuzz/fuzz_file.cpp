// SPDX-License-Identifier: MIT
// One file of a machine, its other files as they were recorded: the input's first byte says which.
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
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const Recording golden = fuzz::golden_machine();
    Recording recording = golden;
    const std::string_view path = paths[data[0] % std::size(paths)];
    recording.files.insert_or_assign(std::string(path), std::string(fuzz::text_of(data, size).substr(1)));
    recording.directories.clear();  // derived from the files
    fuzz::render(make_report(fuzz::facts_of(std::move(recording))), fuzz::text_of(data, size));
    return 0;
}
