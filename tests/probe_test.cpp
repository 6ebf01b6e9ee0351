// SPDX-License-Identifier: MIT
// What probe() touches, and what it makes of it.
#include "probe.hpp"
#include "fake_machine.hpp"
#include "machine/readings.hpp"
#include "registers/all.hpp"
#include "snapshot/record.hpp"

#include <doctest/doctest.h>

using namespace nestprobe;
using namespace nestprobe::test;

namespace {
bool is_true(bool value) { return value; }
}  // namespace

TEST_SUITE("probe") {
    TEST_CASE("nestprobe does not count itself among the users of KVM's module") {
        const FakeMachine machine(haswell());
        probe(machine.sources());
        CHECK(machine.log().contains("kvm set going after /proc/modules"));
        CHECK_FALSE(machine.log().contains("kvm set going first"));
    }
    TEST_CASE("nothing is read twice, the recorder in between or not") {
        for (Recording recording : {haswell(), haswell_without_kvm(), Recording{}}) {
            for (const bool recorded : {false, true}) {
                const FakeMachine machine(recording);
                const Recorder recorder(machine.sources());
                make_report(probe(recorded ? recorder.sources() : machine.sources()));
                for (const auto& read : machine.log()) {
                    CAPTURE(read.first);
                    CHECK(read.second == 1);
                }
            }
        }
    }
    TEST_CASE("no leaf past the maximum and no MSR behind a false guard is read") {
        Recording r = haswell();
        auto& cpu = r.cpus.front();
        cpu.cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 0, 0});              // neither VMX nor SMX
        cpu.cpuid.insert_or_assign({0x80000000, 0}, CpuidRegs{0x80000000, 0, 0, 0});  // nothing extended
        const FakeMachine machine(std::move(r));
        probe(machine.sources());
        for (const auto& read : machine.log()) {
            const std::string& what = read.first;
            CAPTURE(what);
            CHECK_FALSE(what.starts_with("msr"));
            CHECK_FALSE(what.starts_with("cpuid 0 80000001"));
            CHECK_FALSE(what.starts_with("cpuid 0 4"));  // no hypervisor is announced
        }
    }
    TEST_CASE(
        "the hypervisor's leaves are scanned to 0x40010000 when it is announced, and all signatures kept") {
        Recording r = haswell("0-1");
        auto& cpu = r.cpus.front();
        cpu.cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 1u << 31 | 1u << 5, 0});
        cpu.cpuid.insert_or_assign({0x40000000, 0},
                                   CpuidRegs{0x4000000b, 0x7263694d, 0x666f736f, 0x76482074});
        cpu.cpuid.insert_or_assign({0x40000100, 0}, CpuidRegs{0x40000101, 0x4b4d564b, 0x564b4d56, 0x4d});
        cpu.cpuid.insert_or_assign({0x40000200, 0},
                                   CpuidRegs{0xd, 0x340, 0x340, 0});  // an echo of leaf 0xd, no name
        cpu.cpuid.insert_or_assign({0x40010000, 0},
                                   CpuidRegs{0x40010001, 0x566e6558, 0x65584d4d, 0x4d4d566e});
        const FakeMachine machine(std::move(r));
        const Facts f = probe(machine.sources());
        REQUIRE(f.hypervisor.signatures.if_known());
        const auto& found = *f.hypervisor.signatures.if_known();
        REQUIRE(found.size() == 3);
        CHECK(found[0].text == "Microsoft Hv");
        CHECK(found[1].name == "KVM");
        CHECK(found[2].leaf == 0x40010000);
        CHECK(machine.log().count("cpuid 1 4000ff00:0") == 1);  // on the last CPU
        CHECK(machine.log().count("cpuid 0 40000000:0") == 0);
    }
    TEST_CASE("four free places after a name end the search; without a name it goes on to its end") {
        const auto leaves_asked = [](const CpuidRegs& first, std::uint32_t last) {
            Recording r = haswell("0");
            auto& cpu = r.cpus.front();
            cpu.cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 1u << 31, 0});
            for (std::uint32_t leaf = 0x40000000; leaf <= 0x40010000; leaf += 0x100)
                cpu.cpuid.insert_or_assign({leaf, 0}, CpuidRegs{});
            cpu.cpuid.insert_or_assign({0x40000000, 0}, first);
            cpu.cpuid.insert_or_assign({0x40000200, 0}, first);
            const FakeMachine machine(std::move(r));
            probe(machine.sources());
            return machine.log().count(fmt::format("cpuid 0 {:x}:0", last)) == 1 &&
                   machine.log().count(fmt::format("cpuid 0 {:x}:0", last + 0x100)) == 0;
        };
        const CpuidRegs kvm{0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d};
        CHECK(leaves_asked(kvm, 0x40000600));
        CHECK(leaves_asked(CpuidRegs{}, 0x40010000));
    }
    TEST_CASE("one CPU that differs keeps its name") {
        Recording r = haswell("0-6,8-63");
        CpuRecord odd = r.cpus.front();
        odd.ids = CpuSet(7);
        odd.msr.insert_or_assign(0x3a, std::uint64_t{1});
        r.cpus.push_back(odd);
        r.kvm = {};
        const Report report = report_of(std::move(r));
        REQUIRE(report.facts.firmware.feature_control.groups().size() == 2);
        const Finding& f = finding(report, "NP201");
        CHECK(f.outcome.status == Status::fail);
        CHECK(f.outcome.message.find("CPU 7)") != std::string::npos);
    }
    TEST_CASE("capabilities are judged on each CPU by itself") {
        Recording r = haswell("0-1");
        CpuRecord odd = r.cpus.front();
        odd.ids = CpuSet(2);
        odd.msr.insert_or_assign(0x48b,
                                 std::uint64_t{0x4700000000});  // EPT, VPID; neither shadow VMCS nor APICv
        r.cpus.push_back(odd);
        const Report report = report_of(std::move(r));
        CHECK(report.facts.vmx.ept.all(is_true));
        CHECK(report.facts.vmx.shadow_vmcs.groups().size() == 2);
        CHECK(report.facts.vmx.shadow_vmcs.groups()[1].cpus.to_string() == "2");
    }
    TEST_CASE("without secondary controls there is no EPT, and that is no error") {
        Recording r = haswell();
        r.cpus.front().msr.insert_or_assign(0x482, std::uint64_t{0x77f9fffe0401e172});
        const Report report = report_of(std::move(r));
        CHECK(report.facts.vmx.ept.all([](bool set) { return !set; }));
    }
    TEST_CASE("a register that is not recorded says its name") {
        Recording r = haswell();
        r.cpus.front().msr.erase(0x3a);
        const Report report = report_of(std::move(r));
        CHECK(report.facts.firmware.feature_control.first().if_absent()->detail ==
              "IA32_FEATURE_CONTROL (0x3a): not recorded");
    }
    TEST_CASE("locators are spelled as the vendor spells them") {
        using namespace registers;
        CHECK(locate(vm_cr, vm_cr["SVMDIS"]) == "VM_CR.SVMDIS[bit 4]");
        CHECK(locate(cpuid_1_ecx, cpuid_1_ecx["VMX"]) == "CPUID.1:ECX.VMX[bit 5]");
        CHECK(locate(cpuid_8000000a_edx, cpuid_8000000a_edx["SVML"]) == "CPUID Fn8000_000A_EDX[SVML]");
        CHECK(locate(ia32_vmx_basic, ia32_vmx_basic["REVISION"]) == "IA32_VMX_BASIC.REVISION[30:0]");
        CHECK(ia32_vmx_procbased_ctls2["ENABLE_EPT"].at.low == 33);  // allowed-1, never allowed-0
    }
}
