// SPDX-License-Identifier: MIT
// How a register is described.  A register is declared once, as data; reading, decoding, JSON, `--registers`
// and the manual page all walk the same rows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace nestprobe {

/// Bit positions as the manuals write them: high:low.
struct Bits {
    std::uint8_t high = 0;
    std::uint8_t low = 0;
};
consteval Bits bit(unsigned n) { return {static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n)}; }
consteval Bits bits(unsigned high, unsigned low) {
    return {static_cast<std::uint8_t>(high), static_cast<std::uint8_t>(low)};
}

struct Field {
    std::string_view name;             ///< the manual's mnemonic, verbatim
    Bits at;                           ///< of a control: its number, 0 to 31
    std::string_view doc;              ///< one line, no full stop
    std::string_view linux_flag = {};  ///< its word in /proc/cpuinfo, `flags` or `vmx flags`
    std::string_view parameter = {};   ///< the KVM module parameter that goes with it: "kvm_intel.ept"
    bool guests_own =
        false;  ///< KVM's list may lack it though a guest gets it: its definition or its kernel sets it

    constexpr bool is_one_bit() const { return at.high == at.low; }
    constexpr std::uint64_t of(std::uint64_t raw) const {
        const unsigned width = at.high - at.low + 1u;
        const std::uint64_t mask = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
        return (raw >> at.low) & mask;
    }
    constexpr bool is_set(std::uint64_t raw) const { return of(raw) != 0; }
};

enum class Gpr : std::uint8_t { eax, ebx, ecx, edx };
struct CpuidAddress {
    std::uint32_t leaf;
    std::uint32_t subleaf;
    Gpr output;
    /// Of a hypervisor's leaf, the name by which its block is found.  `leaf` is where it stands in a block
    /// that begins at 0x40000000; KVM's begins at 0x40000100 behind Hyper-V's.  Empty: not a hypervisor's.
    std::string_view block = {};
};
struct MsrAddress {
    std::uint32_t index;
};
enum class Manual : std::uint8_t { intel_sdm, amd_apm };  ///< decides how a locator is spelled

/// What the 64 bits of a register mean.
enum class Layout : std::uint8_t {
    fields,     ///< each row is what it says
    controls,   ///< VMX controls: bits 31:0 allowed 0-settings, bits 63:32 allowed 1-settings; a row is a
                ///< control
    allowed_1,  ///< VMX controls, 64 of them: a bit that is set may be 1, and every one may be 0
};

/// Nowhere defined: to call it while compiling is the error that names it.
[[noreturn]] void this_register_has_no_such_field();

struct Register;

/// A part of another register: any of its bits set, or a value of its own.  A register exists when any of its
/// conditions holds.
struct Condition {
    const Register* reg;
    Bits at;
    std::optional<std::uint64_t> equals = {};

    constexpr bool holds(std::uint64_t raw) const {
        const std::uint64_t part = Field{.name = {}, .at = at, .doc = {}}.of(raw);
        return equals ? part == *equals : part != 0;
    }
};

struct Register {
    std::string_view name;        ///< the manual's name: IA32_FEATURE_CONTROL
    std::string_view linux_name;  ///< <asm/msr-index.h>, or enum cpuid_leafs: MSR_IA32_FEAT_CTL, CPUID_1_ECX
    Manual manual;
    std::variant<CpuidAddress, MsrAddress> address;
    std::string_view reference;  ///< volume and section title, never a page number
    std::span<const Field> fields;
    Layout layout = Layout::fields;
    /// Of VMX controls: the register that says which of those that must be 1 by this one may be 0 after all.
    const Register* true_twin = nullptr;
    std::span<const Condition> exists_when = {};  ///< empty: always (CPUID: up to the maximum leaf)
    std::string_view else_because = {};  ///< why it does not exist otherwise: "the processor has no VMX"
    /// Why KVM does not say what a guest finds in it; empty: it does (KVM_GET_SUPPORTED_CPUID, KVM_GET_MSRS).
    std::string_view guests_unknown = {};

    /// Where a row's bits stand in the register.  Of a control, the bit that allows it to be 1: "is it
    /// supported?" (Intel SDM Vol. 3D, App. A, "VMX Controls"; never look at the other half for that).
    constexpr Field placed(Field row) const {
        if (layout != Layout::controls) return row;
        row.at = {static_cast<std::uint8_t>(row.at.high + 32), static_cast<std::uint8_t>(row.at.low + 32)};
        return row;
    }
    /// Looked up while compiling: a misspelt name does not build.
    consteval Field operator[](std::string_view field) const {
        for (const Field& f : fields)
            if (f.name == field) return placed(f);
        this_register_has_no_such_field();
    }
    constexpr bool is_msr() const { return std::holds_alternative<MsrAddress>(address); }
    constexpr bool is_control() const { return layout != Layout::fields; }
    /// Of controls with two halves, of either half.
    constexpr unsigned width() const { return is_msr() && layout != Layout::controls ? 64 : 32; }
};

/// The invariants every table must hold.  Checked by static_assert beside each table.
consteval bool well_formed(const Register& r) {
    int last = -1;
    for (const Field& f : r.fields) {
        if (f.name.empty() || f.doc.empty() || f.doc.back() == '.') return false;
        if (f.at.low > f.at.high || f.at.high >= r.width()) return false;
        if (f.at.low <= last) return false;  // ascending, no overlap
        if (r.is_control() && !f.is_one_bit()) return false;
        last = f.at.high;
        for (const Field& g : r.fields)
            if (&f != &g && f.name == g.name) return false;
    }
    if (r.exists_when.empty() != r.else_because.empty()) return false;
    return !r.name.empty() && !r.reference.empty() && !r.fields.empty();
}

/// "5", "30:0"
std::string positions(const Field& field);

/// "VM_CR.SVMDIS[bit 4]", "CPUID.1:ECX.VMX[bit 5]", "CPUID Fn8000_000A_EDX[SVML]",
/// "IA32_VMX_BASIC.REVISION[30:0]".
std::string locate(const Register& reg, const Field& field);

}  // namespace nestprobe
