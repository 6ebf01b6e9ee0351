// SPDX-License-Identifier: MIT
#include "remedy/cpu_option.hpp"

#include "base/text.hpp"
#include "definition/cpu_models.hpp"
#include "remedy/shell.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

bool takes_away(std::string_view flag, std::string_view feature) {
    if (flag.starts_with('-')) return flag.substr(1) == feature;
    const auto equals = flag.find('=');  // what is neither on nor off QEMU refuses
    return equals != std::string_view::npos && flag.substr(0, equals) == feature &&
           qemu_switch(flag.substr(equals + 1)) != true;
}

/// "+vmx", "vmx", "vmx=on" and QEMU's other words for on.
bool asks_for(std::string_view flag, std::string_view feature) {
    if (flag == feature || (flag.starts_with('+') && flag.substr(1) == feature)) return true;
    const auto equals = flag.find('=');
    return equals != std::string_view::npos && flag.substr(0, equals) == feature &&
           qemu_switch(flag.substr(equals + 1)) == true;
}

bool keeps_out(std::string_view flag, std::string_view feature) {
    if (!feature.empty()) return takes_away(flag, feature);
    return takes_away(flag, "vmx") || takes_away(flag, "svm");
}

/// A named model of this processor's vendor, or of none, which has that feature taken away by name: to give
/// it back is enough.
bool is_taken_from_model(std::string_view model, std::string_view flags, std::string_view feature) {
    const NamedCpu* named = find_named_cpu(model);
    const Technology here = feature == "svm" ? Technology::svm : Technology::vmx;
    if (feature.empty() || !named || (named->vendor && *named->vendor != here)) return false;
    bool taken = false, of_vendor = true;
    for_each_part(flags, ',', [&](std::string_view flag) {
        taken = taken || takes_away(flag, feature);
        of_vendor = of_vendor && !flag.starts_with("vendor=");
    });
    return taken && of_vendor;
}

/// Beside the host's own CPU: what only processors of the other kind have, and their makers' names.
bool is_of_other_kind(std::string_view flag, std::string_view feature) {
    const bool of_vmx = asks_for(flag, "vmx") || flag == "vendor=GenuineIntel";
    const bool of_svm =
        asks_for(flag, "svm") || flag == "vendor=AuthenticAMD" || flag == "vendor=HygonGenuine";
    return (feature == "svm" && of_vmx) || (feature == "vmx" && of_svm);
}

/// What goes with a named model: the other vendor's feature and name.
bool goes_with_model(std::string_view flag) {
    return flag.starts_with("vendor=") || asks_for(flag, "vmx") || asks_for(flag, "svm");
}

}  // namespace

bool is_taken_by_global(const GuestFacts& guest, std::string_view feature) {
    const std::string* global = guest.cpu_global.if_known();
    return global && !feature.empty() && contains(*global, fmt::format(".{}=", feature)) &&
           is(feature == "svm" ? guest.svm : guest.vmx, FeaturePolicy::disable);
}

std::string edited_cpu_option(std::string_view value, std::string_view feature) {
    const std::string_view model = value.substr(0, value.find(','));
    value.remove_prefix(std::min(model.size() + 1, value.size()));
    const bool of_host = model == "host" || model == "max";
    const bool given_back = !of_host && is_taken_from_model(model, value, feature);
    std::string edited(of_host || given_back ? model : "host");
    for_each_part(value, ',', [&](std::string_view flag) {
        if (given_back && takes_away(flag, feature))
            edited.append(",+").append(feature);
        else if (!keeps_out(flag, given_back || of_host ? feature : "") &&
                 (of_host ? !is_of_other_kind(flag, feature) : given_back || !goes_with_model(flag)))
            edited.append(",").append(flag);
    });
    return edited;
}

std::string edited_proxmox_cpu(const GuestFacts& guest) {
    const std::string* value = guest.cpu_option.if_known();
    const bool of_line = is(guest.definition, DefinitionKind::proxmox) && !is(guest.passed_cpu, true);
    if (!value || !of_line) return "host";
    const bool given_back =
        contains(*value, "-nested-virt") && !is(guest.cpu_mode, CpuMode::host_passthrough);
    std::string edited;
    bool first = true;
    for_each_part(*value, ',', [&](std::string_view part) {
        const bool model =
            first && (part.find('=') == std::string_view::npos || part.starts_with("cputype="));
        if (first && !model) edited = "host";
        first = false;
        if (model) {
            edited = given_back ? part : "host";
            return;
        }
        if (!part.starts_with("flags=")) {
            edited.append(",").append(part);
            return;
        }
        std::string flags;
        for_each_part(part.substr(6), ';', [&](std::string_view flag) {
            const std::string_view name = flag.substr(flag.empty() ? 0 : 1);
            if (name == "vmx" || name == "svm" || (name == "nested-virt" && !given_back)) return;
            flags.append(flags.empty() ? "" : ";").append(name == "nested-virt" ? "+nested-virt" : flag);
        });
        if (!flags.empty()) edited.append(",flags=").append(flags);
    });
    return shell_word(edited).value_or("host");
}

std::string edited_cpu_arguments(const GuestFacts& guest, std::string_view feature) {
    const std::string* option = guest.cpu_option.if_known();
    std::string edited = option ? edited_cpu_option(*option, feature) : "host";
    if (is_taken_by_global(guest, feature)) edited.append(",+").append(feature);  // which wins over -global
    return fmt::format("{} -cpu {}", is(guest.accelerator, Accelerator::kvm) ? "" : " -accel kvm", edited);
}

std::string edited_proxmox_args(std::string_view configuration, const GuestFacts& guest,
                                std::string_view feature) {
    const std::string* option = guest.cpu_option.if_known();
    std::string edited;
    for_each_line(configuration, [&](std::string_view line) {
        if (!option || option->empty() || !edited.empty() || !line.starts_with("args:")) return;
        const std::string_view args = trim(line.substr(5));
        const auto at = args.rfind(*option);  // the last -cpu is the one that counts
        if (at == std::string_view::npos) return;
        edited = fmt::format("{}{}{}", args.substr(0, at), edited_cpu_option(*option, feature),
                             args.substr(at + option->size()));
    });
    return edited;
}

}  // namespace nestprobe
