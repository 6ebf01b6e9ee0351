// SPDX-License-Identifier: MIT
// What the ladder says of each layer, how a layer stands, and what is to be done about an unknown.
#include "report/ladder.hpp"
#include "fake_machine.hpp"
#include "report/known.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>

using namespace nestprobe;
using namespace nestprobe::test;

namespace {

const Rung& rung_of(const std::vector<Rung>& rungs, Layer layer) {
    return *std::find_if(rungs.begin(), rungs.end(), [&](const Rung& r) { return r.layer == layer; });
}

/// A Haswell without KVM whose registers cannot be read for this reason, and nothing else tells.
Recording blind_haswell(const Absent& why) {
    Recording r = haswell_without_kvm();
    for (auto& cpu : r.cpus)
        for (auto& [index, value] : cpu.msr) value = why;
    r.files.erase("/proc/cpuinfo");
    r.directories.erase("/sys/module");
    r.kvm.open = Reading<bool>(Absent{Why::not_recorded, {}, 0});
    return r;
}

}  // namespace

TEST_SUITE("ladder") {
    TEST_CASE("a layer for each, in the order of the rules, none without words") {
        const std::vector<Rung> rungs = ladder(report_of(haswell()));
        REQUIRE(rungs.size() == 7);
        CHECK(rungs.front().layer == Layer::cpu);
        CHECK(rungs.back().layer == Layer::iommu);
        for (const Recording& machine : {haswell(), haswell_without_kvm(), Recording{}})
            for (const Rung& rung : ladder(report_of(machine))) CHECK(!rung.words.empty());
    }
    TEST_CASE("where CPUs differ, each set is named") {
        Recording r = haswell();
        CpuRecord odd = r.cpus.front();
        CpuSet::parse("0-2", r.cpus.front().ids);
        CpuSet::parse("3", odd.ids);
        odd.msr.insert_or_assign(0x3a, 0x1);
        r.cpus.push_back(odd);
        const std::vector<Rung> rungs = ladder(report_of(std::move(r)));
        CHECK(rung_of(rungs, Layer::firmware).words ==
              "switched on, locked (0x3a = 0x5 on CPUs 0-2); switched off, locked (0x3a = 0x1 on CPU 3)");
        CHECK(rung_of(rungs, Layer::firmware).standing == Standing::failed);
    }
    TEST_CASE("who asked for nested is named only where what is in force is what was asked for") {
        Recording r = haswell();
        r.files.insert_or_assign("/sys/module/kvm_intel/parameters/nested", std::string("N\n"));
        r.files.insert_or_assign("/etc/modprobe.d/kvm.conf", std::string("options kvm_intel nested=0\n"));
        CHECK(rung_of(ladder(report_of(r)), Layer::module).words ==
              "kvm_intel loaded, nested=N (kvm.conf:1)");
        r.files.insert_or_assign("/etc/modprobe.d/kvm.conf", std::string("options kvm_intel nested=1\n"));
        CHECK(rung_of(ladder(report_of(r)), Layer::module).words == "kvm_intel loaded, nested=N");
    }
    TEST_CASE("what is not there does not stand as well") {
        const std::vector<Rung> rungs = ladder(report_of(haswell_without_kvm()));
        CHECK(rung_of(rungs, Layer::module).standing != Standing::well);
        CHECK(rung_of(rungs, Layer::device).standing == Standing::failed);
        CHECK(rung_of(rungs, Layer::device).words == "no /dev/kvm");
        CHECK(rung_of(rungs, Layer::hypervisor).standing == Standing::apart);
    }
    TEST_CASE("a guest sees the levels above, a host without a guest's definition has one") {
        CHECK(levels(report_of(haswell()).facts).empty());
        Recording r = haswell();
        auto& leaf = r.cpus.front().cpuid;
        leaf.insert_or_assign({1, 0}, Reading<CpuidRegs>(CpuidRegs{0x306c3, 0x800, 0xfffaf3bf, 0xbfebfbff}));
        leaf.insert_or_assign({0x40000000, 0},
                              Reading<CpuidRegs>(CpuidRegs{0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d}));
        const std::vector<std::string> lines = levels(report_of(std::move(r)).facts);
        REQUIRE(lines.size() == 2);
        CHECK(lines[0] == "KVM, CPUID 0x40000000 \"KVMKVMKVM\"; may be a guest too");
        CHECK(lines[1] == "this system");
    }
    TEST_CASE("an unknown says what to type: load msr, be root, record the machine") {
        const auto next = [](const Absent& lacking, const std::string& uid) {
            Recording r = haswell();
            r.files.insert_or_assign("/proc/self/status", fmt::format("Uid:\t{0}\t{0}\t{0}\t{0}\n", uid));
            Report report = report_of(std::move(r));
            const Finding missing{find_rule("NP201"), carry(lacking)};
            Verdict& here = report.verdicts.front();
            here = {.question = Question::kvm_here, .answer = Answer::unknown, .because = {&missing}};
            return what_to_run(report);
        };
        using Commands = std::vector<std::string>;
        const std::string path = "IA32_FEATURE_CONTROL: /dev/cpu/0/msr";
        CHECK(next({Why::no_device, path, ENOENT, true}, "1000") ==
              Commands{"sudo modprobe msr", "sudo nestprobe"});
        CHECK(next({Why::no_device, path, ENOENT}, "1000").empty());
        CHECK(next({Why::no_device, "/dev/kvm", ENOENT}, "1000").empty());
        CHECK(next({Why::permission_denied, path, EACCES}, "1000") == Commands{"sudo nestprobe"});
        CHECK(next({Why::permission_denied, path, EPERM}, "0").empty());
        // The part of a machine that was not given, and all of them.
        CHECK(next({Why::not_recorded, "IA32_FEATURE_CONTROL"}, "0") ==
              Commands{"sudo dmesg | grep -i -E 'kvm|vmx|svm'", "nestprobe --record machine.json"});
        CHECK(what_to_run(report_of(haswell())).empty());
    }
    TEST_CASE("an unknown is headed by what is known") {
        const Report report = report_of(blind_haswell(Absent{Why::permission_denied, "no", EACCES}));
        const Verdict& here = report.verdict(Question::kvm_here);
        REQUIRE(here.answer == Answer::unknown);
        CHECK(headline_of_unknown(report, here) == "CPUID shows VMX; that does not settle it");
    }
    TEST_CASE("what could not be judged is opened only where an answer depends on it") {
        Recording r = haswell();
        for (auto& cpu : r.cpus) cpu.msr.clear();
        const Report report = report_of(std::move(r));
        REQUIRE(report.verdict(Question::kvm_here).answer == Answer::yes);
        for (const Finding& f : report.findings)
            if (f.rule->question == Question::kvm_here) CHECK_FALSE(is_wanted(report, f));
        const Report blind = report_of(blind_haswell(Absent{Why::permission_denied, "no", EACCES}));
        CHECK(is_open(blind, finding(blind, "NP201")));
    }
}
