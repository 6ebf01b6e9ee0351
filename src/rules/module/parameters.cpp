// SPDX-License-Identifier: MIT
// Types: the module_param lines of Linux 4.19, 5.10, 5.15, 6.1, 6.6, 6.12, 6.16 and 7.2, arch/x86/kvm and
// virt/kvm.  Words: lib/kstrtox.c, kstrtobool(); kernel/params.c, parse_args().
#include "rules/module/parameters.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <limits>

namespace nestprobe {
namespace {

constexpr ParameterRow parameter_table[] = {
    {"kvm_intel", "vpid", ParameterType::boolean},
    {"kvm_intel", "vnmi", ParameterType::boolean},
    {"kvm_intel", "flexpriority", ParameterType::boolean},
    {"kvm_intel", "ept", ParameterType::boolean},
    {"kvm_intel", "unrestricted_guest", ParameterType::boolean},
    {"kvm_intel", "eptad", ParameterType::boolean},
    {"kvm_intel", "emulate_invalid_guest_state", ParameterType::boolean},
    {"kvm_intel", "fasteoi", ParameterType::boolean},
    {"kvm_intel", "enable_apicv", ParameterType::boolean},
    {"kvm_intel", "enable_ipiv", ParameterType::boolean},
    {"kvm_intel", "enable_device_posted_irqs", ParameterType::boolean},
    {"kvm_intel", "nested", ParameterType::boolean},
    {"kvm_intel", "enlightened_vmcs", ParameterType::boolean},
    {"kvm_intel", "pml", ParameterType::boolean},
    {"kvm_intel", "error_on_inconsistent_vmcs_config", ParameterType::boolean},
    {"kvm_intel", "dump_invalid_vmcs", ParameterType::boolean},
    {"kvm_intel", "preemption_timer", ParameterType::boolean},
    {"kvm_intel", "allow_smaller_maxphyaddr", ParameterType::boolean},
    {"kvm_intel", "enable_shadow_vmcs", ParameterType::boolean},
    {"kvm_intel", "nested_early_check", ParameterType::boolean},
    {"kvm_intel", "sgx", ParameterType::boolean},
    {"kvm_intel", "tdx", ParameterType::boolean},
    {"kvm_intel", "warn_on_missed_cc", ParameterType::boolean},
    {"kvm_intel", "mbec", ParameterType::boolean},
    {"kvm_intel", "cet", ParameterType::boolean},
    {"kvm_intel", "enable_mediated_pmu", ParameterType::boolean},
    {"kvm_intel", "pt_mode", ParameterType::integer},
    {"kvm_intel", "ple_gap", ParameterType::natural},
    {"kvm_intel", "ple_window", ParameterType::natural},
    {"kvm_intel", "ple_window_grow", ParameterType::natural},
    {"kvm_intel", "ple_window_shrink", ParameterType::natural},
    {"kvm_intel", "ple_window_max", ParameterType::natural},
    {"kvm_intel", "vmentry_l1d_flush", ParameterType::other},
    {"kvm_amd", "nested", ParameterType::integer},
    {"kvm_amd", "nrips", ParameterType::integer},
    {"kvm_amd", "vls", ParameterType::integer},
    {"kvm_amd", "vgif", ParameterType::integer},
    {"kvm_amd", "lbrv", ParameterType::integer},
    {"kvm_amd", "tsc_scaling", ParameterType::integer},
    {"kvm_amd", "npt", ParameterType::integer, {}, {5, 10}},
    {"kvm_amd", "npt", ParameterType::boolean, {5, 15}},
    {"kvm_amd", "sev", ParameterType::integer, {}, {5, 10}},
    {"kvm_amd", "sev", ParameterType::boolean, {5, 15}},
    {"kvm_amd", "avic", ParameterType::integer, {}, {5, 10}},
    {"kvm_amd", "avic", ParameterType::boolean, {5, 15}, {6, 16}},
    {"kvm_amd", "avic", ParameterType::other, {7, 0}},
    {"kvm_amd", "force_avic", ParameterType::boolean},
    {"kvm_amd", "enable_ipiv", ParameterType::boolean},
    {"kvm_amd", "enable_device_posted_irqs", ParameterType::boolean},
    {"kvm_amd", "enable_mediated_pmu", ParameterType::boolean},
    {"kvm_amd", "gmet", ParameterType::boolean},
    {"kvm_amd", "intercept_smi", ParameterType::boolean},
    {"kvm_amd", "vnmi", ParameterType::boolean},
    {"kvm_amd", "sev_es", ParameterType::boolean},
    {"kvm_amd", "sev_snp", ParameterType::boolean},
    {"kvm_amd", "debug_swap", ParameterType::boolean},
    {"kvm_amd", "dump_invalid_vmcb", ParameterType::boolean},
    {"kvm_amd", "pause_filter_count", ParameterType::natural},
    {"kvm_amd", "pause_filter_thresh", ParameterType::natural},
    {"kvm_amd", "pause_filter_count_grow", ParameterType::natural},
    {"kvm_amd", "pause_filter_count_shrink", ParameterType::natural},
    {"kvm_amd", "pause_filter_count_max", ParameterType::natural},
    {"kvm_amd", "ciphertext_hiding_asids", ParameterType::natural},
    {"kvm", "ignore_msrs", ParameterType::boolean},
    {"kvm", "report_ignored_msrs", ParameterType::boolean},
    {"kvm", "tdp_mmu", ParameterType::boolean},
    {"kvm", "mmio_caching", ParameterType::boolean},
    {"kvm", "enable_pmu", ParameterType::boolean},
    {"kvm", "enable_virt_at_load", ParameterType::boolean},
    {"kvm", "eager_page_split", ParameterType::boolean},
    {"kvm", "enable_vmware_backdoor", ParameterType::boolean},
    {"kvm", "flush_on_reuse", ParameterType::boolean},
    {"kvm", "kvmclock_periodic_sync", ParameterType::boolean},
    {"kvm", "vector_hashing", ParameterType::boolean},
    {"kvm", "mitigate_smt_rsb", ParameterType::boolean},
    {"kvm", "allow_unsafe_mappings", ParameterType::boolean},
    {"kvm", "lapic_timer_advance", ParameterType::boolean},
    {"kvm", "dbg", ParameterType::boolean},
    {"kvm", "force_emulation_prefix", ParameterType::boolean, {}, {5, 15}},
    {"kvm", "force_emulation_prefix", ParameterType::integer, {6, 1}},
    {"kvm", "lapic_timer_advance_ns", ParameterType::integer},
    {"kvm", "nx_huge_pages", ParameterType::other},
    {"kvm", "pi_inject_timer", ParameterType::other},
    {"kvm", "nx_huge_pages_recovery_ratio", ParameterType::natural},
    {"kvm", "nx_huge_pages_recovery_period_ms", ParameterType::natural},
    {"kvm", "halt_poll_ns", ParameterType::natural},
    {"kvm", "halt_poll_ns_grow", ParameterType::natural},
    {"kvm", "halt_poll_ns_grow_start", ParameterType::natural},
    {"kvm", "halt_poll_ns_shrink", ParameterType::natural},
    {"kvm", "min_timer_period_us", ParameterType::natural},
    {"kvm", "tsc_tolerance_ppm", ParameterType::natural},
};

enum class Age : std::uint8_t { older, newer, unknown };

/// Is this kernel before or after a change that came between two versions?
Age age(const std::optional<KernelVersion>& version, KernelVersion last_before, KernelVersion first_after) {
    if (!version) return Age::unknown;
    if (*version >= first_after) return Age::newer;
    return last_before >= *version ? Age::older : Age::unknown;
}

/// A letter that newer kernels take, and older ones refuse.
Reads since(Age age, Reads reads) {
    return age == Age::newer ? reads : age == Age::older ? Reads::invalid : Reads::unknown;
}

/// By its first letter, of "on" and "off" by two.
Reads read_boolean(std::string_view value, const std::optional<KernelVersion>& version) {
    if (value.empty()) return Reads::on;  // a bare word
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    const char first = lower(value[0]), second = value.size() > 1 ? lower(value[1]) : ' ';
    switch (first) {
        case 'y':
        case '1': return Reads::on;
        case 'n':
        case '0': return Reads::off;
        case 'o': return second == 'n' ? Reads::on : second == 'f' ? Reads::off : Reads::invalid;
        case 't': return since(age(version, {5, 16}, {5, 18}), Reads::on);
        case 'f': return since(age(version, {5, 16}, {5, 18}), Reads::off);
        case 'e': return since(age(version, {6, 12}, {7, 2}), Reads::on);
        case 'd': return since(age(version, {6, 12}, {7, 2}), Reads::off);
        default: return Reads::invalid;
    }
}

/// kstrtoint(), base 0: a sign, then 0x.., 0.. or decimal, and nothing else.
Reads read_number(std::string_view value, bool may_be_negative) {
    const bool negative = may_be_negative && value.starts_with('-');
    if (negative || value.starts_with('+')) value.remove_prefix(1);
    int base = 10;
    if (value.size() > 2 && value[0] == '0' && (value[1] | 0x20) == 'x') {
        base = 16;
        value.remove_prefix(2);
    } else if (value.size() > 1 && value[0] == '0') {
        base = 8;
    }
    std::uint64_t number = 0;
    if (!parse_number(value, number, base)) return Reads::invalid;
    const std::uint64_t most = may_be_negative ? std::uint64_t{std::numeric_limits<std::int32_t>::max()}
                                               : std::uint64_t{std::numeric_limits<std::uint32_t>::max()};
    if (number > most + (negative ? 1 : 0)) return Reads::invalid;
    return number == 0 ? Reads::off : Reads::on;
}

Reads read_as(ParameterType type, std::string_view value, const std::optional<KernelVersion>& version) {
    switch (type) {
        case ParameterType::boolean: return read_boolean(value, version);
        case ParameterType::integer: return read_number(value, true);
        case ParameterType::natural: return read_number(value, false);
        case ParameterType::other: {
            const Reads as_bool = read_boolean(value, version);
            return value.empty() || as_bool == Reads::invalid ? Reads::accepted : as_bool;
        }
    }
    return Reads::unknown;
}

bool may_be_now(const ParameterRow& row, const std::optional<KernelVersion>& version) {
    return !version || (*version >= row.since && row.until >= *version);
}

bool names(const ParameterRow& row, std::string_view module, std::string_view parameter) {
    return row.module == module && row.name == parameter;
}

}  // namespace

std::span<const ParameterRow> parameter_rows() { return parameter_table; }

Reads read_value(std::string_view module, std::string_view parameter, std::string_view value,
                 const std::optional<KernelVersion>& version) {
    std::optional<Reads> reads;
    for (const ParameterRow& row : parameter_table) {
        if (!names(row, module, parameter) || !may_be_now(row, version)) continue;
        const Reads here = read_as(row.type, value, version);
        if (reads && *reads != here) return Reads::unknown;
        reads = here;
    }
    if (reads) return *reads;
    // Between two types: what both take alike.
    if (version && is_parameter(module, parameter)) return read_value(module, parameter, value, std::nullopt);
    return Reads::unknown;
}

std::string_view words_of(ParameterType type) {
    switch (type) {
        case ParameterType::boolean: return "Y or N, 1 or 0";
        case ParameterType::integer: return "a number: 1 or 0";
        case ParameterType::natural: return "a number";
        case ParameterType::other: return "a word of its own";
    }
    return "";
}

std::optional<ParameterType> type_of(std::string_view module, std::string_view parameter,
                                     const std::optional<KernelVersion>& version) {
    std::optional<ParameterType> type;
    for (const ParameterRow& row : parameter_table) {
        if (!names(row, module, parameter) || !may_be_now(row, version)) continue;
        if (type && *type != row.type) return std::nullopt;
        type = row.type;
    }
    return type;
}

std::string_view nearest_parameter(std::string_view module, std::string_view name) {
    std::string_view nearest;
    unsigned best = name.size() > 4 ? 3 : 2;  // of a short name, one change
    for (const ParameterRow& row : parameter_table)
        if (row.module == module)
            if (const unsigned d = distance(row.name, name); d < best) {
                best = d;
                nearest = row.name;
            }
    return nearest;
}

bool is_parameter(std::string_view module, std::string_view name) {
    return std::any_of(std::begin(parameter_table), std::end(parameter_table),
                       [&](const ParameterRow& row) { return names(row, module, name); });
}

std::string_view module_with(std::string_view name, std::string_view but_not) {
    for (const ParameterRow& row : parameter_table)
        if (row.name == name && row.module != but_not) return row.module;
    return {};
}

}  // namespace nestprobe
