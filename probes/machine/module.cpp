// SPDX-License-Identifier: MIT
// KVM's modules: which is there, with which parameters in force, and what modprobe.d and the command line
// ask. A module's parameters exist under /sys/module even where it is built in and refused this processor:
// the presence of kvm_intel/parameters on an AMD machine means nothing.
#include "base/hearsay.hpp"
#include "base/text.hpp"
#include "machine/modprobe.hpp"
#include "machine/module_lists.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace nestprobe {
namespace {

/// A module that runs guests without VMX or SVM, next to kvm and neither of the two vendors'.
Fact<std::string> probe_software(const Shared& shared) {
    // By name: a word that begins with kvm_ may be half of another's.
    const auto software = [](std::string_view name) { return name == "kvm_pvm"; };
    if (const auto* names = shared.sys_modules.if_known())
        for (const std::string& name : *names)
            if (software(name)) return {name, {{fmt::format("/sys/module/{}", name), "present"}}};
    if (const std::string* text = shared.proc_modules.if_known()) {
        std::string found;
        for_each_line(*text, [&](std::string_view line) {
            const std::string_view name = line.substr(0, line.find(' '));
            if (software(name)) found = name;
        });
        if (!found.empty()) return {found, {{"/proc/modules", found}}};
        return {"", {{"/proc/modules", "no kvm_ module but the vendors'"}}};
    }
    if (shared.sys_modules.if_known() && shared.all_sys_modules)
        return {"", {{"/sys/module", "no kvm_ module but the vendors'"}}};
    return why_not_listed(shared);
}

/// Does /lib/modules hold the file for the running kernel?  Its place is the kernel's own, compressed or not.
Fact<bool> probe_files(const Filesystem& files, const KernelFacts& kernel, std::string_view module) {
    if (!kernel.release.if_known()) return kernel.release.absence();
    const std::string folder = fmt::format("/lib/modules/{}/kernel/arch/x86/kvm", *kernel.release.if_known());
    std::string stem(module);
    std::replace(stem.begin(), stem.end(), '_', '-');
    stem += ".ko";
    const auto names = files.list(folder);
    if (const auto* known = names.if_known()) {
        for (const std::string& name : *known)
            if (name.starts_with(stem)) return {true, {{fmt::format("{}/{}", folder, name), "present"}}};
        if (files.lists_all(folder)) return {false, {{fmt::format("{}/{}", folder, stem), "absent"}}};
    }
    if (names.if_known() || names.absence().why != Why::no_device) {
        const std::string path = fmt::format("{}/{}", folder, stem);
        const auto file = files.read(path);  // modprobe may have said that there is none
        if (const Absent* none = file.if_absent(); none && none->why == Why::no_device)
            return {false, {{path, none->detail}}};
        if (names.if_absent()) return names.absence();
        return Absent{Why::not_recorded, fmt::format("{}: not recorded as a whole", folder)};
    }
    return {false, {{folder, "absent"}}};
}

/// A parameter of one of the two vendors' modules, and the fact that it becomes.
struct ParameterRow {
    std::string_view name;
    Fact<bool> ModuleFacts::*fact;
};
constexpr ParameterRow intel_parameters[] = {
    {"ept", &ModuleFacts::ept},
    {"vpid", &ModuleFacts::vpid},
    {"unrestricted_guest", &ModuleFacts::unrestricted_guest},
    {"enable_shadow_vmcs", &ModuleFacts::enable_shadow_vmcs},
    {"enable_apicv", &ModuleFacts::enable_apicv},
    {"enlightened_vmcs", &ModuleFacts::enlightened_vmcs},
    {"eptad", &ModuleFacts::eptad},
    {"pml", &ModuleFacts::pml},
    {"flexpriority", &ModuleFacts::flexpriority},
    {"vnmi", &ModuleFacts::virtual_nmis},
    {"preemption_timer", &ModuleFacts::preemption_timer},
    {"enable_ipiv", &ModuleFacts::enable_ipiv},
};
constexpr ParameterRow amd_parameters[] = {
    {"npt", &ModuleFacts::npt},   {"nrips", &ModuleFacts::nrips}, {"vls", &ModuleFacts::vls},
    {"vgif", &ModuleFacts::vgif}, {"lbrv", &ModuleFacts::lbrv},   {"tsc_scaling", &ModuleFacts::tsc_scaling},
    {"vnmi", &ModuleFacts::vnmi}, {"avic", &ModuleFacts::avic},
};

Fact<bool> parameter(const Filesystem& files, std::string_view module, std::string_view name) {
    return read_switch(files, fmt::format("/sys/module/{}/parameters/{}", module, name));
}

/// Those of this processor's module are read; the other's mean nothing here.
void probe_parameters(const Filesystem& files, ModuleFacts& facts, Technology technology) {
    const bool vmx = technology == Technology::vmx;
    const std::string_view ours = vmx ? "kvm_intel" : "kvm_amd", others = vmx ? "kvm_amd" : "kvm_intel";
    const auto all = [&](auto& own, auto& foreign) {
        for (const ParameterRow& row : own) facts.*row.fact = parameter(files, ours, row.name);
        for (const ParameterRow& row : foreign)
            facts.*row.fact =
                Absent{Why::not_applicable, fmt::format("{} is not this processor's module", others)};
    };
    facts.nested = parameter(files, ours, "nested");
    if (vmx)
        all(intel_parameters, amd_parameters);
    else
        all(amd_parameters, intel_parameters);
}

/// What vfio-pci is told, as far as that was read.
Fact<std::vector<ModuleOption>> told_ids(ModprobeConfig& config) {
    std::vector<Provenance> told;
    for (const ModuleOption& o : config.vfio_ids) told.push_back({o.origin.text(), "ids=" + o.value});
    if (!told.empty()) return {std::move(config.vfio_ids), std::move(told)};
    if (!config.unread.empty()) return config.unread.front();
    if (!config.looked) return Absent{Why::not_recorded, "modprobe.d: not recorded"};
    return Absent{Why::not_applicable, "vfio-pci is told no ids"};
}

void probe_configuration(const Sources& machine, const Shared& shared, ModuleFacts& facts) {
    ModprobeConfig config = read_modprobe_config(machine.files, shared.command_line);
    facts.vfio_ids = told_ids(config);
    // A file that could not be read may hold the line that counts.
    if (!config.unread.empty()) {
        facts.options = config.unread.front();
        facts.blocks = config.unread.front();
        facts.strays = config.unread.front();
        return;
    }
    std::vector<Provenance> from;
    if (!config.looked && config.options.empty() && config.blocks.empty()) {
        facts.options = Absent{Why::not_recorded, "modprobe.d: not recorded"};
        facts.blocks = facts.options.absence();
        facts.strays = facts.options.absence();
        for (const StrayLine& s : config.strays) from.push_back({s.origin.text(), s.text});
        if (!from.empty()) facts.strays = {std::move(config.strays), std::move(from)};
        return;
    }
    for (const ModuleOption& o : config.options)
        from.push_back({o.origin.text(), fmt::format("{}.{}={}", o.module, o.parameter, o.value)});
    if (from.empty()) from.push_back({"modprobe.d and kernel command line", "no option for KVM"});
    facts.options = {std::move(config.options), std::move(from)};
    from.clear();
    for (const ModuleBlock& b : config.blocks) from.push_back({b.origin.text(), b.module});
    if (from.empty()) from.push_back({"modprobe.d and kernel command line", "nothing keeps KVM out"});
    facts.blocks = {std::move(config.blocks), std::move(from)};
    from.clear();
    for (const StrayLine& s : config.strays) from.push_back({s.origin.text(), s.text});
    if (from.empty()) from.push_back({"modprobe.d and kernel command line", "nothing misspelt about KVM"});
    facts.strays = {std::move(config.strays), std::move(from)};
}

/// The name in a list of code that is built in; nothing where it is not there, or nobody can tell.
std::optional<Fact<Module>> find_built_in(const Filesystem& files, const Fact<std::string>& release,
                                          std::string_view name) {
    if (const Fact<std::string> heard = read_hearsay(files, hearsay::built_in);
        heard.if_known() && has_word(*heard.if_known(), name))
        return Fact<Module>{{Module::State::built_in, -1}, heard.from()};
    if (!release.if_known()) return std::nullopt;
    const std::string path = fmt::format("/lib/modules/{}/modules.builtin", *release.if_known());
    const auto text = files.read(path);
    std::string file(name);
    std::replace(file.begin(), file.end(), '_', '-');
    file = fmt::format("/{}.ko", file);
    if (!text.if_known() || !contains(*text.if_known(), file)) return std::nullopt;
    return Fact<Module>{{Module::State::built_in, -1}, {{path, file.substr(1)}}};
}

Provenance absence_from(const Shared& shared, std::string_view name) {
    if (shared.proc_modules.if_known()) return {"/proc/modules", fmt::format("no {}", name)};
    return {fmt::format("/sys/module/{}", name), "absent"};
}

/// Of a name in /sys/module that /proc/modules does not list: is it loaded or built in?  Only a module has
/// initstate and refcnt.
Fact<Module> state_of_listed(const Filesystem& files, const Shared& shared, const Fact<std::string>& release,
                             std::string_view name) {
    const std::string path = fmt::format("/sys/module/{}", name);
    const auto state = files.read(path + "/initstate");
    if (state.if_known())
        return {{Module::State::loaded, -1}, {{path + "/initstate", std::string(trim(*state.if_known()))}}};
    if (state.absence().why == Why::no_device)
        return {{Module::State::built_in, -1}, {{path, "present, without initstate"}}};
    const auto users = files.read(path + "/refcnt");
    int count = -1;
    if (users.if_known() && parse_number(trim(*users.if_known()), count))
        return {{Module::State::loaded, count}, {{path + "/refcnt", fmt::format("{}", count)}}};
    if (auto built_in = find_built_in(files, release, name)) return *std::move(built_in);
    if (const Absent* none = users.if_absent(); none && none->why == Why::no_device)
        return {{Module::State::built_in, -1}, {{path, "present, without refcnt"}}};
    if (shared.proc_modules.if_known())
        return {{Module::State::built_in, -1},
                {{path, "present"}, {"/proc/modules", fmt::format("no {}", name)}}};
    return {{Module::State::present, -1}, {{path, "present"}}};
}

/// Who was told that a module does not load knows that it is not there.
std::optional<Fact<Module>> refused_by_loader(const Shared& shared, std::string_view name) {
    if (const auto* lines = shared.log.if_known())
        for (const LoggedLine& line : *lines)
            if (log_row(line.id).subsystem == LogSubsystem::modprobe && line.module == name)
                return Fact<Module>{{}, {from_log(line)}};
    return std::nullopt;
}

}  // namespace

