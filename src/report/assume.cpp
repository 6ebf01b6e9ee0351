// SPDX-License-Identifier: MIT
#include "report/assume.hpp"

#include "base/text.hpp"
#include "facts/fact_list.hpp"
#include "machine/kernel_words.hpp"
#include "report/effects.hpp"
#include "rules/module/parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <type_traits>
#include <vector>

namespace nestprobe {
namespace {

constexpr std::string_view because = "--assume";

struct Assumption {
    enum class Kind : std::uint8_t { unknown, kernel, module, parameter, word, fact } kind{};
    std::string name, value;
};

/// Every fact that is yes or no: its name and itself.
template <class V>
void for_each_switch(Facts& facts, V&& visit) {
    for (const ListedSwitch& listed : list_switches(facts))
        std::visit([&](auto* fact) { visit(listed.id, *fact); }, listed.fact);
}

Facts empty_facts() {
    Facts facts;
    facts.guest.emplace();
    facts.evidence.emplace();
    return facts;
}

bool is_fact(std::string_view name) {
    Facts facts = empty_facts();
    bool found = false;
    for_each_switch(facts, [&](std::string_view fact, auto&) { found = found || fact == name; });
    return found;
}

std::optional<bool> yes_or_no(std::string_view value) {
    for (const std::string_view yes : {"yes", "true", "1", "Y", "on"})
        if (value == yes) return true;
    for (const std::string_view no : {"no", "false", "0", "N", "off"})
        if (value == no) return false;
    return {};
}

bool is_kernel(std::string_view release) {
    unsigned major = 0, minor = 0;
    const auto dot = release.find('.');
    const auto end = release.find_first_not_of("0123456789", dot == std::string_view::npos ? dot : dot + 1);
    return dot != std::string_view::npos && parse_number(release.substr(0, dot), major) &&
           parse_number(release.substr(dot + 1, end - dot - 1), minor);
}

/// "kvm_intel.nested" in two; the module empty where it is none of KVM's.
std::pair<std::string, std::string> as_parameter(std::string_view name) {
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) return {};
    std::string module(name.substr(0, dot)), parameter(name.substr(dot + 1));
    std::replace(module.begin(), module.end(), '-', '_');
    std::replace(parameter.begin(), parameter.end(), '-', '_');
    if (module != "kvm" && module != "kvm_intel" && module != "kvm_amd") return {};
    return {std::move(module), std::move(parameter)};
}

Assumption read_assumption(std::string_view text) {
    using Kind = Assumption::Kind;
    const auto equals = text.find('=');
    Assumption a{.name = std::string(text.substr(0, equals))};
    if (equals != std::string_view::npos) a.value = text.substr(equals + 1);
    if (a.name == "kernel")
        a.kind = Kind::kernel;
    else if (a.name == "module")
        a.kind = Kind::module;
    else if (a.name == "cmdline")
        a.kind = Kind::word;
    else if (const auto [module, parameter] = as_parameter(a.name); !module.empty())
        a.kind = is_parameter(module, parameter) ? Kind::parameter : Kind::unknown;
    else if (is_fact(a.name))
        a.kind = Kind::fact;
    else if (a.name.find('.') == std::string::npos && bears_on_virtualization(text)) {
        a.kind = Kind::word;
        a.value = text;
    }
    return a;
}

std::vector<std::string> all_names() {
    std::vector<std::string> names{
        "kernel", "module",   "cmdline",    "intel_iommu",      "amd_iommu",
        "iommu",  "intremap", "clearcpuid", "module_blacklist", "modprobe.blacklist"};
    for (const ParameterRow& row : parameter_rows())
        names.push_back(fmt::format("{}.{}", row.module, row.name));
    Facts facts = empty_facts();
    for_each_switch(facts, [&](std::string_view name, auto&) { names.emplace_back(name); });
    return names;
}

std::vector<std::string> nearest_names(std::string_view wanted) {
    constexpr std::size_t most = 3;
    std::vector<std::string> names = all_names();
    std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
        return distance(a, wanted) < distance(b, wanted);
    });
    names.erase(std::unique(names.begin(), names.end()), names.end());
    names.resize(most);
    return names;
}

