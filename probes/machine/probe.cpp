// SPDX-License-Identifier: MIT
#include "probe.hpp"
#include "base/text.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

namespace nestprobe {

Shared read_shared(const Sources& machine, RegisterList wanted) {
    // First of all: to ask KVM, which begins while registers are read, is to be a user of its module, and the
    // count of users is for those whom somebody has to stop.
    auto proc_modules = machine.files.read("/proc/modules");
    return {
        .cpu = read_registers(machine, wanted),
        .cpuinfo = parse_cpuinfo(machine.files.read("/proc/cpuinfo")),
        .command_line = machine.files.read("/proc/cmdline"),
        .sys_modules = machine.files.list("/sys/module"),
        .proc_modules = std::move(proc_modules),
        .log = probe_log(machine.log),
    };
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

Facts probe(const Sources& machine, const Wanted& wanted) {
    Shared shared = read_shared(machine, wanted.here);
    Facts facts;
    facts.cpu = probe_cpu(machine, shared);
    facts.firmware = probe_firmware(machine, shared);
    facts.kernel = probe_kernel(machine, shared, facts.cpu);
    facts.hypervisor = probe_hypervisor(machine, shared, facts.cpu, facts.firmware, facts.kernel);
    facts.vmx = probe_vmx(shared);
    facts.svm = probe_svm(shared);
    facts.module = probe_module(machine, shared, facts.cpu, facts.kernel);
    KernelConfig config(machine.files, facts.kernel.release);
    facts.kernel.config_vendor = probe_config(config, facts.cpu, facts.module);
    // Code that is built in is not in /proc/modules, and /sys/module was not read.
    if (is(facts.kernel.config_vendor, Tristate::yes) && !shared.sys_modules.if_known())
        facts.module.vendor = {{Module::State::built_in, -1}, facts.kernel.config_vendor.from()};
    facts.guest_registers = read_guest_registers(machine.kvm, wanted.guests);
    facts.device = probe_device(machine, facts.guest_registers);
    facts.iommu = probe_iommu(machine, facts.kernel, config);
    facts.registers = std::move(shared.cpu.registers);
    return facts;
}

}  // namespace nestprobe
