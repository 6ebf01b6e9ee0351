// SPDX-License-Identifier: MIT
// Rules about words of a definition that QEMU refuses (NP735, NP736), or that libvirt and Proxmox VE drop
// (NP738, NP739).
#include "definition/cpu_names.hpp"
#include "definition/cpu_properties.hpp"
#include "definition/guest_questions.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// An x86 guest of this QEMU.
bool is_for_qemu_here(const GuestFacts& guest) {
    const std::string* arch = guest.arch.if_known();
    const bool x86 = !arch || *arch == "x86_64" || *arch == "i686" || *arch == "i386";
    return x86 && (is(guest.accelerator, Accelerator::kvm) || is(guest.accelerator, Accelerator::tcg));
}

// --- options ---

Outcome judge_option(const Facts& f, const std::string& word) {
    const bool libvirt = of_libvirt(f);
    if (word.starts_with('+'))
        return refused(
            fmt::format("a blank stands before {0}: QEMU takes it for a disk (\"Could not open '{0}'\")",
                        word),
            change_guest(f, "Write the value of -cpu without blanks."));
    if (word.find_first_of("= ") == std::string::npos)
        return refused(fmt::format("nothing stands behind {0} (QEMU: \"{0}: requires an argument\")", word),
                       change_guest(f, "Write its value behind it, or delete it."));
    return refused(
        fmt::format("QEMU has no option of that name (\"{}: invalid option\"): an option and its value are "
                    "two words",
                    word),
        change_guest(f, libvirt ? "Write two <qemu:arg>, one for the option and one for its value."
                                : "Write a blank between the option and its value, outside of quotes."));
}

Outcome judge_clash(const Facts& f) {
    return refused(
        "two kinds of options name the accelerator (QEMU: \"The -accel and \"-machine accel=\" options are "
        "incompatible\"); -enable-kvm is one of the second kind",
        change_guest(f, of_libvirt(f) ? "Delete yours: libvirt writes -accel itself."
                                      : "Leave one of them: -accel kvm alone is enough."));
}

Outcome check_command_line(const Facts& f) {
    if (!is_for_qemu_here(*f.guest)) return skip("the guest is not for this QEMU (NP701)");
    return judge(
        [&](const std::vector<std::string>& options, const std::vector<std::string>& values, bool clash) {
            if (!options.empty()) return judge_option(f, options.front());
            if (clash) return judge_clash(f);
            if (!values.empty())
                return refused(
                    fmt::format("{}: QEMU does not take that value (\"does not accept value\", \"expects "
                                "'on' or 'off'\")",
                                values.front()),
                    change_guest(f, "Write on or off."));
            return pass("no option is known to be refused");
        },
        f.guest->refused_options, f.guest->refused_values, f.guest->accelerators_clash);
}

// --- the CPU's names ---

Outcome judge_name(const Facts& f, const std::string& model) {
    const DefinitionKind words = words_of_cpu(*f.guest);
    const bool libvirt = words == DefinitionKind::libvirt;
    const JudgedCpuName judged = judge_cpu_name(model, words);
    const std::string said = libvirt ? fmt::format("libvirt: \"Unknown CPU model {}\"", model)
                                     : fmt::format("QEMU: \"unable to find CPU model '{}'\"", model);
    switch (judged.name) {
        case CpuName::known: return pass(fmt::format("{} is a model that there is", model));
        case CpuName::misspelt:
            return refused(fmt::format("there is no CPU model {} ({}): capitals count", model, said),
                           change_guest(f, fmt::format("Write {}.", judged.instead)));
        case CpuName::of_another:
            return refused(fmt::format("{} is no CPU model here ({})", model, said),
                           change_guest(f, fmt::format("Write {} in its place.", judged.instead)));
        case CpuName::of_qemu:
            return unknown(fmt::format(
                "{} is a version of QEMU's, and libvirt has had such names since 2025 alone", model));
        case CpuName::unheard: break;
    }
    return unknown(fmt::format("{} is no CPU model up to QEMU 10.2 that nestprobe knows ({})", model, said));
}

Outcome judge_property(const Facts& f, const std::string& written) {
    const auto says = [&](std::string_view what) { return fmt::format("{}: {}", written, what); };
    const auto fix = [&](std::string what) { return change_guest(f, std::move(what)); };
    constexpr std::string_view no_property =
        "QEMU's CPUs have no property of that name (\"Property '...' not found\")";
    switch (judge_cpu_property(written)) {
        case CpuProperty::taken: return pass("every property is one of QEMU's");
        case CpuProperty::no_switch:
            return refused(says("QEMU takes on or off there (\"expects 'on' or 'off'\")"),
                           fix("Write on or off behind its =."));
        case CpuProperty::no_vendor:
            return refused(
                says("a vendor is twelve letters (QEMU: \"Property '.vendor' doesn't take value\")"),
                fix("Write GenuineIntel or AuthenticAMD, or delete it."));
        case CpuProperty::misspelt:
            return refused(
                says(no_property),
                fix("Write its name in small letters behind + or -, without blanks, = or other signs."));
        case CpuProperty::stray:
            return refused(
                says(fmt::format("{}; nested is a parameter of KVM's module, and what a CPU is given is vmx "
                                 "or svm",
                                 no_property)),
                fix("Delete it."));
        case CpuProperty::unheard: break;
    }
    return unknown(says("no property up to QEMU 10.2 that nestprobe knows"));
}

