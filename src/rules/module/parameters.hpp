// SPDX-License-Identifier: MIT
// The parameters of KVM's modules, and which words the kernel takes for each: by the parameter's type, which
// changed for some, and by the kernel's version.  A word that it does not take keeps the module out.
#pragma once

#include "facts/facts.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace nestprobe {

enum class ParameterType : std::uint8_t {
    boolean,  ///< shown as Y or N
    integer,
    natural,  ///< uint, ushort, ulong
    other,    ///< text, or words of its own
};

/// One type of one parameter.  One whose type changed has a row for each, and between them nothing is known.
struct ParameterRow {
    std::string_view module, name;
    ParameterType type;
    KernelVersion since{};       ///< {0, 0}: as long as there has been one
    KernelVersion until{99, 0};  ///< the last version that is known to have this type
};
std::span<const ParameterRow> parameter_rows();

/// What the kernel makes of a value.
enum class Reads : std::uint8_t {
    on,
    off,
    accepted,  ///< a number or text that is neither
    invalid,   ///< EINVAL or ERANGE: the module does not load; built in, the default stays
    unknown,   ///< it depends on a version that is not known, or the parameter is not
};

/// "nested", "Y": what this kernel makes of it; an empty value is a bare word.  Of a version that is not
/// known, only what is the same in all.
Reads read_value(std::string_view module, std::string_view parameter, std::string_view value,
                 const std::optional<KernelVersion>& version);

/// Type as people call it, with the words that it takes: "a number: 0 or 1".
std::string_view words_of(ParameterType type);
/// The type, where it is the same in every version that may run here.
std::optional<ParameterType> type_of(std::string_view module, std::string_view parameter,
                                     const std::optional<KernelVersion>& version);

/// The parameter of that module whose name is nearest, two changes away at most; empty: none.
std::string_view nearest_parameter(std::string_view module, std::string_view name);
/// Is there a parameter of that name in that module, in any version?
bool is_parameter(std::string_view module, std::string_view name);
/// The other module of KVM's that has a parameter of that name: of kvm, kvm_intel, kvm_amd; empty: none.
std::string_view module_with(std::string_view name, std::string_view but_not);

}  // namespace nestprobe
