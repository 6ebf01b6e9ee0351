// SPDX-License-Identifier: MIT
// A folder as sosreport and supportconfig make it, or of pastes: which of its files matter, and as what.
#include "base/text.hpp"
#include "snapshot/import/import_paste.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace nestprobe {
namespace {

/// sosreport names the file of a command after it: "lscpu", "uname_-a", "virsh_-r_capabilities".
Command command_of_file(std::string_view path) {
    std::string name(path.substr(path.rfind('/') + 1));
    std::replace(name.begin(), name.end(), '_', ' ');
    Command command = parse_command(name);
    return has_reader(command.program) || command.program == "lscpu" || command.program == "virsh"
               ? command
               : Command{};
}

/// Where in a folder a copy of the machine's own tree begins: "sosreport-x/proc/cpuinfo" -> "/proc/cpuinfo".
std::string path_on_machine(std::string_view path) {
    for (const std::string_view root :
         {"proc/", "sys/", "etc/modprobe.d/", "usr/lib/modprobe.d/", "lib/modprobe.d/", "run/modprobe.d/",
          "boot/config-", "etc/os-release"}) {
        const auto at = path.find(root);
        if (at != std::string_view::npos && (at == 0 || path[at - 1] == '/'))
            return fmt::format("/{}", path.substr(at));
    }
    return {};
}

}  // namespace

bool is_of_interest(std::string_view path) {
    constexpr std::string_view folders[] = {
        "sos_commands/kernel/",   "sos_commands/processor/", "sos_commands/libvirt/",
        "sos_commands/hardware/", "sos_commands/kvm/",       "sos_commands/virsh/",
        "sos_commands/logs/",     "sos_commands/host/",      "sos_commands/dmidecode/"};
    constexpr std::string_view names[] = {
        "basic-environment.txt", "hardware.txt", "boot.txt", "modules.txt", "kvm.txt",
        "messages.txt",          "uname",        "lsmod",    "dmidecode",   "env.txt"};
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (!path_on_machine(path).empty()) {
        const std::string own = path_on_machine(path);
        for (const std::string_view useless :
             {"/proc/kcore", "/sys/kernel/debug/", "/proc/irq/", "/proc/net/"})
            if (own.starts_with(useless)) return false;
        return !own.starts_with("/sys/") || own.starts_with("/sys/module/") ||
               own.starts_with("/sys/class/dmi/") || own.starts_with("/sys/hypervisor/") ||
               own.starts_with("/sys/devices/system/cpu/vulnerabilities/") ||
               own.starts_with("/sys/kernel/security/");
    }
    if (path.find('/') == std::string_view::npos) return true;  // a folder of pastes
    for (const std::string_view folder : folders)
        if (contains(path, folder)) return true;
    return std::find(std::begin(names), std::end(names), name) != std::end(names) ||
           std::count(path.begin(), path.end(), '/') < 2;
}

Imported import_files(const std::vector<std::pair<std::string, std::string>>& files,
                      const std::string& name) {
    Evidence evidence;
    std::set<std::string_view> clouds;
    for (const auto& [path, text] : files) {
        const std::string own = path_on_machine(path), clean = clean_paste(text);
        const std::string shown = fmt::format("{}/{}", name, path);
        if (!own.empty()) {
            const Command command = parse_command("cat " + own);
            if (!take_files({command, clean}, evidence) && own == "/proc/cmdline")
                read_file_of_kernel(own, clean + "\n", evidence);
            continue;
        }
        std::vector<Section> sections = split_paste(clean);
        if (sections.size() == 1 && sections.front().command.program.empty())
            sections.front().command = command_of_file(path);
        for (const Section& section : sections) take_section(section, shown, evidence);
        clouds.merge(clouds_in_prompts(clean));
    }
    if (evidence.anything()) hear_prompts(clouds, evidence);
    std::vector<std::string> found = evidence.formats();
    return {std::move(evidence).take(), std::move(found)};
}

}  // namespace nestprobe