Outcome check_names(const Facts& f) {
    if (!is_for_qemu_here(*f.guest)) return skip("the guest is not for this QEMU (NP701)");
    return judge(
        [&](CpuMode mode, const std::vector<std::string>& properties) {
            Outcome worst = pass("what is said of the CPU is known to QEMU");
            const auto take = [&](Outcome outcome) {
                if (worse(outcome.status, worst.status) != worst.status) worst = std::move(outcome);
            };
            const std::string* model = f.guest->cpu_model.if_known();
            if (mode == CpuMode::custom && model) take(judge_name(f, *model));
            for (const std::string& written : properties) take(judge_property(f, written));
            return worst;
        },
        f.guest->cpu_mode, f.guest->cpu_properties);
}

// --- what is dropped ---

Outcome check_commandline_dropped(const Facts& f) {
    if (!of_libvirt(f)) return skip("no definition of libvirt's");
    return judge(
        [&](bool dropped) {
            if (!dropped) return pass("no <qemu:commandline> is dropped");
            return fail(
                "<qemu:commandline> is bound to no namespace of libvirt's: libvirt drops it without a word, "
                "and "
                "nothing in it reaches QEMU",
                Step(change_guest(
                    f, "Bind the prefix in the first line, if the arguments are to count.",
                    {"the first line",
                     "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>", ""})));
        },
        f.guest->commandline_dropped);
}

Outcome check_cpu_line(const Facts& f) {
    return judge(
        [&](const std::string& what) {
            if (what.empty()) return pass("Proxmox VE drops nothing of it");
            return fail(
                fmt::format(
                    "Proxmox VE does not take {} in the line cpu: (\"unable to parse value of 'cpu'\"): it "
                    "drops the whole line, and the guest has the default, kvm64",
                    what),
                fix_guest_cpu(f));
        },
        f.guest->cpu_line_dropped);
}

constexpr std::string_view command_line_see[] = {
    "QEMU system/vl.c, lookup_opt, configure_accelerators; qapi/qapi-util.c, qapi_bool_parse",
    "qemu-system-x86_64 -help"};
constexpr std::string_view names_see[] = {
    "QEMU target/i386/cpu.c, x86_cpu_parse_featurestr, x86_cpu_class_by_name; qemu-system-x86_64 -cpu help",
    "libvirt src/cpu/cpu_x86.c, x86ModelFromCPU; virsh cpu-models x86_64"};
constexpr std::string_view namespace_see[] = {"libvirt drvqemu, \"Pass-through of arbitrary qemu commands\""};
constexpr std::string_view cpu_line_see[] = {
    "qm.conf(5), cpu; qemu-server PVE/QemuServer/CPUConfig.pm, validate_vm_cpu_conf (2026-11)"};

constexpr Rule guest_unaccepted_rows[] = {
    {
        .id = "NP735",
        .name = "guest-command-line-refused",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "QEMU does not take the guest's command line",
        .explain = "An option and its value are two words: -cpu=host and, in one <qemu:arg>, \"-cpu host\" "
                   "are no options of\n"
                   "QEMU's. -enable-kvm and accel= in -machine are one setting, whose last value counts, and "
                   "-accel is\n"
                   "another: QEMU refuses both together. What is on or off takes on, yes, true, y, off, no, "
                   "false, n in small\n"
                   "letters; what can be left to QEMU takes on, off, auto.",
        .fix = "Write it as QEMU has it: qemu-system-x86_64 -help.",
        .see = command_line_see,
        .check = check_command_line,
        .worked = "The guest starts.",
        .also = "An option that a newer QEMU no longer has (-no-kvm, -enable-hax): its manual names what "
                "took its "
                "place.",
    },
    {
        .id = "NP736",
        .name = "guest-cpu-unheard",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "the guest's CPU is named in words that QEMU does not have",
        .explain = "Models and properties of CPUs are names that QEMU or libvirt has, or the guest does not "
                   "start: host is\n"
                   "QEMU's word, host-passthrough libvirt's, and capitals count. A name that nestprobe does "
                   "not know may be a\n"
                   "newer version's.",
        .fix = "-cpu host, <cpu mode='host-passthrough'/>; qemu-system-x86_64 -cpu help lists what there is.",
        .see = names_see,
        .check = check_names,
        .worked = "The guest starts.",
        .also = "A name that this QEMU is too old for.",
    },
    {
        .id = "NP738",
        .name = "guest-commandline-dropped",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "libvirt drops <qemu:commandline>",
        .explain = "Its prefix has to be bound to libvirt's namespace for QEMU, in <domain> as a rule. Where "
                   "it is bound to\n"
                   "nothing, the element is gone once the definition is stored.",
        .fix = "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' in <domain>.",
        .see = namespace_see,
        .check = check_commandline_dropped,
        .worked = "virsh dumpxml GUEST still has <qemu:commandline>.",
        .also = "An edit by a tool that does not know the element.",
    },
    {
        .id = "NP739",
        .name = "guest-cpu-line-dropped",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "Proxmox VE drops the line cpu: of the guest's configuration",
        .explain = "A guest's own configuration takes the types that Proxmox VE has and a short list of "
                   "flags: vmx and svm are\n"
                   "not among them (nested-virt is, from 9 on), nor is reported-model. Those are for models "
                   "of the cluster's\n"
                   "own. A line that does not parse is dropped with a warning.",
        .fix = "qm set VMID --cpu host",
        .see = cpu_line_see,
        .check = check_cpu_line,
        .worked = "qm showcmd VMID --pretty has that -cpu, without a warning before it.",
        .also = "A custom model whose definition is not there any more.",
    },
};

}  // namespace

std::span<const Rule> guest_unaccepted_rules() { return guest_unaccepted_rows; }

}  // namespace nestprobe
