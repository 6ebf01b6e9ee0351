// SPDX-License-Identifier: MIT
// The value of one option of QEMU's, in its parts.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nestprobe {

/// "-device intel-iommu,intremap=on": the first part, and key=value pairs. Underscores are hyphens, as QEMU
/// has it.  Or the same as JSON, which libvirt prefers.
struct QemuOption {
    std::string first;
    std::vector<std::pair<std::string, std::string>> pairs;

    explicit QemuOption(std::string_view text);

    /// The last value of that key; null where it is not given.
    const std::string* get(std::string_view key) const;

private:
    void read_json(std::string_view text);
    void read_words(std::string_view text);
};

}  // namespace nestprobe
