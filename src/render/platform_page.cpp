// SPDX-License-Identifier: MIT
// The page of a platform: how a guest of it is shown VMX or SVM, and gets an IOMMU.
#include "machine/instance_types.hpp"
#include "machine/product_names.hpp"
#include "render/layout.hpp"
#include "report/about_platform.hpp"

#include <fmt/format.h>

namespace nestprobe {

Page find_page(std::string_view text) {
    if (const Rule* rule = find_rule(text)) return {.rule = rule};
    const Message* message = message_of_id(text);
    if (message) return {.message = message};
    message = find_message(text);
    if (message && !is_of_matter(*message)) return {.message = message};
    if (!message && names_log_line(text)) return {.log_line = true};
    if (const auto platform = platform_in_words(text)) return {.platform = platform};
    return {.message = message};
}

std::string render_platform(Platform platform, std::string_view text, const Style& style) {
    const CloudType type = cloud_type_in_words(text);
    const PlatformPage page = page_of_platform(
        platform, type.platform == platform ? std::string_view(type.name) : std::string_view());
    const std::string what = fmt::format(
        "what a guest of {} has to be given before KVM runs in it; nothing was looked at here", page.name);
    return fmt::format("{}\n{}\n\nnested virtualization:\n  {}\nan IOMMU for the guest:\n  {}",
                       bold(page.name, style), wrap(what, 0), steps_text(page.nesting, 2),
                       steps_text(page.iommu, 2)) +
           section("what to do first",
                   "In the guest, see whether it is one, and whether it has what it needs already:\n"
                   "    systemd-detect-virt\n"
                   "    grep -c -w -E 'vmx|svm' /proc/cpuinfo\n"
                   "A number above 0: it is shown, and nestprobe in the guest tells what else there is.\n"
                   "    nestprobe") +
           section("source", page.source);
}

}  // namespace nestprobe
