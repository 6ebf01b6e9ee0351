// SPDX-License-Identifier: MIT
// How the running kernel was built, where that matters: a quarter of a megabyte of text is read only when
// KVM's module is not in the kernel already.
#include "base/inflate.hpp"
#include "base/text.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

#include <optional>

namespace nestprobe {
namespace {

/// The line that begins so, up to its end; empty when there is none.
std::string_view find_line(std::string_view text, std::string_view beginning) {
    for (auto at = text.find(beginning); at != std::string_view::npos; at = text.find(beginning, at + 1))
        if (at == 0 || text[at - 1] == '\n') return text.substr(at, text.find('\n', at) - at);
    return {};
}

std::optional<Tristate> parse_tristate(std::string_view value) {
    if (value == "y") return Tristate::yes;
    if (value == "m") return Tristate::module;
    return std::nullopt;
}

}  // namespace

void KernelConfig::read() {
    if (is_read_) return;
    is_read_ = true;
    std::vector<std::string> paths;
    if (release_.if_known()) paths.push_back(fmt::format("/boot/config-{}", *release_.if_known()));
    paths.emplace_back("/proc/config.gz");
    if (release_.if_known()) paths.push_back(fmt::format("/lib/modules/{}/config", *release_.if_known()));
    path_ = paths.front();
    for (const std::string& path : paths) {
        auto text = files_.read(path);
        if (text.if_known()) {
            path_ = path;
            text_ = inflate(*text.if_known(), path);
            return;
        }
        if (path == paths.front()) text_ = std::move(text);
    }
    // Two of the three are named after the release.
    if (const Absent* release = release_.if_absent(); release && withheld(*release)) text_ = *release;
}

Fact<Tristate> KernelConfig::find(std::string_view symbol) {
    read();
    if (!text_.if_known()) return text_.absence();
    const std::string set = fmt::format("CONFIG_{}=", symbol);
    const std::string_view line = find_line(*text_.if_known(), set);
    if (const auto value = line.empty() ? std::nullopt : parse_tristate(line.substr(set.size())))
        return {*value, {{path_, std::string(line)}}};
    const std::string unset = fmt::format("# CONFIG_{} is not set", symbol);
    if (!find_line(*text_.if_known(), unset).empty()) return {Tristate::no, {{path_, unset}}};
    return Absent{Why::malformed, fmt::format("{}: CONFIG_{} is not mentioned", path_, symbol)};
}

Fact<Tristate> probe_config(KernelConfig& config, const CpuFacts& cpu, const ModuleFacts& module) {
    const Module* vendor = module.vendor.if_known();
    const bool told = vendor && vendor->state != Module::State::absent;
    if (told && vendor->state != Module::State::present)  // then the configuration says which of two it is
        return Absent{Why::not_applicable, "not looked at: the module is in the kernel"};
    if (module.software.if_known() && !module.software.if_known()->empty())
        return Absent{Why::not_applicable, "not looked at: KVM is there by other means"};
    // A symbol is not mentioned where what it hangs on is off.
    const std::string_view wanted = is(cpu.technology, Technology::svm) ? "KVM_AMD" : "KVM_INTEL";
    Fact<Tristate> found = config.find(wanted);
    for (const std::string_view name : {"KVM", "VIRTUALIZATION"}) {
        if (found.if_known() || found.absence().why != Why::malformed) break;
        if (Fact<Tristate> above = config.find(name); is(above, Tristate::no)) return above;
    }
    return found;
}

std::string_view to_string(Tristate value) {
    switch (value) {
        case Tristate::no: return "n";
        case Tristate::module: return "m";
        case Tristate::yes: return "y";
    }
    return "n";
}

}  // namespace nestprobe
