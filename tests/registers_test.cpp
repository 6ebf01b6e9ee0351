// SPDX-License-Identifier: MIT
// The register tables, what is read of them and when, and what their bits mean.
#include "render/registers.hpp"
#include "fake_machine.hpp"
#include "probe.hpp"
#include "registers/decode.hpp"
#include "registers/lookup.hpp"

#include <doctest/doctest.h>

using namespace nestprobe;
using namespace nestprobe::test;
using namespace nestprobe::registers;

namespace {

constexpr std::uint64_t control(unsigned must, unsigned may) { return std::uint64_t{may} << 32 | must; }

/// What was read in the CPU and its MSRs.
int times_read(const FakeMachine& machine, const std::string& what) {
    const auto found = machine.log().find(what);
    return found == machine.log().end() ? 0 : found->second;
}

}  // namespace

TEST_SUITE("registers") {
    TEST_CASE("a control is judged by both halves, and by its TRUE twin") {
        CHECK(decode_control(control(0, 0), {}, 3) == ControlState::not_supported);
        CHECK(decode_control(control(0, 1u << 3), {}, 3) == ControlState::optional);
        CHECK(decode_control(control(1u << 3, 1u << 3), {}, 3) == ControlState::forced);
        CHECK(decode_control(control(1u << 3, 1u << 3), control(0, 1u << 3), 3) == ControlState::default_on);
        CHECK(decode_control(control(1u << 3, 1u << 3), control(1u << 3, 1u << 3), 3) ==
              ControlState::forced);
        CHECK(decode_control(control(1u << 3, 0), {}, 3) == ControlState::inconsistent);
    }
    TEST_CASE("a bit that is set and has no row is shown") {
        const auto rows = decode_register(vm_cr, {.value = 1u << 4 | 1u << 9});
        REQUIRE(!rows.empty());
        CHECK(rows.back().field == nullptr);
        CHECK(rows.back().bits == "9");
        CHECK(decode_register(vm_cr, {.value = 1u << 4}).size() == vm_cr.fields.size());
    }
    TEST_CASE("what KVM keeps from guests is told from what the hardware lacks") {
        const auto offer = [](std::uint64_t here, std::optional<std::uint64_t> guests) {
            for (const DecodedField& f : decode_register(cpuid_1_ecx, {.value = here}, {.value = guests}))
                if (f.field && f.field->name == "VMX") return f.offer.value_or(Offer::unknown);
            return Offer::unknown;
        };
        CHECK(offer(1u << 5, 1u << 5) == Offer::both);
        CHECK(offer(1u << 5, 0) == Offer::hardware_only);
        CHECK(offer(0, 0) == Offer::neither);
        CHECK(offer(0, 1u << 5) == Offer::guest_only);
        CHECK(offer(1u << 5, {}) == Offer::unknown);
    }
    TEST_CASE("TRUE twins are of controls, and have the same rows") {
        int twins = 0;
        for (const Register* reg : all) {
            if (!reg->true_twin) continue;
            ++twins;
            CHECK(reg->layout == Layout::controls);
            CHECK(reg->true_twin->fields.data() == reg->fields.data());
        }
        CHECK(twins == 4);
    }
    TEST_CASE("a register is found by every name it has") {
        CHECK(find_register("vm_cr") == &vm_cr);
        CHECK(find_register("0x48B") == &ia32_vmx_procbased_ctls2);
        CHECK(find_register("MSR_IA32_FEAT_CTL") == &ia32_feature_control);
        CHECK(find_register("cpuid.1:ecx") == &cpuid_1_ecx);
        CHECK(find_register("CPUID Fn8000_000A_EDX") == &cpuid_8000000a_edx);
        CHECK(find_register("VM_CRR") == nullptr);
        CHECK(nearest_registers("VM_CRR").front() == "VM_CR");
    }
    TEST_CASE("a value must be a number that fits") {
        CHECK(parse_register_value(vm_cr, "0x18") == 0x18u);
        CHECK(parse_register_value(vm_cr, "24") == 24u);
        CHECK_FALSE(parse_register_value(vm_cr, ""));
        CHECK_FALSE(parse_register_value(vm_cr, "0x"));
        CHECK_FALSE(parse_register_value(vm_cr, "5g"));
        CHECK_FALSE(parse_register_value(cpuid_1_ecx, "0x100000000"));
    }
    TEST_CASE("no register behind a false guard and no leaf past the maximum is read, wanted or not") {
        Recording r = haswell("0");
        auto& cpu = r.cpus.front();
        cpu.cpuid.insert_or_assign({0, 0}, CpuidRegs{1, 0x756e6547, 0x6c65746e, 0x49656e69});
        cpu.cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 0, 0});  // no VMX, no SMX, no hypervisor
        cpu.cpuid.insert_or_assign({0x80000000, 0}, CpuidRegs{0x80000001, 0, 0, 0});
        const FakeMachine machine(std::move(r));
        const Facts f = probe(machine.sources(), every_register);
        CHECK(times_read(machine, "msr 0 0x3a") == 0);
        for (unsigned msr = 0x480; msr <= 0x493; ++msr)
            CHECK(times_read(machine, fmt::format("msr 0 0x{:x}", msr)) == 0);
        CHECK(times_read(machine, "cpuid 0 7:0") == 0);
        CHECK(times_read(machine, "cpuid 0 d:1") == 0);
        CHECK(times_read(machine, "cpuid 0 80000008:0") == 0);
        CHECK(times_read(machine, "cpuid 0 40000001:0") == 0);
        const auto& group = f.registers.groups().front();
        CHECK(group[ia32_vmx_basic].if_absent()->why == Why::not_applicable);
    }
    TEST_CASE("TRUE registers are read only where IA32_VMX_BASIC says that they are there") {
        for (const bool there : {false, true}) {
            Recording r = haswell("0");
            r.cpus.front().msr.insert_or_assign(0x480, std::uint64_t{there} << 55 | 0xda0400000000b);
            const FakeMachine machine(std::move(r));
            probe(machine.sources(), every_register);
            CHECK(times_read(machine, "msr 0 0x48d") == int{there});
        }
    }
    TEST_CASE("a report reads the registers that decide, no other") {
        const FakeMachine machine(haswell("0"));
        const Facts f = probe(machine.sources());
        CHECK(times_read(machine, "msr 0 0x480") == 1);
        CHECK(times_read(machine, "msr 0 0x486") == 0);
        CHECK(times_read(machine, "kvm msr 0x480") == 0);
        CHECK(f.registers.groups().front()[ia32_arch_capabilities].if_absent()->why == Why::not_probed);
    }
    TEST_CASE("nothing is read twice when every register is wanted") {
        const FakeMachine machine(haswell("0-1"));
        probe(machine.sources(), every_register);
        for (const auto& read : machine.log()) {
            CAPTURE(read.first);
            CHECK(read.second == 1);
        }
    }
    TEST_CASE("of a number that was given no machine is told") {
        const std::string text = render_value(ia32_feature_control, 0x1, Style{});
        CHECK(text.find("LOCK") != std::string::npos);
        CHECK(text.find(" CPU") == std::string::npos);
    }
}
