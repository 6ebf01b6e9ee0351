// SPDX-License-Identifier: MIT
// A rule about hypervisors that show VMX or SVM to a guest and are known to fail it later (NP309): every
// check of what is shown passes there, and only a guest that runs tells.
#include "rules/common.hpp"
#include "rules/hypervisor/platforms.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// VMX or SVM is shown to a guest, on a platform that has such a row.
bool is_shown_there(const Facts& f) {
    const bool shown = f.cpu.vmx.any(yes) || f.cpu.svm.any(yes) || f.kernel.flag_usable.any(yes);
    return in_guest(f) && shown && f.hypervisor.platform.if_known() && owned_by_others(f).empty();
}

Outcome check_trouble(const Facts& f) {
    const PlatformRow row = row_of(f.hypervisor.platform);
    const std::string_view name = to_string(row.id);
    if (!row.shows_and_fails)
        return cite(pass(fmt::format("nothing of that kind is known of {}", name)), f.hypervisor.platform);
    if (f.proof && f.proof->kvm_here.all(yes))
        return cite(pass(fmt::format("a guest was run under this {}, and ran", name)), f.proof->kvm_here);
    return cite(
        fail(fmt::format("{} shows {} to this guest, and is known to fail such guests later: {} ({}, {})",
                         name, hardware_word(f), row.broken, row.source, as_of(row.date, f)),
             Step{.what = "Before you build on it, run a guest of a few bytes; that tells.",
                  .commands = these({"sudo nestprobe --prove"}),
                  .expect = "guest-ran passes (NP611)"}),
        f.hypervisor.platform);
}

constexpr std::string_view platform_trouble_see[] = {
    "actions/runner-images issue 5128; xcp-ng/xcp issues 105 and 562; "
    "intel/haxm issue 479; VirtualBox manual, \"Nested virtualization\""};

constexpr Rule platform_trouble_rows[] = {
    {
        .id = "NP309",
        .name = "platform-shows-and-fails",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "the hypervisor above shows VMX or SVM, and is known to fail those who use it",
        .explain = "Some hypervisors show VMX or SVM, let KVM load, and then fail when a guest is entered, "
                   "hang, or are\n"
                   "many times slower. Nothing that can be read in advance tells; nestprobe --prove runs a "
                   "guest and does.\n"
                   "Each statement has a source and a date: it may have been put right since.",
        .fix = "Run nestprobe --prove before building on it.",
        .see = platform_trouble_see,
        .check = check_trouble,
        .listed = is_shown_there,
        .worked = "nestprobe --prove says that a guest ran (NP611), and one inside it (NP612).",
        .also =
            "A host that was updated since: the statement has a date, and a guest that runs outweighs it.",
    },
};

}  // namespace

std::span<const Rule> platform_trouble_rules() { return platform_trouble_rows; }

}  // namespace nestprobe