Fact<Module> probe_module_state(const Sources& machine, const Shared& shared,
                                const Fact<std::string>& release, std::string_view name) {
    const ProcModule listed = shared.proc_modules.if_known()
                                  ? find_in_proc_modules(*shared.proc_modules.if_known(), name)
                                  : ProcModule{};
    if (listed.listed)
        return {{Module::State::loaded, listed.users},
                {{fmt::format("/proc/modules, {}", name), fmt::format("{} users", listed.users)}}};
    const auto* names = shared.sys_modules.if_known();
    if (names && std::find(names->begin(), names->end(), name) != names->end())
        return state_of_listed(machine.files, shared, release, name);
    if (names && shared.all_sys_modules) return {{}, {absence_from(shared, name)}};
    // Code that is built in is in neither list of modules.
    if (auto built_in = find_built_in(machine.files, release, name)) return *std::move(built_in);
    if (shared.proc_modules.if_known()) return {{}, {absence_from(shared, name)}};
    if (auto refused = refused_by_loader(shared, name)) return *std::move(refused);
    // Both vendors' modules have that parameter, and its file with it, while they are in the kernel.
    const std::string nested = fmt::format("/sys/module/{}/parameters/nested", name);
    const auto value = machine.files.read(nested);
    if (const Absent* none = value.if_absent(); none && none->why == Why::no_device && none->error == ENOENT)
        return {{}, {{nested, none->detail}}};
    return why_not_listed(shared);
}

