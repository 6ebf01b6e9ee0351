// SPDX-License-Identifier: MIT
// A module that is not there, of a processor whose firmware may have it off without a sign (NP501).
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/firmware/firmware_makers.hpp"
#include "rules/module/refusals.hpp"

#include <fmt/format.h>

namespace nestprobe {

/// Linux keeps svm in /proc/cpuinfo up to 6.6, and vmx up to 5.5, where firmware has it off; udev loads the
/// module at every start where it loads at all.  Who may not read the register is not left with "load it".
std::string firmware_may_have_it_off(const Facts& f) {
    const bool svm = has(f, Technology::svm);
    const bool told = svm ? f.firmware.vm_cr.any_known() : f.firmware.feature_control.any_known();
    const bool clears = svm ? kernel_at_least(f, 6, 7) : kernel_at_least(f, 5, 6);
    if (in_guest(f) || told || clears || (!f.kernel.flag_usable.any(yes) && !lists_svm_or_lock(f))) return {};
    return fmt::format(
        ", though it loads by itself at every start where it can: most likely {} is switched off in the "
        "firmware{}. /proc/cpuinfo lists {} all the same on kernels before {}; {}, which root can read, "
        "would tell",
        hardware_word(f), is(f.hypervisor.level, Level::bare_metal) ? "" : ", if this is no virtual machine",
        flag_word(f), svm ? "6.7" : "5.6", svm ? "VM_CR (0xc0010114)" : "IA32_FEATURE_CONTROL (0x3a)");
}

/// What the module says tells the two reasons apart, and costs nothing.
Remedy try_then_firmware(const Facts& f, const std::string& name) {
    const FirmwareSwitch which = has(f, Technology::svm) ? FirmwareSwitch::svm : FirmwareSwitch::vmx;
    // It was tried, and said it.
    if (heard_no_hardware(f))
        return switch_on_in_firmware(f, which).then(load_module(name)).then(load_at_boot(name));
    Step attempt = load_module(name);
    attempt.what = "Load the module: what it says tells which it is.";
    attempt.expect += " If modprobe says \"Operation not supported\" instead, the next step is the one.";
    Remedy remedy(std::move(attempt));
    Remedy firmware = switch_on_in_firmware(f, which);
    for (Step& step : firmware.steps) {
        step.what = fmt::format("Only if modprobe said \"Operation not supported\": {}", step.what);
        remedy.then(std::move(step));
    }
    return remedy.then(load_at_boot(name));
}

}  // namespace nestprobe
