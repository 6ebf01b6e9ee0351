// SPDX-License-Identifier: MIT
// A rule about what a boot loader's file holds (NP413): it is for the next boot, and only if the loader's own
// files are made again of it where they are.
// Sources: GRUB manual, "Simple configuration handling"; proxmox-boot-tool(8); NixOS manual,
// boot.kernelParams; Linux Documentation/admin-guide/kernel-parameters.txt.
#include "base/text.hpp"
#include "remedy/boot_loaders.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// A word that takes something away: how it begins, what else is in it, and what it does.
struct Against {
    std::string_view begins, holds, does;
};
constexpr Against against[] = {
    {"intel_iommu=off", "", "keeps Intel's IOMMU off"},
    {"amd_iommu=off", "", "keeps AMD's IOMMU off"},
    {"iommu=off", "", "keeps the IOMMU off"},
    {"intremap=off", "", "keeps interrupts from being remapped"},
    {"nointremap", "", "keeps interrupts from being remapped"},
    {"kvm_intel.nested=0", "", "switches nesting off"},
    {"kvm-intel.nested=0", "", "switches nesting off"},
    {"kvm_intel.nested=N", "", "switches nesting off"},
    {"kvm_amd.nested=0", "", "switches nesting off"},
    {"kvm-amd.nested=0", "", "switches nesting off"},
    {"module_blacklist=", "kvm", "keeps KVM's module out"},
    {"modprobe.blacklist=", "kvm", "keeps KVM's module out when the system starts"},
    {"clearcpuid=", "vmx", "takes the flag vmx away"},
    {"clearcpuid=", "svm", "takes the flag svm away"},
};

const Against* what_it_takes(std::string_view word) {
    for (const Against& row : against)
        if (row.begins.ends_with('=') ? word.starts_with(row.begins) && contains(word, row.holds)
                                      : word == row.begins)
            return &row;
    return nullptr;
}

const std::vector<std::string>* boot_words(const Facts& f) {
    return f.evidence ? f.evidence->boot_words.if_known() : nullptr;
}

/// Those that are about KVM or an IOMMU: others stand there by the way.
bool is_wanted_word(const std::string& word) {
    return contains(word, "iommu") || contains(word, "kvm") || contains(word, "vfio") || what_it_takes(word);
}

/// Whose file it is.
std::string_view file_of(const Facts& f) { return f.evidence->boot_words.from().front().where; }

/// What makes the loader's own files of that one.  GRUB's file lies also where another loader starts the
/// system: there the words go where that one takes them from.
Remedy bring_into_force(const Facts& f, const std::vector<std::string>& words) {
    const LoaderWay* way = find_way(f);
    const bool of_grub = file_of(f) == "/etc/default/grub";
    if (!way && of_grub)
        return Remedy(Step{.what = "Make GRUB's menu of it, and restart. Debian, Ubuntu, Proxmox VE:",
                           .commands = {"sudo update-grub"},
                           .cost = Cost::reboot})
            .then(Step{.what = "openSUSE the first, Arch and others the second:",
                       .commands = {"sudo grub2-mkconfig -o /boot/grub2/grub.cfg",
                                    "sudo grub-mkconfig -o /boot/grub/grub.cfg"},
                       .cost = Cost::reboot,
                       .expect = fmt::format("/proc/cmdline has {}.", fmt::join(words, " and "))})
            .then(Step{.what = "If /proc/cmdline then lacks them all the same, another loader starts this "
                               "system (systemd-boot, as Proxmox VE with ZFS does; Limine; rEFInd): they go "
                               "into its own file.",
                       .commands = {"cat /proc/cmdline", "bootctl status"}});
    const bool grub =
        way && (way->loader == BootLoader::grub_debian || way->loader == BootLoader::grub_suse ||
                way->loader == BootLoader::grub_other || way->loader == BootLoader::transactional);
    const bool its_own = of_grub ? grub : way && !way->finish.empty();
    if (!its_own) return change_words(f, {}, words);
    Step step{.what = "Make the boot loader's own files of it, and restart.",
              .cost = Cost::reboot,
              .expect = fmt::format("/proc/cmdline has {}.", fmt::join(words, " and "))};
    step.commands.push_back(ShellCommand::of_row(way->finish));
    return step;
}

