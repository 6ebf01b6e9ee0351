// SPDX-License-Identifier: MIT
// A recorded machine with a remedy's steps done to it: files edited, modules loaded, registers opened, as a
// person or the kernel would.  Knows nothing of how the program foresees that; what comes of it, probe()
// says.
#pragma once

#include "base/text.hpp"
#include "machine/modprobe.hpp"
#include "recording/recording.hpp"
#include "remedy/steps.hpp"
#include "report/report.hpp"
#include "snapshot/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace nestprobe::test {

class DoneByHand {
public:
    DoneByHand(Recording recording, const Facts& before) : r_(std::move(recording)), before_(before) {
        svm_ = is(before.cpu.technology, Technology::svm);
    }

    void fix(const Remedy& remedy) {
        bool restart = false;
        for (const Step& step : remedy.steps) {
            std::visit([this](const auto& action) { act(action); }, step.action);
            restart = restart || step.cost == Cost::reboot || step.cost == Cost::power_off ||
                      std::holds_alternative<ShowToThisGuest>(step.action) ||
                      std::holds_alternative<ChangeWords>(step.action);
        }
        if (restart) boot();
        for (const Step& step : remedy.steps) {
            if (std::holds_alternative<Load>(step.action)) load();
            if (std::holds_alternative<Reload>(step.action)) load();
        }
    }
    Recording take() && { return std::move(r_); }

private:
    std::string module() const { return svm_ ? "kvm_amd" : "kvm_intel"; }
    std::string* text(std::string_view path) {
        const auto found = r_.files.find(path);
        return found == r_.files.end() ? nullptr : found->second.if_known();
    }
    void put(const std::string& path, std::string content) {
        r_.files.insert_or_assign(path, Reading<std::string>(std::move(content)));
        const std::string folder = path.substr(0, path.rfind('/'));
        const auto list = r_.directories.find(folder);
        if (list == r_.directories.end()) return;
        if (!list->second.if_known()) list->second = std::vector<std::string>{};
        auto& names = *list->second.if_known();
        const std::string name = path.substr(path.rfind('/') + 1);
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
        std::sort(names.begin(), names.end());
    }
    static std::string replaced(std::string text, std::string_view from, std::string_view to) {
        if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
        return text;
    }
    template <class F>
    void edit_lines(const std::string& path, F&& edit) {
        std::string* old = text(path);
        if (!old) return;
        std::string now;
        unsigned number = 0;
        for_each_line(*old, [&](std::string_view line) { now += edit(++number, std::string(line)) + "\n"; });
        *old = now;
    }

    // --- files ---

    template <class Other>
    void act(const Other&) {}  // above, or nothing that a recording shows
    void act(const SetOption& o) {
        for (const ModuleOption& old : o.instead_of) {
            bool continued = false;  // a backslash carries the line on
            edit_lines(old.origin.file, [&](unsigned number, std::string line) {
                const bool here = continued || number == old.origin.line;
                continued = here && line.ends_with('\\');
                return here ? replaced(line, old.parameter + "=" + old.value, old.parameter + "=1") : line;
            });
        }
        if (!o.instead_of.empty()) return;
        put(std::string(options_file), fmt::format("options {} {}={}\n", o.module, o.parameter, o.value));
    }
    void act(const DropLine& d) {
        edit_lines(d.file, [&](unsigned, std::string line) {
            const auto words = split_words(line);
            const bool blocks = words.size() > 1 && (words[0] == "blacklist" || words[0] == "install");
            std::string named(blocks ? words[1] : "");
            std::replace(named.begin(), named.end(), '-', '_');
            return blocks && (named == d.module || named.find('*') != std::string::npos) ? "# " + line : line;
        });
    }
    void act(const ChangeWords& c) {
        std::string* line = text("/proc/cmdline");
        std::vector<std::string> words = line ? split_command_line(*line) : std::vector<std::string>{};
        std::erase_if(words, [&](const std::string& word) {
            return std::find(c.drop.begin(), c.drop.end(), word) != c.drop.end();
        });
        words.insert(words.end(), c.add.begin(), c.add.end());
        std::string now;
        for (const std::string& word : words)
            now += word.find(' ') == std::string::npos ? word + " " : fmt::format("\"{}\" ", word);
        put("/proc/cmdline", now + "\n");
    }

    // --- the machine ---