ModuleFacts probe_module(const Sources& machine, const Shared& shared, const CpuFacts& cpu,
                         const KernelFacts& kernel) {
    ModuleFacts facts;
    facts.kvm = probe_module_state(machine, shared, kernel.release, "kvm");
    facts.software = probe_software(shared);
    facts.rivals = probe_rivals(shared);
    facts.enable_virt_at_load = parameter(machine.files, "kvm", "enable_virt_at_load");
    facts.virtualbox_version = probe_virtualbox(machine.files, facts.rivals);
    probe_configuration(machine, shared, facts);
    facts.name = cpu.technology.map(
        [](Technology t) { return std::string(t == Technology::vmx ? "kvm_intel" : "kvm_amd"); });
    if (const Absent* unknown = cpu.technology.if_absent()) {
        facts.files = *unknown;
        facts.nested = *unknown;
        for (const ParameterRow& row : intel_parameters) facts.*row.fact = *unknown;
        for (const ParameterRow& row : amd_parameters) facts.*row.fact = *unknown;
        facts.vendor = *unknown;
        facts.other_vendor = *unknown;
        if (Fact<bool> heard = read_heard_switch(machine.files, hearsay::nested); heard.if_known())
            facts.nested = std::move(heard);
        return facts;
    }
    const std::string& name = *facts.name.if_known();
    facts.vendor = probe_module_state(machine, shared, kernel.release, name);
    facts.other_vendor =
        probe_module_state(machine, shared, kernel.release, name == "kvm_intel" ? "kvm_amd" : "kvm_intel");
    facts.files = probe_files(machine.files, kernel, name);
    probe_parameters(machine.files, facts, *cpu.technology.if_known());
    if (facts.nested.if_absent() && facts.nested.absence().why == Why::not_recorded)
        if (Fact<bool> heard = read_heard_switch(machine.files, hearsay::nested); heard.if_known())
            facts.nested = std::move(heard);
    // A parameter's file shows that the module is in the kernel, whatever could not be listed.
    const Module* vendor = facts.vendor.if_known();
    if (vendor && vendor->state == Module::State::absent && !shared.sys_modules.if_known() &&
        facts.nested.if_known())
        facts.vendor = {{Module::State::built_in, -1}, facts.nested.from()};
    return facts;
}

std::string_view to_string(Module::State state) {
    switch (state) {
        case Module::State::absent: return "absent";
        case Module::State::loaded: return "loaded";
        case Module::State::built_in: return "built in";
        case Module::State::present: return "present";
    }
    return "";
}

}  // namespace nestprobe
