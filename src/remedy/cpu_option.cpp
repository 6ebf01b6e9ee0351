// SPDX-License-Identifier: MIT
#include "remedy/cpu_option.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

bool keeps_out(std::string_view flag) {
    for (const std::string_view name : {"vmx", "svm"})
        for (const std::string_view off : {"=off", "=no", "=false"})
            if (flag.substr(0, 1) == "-" ? flag.substr(1) == name : flag == fmt::format("{}{}", name, off))
                return true;
    return false;
}

/// What goes with a named model: the other vendor's feature and name.
bool goes_with_model(std::string_view flag) {
    constexpr std::string_view of_model[] = {"+vmx", "+svm", "vmx", "svm", "vmx=on", "svm=on"};
    return flag.starts_with("vendor=") ||
           std::find(std::begin(of_model), std::end(of_model), flag) != std::end(of_model);
}

}  // namespace

std::string edited_cpu_option(std::string_view value) {
    const std::string_view model = value.substr(0, value.find(','));
    const bool stays = model == "host" || model == "max";
    std::string edited(stays ? model : "host");
    value.remove_prefix(model.size());
    while (!value.empty()) {
        value.remove_prefix(1);
        const std::string_view flag = value.substr(0, value.find(','));
        value.remove_prefix(flag.size());
        if (!keeps_out(flag) && (stays || !goes_with_model(flag))) edited.append(",").append(flag);
    }
    return edited;
}

std::string edited_cpu_arguments(const GuestFacts& guest) {
    const std::string* option = guest.cpu_option.if_known();
    return fmt::format("{} -cpu {}", is(guest.accelerator, Accelerator::kvm) ? "" : " -accel kvm",
                       option ? edited_cpu_option(*option) : "host");
}

std::string edited_proxmox_args(std::string_view configuration, const GuestFacts& guest) {
    const std::string* option = guest.cpu_option.if_known();
    std::string edited;
    for_each_line(configuration, [&](std::string_view line) {
        if (!option || option->empty() || !edited.empty() || !line.starts_with("args:")) return;
        const std::string_view args = trim(line.substr(5));
        const auto at = args.rfind(*option);  // the last -cpu is the one that counts
        if (at == std::string_view::npos) return;
        edited = fmt::format("{}{}{}", args.substr(0, at), edited_cpu_option(*option),
                             args.substr(at + option->size()));
    });
    return edited;
}

}  // namespace nestprobe
