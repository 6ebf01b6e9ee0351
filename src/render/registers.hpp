// SPDX-License-Identifier: MIT
// --registers: what the registers of a machine say, bit by bit, and what KVM here gives of it to its guests.
#pragma once

#include "registers/decode.hpp"
#include "render/render.hpp"

#include <optional>
#include <string>
#include <vector>

namespace nestprobe {

/// What there is to say about one register; made once, for text and JSON alike.
struct RegisterView {
    const Register* reg;
    PerCpu<RawRegister> here;
    Fact<RawRegister> guests;      ///< known, and without a value: KVM gives guests nothing there
    std::optional<Absent> twin{};  ///< why the TRUE twin is not known, where it should be
    bool of_machine = true;        ///< false: a number that was given
};
RegisterView view_register(const Facts& facts, const Register& reg);
/// A number, which no machine has said.
RegisterView view_value(const Register& reg, std::uint64_t value);

/// What those CPUs say, field by field, beside what guests get; nothing given to guests is zeros.
std::vector<DecodedField> decode_group(const RegisterView& view, const PerCpu<RawRegister>::Group& group);

/// All registers that were read, by chapter.
std::string render_registers(const Facts& facts, const Style& style);
/// One register with all of its rows, whether it is there or not.
std::string render_register(const Facts& facts, const Register& reg, const Style& style);
std::string render_value(const Register& reg, std::uint64_t value, const Style& style);

/// nestprobe-registers/1, schema/registers.schema.json.
std::string render_registers_json(const Facts& facts);
std::string render_register_json(const Facts& facts, const Register& reg);
std::string render_value_json(const Register& reg, std::uint64_t value);

}  // namespace nestprobe
