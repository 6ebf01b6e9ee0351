// SPDX-License-Identifier: MIT
#include "guest/several_guests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

constexpr std::size_t most_named = 4, longest_name = 60;

template <class T>
bool is_same(const Fact<T>& a, const Fact<T>& b) {
    const T* one = a.if_known();
    const T* other = b.if_known();
    return one && other ? *one == *other : !one && !other;
}

bool have_same_cpu(const GuestFacts& a, const GuestFacts& b) {
    return is_same(a.definition, b.definition) && is_same(a.accelerator, b.accelerator) &&
           is_same(a.arch, b.arch) && is_same(a.cpu_mode, b.cpu_mode) && is_same(a.cpu_model, b.cpu_model) &&
           is_same(a.cpu_vendor, b.cpu_vendor) && is_same(a.cpu_check, b.cpu_check) &&
           is_same(a.vmx, b.vmx) && is_same(a.svm, b.svm) && is_same(a.required, b.required) &&
           is_same(a.launch_security, b.launch_security) && is_same(a.evmcs, b.evmcs) &&
           is_same(a.hyperv_passthrough, b.hyperv_passthrough) && is_same(a.passed_cpu, b.passed_cpu) &&
           is_same(a.cpu_match, b.cpu_match) && is_same(a.cpu_global, b.cpu_global) &&
           is_same(a.cpu_line_dropped, b.cpu_line_dropped);
}

bool have_same_board(const GuestFacts& a, const GuestFacts& b) {
    return is_same(a.machine, b.machine) && is_same(a.acpi, b.acpi) && is_same(a.iommu, b.iommu) &&
           is_same(a.intremap, b.intremap) && is_same(a.caching_mode, b.caching_mode) &&
           is_same(a.ioapic, b.ioapic) && is_same(a.assigned_devices, b.assigned_devices);
}

std::string list_guests(const std::vector<OneOfSeveral>& guests) {
    std::string list;
    for (std::size_t i = 0; i < std::min(guests.size(), most_named); ++i)
        list += fmt::format("{}{}{}line {}", i == 0 ? "" : "; ", guests[i].name.substr(0, longest_name),
                            guests[i].name.empty() ? "" : ", ", guests[i].line);
    return guests.size() > most_named ? list + "; ..." : list;
}

}  // namespace

GuestFacts facts_of_all(std::vector<OneOfSeveral> guests, const std::string& label) {
    GuestFacts f = std::move(guests.front().facts);
    if (guests.size() == 1) return f;
    const auto others = guests.begin() + 1;
    const bool all = guests.size() < most_guests;
    const bool same_cpu = all && std::all_of(others, guests.end(), [&](const OneOfSeveral& other) {
                              return have_same_cpu(f, other.facts);
                          });
    const bool same_board = all && std::all_of(others, guests.end(), [&](const OneOfSeveral& other) {
                                return have_same_board(f, other.facts);
                            });
    const std::string many = fmt::format("{}: {}{} guests are defined here ({})", label, guests.size(),
                                         all ? "" : " or more", list_guests(guests));
    f.name = Absent{Why::not_recorded, many};
    f.vmid = Absent{Why::not_recorded, many};
    const Absent differ{Why::not_recorded, many + ", which differ in this: give nestprobe one of them"};
    const auto forget = [&](auto&... facts) { ((facts = differ), ...); };
    if (!same_cpu)
        forget(f.accelerator, f.arch, f.cpu_mode, f.cpu_model, f.cpu_vendor, f.vmx, f.svm, f.launch_security,
               f.required, f.evmcs, f.cpu_match, f.cpu_global, f.cpu_line_dropped);
    if (!same_board)
        forget(f.machine, f.q35, f.acpi, f.assigned_devices, f.fixed_addresses, f.iommu, f.iommus,
               f.iommu_bus, f.intremap, f.caching_mode, f.eim, f.iotlb, f.aw_bits, f.iommu_first, f.ioapic);
    if (std::any_of(others, guests.end(),
                    [&](const OneOfSeveral& other) { return !is_same(f.vcpus, other.facts.vcpus); }))
        f.vcpus = differ;
    return f;
}

}  // namespace nestprobe
