// SPDX-License-Identifier: MIT
// What refused KVM's module when it was tried, by the kernel log (NP515, NP540 to NP542): a row for each
// line, with a cure of its own.  To load it once more is the cure of none.
#include "base/text.hpp"
#include "rules/common.hpp"
#include "rules/kernel/appliances.hpp"
#include "rules/module/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

const Refusal* find_refusal(const Facts& f, LogLine kind) {
    if (of_other_vendor(f, log_row(kind))) return nullptr;
    const std::span<const Refusal> table = refusal_table();
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Refusal& r) { return r.line == kind; });
    return found == table.end() ? nullptr : &*found;
}

/// kvm_amd's refusals of another maker's processor are the wrong module's business on Intel, and no news
/// where the processor is unknown.
bool counts(const Facts& f, const Refusal& refusal) {
    const bool of_vendor =
        refusal.line == LogLine::kvm_amd_not_amd || refusal.line == LogLine::kvm_amd_svm_of_amd_alone ||
        refusal.line == LogLine::has_svm_not_amd || refusal.line == LogLine::has_svm_not_amd_or_hygon;
    return !of_vendor || has(f, Technology::svm);
}

/// Nobody said whether this is a guest, where the cure is another one: that is to be seen first.
Remedy fix_of_either(const Refusal& r) {
    Remedy both(Step{.what = "See whether this is a virtual machine.",
                     .commands = {"systemd-detect-virt"},
                     .expect = "The kind of virtual machine, or none."});
    for (const auto& [said, text] :
         {std::pair<std::string_view, std::string_view>{"a kind", r.in_guest}, {"none", r.fix}}) {
        both.then(Remedy(text).led_by(fmt::format("If it printed {}:", said)));
    }
    return both;
}

Remedy fix_of(const Facts& f, const Refusal& r) {
    // No package brings an appliance's modules; those that were refused were built by hand.
    if (const Appliance* maker = appliance(f); maker && !maker->maker.empty() && r.rule != "NP515")
        return Remedy(maker->instead);
    if (f.hypervisor.level.if_absent() && !r.in_guest.empty() && r.in_guest != r.fix) return fix_of_either(r);
    Remedy remedy(in_guest(f) && !r.in_guest.empty() ? r.in_guest : r.fix);
    for (const std::string_view command : r.commands)
        if (!command.empty()) remedy.steps.front().commands.push_back(ShellCommand::of_row(command));
    const bool needs_root = r.line == LogLine::modprobe_not_permitted;
    if (needs_root && !is(f.kernel.uid, 0u)) {
        const std::string* module = f.module.name.if_known();
        remedy.steps.insert(
            remedy.steps.begin(),
            Step{.what = fmt::format("If it was tried without sudo, that is why: try it as root.{}",
                                     module ? "" : " (On AMD kvm_amd.)"),
                 .commands = one_command("sudo modprobe {}", {module ? *module : "kvm_intel"}),
                 .expect = "It prints nothing, and /dev/kvm is there."});
    }
    return remedy;
}

/// Some line names the module that was tried, where the one that says why does not.
bool module_is_named(const Facts& f, const HeardRefusal& heard) {
    if (heard.refusal->names_module) return true;
    const auto* lines = f.kernel.log.if_known();
    return lines && std::any_of(lines->begin(), lines->end(), [](const LoggedLine& line) {
               return log_row(line.id).subsystem == LogSubsystem::modprobe && !line.module.empty() &&
                      line.module != "kvm";
           });
}

/// A symbol lacks, and it is kvm's own, not the vendor's module's: kvm needs irqbypass, and the kernel.
bool is_kvms_own_symbol(const HeardRefusal& heard) {
    constexpr LogLine symbols[] = {LogLine::loader_symbol, LogLine::loader_symbol_missing,
                                   LogLine::modprobe_unknown_symbol};
    return (heard.line->module == "kvm" || contains(heard.line->text, "insert 'kvm'")) &&
           std::find(std::begin(symbols), std::end(symbols), heard.refusal->line) != std::end(symbols);
}

std::string_view means_of(const HeardRefusal& heard) {
    return is_kvms_own_symbol(heard) ? "kvm itself needs what was not there: irqbypass, another module, or a "
                                       "part of the kernel that this build lacks"
                                     : heard.refusal->means;
}

