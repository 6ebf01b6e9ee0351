// SPDX-License-Identifier: MIT
// A feature of the processor that a parameter of KVM's module switches, and what its absence costs.
//
// When a parameter is off, the question is who switched it off, asked in this order: somebody's
// configuration; the processor (or the hypervisor above) does not have it; something it depends on is off;
// otherwise the kernel's default, or a reason that does not show.
#pragma once

#include "rules/common.hpp"

namespace nestprobe {

struct Feature {
    Technology technology;  ///< whose module has the parameter
    std::string_view parameter;
    std::string_view cost;  ///< what guests, and guests of guests, pay when it is off
    Fact<bool> ModuleFacts::*value;
    const PerCpu<bool>& (*hardware)(const Facts&);  ///< does the processor have it?
    std::string_view flag = {};                     ///< its word in `vmx flags`, or of SVM's in `flags`
    Fact<bool> ModuleFacts::*depends_on = nullptr;  ///< a parameter without which it is forced off
    std::string_view depends_name = {};
    bool for_nesting = false;  ///< acts only on guests that nest: a Y with nested off proves nothing
    /// Where the processor lacks it, NP106 says so, and this is no failure: no option would change that.
    bool told_by_np106 = false;
    bool came_with_ept = false;  ///< no processor has it without EPT
};

/// Every feature of the two modules that a parameter switches.
std::span<const Feature* const> vmx_features();
std::span<const Feature* const> svm_features();

/// "kvm_intel", "kvm_amd"
std::string_view module_of(Technology technology);

/// The processor is known to lack it: by its registers, else by the kernel's words.
bool hardware_lacks(const Facts& f, const PerCpu<bool>& hardware, Technology technology,
                    std::string_view flag);

Outcome check_feature(const Facts& f, const Feature& feature);

/// A rule's check, made of a row.
template <const Feature& feature>
Outcome check(const Facts& f) {
    return check_feature(f, feature);
}

}  // namespace nestprobe