Outcome judge_against_running(const Facts& f, const std::vector<std::string>& words,
                              const std::vector<std::string>& running) {
    std::vector<std::string> missing;
    std::copy_if(words.begin(), words.end(), std::back_inserter(missing), [&](const std::string& word) {
        return std::find(running.begin(), running.end(), word) == running.end();
    });
    if (missing.empty())
        return pass(
            fmt::format("this kernel was started with {}, as {} has it", fmt::join(words, " "), file_of(f)));
    return fail(fmt::format("{} holds {}, and this kernel was started without: not in force yet, or another "
                            "file is the boot loader's",
                            file_of(f), fmt::join(missing, " ")),
                bring_into_force(f, missing));
}

/// The running kernel's words are not known.
Outcome judge_alone(const Facts& f, const std::vector<std::string>& words) {
    std::vector<std::string> bad;
    std::string does;
    for (const std::string& word : words)
        if (const Against* row = what_it_takes(word)) {
            bad.push_back(word);
            does += fmt::format("{}{} {}", does.empty() ? "" : ", and ", word, row->does);
        }
    if (bad.empty()) {
        Step look{.what = "See what this kernel was started with.",
                  .commands = {"cat /proc/cmdline"},
                  .expect = fmt::format("{}. If it is not there, it is not in force: the next step.",
                                        fmt::join(words, " "))};
        return fail(fmt::format("{} holds {}: that is for the next boot, and only once the boot loader's own "
                                "files are made of it; what this kernel was started with does not show",
                                file_of(f), fmt::join(words, " ")),
                    Remedy(std::move(look)).then(bring_into_force(f, words)));
    }
    Step look{.what = "See whether this kernel was started with it.",
              .commands = {"cat /proc/cmdline"},
              .expect = fmt::format("{}: it is in force, and the next step takes it away, unless somebody "
                                    "meant it.",
                                    fmt::join(bad, " "))};
    return fail(fmt::format("{} holds {}: {}", file_of(f), fmt::join(bad, " "), does),
                Remedy(std::move(look)).then(change_words(f, bad, {})));
}

Outcome check_boot_words(const Facts& f) {
    const auto* words = boot_words(f);
    if (!words) return skip("no boot loader's file was given");
    const auto* running = f.kernel.command_line.if_known();
    if (std::none_of(words->begin(), words->end(), is_wanted_word))
        return cite(skip("its words bear on neither KVM nor an IOMMU"), f.evidence->boot_words);
    Outcome outcome = running ? judge_against_running(f, *words, *running) : judge_alone(f, *words);
    if (running) outcome = cite(std::move(outcome), f.kernel.command_line);
    return cite(std::move(outcome), f.evidence->boot_words);
}

bool has_boot_words(const Facts& f) { return boot_words(f) != nullptr; }

constexpr std::string_view boot_words_see[] = {
    "GRUB manual, \"Simple configuration handling\"; proxmox-boot-tool(8)",
    "Linux Documentation/admin-guide/kernel-parameters.txt"};

constexpr Rule boot_word_rows[] = {
    {
        .id = "NP413",
        .name = "boot-words-wait",
        .layer = Layer::kernel,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "a boot loader's file holds words that are not known to be in force",
        .explain =
            "A kernel's command line is made of a file: /etc/default/grub, /etc/kernel/cmdline, an entry "
            "of\nsystemd-boot, /etc/default/limine, syslinux.cfg, NixOS' boot.kernelParams. What is "
            "written there counts\nfrom the next boot on, and with most loaders only once a command has "
            "made their own files of it.\n/proc/cmdline says what this kernel was started with.",
        .fix = "Make the boot loader's own files of it, and restart.",
        .see = boot_words_see,
        .check = check_boot_words,
        .listed = has_boot_words,
        .worked = "cat /proc/cmdline shows the words.",
        .also =
            "A file of another boot loader than the one that starts this system: /etc/default/grub is there "
            "also under systemd-boot.",
    },
};

}  // namespace

std::span<const Rule> boot_word_rules() { return boot_word_rows; }

}  // namespace nestprobe
