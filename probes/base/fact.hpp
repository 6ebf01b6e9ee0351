// SPDX-License-Identifier: MIT
// A value together with where it came from, or the reason there is none.
// Nothing here has a default value or an operator*: whoever wants a value must say what happens without one.
#pragma once

#include <cerrno>
#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace nestprobe {

/// Why there is no value.  The words are those of the snapshot and report formats.
enum class Why : std::uint8_t {
    not_probed,         ///< nobody has looked yet (the default), or the look failed for a passing reason
    not_applicable,     ///< the question makes no sense here: an SVM register on an Intel processor
    permission_denied,  ///< it is there, and this user may not read it (EACCES, EPERM)
    no_device,        ///< the kernel interface is missing (ENOENT, ENODEV, ENXIO): no msr module, no /dev/kvm
    not_implemented,  ///< RDMSR raised #GP (the msr driver says EIO): no such register here
    malformed,        ///< read, and not understood
    not_recorded,     ///< the snapshot does not hold it
};

/// "permission_denied" and so on.
std::string_view to_string(Why why);
/// The inverse; false when `word` is no reason.
bool parse(std::string_view word, Why& why);

struct Absent {
    Why why = Why::not_probed;
    std::string detail;          ///< for the reader: "/dev/cpu/0/msr: Permission denied"
    int error = 0;               ///< the errno that withheld it; 0 when no system call refused
    bool register_file = false;  ///< what is not there is an MSR's file, which its driver makes

    /// The same refusal?  Paths in the detail differ between CPUs, so an errno decides where there is one.
    friend bool same_reason(const Absent& a, const Absent& b) {
        return a.why == b.why && a.error == b.error && (a.error != 0 || a.detail == b.detail);
    }
};

/// Somebody looked, and the look itself failed, so that nobody knows.  A snapshot, a dump or a paste that
/// does not hold a value is another thing: there nobody looked, and an answer rests on what was given.
inline bool withheld(const Absent& absent) {
    return absent.error != 0 || absent.why == Why::permission_denied || absent.why == Why::no_device ||
           absent.why == Why::not_implemented;
}

/// The file is known not to be there.
inline bool is_missing(const Absent& absent) {
    return absent.why == Why::no_device && (absent.error == 0 || absent.error == ENOENT);
}

/// What is told of a value that is there, where somebody asks why it is not.
inline const Absent nothing_absent{};

/// What sort of thing a reading is of, as far as a rule asks: `where` is for people.
enum class SignKind : std::uint8_t {
    other,
    kernel_release,
    brand,       ///< the processor's
    prompt,      ///< names in a shell's prompt
    kernel_log,  ///< of which somebody told; lines of one's own log are facts by themselves
    vmx_file,    ///< VMware's definition of a guest
    vmware,      ///< VMware's own words about what its host cannot do
    windows,     ///< a tool that ran on Windows
    pc_product,  ///< a product that people run on their own PC
    program,     ///< one that looked at the processor itself, and said no more than what it found
};

/// One reading as it was made.
struct Provenance {
    std::string where;  ///< "CPUID.1:ECX.VMX[bit 5] on CPUs 0-3", "/sys/module/kvm_intel/parameters/nested"
    std::string raw;    ///< "0x5", "Y"
    SignKind sign = SignKind::other;
};

/// What a source answers: the thing itself, or why not.  Sources do not say where they read, their caller
/// does.
template <class T>
class Reading {
public:
    Reading() = default;
    Reading(Absent absent) : state_(std::move(absent)) {}
    Reading(T value) : state_(std::move(value)) {}

    /// Null when absent.
    const T* if_known() const { return std::get_if<T>(&state_); }
    T* if_known() { return std::get_if<T>(&state_); }
    /// Null when known.
    const Absent* if_absent() const { return std::get_if<Absent>(&state_); }
    /// Why there is no value; of a known one Absent{}.  Whoever carries a reason on needs no proof that there
    /// is one, so nobody dereferences if_absent().
    const Absent& absence() const& { return if_absent() ? *if_absent() : nothing_absent; }
    Absent absence() && { return std::as_const(*this).absence(); }

private:
    std::variant<Absent, T> state_;
};

template <class T>
class Fact {
public:
    using Value = T;

    Fact() = default;
    Fact(Absent absent) : state_(std::move(absent)) {}
    Fact(T value, std::vector<Provenance> from) : state_(std::move(value)), from_(std::move(from)) {}

    /// Null when absent.  There is no operator* and no default: a caller cannot forget to ask.
    const T* if_known() const { return std::get_if<T>(&state_); }
    /// Null when known.
    const Absent* if_absent() const { return std::get_if<Absent>(&state_); }
    /// Why there is no value; of a known one Absent{}.  Whoever carries a reason on needs no proof that there
    /// is one, so nobody dereferences if_absent().
    const Absent& absence() const& { return if_absent() ? *if_absent() : nothing_absent; }
    Absent absence() && { return std::as_const(*this).absence(); }
    /// The readings that the value rests on; empty when absent.
    const std::vector<Provenance>& from() const { return from_; }
    std::vector<Provenance>& from() { return from_; }

    /// Decode without losing where the value came from, or why there is none.
    template <std::invocable<const T&> F>
    auto map(F&& decode) const -> Fact<std::invoke_result_t<F, const T&>> {
        if (const T* value = if_known()) return {std::invoke(decode, *value), from_};
        return absence();
    }

private:
    std::variant<Absent, T> state_;
    std::vector<Provenance> from_;
};

/// What lists the facts of a group lets a reader see them, and a writer set them.
template <class T, class Group>
concept ConstOrNot = std::same_as<std::remove_const_t<T>, Group>;

/// Both known and equal, or both absent for the same reason.  Of two Readings, or of two Facts.
template <class A>
bool same_answer(const A& a, const A& b) {
    if (const auto* x = a.if_known(), *y = b.if_known(); x || y) return x && y && *x == *y;
    return same_reason(a.absence(), b.absence());
}

/// What sort of thing the first of a fact's readings is of.
template <class T>
SignKind sign_of(const Fact<T>& fact) {
    return fact.from().empty() ? SignKind::other : fact.from().front().sign;
}

/// Known and equal to `value`.
template <class T, class U>
bool is(const Fact<T>& fact, const U& value) {
    const T* known = fact.if_known();
    return known != nullptr && *known == value;
}

}  // namespace nestprobe
