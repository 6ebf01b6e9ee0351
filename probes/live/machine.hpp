// SPDX-License-Identifier: MIT
// This machine, read-only.  Everything is opened read-only and close-on-exec, but /dev/kvm, which KVM only
// opens for writing.  Nothing is loaded, written or started.
#pragma once

#include "sources.hpp"

#include <memory>

namespace nestprobe {

class LiveMachine {
public:
    LiveMachine();
    ~LiveMachine();  ///< restores the CPU affinity
    LiveMachine(const LiveMachine&) = delete;
    LiveMachine& operator=(const LiveMachine&) = delete;

    Sources sources() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace nestprobe