template <class T>
void set_fact(Fact<T>& fact, T value) {
    fact = {value, {{std::string(because), value ? "yes" : "no"}}};
}
template <class T>
void set_fact(PerCpu<T>& facts, T value) {
    facts = facts.groups().empty() ? PerCpu<T>(Absent{}) : std::move(facts);
    PerCpu<T> next;
    for (const auto& g : facts.groups())
        next.add(g.cpus, Fact<T>{value, {{std::string(because), value ? "yes" : "no"}}});
    facts = std::move(next);
}

void apply_fact(const Assumption& a, Changes& changes) {
    const bool value = yes_or_no(a.value).value_or(false);
    if (a.name == "cpu.vmx" || a.name == "cpu.svm") {
        changes.show_bit(a.name == "cpu.vmx" ? Technology::vmx : Technology::svm, value);
        return changes.restart();
    }
    Facts facts = changes.facts();
    for_each_switch(facts, [&](std::string_view name, auto& fact) {
        if (name == a.name) set_fact(fact, value);
    });
    changes = Changes(std::move(facts), std::string(because));
}

/// In the place of all that is said of it, on the kernel command line too.
SetOption as_option(const Assumption& a, const Facts& facts) {
    auto [module, parameter] = as_parameter(a.name);
    SetOption option{std::move(module), std::move(parameter), a.value, {}};
    if (const auto* known = facts.module.options.if_known())
        for (const ModuleOption& o : *known)
            if (o.module == option.module && o.parameter == option.parameter) option.instead_of.push_back(o);
    return option;
}

void apply(const Assumption& a, Changes& changes) {
    switch (a.kind) {
        case Assumption::Kind::unknown: return;
        case Assumption::Kind::kernel: changes.set_kernel(a.value); return changes.restart();
        case Assumption::Kind::module: return a.value == "loaded" ? changes.load(true) : changes.unload();
        case Assumption::Kind::parameter: {
            changes.set_option(as_option(a, changes.facts()));
            return changes.reload({});
        }
        case Assumption::Kind::word: {
            ChangeWords words;
            words.add.push_back(a.value);
            changes.change_words(words);
            return changes.restart();
        }
        case Assumption::Kind::fact: return apply_fact(a, changes);
    }
}

}  // namespace

std::string complaint_about(std::string_view assumption) {
    using Kind = Assumption::Kind;
    const Assumption a = read_assumption(assumption);
    if (a.kind == Kind::unknown)
        return fmt::format("nothing is known of \"{}\"; nearest are {}", a.name,
                           fmt::join(nearest_names(a.name), ", "));
    if (a.kind == Kind::kernel && !is_kernel(a.value))
        return fmt::format("\"{}\" is no kernel's release, such as 6.12.7", a.value);
    if (a.kind == Kind::module && a.value != "loaded" && a.value != "unloaded")
        return fmt::format("a module is loaded or unloaded, not \"{}\"", a.value);
    if (a.kind == Kind::word && a.value.empty()) return "cmdline= has no word";
    // A word without = is on; with one, and nothing behind it, no parameter takes it: kernel/params.c,
    // parse_one(), gives what is behind it to the parameter's own set().
    if (a.kind == Kind::parameter && assumption.ends_with('='))
        return fmt::format("{}= has no value", a.name);
    if (a.kind == Kind::fact && !yes_or_no(a.value))
        return fmt::format("{} is yes or no, not \"{}\"", a.name, a.value);
    return {};
}

Facts assume(Facts facts, std::span<const std::string> assumptions) {
    Changes changes(std::move(facts), std::string(because));
    for (const std::string& text : assumptions) apply(read_assumption(text), changes);
    return std::move(changes).take();
}

}  // namespace nestprobe
