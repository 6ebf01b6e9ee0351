// SPDX-License-Identifier: MIT
// Lines of several outputs that stand in one section of a paste: each goes to the reader of its like.
#include "base/text.hpp"
#include "facts/log_lines.hpp"
#include "snapshot/import/readers.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {

bool looks_like_lscpu(std::string_view text) {
    bool vendor = false, other = false, unmistakable = false;
    for_each_line(text, [&](std::string_view line) {
        const auto colon = std::find(line.begin(), line.end(), ':');
        if (colon == line.end()) return;
        const std::string_view key = trim(std::string_view(line.begin(), colon)),
                               value = trim(std::string_view(colon + 1, line.end()));
        if (value == "GenuineIntel" || value == "AuthenticAMD" || value == "HygonGenuine" ||
            value == "CentaurHauls")
            vendor = vendor || key != "vendor_id";
        unmistakable = unmistakable || (key == "Virtualization" && (value == "VT-x" || value == "AMD-V")) ||
                       key == "Hypervisor vendor" || key == "Virtualization type" ||
                       (key == "Flags" && contains(value, "mmx")) ||
                       (key == "Architecture" && is_machine_name(value));
        for (const std::string_view label :
             {"Architecture", "CPU(s)", "Model name", "Virtualization", "Flags", "On-line CPU(s) list",
              "Hypervisor vendor", "Virtualization type"})
            other = other || key == label;
        other =
            other || value == "x86_64" || value == "VT-x" || value == "AMD-V" || value.starts_with("fpu ");
    });
    return (vendor && other) || unmistakable;
}

namespace {

/// Commands whose output has no lines that others print, too.
bool may_have_strays(const Command& command) {
    constexpr std::string_view programs_of_words[] = {"lsmod", "lscpu",  "grep", "egrep",
                                                      "uname", "whoami", "id",   "systemd-detect-virt"};
    const bool of_log = contains(command.line, "/var/log/") || contains(command.line, "dmesg");
    return !of_log && std::find(std::begin(programs_of_words), std::end(programs_of_words),
                                command.program) != std::end(programs_of_words);
}

}  // namespace

/// Lines of several outputs in one, without prompts: each goes with its like.
void take_lines(const Section& section, const std::string& name, Evidence& evidence) {
    Section log, modules, cpuinfo, lscpu, checkers, options;
    Section* last = nullptr;
    const char* const end = section.body.data() + section.body.size();
    const auto to = [&](Section& kind, std::string_view line, bool whole) {
        kind.body.append(line).append(whole ? "\n" : "");
        last = &kind;
    };
    const bool lscpu_there = looks_like_lscpu(section.body);
    for_each_line(section.body, [&](std::string_view line) {
        const bool whole = line.data() + line.size() != end;
        std::string_view message;
        const std::string_view plain = trim(line);
        const auto colon = plain.find(':');
        const std::string_view key = trim(plain.substr(0, colon));
        if (plain.empty()) {
            last = nullptr;
        } else if (is_checker_line(line)) {
            to(checkers, line, whole);
        } else if (is_stamped(line, message)) {
            to(log, line, whole);
            // Programs write the time in front of theirs, too.
            if (whole && !classify_log_line(message)) read_single_line(message, section, evidence);
        } else if (read_single_line(line, section, evidence)) {
            last = nullptr;
        } else if (is_lsmod(line)) {
            to(modules, line, whole);
        } else if (is_modprobe_file(line)) {
            to(options, line, whole);
        } else if (colon != std::string_view::npos &&
                   (key == "processor" || key == "vendor_id" || key == "flags" || key == "model name" ||
                    key == "vmx flags" || key == "/proc/cpuinfo" || key == "CPU implementer" ||
                    key == "CPU architecture" || key == "isa" || key == "hart")) {
            to(cpuinfo, line, whole);
        } else if (lscpu_there && colon != std::string_view::npos) {
            to(lscpu, line, whole);
        } else if ((last == &cpuinfo || last == &lscpu) && colon == std::string_view::npos) {
            to(*last, line, whole);
        }
    });
    log.command = modules.command = cpuinfo.command = section.command;
    if (!log.body.empty()) read_kernel_log(log, evidence);
    if (!modules.body.empty()) read_lsmod(modules, evidence);
    if (!cpuinfo.body.empty()) read_cpuinfo(cpuinfo, evidence);
    if (!lscpu.body.empty()) read_lscpu(lscpu.body, name, evidence);
    if (!checkers.body.empty()) read_checkers(checkers, evidence);
    if (!options.body.empty()) read_modprobe_file(name, options.body, evidence);
}

/// What stands below one command's output and is none of it: a log's lines that were quoted, a node, a
/// refusal.
void take_strays(const Section& section, Evidence& evidence) {
    const bool of_log = section.command.program == "dmesg" || section.command.program == "journalctl";
    if (of_log) {  // the kernel says nothing of the node
        for_each_line(section.body, [&](std::string_view line) {
            std::string_view message;
            const bool of_program = contains(line, "/dev/kvm") || contains(line, "KVM_CREATE_VM") ||
                                    contains(line, "KVM kernel module") || contains(line, "modprobe: ERROR");
            if (of_program && !is_stamped(line, message)) read_single_line(line, section, evidence);
        });
        return;
    }
    if (!may_have_strays(section.command)) return;
    Section log{{}, {}}, checkers{{}, {}};
    for_each_line(section.body, [&](std::string_view line) {
        std::string_view message;
        const bool last =
            section.cut() && line.data() + line.size() == section.body.data() + section.body.size();
        if (is_stamped(line, message))
            log.body.append(line).append(last ? "" : "\n");
        else if (is_checker_line(line))
            checkers.body.append(line).append("\n");
        else
            read_single_line(line, section, evidence);
    });
    if (!log.body.empty()) read_kernel_log(log, evidence);
    if (!checkers.body.empty()) read_checkers(checkers, evidence);
}

}  // namespace nestprobe
