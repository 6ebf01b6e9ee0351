// SPDX-License-Identifier: MIT
// The tests' machines themselves.
#include "fake_machine.hpp"

#include <stdexcept>

namespace nestprobe::test {

std::vector<CpuSet> FakeMachine::alike() const { return machine_->sources().cpuid.alike(); }

Recording haswell(const std::string& cpus) {
    Recording r;
    CpuRecord cpu;
    CpuSet::parse(cpus, cpu.ids);
    const auto leaf = [&](std::uint32_t number, CpuidRegs regs) {
        cpu.cpuid.insert_or_assign({number, 0}, regs);
    };
    leaf(0, {0xd, 0x756e6547, 0x6c65746e, 0x49656e69});
    leaf(1, {0x306c3, 0x800, 0x7ffaf3bf, 0xbfebfbff});
    leaf(0x80000000, {0x80000008, 0, 0, 0});
    leaf(0x80000001, {0, 0, 0x21, 0x2c100800});
    for (const auto& [index, value] : std::map<std::uint32_t, std::uint64_t>{{0x3a, 0x5},
                                                                             {0x480, 0xd810000000002b},
                                                                             {0x481, 0xff00000016},
                                                                             {0x482, 0xf7f9fffe0401e172},
                                                                             {0x485, 0x200401e0},
                                                                             {0x48b, 0x47fff00000000},
                                                                             {0x48c, 0xf0106334141},
                                                                             {0xc0000080, 0xd01}})
        cpu.msr.insert_or_assign(index, value);
    r.cpus.push_back(cpu);
    r.files.insert_or_assign(
        "/proc/cpuinfo",
        fmt::format("processor\t: {}\nvendor_id\t: GenuineIntel\nflags\t\t: {}\n\n", cpus, intel_flags));
    r.files.insert_or_assign("/proc/cmdline", std::string("quiet\n"));
    r.files.insert_or_assign("/proc/sys/kernel/osrelease", std::string("6.1.0-56-amd64\n"));
    r.files.insert_or_assign("/sys/module/kvm/initstate", std::string("live\n"));
    r.files.insert_or_assign("/sys/module/kvm_intel/initstate", std::string("live\n"));
    for (const char* name :
         {"nested", "ept", "vpid", "unrestricted_guest", "enable_shadow_vmcs", "enable_apicv"})
        r.files.insert_or_assign(fmt::format("/sys/module/kvm_intel/parameters/{}", name),
                                 std::string("Y\n"));
    r.kvm.open = Reading<bool>(true);
    r.kvm.api_version = Reading<int>(12);
    r.kvm.supported_cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 1u << 5, 0});
    return r;
}

Recording haswell_without_kvm() {
    Recording r = haswell();
    std::erase_if(r.files, [](const auto& file) { return file.first.starts_with("/sys/module/"); });
    r.directories.insert_or_assign("/sys/module", std::vector<std::string>{"msr"});
    r.kvm = {};
    r.kvm.open = Reading<bool>(Absent{Why::no_device, "/dev/kvm: No such file or directory", 2});
    return r;
}

Report report_of(Recording recording) {
    const FakeMachine machine(std::move(recording));
    return make_report(probe(machine.sources()));
}

const Finding& finding(const Report& report, std::string_view id) {
    for (const Finding& f : report.findings)
        if (f.rule->id == id) return f;
    throw std::runtime_error("no such rule");
}

}  // namespace nestprobe::test
