// SPDX-License-Identifier: MIT
// How the running kernel was built, where that matters: a quarter of a megabyte of text is read only when
// KVM's module is not in the kernel already.
#include "inflate.hpp"
#include "probes.hpp"
#include "text.hpp"

#include <fmt/format.h>

#include <optional>

namespace nestprobe {
namespace {

struct Config {
    std::string path;
    Reading<std::string> text;
};

/// The first of the three places that is there.
Config read_config(const Filesystem& files, const Fact<std::string>& release) {
    std::vector<std::string> paths;
    if (release.if_known()) paths.push_back(fmt::format("/boot/config-{}", *release.if_known()));
    paths.emplace_back("/proc/config.gz");
    if (release.if_known()) paths.push_back(fmt::format("/lib/modules/{}/config", *release.if_known()));
    Config config{paths.front(), Absent{}};
    for (const std::string& path : paths) {
        auto text = files.read(path);
        if (text.if_known()) return {path, inflate(*text.if_known(), path)};
        if (path == paths.front()) config.text = std::move(text);
    }
    return config;
}

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

Fact<Tristate> probe_config(const Sources& machine, const CpuFacts& cpu, const KernelFacts& kernel,
                            const ModuleFacts& module) {
    const Module* vendor = module.vendor.if_known();
    if (vendor && vendor->state != Module::State::absent)
        return Absent{Why::not_applicable, "not looked at: the module is in the kernel"};
    if (module.software.if_known() && !module.software.if_known()->empty())
        return Absent{Why::not_applicable, "not looked at: KVM is there by other means"};
    const Config config = read_config(machine.files, kernel.release);
    if (!config.text.if_known()) return *config.text.if_absent();

    // A symbol is not mentioned where what it hangs on is off.
    const std::string_view wanted = is(cpu.technology, Technology::svm) ? "KVM_AMD" : "KVM_INTEL";
    for (const std::string_view name :
         {wanted, std::string_view("KVM"), std::string_view("VIRTUALIZATION")}) {
        const std::string set = fmt::format("CONFIG_{}=", name);
        const std::string_view line = find_line(*config.text.if_known(), set);
        if (name == wanted)
            if (const auto value = line.empty() ? std::nullopt : parse_tristate(line.substr(set.size())))
                return {*value, {{config.path, std::string(line)}}};
        const std::string unset = fmt::format("# CONFIG_{} is not set", name);
        if (!find_line(*config.text.if_known(), unset).empty()) return {Tristate::no, {{config.path, unset}}};
    }
    return Absent{Why::malformed, fmt::format("{}: CONFIG_{} is not mentioned", config.path, wanted)};
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
