// SPDX-License-Identifier: MIT
// Which of VMware's products runs a guest: its signature and its DMI are the same for all, so a .vmx file
// that somebody posts, or a PC's processor, tells.
#include "base/text.hpp"
#include "rules/common.hpp"
#include "rules/hypervisor/platforms.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// The switch is on, and VMware said that what is below it does not let it.
bool is_refused_by_host(const Facts& f) {
    return is(f.hypervisor.definition_shows, false) &&
           sign_of(f.hypervisor.definition_shows) == SignKind::vmware;
}

/// Workstation's, Player's and Fusion's machines are files that people open; vSphere runs on servers.
bool is_on_a_pc(const Facts& f) {
    if (sign_of(f.hypervisor.definition_shows) == SignKind::vmx_file) return true;
    if (f.evidence && sign_of(f.evidence->named_platform) == SignKind::pc_product) return true;
    constexpr std::string_view of_pcs[] = {"Core(TM)", "Ryzen", "Pentium", "Celeron", "Athlon", "Core Ultra"};
    const std::string* brand = f.cpu.brand.if_known();
    return brand && std::any_of(std::begin(of_pcs), std::end(of_pcs),
                                [&](std::string_view word) { return contains(*brand, word); });
}

}  // namespace

void order_vmware_steps(const Facts& f, PlatformRow& row) {
    const auto first = [&](auto fits) {
        std::stable_partition(std::begin(row.steps), std::end(row.steps), fits);
    };
    const auto on_windows = [](const PlatformStep& step) { return step.where == Where::windows_host; };
    const bool refused = is_refused_by_host(f), on_pc = is_on_a_pc(f);
    if (on_pc) {
        first(on_windows);
        first([](const PlatformStep& step) { return step.on_pc; });
    }
    if (refused) first(on_windows);
    if (refused || on_pc)
        for (std::string_view& query : row.query) query = {};  // govc asks vSphere alone
}

}  // namespace nestprobe
