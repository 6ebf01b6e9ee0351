// SPDX-License-Identifier: MIT
// How a recording is made, copied and taken apart: once, not in every file that does so.
#include "recording/recording.hpp"

namespace nestprobe {

Recording::Recording() = default;
Recording::Recording(const Recording& other) = default;
Recording::Recording(Recording&& other) noexcept = default;
Recording& Recording::operator=(const Recording& other) = default;
Recording& Recording::operator=(Recording&& other) noexcept = default;
Recording::~Recording() = default;

CpuidRegs mask_apic_ids(std::uint32_t leaf, CpuidRegs regs) {
    switch (leaf) {
        case 0x1: regs.ebx &= 0x00ff'ffff; break;
        case 0xb:
        case 0x1f:
        case 0x8000'0026: regs.edx = 0; break;
        case 0x8000'001e:
            regs.eax = 0;
            regs.ebx &= 0xffff'ff00;
            break;
        default: break;
    }
    return regs;
}

}  // namespace nestprobe
