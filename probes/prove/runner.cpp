// SPDX-License-Identifier: MIT
#include "prove/runner.hpp"

#include "base/errors.hpp"
#include "prove/hardware_errors.hpp"

#include <fmt/format.h>

#include <cstring>

namespace nestprobe {
namespace {

constexpr std::size_t most_exits = 100;  // a guest that proves something has some twenty

/// What was seen of one run.
class Watcher {
public:
    Watcher(const ProofSetup& setup, ProofRun& run) : setup_(setup), run_(run) {}

    /// False: this exit is the last one.
    bool take(const VmExit& exit);
    /// After the last one.
    void judge(const KvmVm& vm);

private:
    bool take_port(const VmExit& exit);
    void fail(std::string why) {
        if (run_.error.empty()) run_.error = std::move(why);
    }
    std::uint64_t variable(const unsigned char* label, std::size_t size = 8) const {
        return read_variable(run_.memory, label, size);
    }
    std::string explain() const;
    std::string explain_exit() const;
    std::string where_from(const VmRegisters& r) const {
        return fmt::format("rip 0x{:x}, cr0 0x{:x}, cr4 0x{:x}, efer 0x{:x}", r.rip, r.cr0, r.cr4, r.efer);
    }
    bool vmx() const { return setup_.technology == Technology::vmx; }

