// SPDX-License-Identifier: MIT
// From the bits of a register to what they mean, and from two values of it, the system's and what KVM gives
// to its guests, to what becomes of each bit on the way.  Pure: nothing is read here.
#pragma once

#include "registers/register.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// What a VMX control can be set to (Intel SDM Vol. 3D, App. A.2 to A.5).
enum class ControlState : std::uint8_t {
    not_supported,  ///< must be 0
    optional,       ///< may be 0 or 1
    default_on,     ///< must be 1 for software that knows only the plain register; its TRUE twin lets it be 0
    forced,         ///< must be 1
    inconsistent,   ///< must be 1 and may not be 1: no processor says so, a broken hypervisor might
};
std::string_view to_string(ControlState state);

/// The state of control `number` by its register and, where there is one, by that register's TRUE twin.
ControlState decode_control(std::uint64_t plain, std::optional<std::uint64_t> true_twin, unsigned number);

/// What becomes of a single bit on the way into a guest.
enum class Offer : std::uint8_t {
    both,           ///< the system has it, and KVM gives it
    hardware_only,  ///< the system has it, KVM keeps it from guests
    neither,        ///< the system lacks it
    guest_only,     ///< the system lacks it, KVM gives it all the same: it emulates it
    unknown,        ///< one of the two sides is not known
};
std::string_view to_string(Offer offer);

/// A value of a register, and of its TRUE twin where it has one.
struct RawRegister {
    std::optional<std::uint64_t> value{};
    std::optional<std::uint64_t> true_twin{};
    friend bool operator==(const RawRegister&, const RawRegister&) = default;
};

struct DecodedField {
    const Field* field;  ///< null: bits that no row describes, and that are set on one side at least
    std::string bits;    ///< "5", "30:0"; of bits without a row a list: "1-2,4"
    /// The field's value; of a control, whether it may be 1.
    std::optional<std::uint64_t> here{}, guests{};
    std::optional<ControlState> here_state{}, guests_state{};  ///< of controls only
    std::optional<Offer> offer{};                              ///< of single bits only
};

/// Every row of the register, in its order; then the bits that are set and have no row.
std::vector<DecodedField> decode_register(const Register& reg, const RawRegister& here,
                                          const RawRegister& guests = {});

}  // namespace nestprobe
