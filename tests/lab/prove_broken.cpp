// SPDX-License-Identifier: MIT
// For the lab's emulated machines alone: runs the guests of --prove with one thing wrong in each, and
// compares what is said of it with the name that the manual has for that.  "prove_broken vmx|svm"; the last
// line is OK, or a count. "prove_broken vmx|svm loop" runs the good ones without end: to be killed.
#include "prove/failure_report.hpp"
#include "prove/runner.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

using namespace nestprobe;

namespace {

struct Broken {
    Fault fault;
    Stage stage;             ///< where it must be noticed
    std::string_view error;  ///< must be part of what is said
    Proof proof = Proof::kvm_in_guests;
};

Fault field(std::string_view name, std::uint32_t number, std::uint64_t value) {
    Fault f{name};
    f.field = number;
    f.value = value;
    return f;
}
Fault variable(std::string_view name, const unsigned char* label, std::uint64_t value,
               std::uint32_t size = 8) {
    Fault f{name};
    f.variable = label;
    f.variable_value = value;
    f.variable_size = size;
    return f;
}
Fault vmcb(std::string_view name, std::uint32_t offset, std::uint64_t value, std::uint32_t size = 8) {
    Fault f{name};
    f.offset = offset;
    f.value = value;
    f.size = size;
    return f;
}

constexpr std::string_view
    controls = "VM-instruction error 7: VM entry with invalid control field(s)",
    host_state = "VM-instruction error 8: VM entry with invalid host-state field(s)",
    guest_state = "exit reason 33 (VM-entry failure due to invalid guest state), VM-entry failure";
constexpr std::uint64_t far_away = 1ull << 52;  // past every physical address

// Intel SDM Vol. 3C, "Checks on VMX Controls and Host-State Area", "Checking and Loading Guest State",
// "VMX Instruction Reference".
// The guest without an end lets interrupts in first: Bochs 2.7 keeps them from KVM while a guest has
// RFLAGS.IF 0.
const Broken vmx_table[] = {
    {variable("VMXON without IA32_FEATURE_CONTROL", l1_skip_feature, 1, 4), Stage::vmxon, "#GP"},
    {variable("a guest that does not come to its end", l1_vmx, 0xfeebfb, 3), Stage::none,
     "two seconds"},  // STI, JMP .
    {variable("wrong revision of the VMXON region", l1_vmxon_mark, 1, 4), Stage::vmxon,
     "VMfailInvalid (CF): the address of the VMXON region or its revision"},
    {variable("VMXON region not on a page's boundary", l1_vmxon, place::own + 8), Stage::vmxon,
     "VMfailInvalid"},
    {variable("VMCLEAR of the VMXON region", l1_clear, place::own), Stage::vmclear,
     "VM-instruction error 3: VMCLEAR with VMXON pointer"},
    {variable("VMPTRLD not on a page's boundary", l1_load, place::control + 8), Stage::vmptrld,
     "VM-instruction error 9: VMPTRLD with invalid physical address"},
    {variable("wrong revision of the VMCS", l1_control_mark, 1, 4), Stage::vmptrld,
     "VM-instruction error 11: VMPTRLD with incorrect VMCS revision identifier"},
    {field("a field that there is not", 0x7ffe, 0), Stage::vmwrite,
     "VM-instruction error 12: VMREAD/VMWRITE from/to unsupported VMCS component (field 0x7ffe)"},
    {field("pin-based controls 0", 0x4000, 0), Stage::vmlaunch, controls},
    {field("processor-based controls 0", 0x4002, 0), Stage::vmlaunch, controls},
    {field("VM-exit controls 0", 0x400c, 0), Stage::vmlaunch, controls},
    {field("VM-entry controls 0", 0x4012, 0), Stage::vmlaunch, controls},
    {field("CR3-target count 5", 0x400a, 5), Stage::vmlaunch, controls},
    {field("an injected event of a reserved type", 0x4016, 0x80000100), Stage::vmlaunch, controls},
    {field("host CS selector 0", 0x0c02, 0), Stage::vmlaunch, host_state},
    {field("host TR selector 0", 0x0c0c, 0), Stage::vmlaunch, host_state},
    {field("host CR4 0", 0x6c04, 0), Stage::vmlaunch, host_state},
    {field("host CR0 0", 0x6c00, 0), Stage::vmlaunch, host_state},
    {field("host SS selector with a privilege", 0x0c04, data_selector | 3), Stage::vmlaunch, host_state},
    {field("guest CR0 with paging and no protection", 0x6800, 0x80000030), Stage::vmlaunch, guest_state},
    {field("guest CR4 0", 0x6804, 0), Stage::vmlaunch, guest_state},
    {field("guest RFLAGS 0", 0x6820, 0), Stage::vmlaunch, guest_state},
    {field("guest activity state 9", 0x4826, 9), Stage::vmlaunch, guest_state},
    {field("guest TR that is no TSS", 0x4822, 0x82), Stage::vmlaunch, guest_state},
    {field("VMCS link pointer that is no VMCS", 0x2800, place::own + 8), Stage::vmlaunch,
     "exit reason 33 (VM-entry failure due to invalid guest state), VM-entry failure: an invalid VMCS link "
     "pointer"},
    {variable("VMCLEAR not on a page's boundary", l1_clear, place::control + 8), Stage::vmclear,
     "VM-instruction error 2: VMCLEAR with invalid physical address"},
    {variable("VMPTRLD of the VMXON region", l1_load, place::own), Stage::vmptrld,
     "VM-instruction error 10: VMPTRLD with VMXON pointer"},
    {field("inner guest's RIP where no memory is", 0x681e, 0x100000), Stage::vmlaunch,
     "exit reason 0 (exception or NMI), qualification 0x0: #UD"},
    {field("EPT pointer of a reserved kind", 0x201a, place::nested_pml4 | 3 << 3 | 7), Stage::vmlaunch,
     controls, Proof::nested_paging},
};

// AMD APM Vol. 2, "Canonicalization and Consistency Checks".
const Broken svm_table[] = {
    {vmcb("no VMRUN intercept", 0x010, 0, 4), Stage::vmrun,
     "VMEXIT_INVALID (-1): the processor refuses the VMCB: the VMRUN "
     "intercept is not set"},
    {vmcb("ASID 0", 0x058, 0, 4), Stage::vmrun, "ASID is 0"},
    {vmcb("EFER.SVME 0", 0x4d0, 0), Stage::vmrun, "EFER.SVME is 0"},
    {vmcb("CR0.NW without CR0.CD", 0x558, 0xa0000031), Stage::vmrun, "CR0.CD is 0 and CR0.NW is 1"},
    {vmcb("CR0 of more than 32 bits", 0x558, 0x180000031), Stage::vmrun, "CR0[63:32] are not 0"},
    {vmcb("CR4 of more than 32 bits", 0x548, 0x100000010), Stage::vmrun, "CR4 has reserved bits set"},
    {vmcb("DR6 of more than 32 bits", 0x568, 0x1ffff0ff0), Stage::vmrun, "DR6[63:32] are not 0"},
    {vmcb("DR7 of more than 32 bits", 0x560, 0x100000400), Stage::vmrun, "DR7[63:32] are not 0"},
    {vmcb("EFER with a reserved bit", 0x4d0, 0x1001000), Stage::vmrun, "EFER has reserved bits set"},
    {vmcb("64-bit mode without PAE", 0x548, 0), Stage::vmrun, "EFER.LME and CR0.PG are 1 and CR4.PAE is 0",
     Proof::long_mode},
    {vmcb("64-bit mode without protection", 0x558, 0x80000030), Stage::vmrun,
     "EFER.LME and CR0.PG are 1 and CR0.PE is 0", Proof::long_mode},
    {vmcb("64-bit mode, CR3 past every address", 0x550, far_away | place::pml4), Stage::vmrun,
     "CR3 has reserved bits set", Proof::long_mode},
    {vmcb("a segment both of 64 and of 32 bits", 0x412, 0xe9b, 2), Stage::vmrun, "CS.L and CS.D are all 1",
     Proof::long_mode},
    {vmcb("inner guest's RIP where nothing is", 0x578, place::io_bitmap), Stage::vmrun, "VMEXIT_"},
    {variable("a guest that does not come to its end", l1_svm, 0xfceb310f, 4), Stage::none,
     "two seconds"},  // RDTSC, JMP back
    {variable("VMCB not on a page's boundary", l1_control, place::control + 8), Stage::vmsave, "#GP"},
    {variable("host save area past every address", l1_hsave, 0xfffff123, 4), Stage::hsave, "#GP"},
};

bool proved(const ProofRun& run) { return run.proved.if_known() && *run.proved.if_known(); }

/// Is all of it in the text that --prove=report would write?
bool is_whole(const std::string& text, const ProofSetup& setup, const ProofRun& run) {
    const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
    const bool vmx = setup.technology == Technology::vmx;
    return has(run.error) && has(fmt::format("failed at {}: ", name_of(run.stage))) && has("\nExits:\n  ") &&
           has("The guest's variables:\n  ") && has(vmx ? "\nVMCS as the guest set it" : "\nVMCB as it is") &&
           has(vmx ? "guest CS access rights" : "  0x550 ");
}

void loop(Technology technology) {
    for (std::uint32_t pattern = 1;; ++pattern)
        for (const Proof proof : proofs) run_proof({proof, technology, pattern}, make_live_vm);
}

int try_all(Technology technology) {
    int wrong = 0;
    std::string sample;  // of what --prove=report would write
    const auto table = technology == Technology::vmx ? std::span<const Broken>(vmx_table)
                                                     : std::span<const Broken>(svm_table);
    for (const Broken& b : table) {
        const ProofSetup setup{b.proof, technology, 0x5eed, 0, 0, &b.fault};
        const ProofRun run = run_proof(setup, make_live_vm);
        const std::string report = describe_failure(setup, run, 0);
        const bool ok = run.proved.if_known() && !proved(run) && run.stage == b.stage &&
                        run.error.find(b.error) != std::string::npos && is_whole(report, setup, run);
        fmt::print("{} {}: at {}: {}\n", ok ? "ok  " : "FAIL", b.fault.name, name_of(run.stage),
                   proved(run) ? "it ran" : run.error);
        if (b.stage == Stage::vmlaunch || b.stage == Stage::vmrun) sample = sample.empty() ? report : sample;
        wrong += !ok;
    }
    fmt::print("{}\n", sample);
    return wrong;
}

}  // namespace

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    const Technology technology =
        argc > 1 && std::string_view(argv[1]) == "svm" ? Technology::svm : Technology::vmx;
    if (argc > 2) loop(technology);
    const int wrong = try_all(technology);
    if (wrong == 0)
        std::puts("OK");
    else
        fmt::print("{} wrong\n", wrong);
    return wrong != 0;
}
