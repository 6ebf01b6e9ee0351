# SPDX-License-Identifier: MIT
# Step 2: the guest that is a hypervisor itself.  It runs in 64-bit mode, switches SVM (l1_svm) or VMX
# (l1_vmx) on, runs the inner guest and says through ports how far it has come.  No addresses of its own are
# built in: nestprobe puts the code where it likes and writes the variables at the end, and reads from them
# afterwards.

        .include "stages.inc"
        .section .rodata
        .globl  l1_begin, l1_end, l1_svm, l1_vmx, l1_vmx_exit, l1_vectors
        .globl  l1_control, l1_hsave, l1_vmxon, l1_spare, l1_clear, l1_load, l1_shadow
        .globl  l1_shadow_pattern, l1_fields
        .globl  l1_vmxon_mark, l1_control_mark, l1_skip_feature, l1_samples_at, l1_samples, l1_time
        .globl  l1_vector, l1_error_code, l1_fault_rip, l1_exit_reason, l1_qualification, l1_exit_info
        .globl  l1_instruction_error, l1_field, l1_refused, l1_seen_port, l1_seen_pattern

        .macro  stage number            # what begins now; changes EAX, keeps the flags
        movl    $\number, %eax
        outl    %eax, $PORT_STAGE
        .endm

        .macro  fail how                # the end: why this stage failed
        movl    $\how, %eax
        outl    %eax, $PORT_FAILED
        hlt
        .endm

        .code64
        .balign 16
l1_begin:
        .include "svm.inc"
        .include "vmx.inc"

hidden: fail    FAILED_HIDDEN

before_entry:                           # the inner guest's EDI and EBP, and until when it may measure
        rdtsc
        shlq    $32, %rdx
        orq     %rdx, %rax
        addq    %rax, l1_time(%rip)     # a length of time becomes a point in time
        movl    l1_samples_at(%rip), %edi
        movl    l1_samples(%rip), %ebp
        ret

check_time:                             # past that point the inner guest makes its last measurement
        rdtsc
        shlq    $32, %rdx
        orq     %rdx, %rax
        cmpq    l1_time(%rip), %rax
        jb      1f
        movl    $1, %ebp
1:      ret

# The entries of the guest's interrupt descriptor table: 32 exceptions, 16 bytes of code for each.
        .set    vector, 0
        .balign 16
l1_vectors:
        .rept   32
        pushq   $vector                 # which one
        jmp     fault
        .set    vector, vector + 1
        .balign 16
        .endr

fault:  popq    %rax                    # the vector
        movq    %rax, l1_vector(%rip)
        movl    $0x60227d00, %ecx       # 8, 10 to 14, 17, 21, 29, 30 come with an error code
        btl     %eax, %ecx
        jnc     1f
        popq    %rdx
        movq    %rdx, l1_error_code(%rip)
1:      popq    %rdx                    # where it happened
        movq    %rdx, l1_fault_rip(%rip)
        fail    FAILED_EXCEPTION

        .balign 8
# What nestprobe writes before the start.
l1_control:             .quad 0         # the VMCB; the VMCS
l1_hsave:               .quad 0         # SVM: the page for VM_HSAVE_PA
l1_vmxon:               .quad 0         # VMX: the VMXON region
l1_spare:               .quad 0         # VMX: another VMCS
l1_clear:               .quad 0         # VMX: what VMCLEAR and
l1_load:                .quad 0         # VMPTRLD are given: the VMCS
l1_shadow:              .quad 0         # VMX: the shadow VMCS; 0: none
l1_fields:              .quad 0         # VMX: the table of fields
l1_time:                .quad 0         # how long the inner guest may measure, in ticks of the TSC
l1_samples_at:          .long 0         # where its measurements go
l1_samples:             .long 0         # how many
l1_shadow_pattern:      .long 0         # VMX: the pattern for the shadow VMCS
l1_vmxon_mark:          .long 0         # VMX: to be XORed into the revision of the VMXON region,
l1_control_mark:        .long 0         # and of the VMCS: 0, but where a wrong one is to be tried
l1_skip_feature:        .long 0         # VMX: leave IA32_FEATURE_CONTROL alone: 0, but in tests
# What it reads after the end.
l1_vector:              .quad 0
l1_error_code:          .quad 0
l1_fault_rip:           .quad 0
l1_exit_reason:         .quad 0         # SVM: EXITCODE
l1_qualification:       .quad 0         # SVM: EXITINFO1
l1_exit_info:           .quad 0         # VMX: VM-exit interruption information; SVM: EXITINFO2
l1_instruction_error:   .quad 0
l1_field:               .long 0
l1_refused:             .long 0
l1_seen_port:           .long 0
l1_seen_pattern:        .long 0
l1_true:                .byte 0         # the guest's own: the TRUE_ capability MSRs are there
        .balign 8
l1_end:
        .section .note.GNU-stack, "", @progbits
