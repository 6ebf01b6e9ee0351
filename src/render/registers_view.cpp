// SPDX-License-Identifier: MIT
#include "machine/readings.hpp"
#include "render/registers.hpp"

namespace nestprobe {
namespace {

RawRegister with_twin(std::uint64_t raw, const Register& reg, const RegisterValues& values) {
    RawRegister result{raw, std::nullopt};
    if (!reg.true_twin) return result;
    if (const std::uint64_t* twin = values[*reg.true_twin].if_known()) result.true_twin = *twin;
    return result;
}

/// Does the TRUE twin exist, and could it not be read?
const Absent* missing_twin(const Register& reg, const RegisterValues& values) {
    if (!reg.true_twin) return nullptr;
    const Absent* absent = values[*reg.true_twin].if_absent();
    return absent && absent->why != Why::not_applicable ? absent : nullptr;
}

Fact<RawRegister> view_guests(const Facts& facts, const Register& reg) {
    if (!reg.guests_unknown.empty()) return Absent{Why::not_applicable, std::string(reg.guests_unknown)};
    const auto& raw = facts.guest_registers[reg];
    if (const std::uint64_t* value = raw.if_known())
        return {with_twin(*value, reg, facts.guest_registers), {}};
    const Absent& absent = raw.absence();
    if (absent.why == Why::not_applicable || absent.why == Why::not_implemented)
        return {RawRegister{}, {{absent.detail, ""}}};
    return name_absence(reg, absent);
}

/// What guests get, for comparing; nothing given is zeros.
RawRegister guests_bits(const RegisterView& view) {
    const RawRegister* raw = view.guests.if_known();
    if (!raw) return {};
    return raw->value ? *raw : RawRegister{0, std::nullopt};
}

}  // namespace

RegisterView view_register(const Facts& facts, const Register& reg) {
    RegisterView view{.reg = &reg, .here = {}, .guests = view_guests(facts, reg)};
    for (const auto& g : facts.registers.groups()) {
        const auto& value = g[reg];
        if (const std::uint64_t* raw = value.if_known()) {
            view.here.add(g.cpus, {with_twin(*raw, reg, g.values), {}});
            if (const Absent* absent = missing_twin(reg, g.values)) view.twin = *absent;
        } else {
            view.here.add(g.cpus, name_absence(reg, value.absence()));
        }
    }
    return view;
}

RegisterView view_value(const Register& reg, std::uint64_t value) {
    RegisterView view{.reg = &reg, .here = {}, .guests = Absent{}, .of_machine = false};
    view.here.add({}, {RawRegister{value, std::nullopt}, {}});
    if (reg.true_twin) view.twin = Absent{Why::not_applicable, "only one number was given"};
    return view;
}

std::vector<DecodedField> decode_group(const RegisterView& view, const PerCpu<RawRegister>::Group& group) {
    const RawRegister* here = group.answer.if_known();
    return decode_register(*view.reg, here ? *here : RawRegister{}, guests_bits(view));
}

}  // namespace nestprobe
