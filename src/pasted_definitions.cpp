// SPDX-License-Identifier: MIT
#include "pasted_definitions.hpp"

#include "input/bad_file.hpp"

#include <utility>

namespace nestprobe {
namespace {

/// The processor's flag is listed, or its module loaded.
bool shows_kvm(const Facts& f) {
    const auto listed = [](bool flag) { return flag; };
    const Module* module = f.module.vendor.if_known();
    return f.kernel.flag_vmx.any(listed) || f.kernel.flag_svm.any(listed) ||
           (module && module->state != Module::State::absent);
}

/// Is the question about this guest?
bool is_meant(const HeldDefinition& held, const GuestDefinition& guest, const Facts& host) {
    const unsigned* devices = guest.facts.assigned_devices.if_known();
    const auto* complaints = guest.facts.log.if_known();
    const bool shows_an_error = complaints && !complaints->empty();
    return (held.by_itself || (shows_kvm(host) && !shows_an_error)) && (!devices || *devices == 0);
}

}  // namespace

std::optional<GuestDefinition> find_pasted_guest(const Facts& facts, bool about_device,
                                                 const std::vector<HeldDefinition>& definitions) {
    const bool fits = !is(facts.hypervisor.level, Level::guest) && !about_device;
    for (const HeldDefinition& held : definitions) {
        if (!held.alone && !fits) continue;
        try {
            GuestDefinition guest = parse_definition(held.text, held.name);
            if (held.alone || is_meant(held, guest, facts)) return guest;
        } catch (const BadFile&) {
            if (held.alone) throw;
        }
    }
    return {};
}

std::optional<GuestFacts> find_own_definition(const Facts& facts,
                                              const std::vector<HeldDefinition>& definitions) {
    if (!is(facts.hypervisor.level, Level::guest)) return {};
    std::optional<GuestFacts> own;
    for (const HeldDefinition& held : definitions) {
        const bool anybodys = held.place == DefinitionPlace::unknown && !held.by_itself;
        if (anybodys || held.place == DefinitionPlace::inside) continue;
        if (own) return {};
        try {
            own = parse_definition(held.text, held.name).facts;
        } catch (const BadFile&) {  // it is not what was asked about
        }
    }
    return own;
}

}  // namespace nestprobe