    const ProofSetup& setup_;
    ProofRun& run_;
    Failed failed_ = Failed::none;
    unsigned patterns_ = 0;
    std::uint32_t pattern_ = 0;
    bool halted_ = false;
};

bool Watcher::take_port(const VmExit& exit) {
    switch (static_cast<Port>(exit.port)) {
        case Port::stage:
            run_.stage = static_cast<Stage>(exit.value);
            run_.trace.push_back(fmt::format("stage {}: {}", exit.value, name_of(run_.stage)));
            return true;
        case Port::pattern:
            ++patterns_;
            pattern_ = exit.value;
            run_.trace.push_back(fmt::format("port 0x{:x}: 0x{:x}", exit.port, exit.value));
            return true;
        case Port::failed:
            failed_ = static_cast<Failed>(exit.value);
            run_.trace.push_back(fmt::format("failed: {}", exit.value));
            return true;
    }
    run_.trace.push_back(
        fmt::format("port 0x{:x}: 0x{:x}, which nobody should write to", exit.port, exit.value));
    fail(fmt::format("the guest wrote to port 0x{:x}, which its code does not", exit.port));
    return false;
}

bool Watcher::take(const VmExit& exit) {
    const auto note = [&](std::string text) {
        run_.trace.push_back(text);
        return text;
    };
    switch (exit.kind) {
        case VmExit::Kind::out: return take_port(exit);
        case VmExit::Kind::halt:
            note("KVM_EXIT_HLT");
            halted_ = true;
            return false;
        case VmExit::Kind::shutdown: fail(note("KVM_EXIT_SHUTDOWN: a triple fault")); return false;
        case VmExit::Kind::fail_entry:
            fail(note(fmt::format("KVM_EXIT_FAIL_ENTRY, hardware reason 0x{:x}: {}", exit.hardware_reason,
                                  kvm_fail_entry(exit.hardware_reason, vmx()))));
            return false;
        case VmExit::Kind::internal_error:
            fail(note("KVM_EXIT_INTERNAL_ERROR: " + kvm_internal_error(exit.suberror)));
            for (const std::uint64_t word : exit.data) run_.trace.back() += fmt::format(" 0x{:x}", word);
            return false;
        case VmExit::Kind::time_out:
            fail(note("the guest did not come to its end in two seconds"));
            return false;
        case VmExit::Kind::refused:
            fail(note(fmt::format("KVM_RUN: {} ({})", error_text(exit.error), error_name(exit.error))));
            return false;
        case VmExit::Kind::other: break;
    }
    fail(note(kvm_exit_name(exit.reason) + ", which the guest gives no cause for"));
    return false;
}

std::string Watcher::explain_exit() const {
    const std::uint64_t reason = variable(l1_exit_reason), qualification = variable(l1_qualification);
    if (!vmx()) {
        std::string text = svm_exit_code(reason);
        if (reason == ~0ull || reason == 0xffffffff) {
            const auto vmcb = std::span(run_.memory).subspan(place::control, place::page);
            if (const std::string which = failed_vmcb_checks(vmcb); !which.empty()) text += ": " + which;
        } else {
            text +=
                fmt::format(", EXITINFO1 0x{:x}, EXITINFO2 0x{:x}", qualification, variable(l1_exit_info));
        }
        return text;
    }
    std::string text = vm_exit_reason(reason);
    if (const auto failure = vm_entry_failure(reason, qualification); !failure.empty())
        text += fmt::format(": {}", failure);
    else
        text += fmt::format(", qualification 0x{:x}", qualification);
    if (const std::uint64_t info = variable(l1_exit_info); reason == 0 && info >> 31 & 1)
        text += fmt::format(": {}", exception_name(info & 0xff));
    return text;
}

std::string Watcher::explain() const {
    switch (failed_) {
        case Failed::none: break;
        case Failed::exception:
            return fmt::format("{} (error code 0x{:x}) at the guest's offset 0x{:x}",
                               exception_name(variable(l1_vector)), variable(l1_error_code),
                               variable(l1_fault_rip) - place::code);
        case Failed::hidden:
            return fmt::format("the guest's CPUID does not show {}, although KVM_GET_SUPPORTED_CPUID does",
                               vmx() ? "VMX" : "SVM");
        case Failed::locked: return "IA32_FEATURE_CONTROL is locked without VMX outside SMX";
        case Failed::invalid:
            return run_.stage == Stage::vmxon
                       ? "VMfailInvalid (CF): the address of the VMXON region or its revision is refused"
                       : "VMfailInvalid (CF): there is no current VMCS";
        case Failed::valid: {
            std::string text = vm_instruction_error(variable(l1_instruction_error));
            if (run_.stage == Stage::vmwrite) {
                const auto field = static_cast<std::uint32_t>(variable(l1_field, 4));
                text += fmt::format(" (field 0x{:x}{}{})", field, vmcs_field_name(field).empty() ? "" : ", ",
                                    vmcs_field_name(field));
            }
            return text;
        }
        case Failed::control:
            return fmt::format("the capability MSRs do not allow bits 0x{:x} of the {}",
                               variable(l1_refused, 4),
                               vmcs_field_name(static_cast<std::uint32_t>(variable(l1_field, 4))));
        case Failed::exit: return explain_exit();
    }
    return fmt::format("the guest says that it failed, in a way that is not known ({})",
                       static_cast<std::uint32_t>(failed_));
}

void Watcher::judge(const KvmVm& vm) {
    const auto memory = vm.memory();
    run_.memory.assign(memory.begin(), memory.end());
    if (failed_ != Failed::none) fail(explain());
    run_.refused_control = failed_ == Failed::control;
    const bool here = setup_.proof == Proof::kvm_here;
    if (halted_ && !here) {
        if (run_.stage != Stage::done) fail("the guest halted here");
        const auto port = variable(l1_seen_port, 4), seen = variable(l1_seen_pattern, 4);
        if (port != static_cast<std::uint32_t>(Port::pattern) || seen != setup_.pattern)
            fail(fmt::format("the guest saw its guest write 0x{:x} to port 0x{:x}, not 0x{:x} to 0x{:x}",
                             seen, port, setup_.pattern, static_cast<std::uint32_t>(Port::pattern)));
    }
    if (halted_ && (patterns_ != 1 || pattern_ != setup_.pattern))
        fail(patterns_ == 0 ? "the pattern was never written to the port"
                            : fmt::format("0x{:x} was written to the port {} times, not 0x{:x} once",
                                          pattern_, patterns_, setup_.pattern));
    if (!halted_) fail("the guest has more exits than its code gives cause for");
    run_.proved = run_.error.empty();
    if (!run_.error.empty())
        if (const auto registers = vm.registers(); registers.if_known())
            run_.trace.push_back(where_from(*registers.if_known()));
    const std::size_t at = here ? place::real_samples : place::samples;
    for (std::size_t i = 0; i < setup_.samples; ++i) {
        std::uint32_t ticks = 0;
        if (at + i * 4 + 4 <= run_.memory.size()) std::memcpy(&ticks, &run_.memory[at + i * 4], 4);
        if (ticks == 0) break;  // it ran out of time
        run_.samples.push_back(ticks);
    }
    if (const auto khz = vm.tsc_khz(); khz.if_known()) run_.tsc_khz = *khz.if_known();
}

}  // namespace

ProofRun run_proof(const ProofSetup& setup, const MakeVm& make_vm) {
    ProofRun run;
    const auto begin = std::chrono::steady_clock::now();
    const auto vm = make_vm();
    VmSetup machine = make_setup(setup);
    machine.cpu = setup.cpu;
    if (const auto started = vm->start(machine); started.if_absent()) {
        run.proved = started.absence();
        return run;
    }
    Watcher watcher(setup, run);
    for (std::size_t exits = 0; exits < most_exits; ++exits)
        if (!watcher.take(vm->run())) break;
    run.time =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    watcher.judge(*vm);
    return run;
}

}  // namespace nestprobe
