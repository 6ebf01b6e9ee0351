// SPDX-License-Identifier: MIT
#include "probe.hpp"
#include "base/hearsay.hpp"
#include "base/text.hpp"
#include "machine/instance_types.hpp"
#include "machine/modprobe.hpp"
#include "machine/platform_signs.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

namespace nestprobe {

Shared read_shared(const Sources& machine, RegisterList wanted) {
    // First of all: to ask KVM, which begins while registers are read, is to be a user of its module, and the
    // count of users is for those whom somebody has to stop.
    auto proc_modules = machine.files.read("/proc/modules");
    Shared shared{
        .cpu = read_registers(machine, wanted),
        .cpuinfo = parse_cpuinfo(machine.files.read("/proc/cpuinfo")),
        .command_line = machine.files.read("/proc/cmdline"),
        .all_sys_modules = machine.files.lists_all("/sys/module"),
        .sys_modules = machine.files.list("/sys/module"),
        .proc_modules = std::move(proc_modules),
        .log = probe_log(machine.log),
        .bios_vendor = read_word(machine.files, "/sys/class/dmi/id/bios_vendor"),
        .heard_vmx = read_heard_switch(machine.files, hearsay::flag_vmx),
        .heard_svm = read_heard_switch(machine.files, hearsay::flag_svm),
        .svm_or_lock = read_heard_switch(machine.files, hearsay::svm_or_lock),
        .usable = read_heard_switch(machine.files, hearsay::usable),
        .own_cpuid = {},
    };
    shared.own_cpuid = probe_own_cpuid(shared);
    if (is(shared.own_cpuid, false))
        shared.as_read =
            withhold_cpuid(shared.cpu, {Why::malformed, "CPUID is answered by the machine below"});
    return shared;
}

Fact<std::string> read_word(const Filesystem& files, std::string_view path) {
    const auto text = files.read(path);
    if (text.if_absent()) return text.absence();
    const std::string_view word = trim(*text.if_known());
    if (word.empty()) return Absent{Why::malformed, fmt::format("{}: empty", path)};
    return {std::string(word), {{std::string(path), std::string(word)}}};
}

Fact<bool> read_switch(const Filesystem& files, std::string_view path) {
    const Fact<std::string> word = read_word(files, path);
    if (!word.if_known()) return word.absence();
    bool value = false;
    if (!parse_switch(*word.if_known(), value))
        return Absent{Why::malformed, fmt::format("{}: neither Y, N, 1 nor 0", path)};
    return {value, word.from()};
}

Fact<std::string> read_hearsay(const Filesystem& files, std::string_view topic) {
    const auto text = files.read(topic);
    if (text.if_absent()) return text.absence();
    const hearsay::Statement said = hearsay::parse_statement(*text.if_known());
    if (said.value.empty() || said.source.empty())
        return Absent{Why::malformed, fmt::format("{}: no value", topic)};
    return {std::string(said.value),
            {{std::string(said.source), std::string(said.value), hearsay::sign_of_speaker(said.speaker)}}};
}

Fact<bool> read_heard_switch(const Filesystem& files, std::string_view topic) {
    const Fact<std::string> word = read_hearsay(files, topic);
    if (is(word, "yes")) return {true, word.from()};
    if (is(word, "no")) return {false, word.from()};
    return word.if_absent() ? word.absence() : Absent{Why::malformed, std::string(topic)};
}

void or_heard(PerCpu<bool>& facts, const Fact<bool>& heard) {
    if (facts.any_known() || heard.if_absent()) return;
    CpuSet cpus;
    for (const auto& group : facts.groups()) cpus.add(group.cpus);
    facts = {};
    facts.add(cpus, heard);
}

namespace {

/// "INFO: KVM (vmx) is disabled by your BIOS", "VERR_SVM_DISABLED (svm)".
FlagsNamed flags_named(const Fact<std::string>& line) {
    const std::string* said = line.if_known();
    return {.vmx = said && contains(*said, "(vmx)"), .svm = said && contains(*said, "(svm)")};
}

}  // namespace

std::optional<EvidenceFacts> probe_evidence(const Filesystem& files, const Shared& shared) {
    EvidenceFacts facts;
    const auto contradictions = files.read(hearsay::contradictions);
    if (const std::string* text = contradictions.if_known()) {
        std::vector<std::string> lines;
        for_each_line(*text, [&](std::string_view line) { lines.emplace_back(line); });
        facts.contradictions = {lines, {{"the inputs", lines.empty() ? "" : lines.front()}}};
    } else {
        facts.contradictions = contradictions.absence();
    }
    facts.firmware_off = read_hearsay(files, hearsay::firmware_off);
    facts.firmware_off_flags = flags_named(facts.firmware_off);
    facts.svm_or_lock = shared.svm_or_lock;
    facts.usable = shared.usable;
    facts.usable_by = speaker_of(facts.usable);
    facts.maker = read_hearsay(files, hearsay::maker);
    facts.device_asked = read_hearsay(files, hearsay::device_asked);
    facts.missing = read_hearsay(files, hearsay::missing).map([](const std::string& names) {
        const std::vector<std::string_view> words = split_words(names);
        return std::vector<std::string>(words.begin(), words.end());
    });
    facts.boot_words = read_hearsay(files, hearsay::boot_words).map([](const std::string& words) {
        return split_command_line(words);
    });
    facts.named_platform = read_hearsay(files, hearsay::named_product).map(platform_called);
    facts.named_board = read_hearsay(files, hearsay::named_board);
    facts.named_place = read_hearsay(files, hearsay::named_place);
    facts.entry_failed = read_hearsay(files, hearsay::entry_failed);
    facts.host_nested = read_heard_switch(files, hearsay::host_nested);
    facts.no_group = read_heard_switch(files, hearsay::no_group);
    facts.no_modprobe = read_heard_switch(files, hearsay::no_modprobe);
    facts.windows = read_heard_switch(files, hearsay::windows);
    bool known = false;
    for_each(facts, [&](std::string_view, const auto& fact, std::string_view) {
        known = known || !fact.if_absent();
    });
    return known ? std::optional(std::move(facts)) : std::nullopt;
}

namespace {

/// Code that is built in is not in /proc/modules.  Where that list alone says that a module is not there, and
/// a look at what would tell more failed, nobody knows.
void doubt_absence(const Shared& shared, Facts& facts) {
    const Module* vendor = facts.module.vendor.if_known();
    const bool listed = shared.sys_modules.if_known() && shared.all_sys_modules;
    const Absent* config = facts.kernel.config_vendor.if_absent();
    if (!vendor || vendor->state != Module::State::absent || listed || !config) return;
    if (const Absent* names = shared.sys_modules.if_absent(); names && withheld(*names))
        facts.module.vendor = *names;
    else if (withheld(*config) && !(is_missing(*config) && facts.kernel.release.if_known()))
        facts.module.vendor = *config;
}

/// That KVM has registered no device is told by a /sys that is there, and is the kernel's own.
void doubt_no_node(const Shared& shared, Facts& facts) {
    Fact<bool>& registered = facts.device.registered;
    if (!is(registered, false)) return;
    if (const Absent* none = shared.sys_modules.if_absent()) registered = *none;
    if (is(facts.kernel.container, "gvisor"))
        registered = Absent{Why::not_applicable, "gVisor makes a /sys of its own"};
}

/// A cloud's type has one kind of processor, which its name tells where nobody read it.
void hear_arm_type(Facts& facts) {
    const std::string* type = facts.hypervisor.instance_type.if_known();
    const Platform* cloud = facts.hypervisor.platform.if_known();
    const bool read = facts.kernel.arch.if_known() || facts.cpu.technology.if_known();
    if (!read && type && cloud && is_arm_type(*cloud, *type))
        facts.kernel.arch = {"aarch64", facts.hypervisor.instance_type.from()};
}

}  // namespace

Facts probe(const Sources& machine, const Wanted& wanted) {
    Shared shared = read_shared(machine, wanted.here);
    Facts facts;
    facts.cpu = probe_cpu(machine, shared);
    facts.firmware = probe_firmware(machine, shared);
    facts.kernel = probe_kernel(machine, shared, facts.cpu);
    facts.hypervisor = probe_hypervisor(machine, shared, facts.cpu, facts.firmware, facts.kernel);
    hear_arm_type(facts);
    facts.vmx = probe_vmx(shared);
    facts.svm = probe_svm(shared);
    facts.module = probe_module(machine, shared, facts.cpu, facts.kernel);
    KernelConfig config(machine.files, facts.kernel.release);
    facts.kernel.config_vendor = probe_config(config, facts.cpu, facts.module);
    // Code that is built in is not in /proc/modules; /sys/module was not read, or does not tell.
    const Module* vendor = facts.module.vendor.if_known();
    const bool present = vendor && vendor->state == Module::State::present;
    if (is(facts.kernel.config_vendor, Tristate::yes) && (present || !shared.sys_modules.if_known()))
        facts.module.vendor = {{Module::State::built_in, -1}, facts.kernel.config_vendor.from()};
    doubt_absence(shared, facts);
    facts.guest_registers = read_guest_registers(machine.kvm, wanted.guests);
    facts.device = probe_device(machine, facts.guest_registers);
    doubt_no_node(shared, facts);
    facts.device.holders = probe_holders(machine.kvm, facts.module, wanted.holders);
    facts.system = probe_system(machine.files, shared, facts.kernel);
    facts.iommu = probe_iommu(machine, facts.kernel, facts.module, config);
    facts.evidence = probe_evidence(machine.files, shared);
    facts.registers = std::move(shared.as_read ? *shared.as_read : shared.cpu.registers);
    return facts;
}

}  // namespace nestprobe
