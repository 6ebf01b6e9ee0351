// SPDX-License-Identifier: MIT
// Writes down every reading that passes through it, refusals too: a decorator over any Sources.
#pragma once

#include "recording/recording.hpp"

#include <memory>

namespace nestprobe {

class Recorder {
public:
    explicit Recorder(const Sources& machine);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// The same machine, watched.
    Sources sources() const;
    /// What was read so far: files condensed, APIC ids masked, CPUs alike in one entry.
    Recording take() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace nestprobe
