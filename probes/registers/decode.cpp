// SPDX-License-Identifier: MIT
#include "registers/decode.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

bool bit_at(std::uint64_t raw, unsigned number) { return (raw >> number & 1) != 0; }

/// One bit, or one control, on one side.
struct Side {
    std::optional<std::uint64_t> value;
    std::optional<ControlState> state;
    friend bool operator==(const Side&, const Side&) = default;
};

Side decode_bit(const Register& reg, const RawRegister& raw, unsigned number) {
    if (!raw.value) return {};
    if (reg.layout == Layout::fields) return {bit_at(*raw.value, number), std::nullopt};
    if (reg.layout == Layout::allowed_1) {
        const bool may = bit_at(*raw.value, number);
        return {may, may ? ControlState::optional : ControlState::not_supported};
    }
    return {bit_at(*raw.value, number + 32), decode_control(*raw.value, raw.true_twin, number)};
}

Offer compare(const Side& here, const Side& guests) {
    if (!here.value || !guests.value) return Offer::unknown;
    if (*here.value != 0) return *guests.value != 0 ? Offer::both : Offer::hardware_only;
    return *guests.value != 0 ? Offer::guest_only : Offer::neither;
}

DecodedField decoded_bit(const Field* field, std::string bits, const Side& here, const Side& guests) {
    return {.field = field,
            .bits = std::move(bits),
            .here = here.value,
            .guests = guests.value,
            .here_state = here.state,
            .guests_state = guests.state,
            .offer = compare(here, guests)};
}

DecodedField decode_field(const Register& reg, const Field& field, const RawRegister& here,
                          const RawRegister& guests) {
    if (field.is_one_bit()) {
        Side given = decode_bit(reg, guests, field.at.low);
        if (field.guests_own && given.value == 0u) given = {};
        return decoded_bit(&field, positions(field), decode_bit(reg, here, field.at.low), given);
    }
    DecodedField result{.field = &field, .bits = positions(field)};
    if (here.value) result.here = field.of(*here.value);
    if (guests.value) result.guests = field.of(*guests.value);
    return result;
}

bool has_row(const Register& reg, unsigned number) {
    return std::any_of(reg.fields.begin(), reg.fields.end(),
                       [&](const Field& f) { return f.at.low <= number && number <= f.at.high; });
}

bool says_something(const Side& side) {
    if (side.state) return *side.state != ControlState::not_supported;
    return side.value.value_or(0) != 0;
}

/// "1-2,4": what was appended last is continued where it can be.
struct BitList {
    std::string text;
    unsigned first = 0, last = 0;

    void add(unsigned number) {
        if (!text.empty() && number == last + 1) {
            last = number;
            return;
        }
        finish();
        text += fmt::format("{}{}", text.empty() ? "" : ",", number);
        first = last = number;
    }
    void finish() {
        if (last > first) text += fmt::format("-{}", last);
        first = last;
    }
};

/// Bits without a row, those together that mean the same on both sides.
void append_undescribed(std::vector<DecodedField>& result, const Register& reg, const RawRegister& here,
                        const RawRegister& guests) {
    struct Alike {
        Side here, guests;
        BitList bits;
    };
    std::vector<Alike> groups;
    for (unsigned number = 0; number < reg.width(); ++number) {
        if (has_row(reg, number)) continue;
        const Side a = decode_bit(reg, here, number);
        const Side b = decode_bit(reg, guests, number);
        if (!says_something(a) && !says_something(b)) continue;
        auto known = std::find_if(groups.begin(), groups.end(),
                                  [&](const Alike& g) { return g.here == a && g.guests == b; });
        if (known == groups.end()) known = groups.insert(groups.end(), {a, b, {}});
        known->bits.add(number);
    }
    for (Alike& g : groups) {
        g.bits.finish();
        result.push_back(decoded_bit(nullptr, std::move(g.bits.text), g.here, g.guests));
    }
}

}  // namespace

std::string_view to_string(ControlState state) {
    switch (state) {
        case ControlState::not_supported: return "not supported";
        case ControlState::optional: return "optional";
        case ControlState::default_on: return "default-on";
        case ControlState::forced: return "forced";
        case ControlState::inconsistent: return "inconsistent";
    }
    return "";
}

std::string_view to_string(Offer offer) {
    switch (offer) {
        case Offer::both: return "both";
        case Offer::hardware_only: return "hardware_only";
        case Offer::neither: return "neither";
        case Offer::guest_only: return "guest_only";
        case Offer::unknown: return "unknown";
    }
    return "";
}

ControlState decode_control(std::uint64_t plain, std::optional<std::uint64_t> true_twin, unsigned number) {
    const bool must = bit_at(plain, number);
    const bool may = bit_at(plain, number + 32);
    if (!may) return must ? ControlState::inconsistent : ControlState::not_supported;
    if (!must) return ControlState::optional;
    const bool may_be_0 = true_twin && !bit_at(*true_twin, number) && bit_at(*true_twin, number + 32);
    return may_be_0 ? ControlState::default_on : ControlState::forced;
}

std::vector<DecodedField> decode_register(const Register& reg, const RawRegister& here,
                                          const RawRegister& guests) {
    std::vector<DecodedField> result;
    result.reserve(reg.fields.size());
    for (const Field& field : reg.fields) result.push_back(decode_field(reg, field, here, guests));
    append_undescribed(result, reg, here, guests);
    return result;
}

}  // namespace nestprobe
