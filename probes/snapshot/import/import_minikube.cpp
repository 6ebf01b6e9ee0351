// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace nestprobe {

void hear_minikube(std::string_view text, Evidence& evidence) {
    constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"(vbox/", "oracle"}, {"(vmware/", "vmware"}, {"(kvm/", "kvm"}, {"(xen/", "xen"}};
    constexpr std::string_view refusal = "This computer doesn't have VT-X/AMD-v enabled";
    std::string_view first = after(text, "minikube v");
    first = first.substr(0, first.find('\n'));
    const auto named = std::find_if(std::begin(names), std::end(names),
                                    [&](const auto& row) { return contains(first, row.first); });
    if (named == std::end(names) || !contains(first, " on ")) return;
    evidence.hear(hearsay::hypervisor, named->second, "minikube");
    evidence.hear(hearsay::guest, "yes", "minikube");
    if (contains(text, refusal))
        for (const std::string_view topic : {hearsay::flag_vmx, hearsay::flag_svm})
            evidence.hear(topic, "no", fmt::format("minikube: {}", refusal));
    evidence.taken("minikube's first line");
}

}  // namespace nestprobe
