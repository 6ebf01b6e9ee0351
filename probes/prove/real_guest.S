# SPDX-License-Identifier: MIT
# Step 1: a guest in real mode that writes a pattern to a port, measures some exits and halts.
# nestprobe sets EDI to where the measurements go and EBP to how many are wanted; DS is 0.

        .include "stages.inc"
        .section .rodata
        .globl  real_guest, real_guest_pattern, real_guest_end

        .code16
real_guest:
        movl    $0, %eax                # the pattern, which nestprobe puts here
        .set    real_guest_pattern, . - 4
        outl    %eax, $PORT_PATTERN     # the first sign of life
        testl   %ebp, %ebp              # is anything to be measured?
        jz      2f
1:      rdtsc                           # the time before
        movl    %eax, %esi              # its low half is enough
        xorl    %eax, %eax              # leaf 0
        cpuid                           # an exit that KVM handles by itself
        rdtsc                           # the time after
        subl    %esi, %eax              # how long it took
        movl    %eax, (%edi)            # keep it
        addl    $4, %edi                # the next one's place
        decl    %ebp                    # one less
        jnz     1b
2:      hlt                             # the end, which nestprobe waits for
real_guest_end:
        .section .note.GNU-stack, "", @progbits
