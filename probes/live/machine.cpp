// SPDX-License-Identifier: MIT
#include "live/machine.hpp"

#include "live/parts.hpp"

namespace nestprobe {

struct LiveMachine::Parts {
    LiveFilesystem files;
    LiveCpuid cpuid{files};
    LiveMsr msr;
    LiveKernelLog log;
    LiveKvmDevice kvm{cpuid.first_cpu(), log};  // its thread reads the log, which is there longer
};

LiveMachine::LiveMachine() : parts_(std::make_unique<Parts>()) {}
LiveMachine::~LiveMachine() = default;

Sources LiveMachine::sources() const {
    return {parts_->cpuid, parts_->msr, parts_->files, parts_->kvm, parts_->log};
}

}  // namespace nestprobe