    void act(const SwitchOnInFirmware& on) {
        if (on.what != SwitchOnInFirmware::What::virtualization) return;
        for (CpuRecord& cpu : r_.cpus)
            for (auto& [index, value] : cpu.msr) {
                if (!value.if_known()) continue;
                if (index == 0x3a && (*value.if_known() & 5) == 1) value = std::uint64_t{5};
                if (index == 0xc0010114) value = *value.if_known() & ~std::uint64_t{0x10};
            }
        r_.files.erase("/sys/devices/system/cpu/vulnerabilities/itlb_multihit");
        if (is_hidden()) show();
        tried_at_boot_ = is_logged("disabled by bios") && !is_logged("modprobe:");
        forget("disabled by bios");
        forget("disabled (by BIOS)");
        forget("disabled by BIOS");
    }
    void act(const ShowToThisGuest&) { show(); }
    void act(const GiveDevice&) {
        r_.kvm.open = Reading<bool>(true);
        answer();
    }
    void act(const JoinGroup&) { act(GiveDevice{}); }
    void act(const MakeNode&) { act(GiveDevice{}); }
    bool is_hidden() const {
        return !before_.cpu.vmx.any([](bool b) { return b; }) &&
               !before_.cpu.svm.any([](bool b) { return b; });
    }
    void show() {
        for (CpuRecord& cpu : r_.cpus) {
            const auto leaf = cpu.cpuid.find({svm_ ? 0x80000001u : 1u, 0});
            if (leaf != cpu.cpuid.end() && leaf->second.if_known())
                leaf->second.if_known()->ecx |= svm_ ? 4u : 0x20u;
            // What faulted without VMX is not known with it.
            std::erase_if(cpu.msr, [](const auto& msr) { return !msr.second.if_known(); });
        }
    }
    bool is_logged(std::string_view part) const {
        if (!r_.kernel_log || !r_.kernel_log->if_known()) return false;
        const auto& lines = *r_.kernel_log->if_known();
        return std::any_of(lines.begin(), lines.end(),
                           [&](const std::string& line) { return line.find(part) != std::string::npos; });
    }
    void forget(std::string_view part) {
        if (!r_.kernel_log || !r_.kernel_log->if_known()) return;
        std::erase_if(*r_.kernel_log->if_known(),
                      [&](const std::string& line) { return line.find(part) != std::string::npos; });
    }

    /// The flag is listed once more; the module is loaded where udev is, which the module's own line of the
    /// log shows, too: nobody else had asked for it.
    void boot() {
        const std::string flag = svm_ ? "svm" : "vmx";
        bool cleared = false;
        if (const std::string* words = text("/proc/cmdline"))
            cleared = words->find("clearcpuid=") != std::string::npos;
        if (std::string* cpuinfo = text("/proc/cpuinfo"); cpuinfo && !cleared) {
            std::string now;
            for_each_line(*cpuinfo, [&](std::string_view line) {
                now += line;
                const auto words = split_words(line);
                if (line.starts_with("flags") && std::find(words.begin(), words.end(), flag) == words.end())
                    now += " " + flag;
                now += '\n';
            });
            *cpuinfo = now;
        }
        const Module* vendor = before_.module.vendor.if_known();
        if (tried_at_boot_ || was_blocked() || r_.files.contains("/etc/os-release") ||
            (vendor && vendor->state != Module::State::absent))
            load();
    }
    /// Who keeps a module out saw it loaded.
    bool was_blocked() const {
        const auto* blocks = before_.module.blocks.if_known();
        return blocks && !blocks->empty();
    }
    void load() {
        const Module* vendor = before_.module.vendor.if_known();
        const bool built_in = vendor && vendor->state == Module::State::built_in;
        for (const std::string& name : {std::string("kvm"), module()}) {
            if (built_in) continue;
            if (std::string* list = text("/proc/modules");
                list && list->find(name + " ") == std::string::npos)
                *list += fmt::format("{} 1 0 - Live 0x0\n", name);
            put(fmt::format("/sys/module/{}/initstate", name), "live\n");
            if (const auto all = r_.directories.find("/sys/module");
                all != r_.directories.end() && all->second.if_known())
                all->second.if_known()->push_back(name);
        }
        put(fmt::format("/sys/module/{}/parameters/nested", module()), nested() ? "Y\n" : "N\n");
        forget("is blacklisted");
        if (!r_.kvm.open || r_.kvm.open->if_absent()) {
            const Absent absent = r_.kvm.open ? r_.kvm.open->absence() : Absent{};
            if (absent.error == EACCES || absent.error == EPERM || absent.why == Why::permission_denied)
                return;
            r_.kvm.open = Reading<bool>(true);
        }
        answer();
    }
    void answer() {
        r_.kvm.api_version = Reading<int>(12);
        r_.kvm.supported_cpuid.insert_or_assign({1, 0}, CpuidRegs{0, 0, nested() && !svm_ ? 0x20u : 0u, 0});
        r_.kvm.supported_cpuid.insert_or_assign({0x80000001, 0},
                                                CpuidRegs{0, 0, nested() && svm_ ? 4u : 0u, 0});
    }
    /// As modprobe and the kernel come to it.
    bool nested() const {
        const ReplayedMachine machine(r_);
        const auto words = machine.sources().files.read("/proc/cmdline");
        const ModprobeConfig config = read_modprobe_config(machine.sources().files, words);
        const ModuleOption* last = effective(config.options, module(), "nested");
        if (!last) {
            const KernelVersion* v = before_.kernel.version.if_known();
            return svm_ || !v || *v >= KernelVersion{4, 20};
        }
        constexpr std::string_view on[] = {"", "1", "0x1", "Y", "y", "on", "yes", "true"};
        return std::find(std::begin(on), std::end(on), last->value) != std::end(on);
    }

    Recording r_;
    const Facts& before_;
    bool svm_ = false;
    bool tried_at_boot_ = false;
};

}  // namespace nestprobe::test
