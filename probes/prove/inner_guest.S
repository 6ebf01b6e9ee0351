# SPDX-License-Identifier: MIT
# Step 2: the guest's guest.  Each of these instructions has the same bytes and the same meaning in 32-bit
# and in 64-bit mode (a pointer is EDI in the one and RDI in the other), so that one copy serves both. The
# guest sets EDI to where the measurements go and EBP to how many are wanted.

        .include "stages.inc"
        .section .rodata
        .globl  inner_guest, inner_guest_pattern, inner_guest_shadow, inner_guest_end

        .code32
inner_guest:
        movl    $0, %eax                # the pattern, which nestprobe puts here
        .set    inner_guest_pattern, . - 4
1:      outl    %eax, $PORT_PATTERN     # the guest watches the port: it sees this one
        outl    %eax, $PORT_PATTERN     # it no longer does: nestprobe sees this one
        testl   %ebp, %ebp              # is anything to be measured?
        jz      3f
2:      rdtsc                           # the time before
        movl    %eax, %esi              # its low half is enough
        xorl    %eax, %eax              # leaf 0
        cpuid                           # an exit that KVM hands to the guest, which enters again
        rdtsc                           # the time after
        subl    %esi, %eax              # how long it took
        movl    %eax, (%edi)            # keep it
        addl    $4, %edi                # the next one's place
        subl    $1, %ebp                # one less
        jnz     2b
3:      hlt                             # the end, which the guest waits for

inner_guest_shadow:                     # the other way in: the pattern is in a shadow VMCS
        movl    $0x482a, %ecx           # the field guest IA32_SYSENTER_CS
        vmread  %ecx, %eax              # read without an exit, out of the shadow VMCS
        ja      1b                      # neither CF nor ZF: go on with the pattern that was read
        hlt                             # otherwise the guest sees a HLT before any pattern
inner_guest_end:
        .section .note.GNU-stack, "", @progbits