Remedy cure_of(const Facts& f, const HeardRefusal& heard) {
    if (!is_kvms_own_symbol(heard)) return fix_of(f, *heard.refusal);
    Remedy remedy(
        Step{.what = "Renew the list by which modprobe loads what kvm needs, and see which symbol "
                     "lacks.",
             .commands = {"sudo depmod", "sudo modprobe kvm", "sudo dmesg | grep 'Unknown symbol'"}});
    return remedy.then(Step{
        .what = "If it lacks still: reinstall the kernel's package with all its modules (Ubuntu: "
                "linux-modules-extra), and restart into that kernel. Modules that were copied from another "
                "kernel do not fit."});
}

/// A log that somebody pasted is all there is: a line that names the module is the news of the day.
Outcome refused_by_log_alone(const Facts& f, std::string_view rule) {
    const Absent& modules = f.module.vendor.absence();
    const HeardRefusal heard = heard_refusal(f);
    if (withheld(modules) || !heard || !module_is_named(f, heard) || heard.refusal->rule != rule ||
        log_row(heard.line->id).effect != LogEffect::load_refused)
        return carry(modules);
    return cite_log(fail(fmt::format("{}: {}. Whether the module was loaded since then does not show.",
                                     quoted(*heard.line), means_of(heard)),
                         cure_of(f, heard)),
                    *heard.line);
}

/// The rules' common frame: which of them speaks is a matter of the line.
Outcome check_refused_by(const Facts& f, std::string_view rule) {
    if (auto above = follows_from_above(f)) return *std::move(above);
    if (f.module.vendor.if_absent()) return refused_by_log_alone(f, rule);
    const std::string name = vendor_module_name(f);
    if (!vendor_module_absent(f))
        return cite(pass(fmt::format("{} is in the kernel", name)), f.module.vendor);
    for (const ModuleBlock* block : blocks_in_force(f))
        if (block->kind != ModuleBlock::Kind::blacklist)
            return skip(fmt::format("{} keeps it out, whatever the log says (NP502)", block->origin.text()));
    const HeardRefusal heard = heard_refusal(f);
    if (!heard) return skip("the kernel log tells of no such refusal");
    if (heard.refusal->rule != rule)
        return skip(fmt::format("the kernel log tells of another refusal ({})", heard.refusal->rule));
    const std::string likely =
        module_is_named(f, heard) ? "" : " The line does not say which module it was: likely this one.";
    Outcome outcome = cite_log(fail(fmt::format("{} is not loaded, and {}: {}.{}", name, quoted(*heard.line),
                                                means_of(heard), likely),
                                    cure_of(f, heard)),
                               *heard.line);
    if (rule == "NP542") outcome = cite(std::move(outcome), f.kernel.lockdown);
    return cite(std::move(outcome), f.module.vendor);
}

Outcome check_module_refused(const Facts& f) { return check_refused_by(f, "NP515"); }
Outcome check_symbols(const Facts& f) { return check_refused_by(f, "NP540"); }
Outcome check_wrong_file(const Facts& f) { return check_refused_by(f, "NP541"); }
Outcome check_signature(const Facts& f) { return check_refused_by(f, "NP542"); }

constexpr std::string_view refusal_see[] = {"Linux arch/x86/kvm/x86.c, kvm_x86_vendor_init()",
                                            "Linux arch/x86/kvm/vmx/vmx.c, setup_vmcs_config()"};
constexpr std::string_view loader_see[] = {
    "Linux kernel/module/main.c, resolve_symbol(), check_modinfo(); version.c, check_version()"};
constexpr std::string_view signature_see[] = {"Linux Documentation/admin-guide/module-signing.rst",
                                              "kernel_lockdown(7)",
                                              "Linux kernel/module/signing.c, module_sig_check()"};

