// SPDX-License-Identifier: MIT
// What each platform offers to a guest that has no VMX or SVM, or no IOMMU, and how.  Data only; nothing
// here looks at a machine.  It ages: every row has the month whose state it describes, and its source.
#pragma once

#include "base/packed_table.hpp"
#include "facts/hypervisor_facts.hpp"
#include "remedy/remedy.hpp"

#include <string_view>

namespace nestprobe {

/// May a guest on this platform be shown VMX or SVM?
enum class Nesting : std::uint8_t {
    yes_switch,        ///< there is a switch per guest, instance or host
    by_type,           ///< no switch: the type or size of the instance decides
    host_decides,      ///< no switch of its own: a guest sees what the host's KVM offers
    provider_decides,  ///< a hoster's own choice, which a customer cannot change
    none,              ///< the product has no nested virtualization today
    never,             ///< cannot be, by design
};

/// Which technology a step is for.  any: both, with {flag} and {module} in its text.
enum class For : std::uint8_t { any, vmx, svm };

/// Of which types of machine a step is for, where the cloud tells types apart.
enum class IfType : std::uint8_t { any, lacks, has };

/// How sure a row is.
enum class Certainty : std::uint8_t {
    documented,  ///< the maker's text or source
    reported,    ///< several users' reports or scripts that agree
    one_report,  ///< a single secondary source
    remembered,  ///< general knowledge of the product; the source named was not read for this row
    unknown,     ///< nothing was found that says yes or no
    in_intro,    ///< the intro says it
};

/// A step as data.  `commands` are whole lines to paste; `lines` go into `file`.  {flag}: vmx or svm;
/// {module}: kvm_intel or kvm_amd, replaced as text.  Words in CAPITALS are for the person to replace.
struct PlatformStep {
    Where where = Where::here;
    std::string_view when =
        {};  ///< a condition, said before `what`, which begins small: "Only if it printed N"
    std::string_view what = {};
    std::string_view commands[5] = {};
    std::string_view file = {};
    std::string_view lines[4] = {};
    Cost cost = Cost::none;
    std::string_view expect = {};
    For technology = For::any;
    std::string_view only_if = {};  ///< or said behind it, in brackets: "the host is older than …"
    bool on_pc = false;             ///< of a product that people run on their own PC
    bool host_nested = false;      ///< looks at the host's nested parameter; a conditional one switches it on
    IfType if_type = IfType::any;  ///< only_if is then said where the type is not known
    constexpr bool empty() const { return what.empty(); }
    constexpr bool conditional() const { return !when.empty() || !only_if.empty(); }
    friend bool operator==(const PlatformStep&, const PlatformStep&) = default;
};
template <class V>
constexpr void for_each_word(PlatformStep& step, V&& visit) {
    visit(step.where);
    visit(step.cost);
    visit(step.technology);
    visit(step.if_type);
    visit(step.on_pc);
    visit(step.host_nested);
}
template <class V>
constexpr void for_each_text(PlatformStep& step, V&& visit) {
    visit(step.when);
    visit(step.what);
    for (std::string_view& command : step.commands) visit(command);
    visit(step.file);
    for (std::string_view& line : step.lines) visit(line);
    visit(step.expect);
    visit(step.only_if);
}

struct PlatformRow {
    Platform id = Platform::other;
    Nesting nesting = Nesting::host_decides;
    std::string_view intro = {};     ///< the case, in plain words
    PlatformStep steps[8] = {};      ///< ends at the first empty one
    std::string_view ask = {};       ///< what to ask the provider or administrator for, ready to send
    std::string_view instead = {};   ///< what this provider offers that would work
    std::string_view query[3] = {};  ///< commands that stay true when this table does not
    bool often_rented = false;   ///< who uses such a machine mostly does not run its host: asking comes first
    bool query_by_user = false;  ///< the query is the customer's to run, not the host's administrator's
    PlatformStep iommu_steps[4] = {};  ///< the platform's own switch for a virtual IOMMU
    std::string_view iommu_none = {};  ///< why there is none; empty: see iommu_steps
    std::string_view broken = {};      ///< what is known to fail there once it is on
    bool shows_and_fails =
        false;  ///< users see VMX or SVM there, and their guests fail: worth saying to each
    Certainty certainty = Certainty::documented;
    std::string_view source = {};
    std::string_view date = {};  ///< "YYYY-MM": when the row was written down
    friend bool operator==(const PlatformRow&, const PlatformRow&) = default;
};

template <class V>
constexpr void for_each_word(PlatformRow& row, V&& visit) {
    visit(row.id);
    visit(row.nesting);
    for (PlatformStep& step : row.steps) for_each_word(step, visit);
    for (PlatformStep& step : row.iommu_steps) for_each_word(step, visit);
    for (bool* word : {&row.often_rented, &row.query_by_user, &row.shows_and_fails}) visit(*word);
    visit(row.certainty);
}
template <class V>
constexpr void for_each_text(PlatformRow& row, V&& visit) {
    for (PlatformStep& step : row.steps) for_each_text(step, visit);
    for (PlatformStep& step : row.iommu_steps) for_each_text(step, visit);
    for (std::string_view& query : row.query) visit(query);
    for (std::string_view* text :
         {&row.intro, &row.ask, &row.instead, &row.iommu_none, &row.broken, &row.source, &row.date})
        visit(*text);
}

/// Ends with Platform::other.
PackedRows<PlatformRow> platform_rows();
/// What `expect` says where the step shows VMX or SVM to the guest.
bool shows_in_guest(std::string_view expect);
/// The same, of a guest whose vendor is not known.
std::string_view shown_to_either();

}  // namespace nestprobe
