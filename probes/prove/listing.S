# SPDX-License-Identifier: MIT
# The listings that the assembler made of the guests' code, for --prove=report.
        .section .rodata
        .globl  prove_listing, prove_listing_end
prove_listing:
        .incbin "real_guest.lst"
        .incbin "inner_guest.lst"
        .incbin "hypervisor.lst"
prove_listing_end:
        .section .note.GNU-stack, "", @progbits