constexpr Rule refusal_rule_rows[] = {
    {
        .id = "NP540",
        .name = "kvm-module-of-another-build",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the vendor's module does not fit the kvm that is in the kernel",
        .explain =
            "kvm_intel and kvm_amd use what kvm exports. Where kvm is not there (kept out by an install\n"
            "line, or the module was given to insmod), or comes from another build (an initramfs that was "
            "not rebuilt, a module built by hand), the loader says \"Unknown symbol\" or \"disagrees about\n"
            "version of symbol\", and the module stays out.",
        .fix = "Use kvm and the vendor's module from one build: reinstall the kernel's package, rebuild the "
               "initramfs, reboot.",
        .see = loader_see,
        .check = check_symbols,
        .worked = "modprobe kvm_intel (or kvm_amd) succeeds without a word.",
        .also = "An install line in modprobe.d that skips kvm (NP502): the words in the log are the same.",
    },
    {
        .id = "NP541",
        .name = "kvm-module-of-another-kernel",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the KVM module's file is not one for the running kernel",
        .explain =
            "The loader compares the module's version magic (release, configuration, compiler options)\n"
            "with the kernel's, and refuses a file that is damaged or compressed in a way that it cannot "
            "undo: \"Exec format error\". A kernel that was updated and not restarted is the usual case.",
        .fix = "Restart into the installed kernel, or reinstall its package.",
        .see = loader_see,
        .check = check_wrong_file,
        .worked = "modinfo -F vermagic kvm_intel begins with what uname -r prints, and modprobe succeeds.",
        .also = "A file that is damaged, or compressed in a way that this kernel cannot undo, gives the same "
                "\"Exec format error\".",
    },
    {
        .id = "NP542",
        .name = "kvm-module-signature-refused",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the KVM module was refused for its signature",
        .explain =
            "Where signatures are enforced (module.sig_enforce, or lockdown, which Secure Boot brings), a\n"
            "module without a valid one is refused: \"Key was rejected by service\", \"Required key not\n"
            "available\" or \"Operation not permitted\". The distribution's own kvm.ko is always accepted "
            "by\n"
            "its own kernel: one that is refused was built by hand, changed, or is another kernel's.",
        .fix = "Use the distribution's own module, or sign the module with a key that is enrolled.",
        .see = signature_see,
        .check = check_signature,
        .worked = "modprobe succeeds, and dmesg has no new line about a key or a signature.",
        .also = "Lockdown of the whole kernel (Secure Boot) refuses what is not signed; the distribution's "
                "own modules are signed.",
    },
    {
        .id = "NP515",
        .name = "kvm-module-refused",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the KVM module was tried and refused this machine",
        .explain =
            "When its module loads, KVM checks every CPU: the VMX controls that it needs, that they are\n"
            "the same on all CPUs, that nobody else uses VMX or SVM. What it found wrong is in the kernel "
            "log. The log is a ring: an old line may tell of an earlier attempt.",
        .fix = "Follow the quoted line: microcode and firmware where CPUs differ; the hypervisor above where "
               "controls are missing; stop VirtualBox or VMware where virtualization could not be enabled.",
        .see = refusal_see,
        .check = check_module_refused,
        .worked = "modprobe succeeds without a word, and /dev/kvm is there.",
        .also = "The line in the log may be of an earlier try: dmesg --follow beside a new modprobe tells.",
    },
};

}  // namespace

HeardRefusal heard_refusal(const Facts& f) {
    HeardRefusal named, nameless, vague;
    if (const auto* lines = f.kernel.log.if_known())
        for (const LoggedLine& line : *lines) {
            const Refusal* refusal = find_refusal(f, line.id);
            if (!refusal || !counts(f, *refusal)) continue;
            if (refusal->vague && f.module.name.if_known() && line.module != *f.module.name.if_known())
                continue;
            // Of two lines of one try the first says more: the version of the symbol, then the symbol.
            HeardRefusal& heard = refusal->vague ? vague : refusal->names_module ? named : nameless;
            if (heard && heard.refusal->rule == refusal->rule && refusal->rule == "NP540") continue;
            heard = {refusal, &line};
        }
    // An option that the kernel rejects, and a line that keeps the module out, have rules of their own.
    if (vague && (!bad_options(f).empty() || heard_option(f) || !blocks_in_force(f).empty())) vague = {};
    return named ? named : nameless ? nameless : vague;
}

std::span<const Rule> refusal_rules() { return refusal_rule_rows; }

}  // namespace nestprobe
