// SPDX-License-Identifier: MIT
#include "prove/failure_report.hpp"

#include <fmt/format.h>

#include <cstring>

namespace nestprobe {
namespace {

struct Variable {
    std::string_view name;
    const unsigned char* label;
    std::size_t size;
};
const Variable variables[] = {
    {"vector", l1_vector, 8},
    {"error code", l1_error_code, 8},
    {"address of the exception", l1_fault_rip, 8},
    {"exit reason, or EXITCODE", l1_exit_reason, 8},
    {"exit qualification, or EXITINFO1", l1_qualification, 8},
    {"VM-exit interruption information, or EXITINFO2", l1_exit_info, 8},
    {"VM-instruction error", l1_instruction_error, 8},
    {"field written last", l1_field, 4},
    {"controls refused", l1_refused, 4},
    {"port seen by the guest", l1_seen_port, 4},
    {"pattern seen by the guest", l1_seen_pattern, 4},
};

std::string describe_vmcs(const ProofSetup& setup, std::span<const unsigned char> memory) {
    std::string text =
        "\nVMCS as the guest set it (rows behind the field written last are as they were asked for):\n";
    const std::size_t rows = make_vmcs(setup).size();
    for (std::size_t i = 0; i < rows; ++i) {
        VmcsRow row{};
        const std::size_t at = place::fields + i * sizeof row;
        if (at + sizeof row > memory.size()) break;
        std::memcpy(&row, &memory[at], sizeof row);
        text += fmt::format("  0x{:04x} {:52} 0x{:x}\n", row.field, vmcs_field_name(row.field), row.value);
    }
    return text;
}

/// Lines of 16 bytes, those of zeros left out.
std::string describe_vmcb(std::span<const unsigned char> memory) {
    std::string text = "\nVMCB as it is at the end (lines of zeros are left out):\n";
    for (std::size_t at = 0; at < place::page; at += 16) {
        if (place::control + at + 16 > memory.size()) break;
        const auto line = memory.subspan(place::control + at, 16);
        std::string bytes;
        unsigned char any = 0;
        for (const unsigned char byte : line) {
            any |= byte;
            bytes += fmt::format(" {:02x}", byte);
        }
        if (any != 0) text += fmt::format("  0x{:03x}{}\n", at, bytes);
    }
    return text;
}

template <class T>
std::string known(const Fact<T>& fact) {
    const T* value = fact.if_known();
    return value ? std::string(*value) : std::string("unknown");
}

}  // namespace

std::string report_header(const Facts& facts) {
    std::string text =
        fmt::format("nestprobe {}: what failed in a guest of a few bytes\n\nprocessor  {}\nkernel     {}\n",
                    NESTPROBE_VERSION, known(facts.cpu.brand), known(facts.kernel.release));
    if (const auto* signatures = facts.hypervisor.signatures.if_known())
        for (const Signature& s : *signatures)
            text += fmt::format("hypervisor {} (CPUID 0x{:x})\n", s.name, s.leaf);
    if (const auto* platform = facts.hypervisor.platform.if_known())
        text += fmt::format("platform   {}\n", to_string(*platform));
    return text;
}

std::string describe_failure(const ProofSetup& setup, const ProofRun& run, unsigned cpu) {
    std::string text = fmt::format("\n{} on CPU {}\n  failed at {}: {}\n\nExits:\n", to_string(setup.proof),
                                   cpu, name_of(run.stage), run.error);
    for (const std::string& line : run.trace) text += fmt::format("  {}\n", line);
    if (setup.proof == Proof::kvm_here) return text;
    text += "\nThe guest's variables:\n";
    for (const Variable& v : variables)
        text += fmt::format("  {:48} 0x{:x}\n", v.name, read_variable(run.memory, v.label, v.size));
    return text + (setup.technology == Technology::vmx ? describe_vmcs(setup, run.memory)
                                                       : describe_vmcb(run.memory));
}

std::string report_listing() {
    const auto listing = code_between(prove_listing, prove_listing_end);
    return "\nThe guests' code (line, offset, bytes, source):\n\n" +
           std::string(reinterpret_cast<const char*>(listing.data()), listing.size());
}

}  // namespace nestprobe
