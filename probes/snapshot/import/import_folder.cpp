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
    if (const std::string own = path_on_machine(path); !own.empty())
        return is_wanted(own) || own == "/proc/config.gz";
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
