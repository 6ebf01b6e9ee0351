// SPDX-License-Identifier: MIT
// What the kernel log says about a KVM module that was tried and did not load.
#pragma once

#include "rules/rule.hpp"

#include <optional>
#include <span>
#include <vector>

namespace nestprobe {

/// A line that tells of a refusal, the rule that speaks of it, and what helps.
struct Refusal {
    LogLine line;
    std::string_view rule;
    std::string_view means;             ///< completes "The line means that ..."
    std::string_view fix;               ///< on hardware, and where it is the same in a guest
    std::string_view in_guest;          ///< in a guest; empty: the same
    bool names_module = true;           ///< the line says whose module it was
    bool vague = false;                 ///< the loader's own words: a line of the kernel's says more
    std::string_view commands[2] = {};  ///< whole lines to paste
};

/// One row a line.
std::span<const Refusal> refusal_table();

/// The refusal that counts, of the last try; null where the log tells of none.
struct HeardRefusal {
    const Refusal* refusal = nullptr;
    const LoggedLine* line = nullptr;
    explicit operator bool() const { return refusal != nullptr; }
};
HeardRefusal heard_refusal(const Facts& f);

/// kvm, or the module of this machine's vendor.
bool of_this_machine(const Facts& f, std::string_view module);

/// An option that keeps a module from loading.
struct BadOption {
    const ModuleOption* option = nullptr;
    std::string_view words;  ///< what the kernel would take
};
/// Those of the vendor's module and of kvm, in the order in which the kernel parses them.
std::vector<BadOption> bad_options(const Facts& f);

/// "kvm_intel.nested=Y", as it stands on the kernel command line or in a file.
std::string say_option(const ModuleOption& o);

/// "blacklist kvm_intel", as it is written.
std::string text_of(const ModuleBlock& b);

/// A line of the log that says that an option kept this machine's module out; null: none.
const LoggedLine* heard_option(const Facts& f);

/// "Module kvm_intel is blacklisted", of this machine's module; null: none.
const LoggedLine* heard_blacklisted(const Facts& f);

/// The lines that keep the vendor's module or kvm away, the one that does it first.  A module_blacklist= is
/// obeyed by the kernel itself, an install line by modprobe, a blacklist only by udev.
std::vector<const ModuleBlock*> blocks_in_force(const Facts& f);

/// Why the module's absence is not this layer's fault; nothing when it may be.
std::optional<Outcome> follows_from_above(const Facts& f);

/// What else keeps a module that is not in the kernel from being loaded, as the outcome of the rule that says
/// so; nothing where nothing is known.
std::optional<Outcome> why_kept_out(const Facts& f);

/// Why the firmware is the likely reason that the module is not there, though the kernel lists the flag;
/// empty where it is not, or the register was read.
std::string firmware_may_have_it_off(const Facts& f);
/// To load it, and what its refusal would mean.
Remedy try_then_firmware(const Facts& f, const std::string& name);

}  // namespace nestprobe
