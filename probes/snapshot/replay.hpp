// SPDX-License-Identifier: MIT
// A recorded machine, answering as the live one did. What was not recorded is not_recorded.
#pragma once

#include "recording/recording.hpp"

#include <memory>

namespace nestprobe {

class ReplayedMachine {
public:
    explicit ReplayedMachine(Recording recording);
    ~ReplayedMachine();
    ReplayedMachine(const ReplayedMachine&) = delete;
    ReplayedMachine& operator=(const ReplayedMachine&) = delete;

    Sources sources() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace nestprobe
