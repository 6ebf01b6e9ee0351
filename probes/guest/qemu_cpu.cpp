// SPDX-License-Identifier: MIT
#include "guest/qemu_cpu.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace nestprobe {
namespace {

Absent no_switch(std::string_view key, std::string_view word) {
    return {Why::malformed, fmt::format("{}={}: neither on nor off", key, word.substr(0, 80))};
}

/// "+vmx", "vmx", "vmx=on"; "-vmx", "vmx=off".  QEMU lets - win over +, and either over the rest.
Fact<FeaturePolicy> feature(const QemuOption& option, const std::string& name,
                            const std::vector<Provenance>& from) {
    if (option.get("-" + name)) return {FeaturePolicy::disable, from};
    if (option.get("+" + name)) return {FeaturePolicy::require, from};
    const std::string* word = option.get(name);
    if (!word) return {FeaturePolicy::unset, from};
    const std::optional<bool> on = qemu_switch(*word);
    if (!on) return no_switch(name, *word);
    return {*on ? FeaturePolicy::require : FeaturePolicy::disable, from};
}

/// libvirt's and Proxmox's own -cpu is before those that are passed through them: the last one counts.
void note_passed_cpu(const std::vector<Provenance>& from, GuestFacts& facts) {
    if (!is(facts.definition, DefinitionKind::qemu)) facts.passed_cpu = {true, from};
}

/// What stands behind the model, as it is written; empty parts QEMU passes over.
std::vector<std::string> properties_of(std::string_view value) {
    std::vector<std::string> all;
    bool model = true;
    for_each_part(value, ',', [&](std::string_view part) {
        if (!std::exchange(model, false) && !part.empty()) all.emplace_back(part);
    });
    return all;
}

}  // namespace

Fact<Setting> qemu_setting(const QemuOption& option, std::string_view key,
                           const std::vector<Provenance>& from) {
    const std::string* word = option.get(key);
    if (!word) return {Setting::unset, from};
    const std::optional<bool> on = qemu_switch(*word);
    if (!on) return no_switch(key, *word);
    return {*on ? Setting::on : Setting::off, from};
}

void apply_cpu_option(std::string_view value, const std::vector<Provenance>& from, GuestFacts& f) {
    const QemuOption option(value);
    f.cpu_mode = {option.first == "host"  ? CpuMode::host_passthrough
                  : option.first == "max" ? CpuMode::maximum
                                          : CpuMode::custom,
                  from};
    f.cpu_model = Absent{Why::not_applicable, "no model is named"};
    if (is(f.cpu_mode, CpuMode::custom)) f.cpu_model = {option.first, from};
    f.vmx = feature(option, "vmx", from);
    f.svm = feature(option, "svm", from);
    const std::string* enforce = option.get("enforce");
    f.cpu_check = {enforce && qemu_switch(*enforce) == true ? "enforce" : "none", from};
    f.cpu_match = Absent{Why::not_applicable, "match is libvirt's"};
    f.repeated_features = {std::vector<std::string>(), from};
    f.migratable = qemu_setting(option, "migratable", from);
    if (const std::string* vendor = option.get("vendor"))
        f.cpu_vendor = {*vendor, from};
    else
        f.cpu_vendor = Absent{Why::not_applicable, "no vendor is asked for"};
    f.evmcs = qemu_setting(option, "hv-evmcs", from);
    f.vapic = qemu_setting(option, "hv-vapic", from);
    f.hyperv_passthrough = qemu_setting(option, "hv-passthrough", from);
    std::vector<std::string> required;
    if (is(f.cpu_check, std::string("enforce")))
        for (const auto& [key, word] : option.pairs)
            if (key.starts_with('+')) required.push_back(key.substr(1));
    f.required = {std::move(required), from};
    f.cpu_properties = {properties_of(value), from};
    f.cpu_option = {std::string(value), from};
    note_passed_cpu(from, f);
}

void forget_cpu_option(const Absent& why, const std::vector<Provenance>& from, GuestFacts& f) {
    f.cpu_mode = why;
    f.cpu_model = f.cpu_vendor = f.cpu_check = why;
    f.vmx = f.svm = why;
    f.migratable = f.evmcs = f.vapic = f.hyperv_passthrough = why;
    f.required = f.cpu_properties = why;
    f.cpu_option = why;
    note_passed_cpu(from, f);
}

// --- -global ---

GlobalProperty read_global(std::string_view value, const std::vector<Provenance>& from) {
    const QemuOption option(value);
    const std::string *driver = option.get("driver"), *property = option.get("property"),
                      *named = option.get("value");
    if (driver && property && named) return {*driver, *property, *named, from};
    const auto dot = value.find('.'), equals = value.find('=');
    if (dot == std::string_view::npos || equals == std::string_view::npos || equals < dot) return {};
    return {std::string(value.substr(0, dot)), std::string(value.substr(dot + 1, equals - dot - 1)),
            std::string(value.substr(equals + 1)), from};
}

/// The guest's CPU by its own name or by those of what it descends from: any other name changes nothing.
static bool is_of_cpu(std::string_view driver, const GuestFacts& f) {
    constexpr std::string_view suffix = "-x86_64-cpu";
    if (driver == "cpu" || driver == suffix.substr(1)) return true;
    if (!driver.ends_with(suffix)) return false;
    const std::string_view named = driver.substr(0, driver.size() - suffix.size());
    if (is(f.cpu_mode, CpuMode::host_passthrough)) return named == "host";
    if (is(f.cpu_mode, CpuMode::maximum)) return named == "max";
    if (is(f.cpu_mode, CpuMode::none)) return named == "qemu64";
    const std::string* model = f.cpu_model.if_known();
    return model && named == *model;
}

void apply_globals(const std::vector<GlobalProperty>& globals, GuestFacts& f) {
    if (is(f.cpu_mode, CpuMode::host_model)) return;  // libvirt writes what it found into -cpu
    const bool vmx_open = is(f.vmx, FeaturePolicy::unset), svm_open = is(f.svm, FeaturePolicy::unset);
    for (const GlobalProperty& global : globals) {
        if (!is_of_cpu(global.driver, f)) continue;
        const std::optional<bool> on = qemu_switch(global.value);
        Fact<FeaturePolicy> policy = no_switch(global.property, global.value);
        if (on) policy = {*on ? FeaturePolicy::require : FeaturePolicy::disable, global.from};
        const bool decides = (global.property == "vmx" && vmx_open) || (global.property == "svm" && svm_open);
        if (decides) {
            (global.property == "vmx" ? f.vmx : f.svm) = policy;
            f.cpu_global = {fmt::format("{}.{}={}", global.driver, global.property, global.value),
                            global.from};
        }
        if (const std::vector<std::string>* known = f.cpu_properties.if_known()) {
            std::vector<std::string> all = *known;
            all.push_back(fmt::format("{}={}", global.property, global.value));
            f.cpu_properties = {std::move(all), global.from};
        }
    }
}

}  // namespace nestprobe
