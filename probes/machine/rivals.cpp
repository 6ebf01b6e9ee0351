// SPDX-License-Identifier: MIT
// Names in the kernel's lists of modules, and the other hypervisors' among them.
#include "base/text.hpp"
#include "machine/module_lists.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {

/// "kvm_intel 479232 0 - Live 0x0"
ProcModule find_in_proc_modules(std::string_view text, std::string_view name) {
    ProcModule found;
    for_each_line(text, [&](std::string_view line) {
        const auto words = split_words(line);
        if (words.empty() || words[0] != name) return;
        found.listed = true;
        if (words.size() > 2) parse_number(words[2], found.users);
    });
    return found;
}

/// Why a name that is not among those of /sys/module is not absent.
Absent why_not_listed(const Shared& shared) {
    if (const Absent* absent = shared.sys_modules.if_absent()) return *absent;
    return {Why::not_recorded, "/sys/module: not recorded as a whole"};
}

Fact<std::vector<std::string>> probe_rivals(const Shared& shared) {
    const auto* names = shared.sys_modules.if_known();
    const std::string* loaded = shared.proc_modules.if_known();
    std::vector<std::string> rivals;
    for (const std::string_view rival : {"vboxdrv", "vmmon", "mshv", "mshv_root"})
        if ((names && std::find(names->begin(), names->end(), rival) != names->end()) ||
            (loaded && find_in_proc_modules(*loaded, rival).listed))
            rivals.emplace_back(rival);
    // A paste of /proc/modules may be a part of it: it proves who is there.
    if (rivals.empty() && (!names || !shared.all_sys_modules)) return why_not_listed(shared);
    const std::string reading = rivals.empty() ? "none of vboxdrv, vmmon, mshv" : rivals.front();
    return {std::move(rivals), {{names ? "/sys/module" : "/proc/modules", reading}}};
}

/// "7.2.8 r173730"; not looked at where its module is not there.
Fact<std::string> probe_virtualbox(const Filesystem& files, const Fact<std::vector<std::string>>& rivals) {
    const auto* names = rivals.if_known();
    if (!names) return rivals.absence();
    if (std::find(names->begin(), names->end(), "vboxdrv") == names->end())
        return Absent{Why::not_applicable, "VirtualBox's module is not loaded"};
    return read_word(files, "/sys/module/vboxdrv/version");
}

}  // namespace nestprobe
