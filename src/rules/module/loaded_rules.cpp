// SPDX-License-Identifier: MIT
// What a KVM that is loaded proves, and what one without VMX and SVM cannot do (NP518, NP506).
#include "remedy/steps.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// The processor has what the other KVM needs.
std::string instead_of_hardware(const Facts& f) {
    if (!f.cpu.vmx.any(yes) && !f.cpu.svm.any(yes)) return {};
    return fmt::format(", although the processor has {} ({} is not loaded)", hardware_word(f),
                       vendor_module_name(f));
}

Remedy fix_software(const Facts& f, const std::string& name) {
    if (!f.cpu.vmx.any(yes) && !f.cpu.svm.any(yes)) return Remedy::instead();
    Step step{.what = fmt::format("Stop the guests, and load {} in its place.", vendor_module_name(f)),
              .cost = Cost::stop_guests,
              .expect = "nestprobe --explain shows NP506 as ok"};
    add_command(step, "sudo modprobe -r {}", {name});
    add_command(step, "sudo modprobe {}", {vendor_module_name(f)});
    return step;
}

Outcome check_software(const Facts& f) {
    if (f.module.software.if_absent() && vendor_module_is(f, Module::State::loaded))
        return skip("the vendor's module is loaded");
    if (const std::string name = software_kvm(f); !name.empty())
        return cite(
            cite(fail(fmt::format("KVM runs by {}, without VMX or SVM{}: its guests are never shown either",
                                  name, instead_of_hardware(f)),
                      fix_software(f, name)),
                 f.module.software),
            f.device.open);
    return judge([](const std::string&) { return pass("KVM here stands on VMX or SVM, or is not there"); },
                 f.module.software);
}

/// Loading is the strictest check that KVM has; but who may not open the device cannot use it.
Outcome check_live(const Facts& f) {
    if (vendor_module_absent(f))
        return cite(fail(fmt::format("{} is not loaded", vendor_module_name(f))), f.module.vendor);
    for (const Absent* absent : {f.device.open.if_absent(), f.device.api_version.if_absent()})
        if (absent && (withheld(*absent) || absent->why == Why::malformed))
            return skip(fmt::format("/dev/kvm does not {}: {}",
                                    absent == f.device.open.if_absent() ? "open" : "answer",
                                    carry(*absent).message));
    if (f.evidence && is(f.evidence->usable, false))
        return skip(fmt::format("{} found no KVM that it could use", f.evidence->usable_by));
    if (f.device.api_version.if_known() && !is(f.device.api_version, 12))
        return skip("/dev/kvm does not speak KVM's API (NP605)");
    if (const LoggedLine* line = failed_to_enable(f); line && !holds_since_load(f))
        return skip(fmt::format("it loaded, but the kernel log says \"{}\" (see above)", line->text));
    return judge(
        [&](const Module& m) {
            if (m.state == Module::State::loaded)
                return pass(
                    fmt::format("{} is loaded: KVM checked every CPU when it did", vendor_module_name(f)));
            return skip(fmt::format("{} is {}, which says nothing about its init", vendor_module_name(f),
                                    to_string(m.state)));
        },
        f.module.vendor);
}

constexpr std::string_view module_refused_see[] = {"Linux arch/x86/kvm/x86.c, kvm_x86_vendor_init()",
                                                   "Linux arch/x86/kvm/vmx/vmx.c, setup_vmcs_config()"};
constexpr std::string_view software_see[] = {
    "virt-pvm: a KVM for machines without VMX and SVM, module kvm_pvm"};

constexpr Rule loaded_rows[] = {
    {
        .id = "NP518",
        .name = "kvm-module-loaded",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::proof,
        .title = "no KVM module is loaded",
        .explain =
            "kvm_intel and kvm_amd load only after KVM has checked every CPU, so a loaded one is proof\n"
            "that virtualization works, unless /dev/kvm says otherwise. It is not yet proof that a guest\n"
            "has run.",
        .fix = "Load the module.",
        .see = module_refused_see,
        .check = check_live,
    },
    {
        .id = "NP506",
        .name = "software-kvm-cannot-nest",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::blocker,
        .title = "KVM runs here without VMX and SVM, and so cannot show them to guests",
        .explain =
            "A KVM such as kvm_pvm runs guests on processors that show neither VMX nor SVM. Its guests\n"
            "work, but none of them is ever shown VMX or SVM.",
        .fix = "Guests that are to run KVM need a machine with VMX or SVM: bare metal, or a host that passes "
               "it through.",
        .see = software_see,
        .check = check_software,
        .worked = "lsmod shows kvm_intel or kvm_amd, and not that module.",
        .also = "A guest of a hypervisor that shows no VMX: there such a KVM is all that works (NP302).",
    },
};

}  // namespace

std::span<const Rule> loaded_rules() { return loaded_rows; }

}  // namespace nestprobe
