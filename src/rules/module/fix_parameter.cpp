// SPDX-License-Identifier: MIT
// What is asked for of a module's parameter, and what to type so that it is on (declared in
// rules/common.hpp).
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/module/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

bool says_no(Reads reads) { return reads == Reads::off || reads == Reads::invalid; }

/// Every line and word that switches the parameter off, or is none that this kernel takes: were one left, it
/// would count, or keep the module out.
std::vector<ModuleOption> what_says_off(const Facts& f, std::string_view module, std::string_view parameter,
                                        bool words) {
    std::vector<ModuleOption> found;
    if (const auto* options = f.module.options.if_known())
        for (const ModuleOption& o : *options)
            if (o.module == module && o.parameter == parameter && o.origin.on_command_line() == words &&
                says_no(read_value(module, parameter, o.value, version_of(f))))
                found.push_back(o);
    return found;
}

/// nested is off by default there, so that to delete a line is not enough.
bool off_by_default(const Facts& f, std::string_view module, std::string_view parameter) {
    return module == "kvm_intel" && parameter == "nested" && f.kernel.version.if_known() &&
           !kernel_at_least(f, 4, 20);
}

}  // namespace

std::string word_as_written(const Facts& f, const ModuleOption& o) {
    const auto plain = [](std::string text) {
        std::replace(text.begin(), text.end(), '-', '_');
        return text;
    };
    std::string word = fmt::format("{}.{}{}{}", o.module, o.parameter, o.value.empty() ? "" : "=", o.value);
    if (const auto* written = f.kernel.command_line.if_known())
        for (const std::string& other : *written)
            if (plain(other) == plain(word)) return other;
    return word;
}

Remedy fix_parameter(const Facts& f, std::string_view module, std::string_view assignment) {
    const std::string_view parameter = assignment.substr(0, assignment.find('='));
    const std::vector<ModuleOption> lines = what_says_off(f, module, parameter, false);
    std::vector<std::string> words;
    for (const ModuleOption& o : what_says_off(f, module, parameter, true))
        words.push_back(word_as_written(f, o));
    // Where the module is built in, and where /etc is the system's, only the kernel command line counts.  WSL
    // 2's is usually built in; where a file of the distribution's is known to set it, that file is the place.
    if (vendor_module_is(f, Module::State::built_in) || is(f.system.boot_loader, BootLoader::talos) ||
        (is(f.system.boot_loader, BootLoader::wsl2) && lines.empty()))
        return change_words(f, words, {fmt::format("{}.{}", module, assignment)});
    const bool needs_line = !lines.empty() || off_by_default(f, module, parameter);
    if (!words.empty()) {  // last: it is the reboot that brings all of it into force
        Remedy remedy;
        if (needs_line) {
            remedy = set_option(f, module, parameter, lines);
            remedy.then(renew_initramfs(f, remedy));
        }
        return remedy.then(change_words(f, words, {}));
    }
    Remedy remedy;
    if (asked_value(f, module, parameter) != 1) remedy.then(set_option(f, module, parameter, lines));
    const Remedy files = remedy;
    return remedy.then(reload_module(f, module, parameter)).then(renew_initramfs(f, files));
}

std::string asked_by(const Facts& f, std::string_view module, std::string_view parameter) {
    const auto* options = f.module.options.if_known();
    const ModuleOption* option = options ? effective(*options, module, parameter) : nullptr;
    return option
               ? fmt::format("set by {} ({}.{}={})", option->origin.text(), module, parameter, option->value)
               : std::string{};
}

int asked_value(const Facts& f, std::string_view module, std::string_view parameter) {
    const auto* options = f.module.options.if_known();
    const ModuleOption* option = options ? effective(*options, module, parameter) : nullptr;
    if (!option) return -1;
    const Reads reads = read_value(module, parameter, option->value, version_of(f));
    return reads == Reads::on ? 1 : reads == Reads::off ? 0 : -1;
}

}  // namespace nestprobe
