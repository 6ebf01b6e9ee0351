// SPDX-License-Identifier: MIT
// The importers of other tools' dumps: what each takes, what it leaves, and what it refuses.
#include "snapshot/import/import.hpp"
#include "input/bad_file.hpp"
#include "snapshot/import/import_hwloc.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace nestprobe;

namespace {

constexpr std::string_view cpuid_dump =
    "CPU 0:\n"
    "   0x00000000 0x00: eax=0x00000016 ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69\n"
    "   0x00000001 0x00: eax=0x000806ea ebx=0x00100800 ecx=0xfffab223 edx=0x0f8bfbff\n"
    "   0x0000000b 0x01: eax=0x00000004 ebx=0x00000008 ecx=0x00000201 edx=0x00000000\n"
    "CPU 1:\n"
    "   0x00000000 0x00: eax=0x00000016 ebx=0x756e6547 ecx=0x6c65746e edx=0x49656e69\n"
    "   0x00000001 0x00: eax=0x000806ea ebx=0x01100800 ecx=0xfffab223 edx=0x0f8bfbff\n"
    "   0x0000000b 0x01: eax=0x00000004 ebx=0x00000008 ecx=0x00000201 edx=0x00000001\n"
    "CPU 12:\n"
    "   0x00000001 0x00: eax=0x000806ea ebx=0x0c100800 ecx=0xfffab203 edx=0x0f8bfbff\n";

constexpr std::string_view kcpuid_dump =
    "Basic Leafs :\n"
    "================\n"
    "0x00000000: EAX=0x00000016, EBX=0x756e6547, ECX=0x6c65746e, EDX=0x49656e69\n"
    "0x00000004: subleafs:\n"
    "  0: EAX=0x1c004121, EBX=0x01c0003f, ECX=0x0000003f, EDX=0x00000000\n"
    " 10: EAX=0x1c004122, EBX=0x01c0003f, ECX=0x0000003f, EDX=0x00000000\n"
    "Extended Leafs :\n"
    "================\n"
    "0x80000001: EAX=0x00000000, EBX=0x00000000, ECX=0x00000121, EDX=0x2c100800\n";

constexpr std::string_view libcpuid_dump =
    "version=0.5.1\n"
    "_________________ Logical CPU #0 _________________\n"
    "basic_cpuid[0]=0000000d 68747541 444d4163 69746e65\n"
    "basic_cpuid[11]=00000001 00000002 00000100 00000000\n"
    "ext_cpuid[1]=00630f81 20000000 0febbfff 2fd3fbff\n"
    "intel_fn11[0]=00000001 00000002 00000100 00000000\n"
    "intel_fn11[1]=00000004 00000008 00000201 00000000\n"
    "amd_fn8000001dh[2]=00000121 00c0003f 0000003f 00000000\n"
    "_________________ Logical CPU #1 _________________\n"
    "basic_cpuid[0]=0000000d 68747541 444d4163 69746e65\n"
    "--------------------------------------------------------------------------------\n"
    "x86\n21\n-1\nfpu vme de\n";

constexpr std::string_view aida64_dump =
    "------[ CPU Info ]------\r\n"
    "CPUID CPU Name    : Intel(R) Core(TM) i3-8121U CPU @ 2.20GHz\r\n"
    "CPUID Revision    : 00060663h\r\n"
    "------[ Logical CPU #0 ]------\r\n"
    "allcpu: Package 0 / Core 0 / Thread 0: Valid\r\n"
    "CPUID 00000000: 00000016-756E6547-6C65746E-49656E69 [GenuineIntel]\r\n"
    "CPUID 00000001: 00060663-00100800-7FFAFBBF-BFEBFBFF\r\n"
    "CPUID 0000000D: 000002FF-00000A80-00000A88-00000000 [SL 00] [x87]\r\n"
    "CPUID 0000000D: 00000008-00000A80-00000000-00000000 [SL 3E] [LWP]\r\n"
    "------[ Logical CPU #1 ]------\r\n"
    "CPUID 00000000: 00000016-756E6547-6C65746E-49656E69 [GenuineIntel]\r\n"
    "CPUID 00000001: 00060663-01100800-7FFAFBBF-BFEBFBFF\r\n"
    "------[ MSR Registers ]------\r\n"
    "MSR 0000003A: 0000-0000-0000-0005\r\n"
    "MSR 0000004F: 1234-5678-9ABC-DEF0\r\n"
    "MSR 0000019C: 0000-0000-8847-0000 [S200]\r\n"
    "MSR 00000300: < FAILED >\r\n";

constexpr std::string_view cpuz_dump =
    "CPU-Z TXT Report\n"
    "-------------------------------------------------------------------------\n"
    "Processors Information\n"
    "\tCPUID\t\t\t6.7.A\n"
    "Thread dumps\n"
    "-------------------------------------------------------------------------\n"
    "\n"
    "CPU Thread 0\n"
    "\tAPIC ID\t\t\t0\n"
    "\tCPUID\n"
    "\t0x00000000\t\t0x0000000D\t0x756E6547\t0x6C65746E\t0x49656E69\n"
    "\t0x00000003\t\t0x00000000\t0x00000000\t0x11814197\t0x0001C236\n"
    "\t0x00000004\t\t0x04000121\t0x01C0003F\t0x0000003F\t0x00000001\n"
    "\t0x00000004\t\t0x04000122\t0x01C0003F\t0x0000003F\t0x00000001\n"
    "\t0x0000000D\t\t0x00000007\t0x00000340\t0x00000340\t0x00000000\n"
    "\t0x0000000D\t\t0x00000100\t0x00000240\t0x00000000\t0x00000000\n"
    "\n"
    "\tMSR 0x0000003A\t\t0x00000001\t0x00000009\n"
    "\tMSR 0x0000003A\t\t0x00000000\t0x00000000\n"
    "\n"
    "Memory SPD\n"
    "\t0x00 not ours\n";

constexpr std::string_view hwloc_dump =
    "# mask e[abcd]x => e[abcd]x\n"
    "1 0 0 0 0 => d 68747541 444d4163 69746e65\n"
    "1 1 0 7 0 => 600f12 3100800 1e98220b 178bfbff\n"
    "5 d 0 3e 0 => 80 340 0 0\n";

constexpr std::string_view rjcp_dump =
    "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<!-- <register eax=\"0\">not this</register> -->\n"
    "<cpuid type=\"x86\">\n"
    "\t<processor>\n"
    "\t\t<register eax=\"00000000\" ecx=\"00000000\">00000016,756E6547,6C65746E,49656E69</register>\n"
    "\t</processor>\n"
    "\t<processor>\n"
    "\t\t<register ecx=\"00000001\" eax=\"00000004\">00000001,00000002,00000003,00000004</register>\n"
    "\t</processor>\n"
    "</cpuid>";

constexpr std::string_view lscpu_dump =
    "Architecture:                    x86_64\n"
    "CPU(s):                          4\n"
    "On-line CPU(s) list:             0-2,5\n"
    "Vendor ID:                       GenuineIntel\n"
    "Model name:                      Intel(R) Core(TM) i7-7500U CPU @ 2.70GHz\n"
    "Virtualization:                  VT-x\n"
    "Vulnerability Itlb multihit:     KVM: Mitigation: VMX disabled\n"
    "Vulnerability L1tf:              Mitigation; PTE Inversion; VMX conditional cache flushes, SMT "
    "disabled\n"
    "Flags:                           fpu tsc msr cx8 vmx ept\n";

constexpr std::string_view lscpu_tree =
    "Architecture:             x86_64\n"
    "  CPU op-mode(s):         32-bit, 64-bit\n"
    "CPU(s):                   2\n"
    "  On-line CPU(s) list:    0,1\n"
    "Vendor ID:                Shanghai\n"
    "  Model name:             ZHAOXIN KaiXian KX-6640MA@2.2+GHz\n"
    "    Flags:                fpu vmx\n"
    "Vulnerabilities:          \n"
    "  Itlb multihit:          Not affected\n";

constexpr std::string_view cpuinfo_dump = "processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: fpu svm\n\n";

struct Sample {
    std::string_view format;
    std::string_view text;
};
constexpr Sample samples[] = {
    {"cpuid -r", cpuid_dump},        {"kcpuid -r", kcpuid_dump}, {"libcpuid", libcpuid_dump},
    {"AIDA64", aida64_dump},         {"CPU-Z", cpuz_dump},       {"hwloc-gather-cpuid", hwloc_dump},
    {"RJCP.CpuId", rjcp_dump},       {"lscpu", lscpu_dump},      {"lscpu", lscpu_tree},
    {"/proc/cpuinfo", cpuinfo_dump},
};

Recording import(std::string_view text) {
    const ImportFormat* format = recognise(text);
    REQUIRE(format != nullptr);
    return format->import(text, "dump");
}

std::string refusal(std::string_view text) {
    try {
        import(text);
    } catch (const BadFile& error) {
        return error.what();
    }
    return "";
}

std::string replaced(std::string_view text, std::string_view part, std::string_view by) {
    std::string result(text);
    const auto at = result.find(part);
    REQUIRE(at != std::string::npos);
    return result.replace(at, part.size(), by);
}

CpuidRegs leaf(const CpuRecord& cpu, std::uint32_t leaf, std::uint32_t subleaf = 0) {
    const auto found = cpu.cpuid.find({leaf, subleaf});
    REQUIRE(found != cpu.cpuid.end());
    REQUIRE(found->second.if_known() != nullptr);
    return *found->second.if_known();
}

const std::uint64_t* msr(const CpuRecord& cpu, std::uint32_t index) {
    const auto found = cpu.msr.find(index);
    return found == cpu.msr.end() ? nullptr : found->second.if_known();
}

std::string file(const Recording& recording, std::string_view path) {
    const auto found = recording.files.find(path);
    REQUIRE(found != recording.files.end());
    REQUIRE(found->second.if_known() != nullptr);
    return *found->second.if_known();
}

const CpuRecord* record_of(const Recording& recording, unsigned cpu) {
    for (const CpuRecord& record : recording.cpus)
        if (record.ids.contains(cpu)) return &record;
    return nullptr;
}

/// Is every register of `part` one of the whole's, with the same value on the same CPU?
bool is_part_of(const Recording& part, const Recording& whole) {
    for (const CpuRecord& record : part.cpus)
        for (const unsigned cpu : record.ids.members()) {
            const CpuRecord* full = record_of(whole, cpu);
            if (!full) return false;
            for (const auto& [key, regs] : record.cpuid)
                if (!full->cpuid.contains(key) || *full->cpuid.at(key).if_known() != *regs.if_known())
                    return false;
            for (const auto& [index, value] : record.msr) {
                const std::uint64_t* expected = msr(*full, index);
                if (value.if_known() ? !expected || *expected != *value.if_known() : expected != nullptr)
                    return false;
            }
        }
    return true;
}

}  // namespace

TEST_SUITE("import") {
    TEST_CASE("each format is recognised by its content, and by nothing else") {
        for (const Sample& sample : samples) {
            CAPTURE(sample.format);
            CHECK(import(sample.text).tool == sample.format);
            const auto formats = import_formats();
            CHECK(std::count_if(formats.begin(), formats.end(),
                                [&](const ImportFormat& f) { return f.recognise(sample.text); }) == 1);
        }
        for (const std::string_view other :
             {"", "\n", "{}", "Architecture: x86\n", "processor", "CPU 0:\n   vendor_id = \"GenuineIntel\"\n",
              "_________________ Logical CPU #0 _________________\narm_midr=00000000410fc075\n"})
            CHECK(recognise(other) == nullptr);
    }

    TEST_CASE("cpuid -r") {
        const Recording r = import(cpuid_dump);
        REQUIRE(r.cpus.size() == 2);
        CHECK(r.cpus[0].ids.to_string() == "0-1");  // alike but for their APIC ids
        CHECK(r.cpus[1].ids.to_string() == "12");
        CHECK(leaf(r.cpus[0], 1) == CpuidRegs{0x806ea, 0x100800, 0xfffab223, 0x0f8bfbff});
        CHECK(leaf(r.cpus[0], 0xb, 1).edx == 0);
        CHECK(import(replaced(cpuid_dump, "CPU 0:", "CPU:")).cpus[0].ids.to_string() == "0-1");
        CHECK(refusal(replaced(cpuid_dump, " edx=0x49656e69", "")) ==
              "dump:2: a leaf has four registers of eight hex digits");
        CHECK(refusal(replaced(cpuid_dump, "0x49656e69", "0x149656e69")) ==
              "dump:2: a leaf has four registers of eight hex digits");
        CHECK(refusal(replaced(cpuid_dump, "0x49656e69", "0x49656e6")) ==
              "dump:2: a leaf has four registers of eight hex digits");
        CHECK(refusal(replaced(cpuid_dump, "CPU 12:", "CPU 8192:")) == "dump:9: a CPU number above 8191");
        CHECK(refusal(replaced(cpuid_dump, "CPU 12:", "CPU 1:")) ==
              "dump:10: leaf 0x1, subleaf 0x0 stands twice for one CPU");
    }

    TEST_CASE("cpuid -r of early versions gives no subleaf") {
        const Recording r = import(
            "   0x00000004: eax=0x00000001 ebx=0x00000000 ecx=0x00000000 edx=0x00000000\n"
            "   0x00000004: eax=0x00000002 ebx=0x00000000 ecx=0x00000000 edx=0x00000000\n");
        CHECK(r.cpus[0].ids.to_string() == "0");
        CHECK(leaf(r.cpus[0], 4, 1).eax == 2);
    }

    TEST_CASE("kcpuid -r") {
        const Recording r = import(kcpuid_dump);
        REQUIRE(r.cpus.size() == 1);
        CHECK(leaf(r.cpus[0], 4, 10).eax == 0x1c004122);
        CHECK(leaf(r.cpus[0], 0x80000001).ecx == 0x121);
        CHECK(refusal(replaced(kcpuid_dump, ", EDX=0x49656e69", "")) ==
              "dump:3: a leaf has four registers of eight hex digits");
        CHECK(refusal(replaced(kcpuid_dump, "0x00000004: subleafs:\n", "")) ==
              "dump:4: a subleaf without a leaf above it");
    }

    TEST_CASE("libcpuid's raw dump") {
        const Recording r = import(libcpuid_dump);
        REQUIRE(r.cpus.size() == 2);
        CHECK(leaf(r.cpus[0], 0x80000001).ecx == 0x0febbfff);
        CHECK(leaf(r.cpus[0], 0xb, 1).eax == 4);
        CHECK(leaf(r.cpus[0], 0x8000001d, 2).eax == 0x121);
        CHECK(r.cpus[1].cpuid.size() == 1);
        CHECK(refusal(replaced(libcpuid_dump, "basic_cpuid[0]", "basic_cpuid[99999999999]")) ==
              "dump:3: an array element has a number");
        CHECK(refusal(replaced(libcpuid_dump, " 69746e65", "")) ==
              "dump:3: a leaf has four registers of eight hex digits");
    }

    TEST_CASE("what lies past a processor's maximum is read as it is") {
        const Recording r = import(
            "basic_cpuid[0]=00000002 756e6547 6c65746e 49656e69\next_cpuid[0]=03020101 00000000 00000000 "
            "0c040841\n");
        CHECK(leaf(r.cpus[0], 0x80000000).eax == 0x03020101);
    }

    TEST_CASE("AIDA64") {
        const Recording r = import(aida64_dump);
        REQUIRE(r.cpus.size() == 2);
        CHECK(leaf(r.cpus[0], 0xd, 0x3e).eax == 8);
        CHECK(r.cpus[0].cpuid.size() == 4);
        REQUIRE(msr(r.cpus[0], 0x3a));
        CHECK(*msr(r.cpus[0], 0x3a) == 5);
        CHECK(r.cpus[1].msr.empty());  // it was read on one CPU
        CHECK(r.cpus[0].msr.at(0x300).if_absent()->why == Why::not_recorded);
        CHECK(refusal(replaced(aida64_dump, "-49656E69", "")) ==
              "dump:6: a leaf has eight hex digits, a colon and four registers of eight hex digits");
        CHECK(refusal(replaced(aida64_dump, "0000-0000-0000-0005", "0000-0000-0000-00005")) ==
              "dump:14: an MSR's value has four times four hex digits");
        CHECK(refusal(replaced(aida64_dump, " [SL 3E]", "")) ==
              "dump:9: a row without its subleaf, beside others that have it");
        CHECK(refusal(replaced(aida64_dump, "[SL 3E]", "[SL 3E")) ==
              "dump:9: a subleaf has hex digits and a bracket");
        CHECK(refusal(replaced(aida64_dump, "CPU #1 ", "CPU # ")) ==
              "dump:10: a heading without the CPU's number");
    }

    TEST_CASE("AIDA64's older headings, without subleaves") {
        for (const auto& [first, second] :
             {std::pair{"CPUID Registers (CPU #1):\n", "CPUID Registers (CPU #2 Virtual):\n"},
              std::pair{"CPU#000 AffMask: 0x0000000000000001\n", "CPU#000 AffMask: 0x0000000000000002\n"}}) {
            const Recording r = import(std::string(first) +
                                       "CPUID 00000000  \t0000000B-756E6547-6C65746E-49656E69\n"
                                       "CPUID 0000000B  \t00000001-00000002-00000100-00000000\n"
                                       "CPUID 0000000B  \t00000004-00000008-00000201-00000000\n" +
                                       second + "CPUID 00000000  \t0000000A-756E6547-6C65746E-49656E69\n");
            REQUIRE(r.cpus.size() == 2);
            CHECK(leaf(r.cpus[0], 0xb, 1).eax == 4);
            CHECK(r.cpus[1].ids.to_string() == "1");
        }
        CHECK(refusal("CPUID 00000000: 0000000B-756E6547-6C65746E-49656E69\nCPUID 00000000: "
                      "0000000A-756E6547-6C65746E-49656E69\n") ==
              "dump:2: leaf 0x0, subleaf 0x0 stands twice for one CPU");
    }

    TEST_CASE("CPU-Z") {
        const Recording r = import(cpuz_dump);
        REQUIRE(r.cpus.size() == 1);
        CHECK(leaf(r.cpus[0], 4, 1).eax == 0x04000122);
        CHECK(leaf(r.cpus[0], 0xd).eax == 7);
        CHECK_FALSE(r.cpus[0].cpuid.contains({0xd, 1}));  // which one the second row is cannot be known
        REQUIRE(msr(r.cpus[0], 0x3a));
        CHECK(*msr(r.cpus[0], 0x3a) == 0x1'0000'0009);
        CHECK(refusal(replaced(cpuz_dump, "\t0x49656E69", "")) ==
              "dump:11: a leaf has its number and four registers of eight hex digits");
        CHECK(refusal(replaced(cpuz_dump, "\t0x00000009", "")) ==
              "dump:18: an MSR has its number and two halves of eight hex digits");

        const Recording old = import(
            "  CPU-Z version 1.31\nFunction 00000001\t\t00000634\t00000000\t00000000\t0080fbff\nMSR "
            "0000002A\t\t\t00000000\tC5800000\n");
        CHECK(leaf(old.cpus[0], 1).eax == 0x634);
        CHECK(*msr(old.cpus[0], 0x2a) == 0xc5800000);
    }

    TEST_CASE("serial numbers are left out") {
        CHECK_FALSE(import(cpuz_dump).cpus[0].cpuid.contains({3, 0}));
        CHECK_FALSE(import(aida64_dump).cpus[0].msr.contains(0x4f));
    }

    TEST_CASE("hwloc-gather-cpuid") {
        const Recording one = import(hwloc_dump);
        REQUIRE(one.cpus.size() == 1);
        CHECK(leaf(one.cpus[0], 1).ebx == 0x100800);  // and ECX, which this leaf ignores, is no subleaf
        CHECK(leaf(one.cpus[0], 0xd, 0x3e).eax == 0x80);
        CHECK(refusal(replaced(hwloc_dump, " 69746e65", "")) ==
              "dump:2: a line has a mask, four registers, => and four registers");
        CHECK(refusal(hwloc_dump.substr(0, hwloc_dump.size() - 1)) == "dump:4: ends inside a line");

        const std::string text(hwloc_dump);
        const Recording many = import_hwloc(
            {{10, text}, {2, text}, {0, text}, {1, replaced(text, "1e98220b", "1e98220f")}}, "machine");
        REQUIRE(many.cpus.size() == 2);
        CHECK(many.cpus[0].ids.to_string() == "0,2,10");
        CHECK(many.cpus[1].ids.to_string() == "1");
        CHECK_THROWS_WITH_AS(
            import_hwloc({{0, text}, {7, replaced(text, "1 0 0 0 0", "1 0 0 0")}}, "machine"),
            "machine/pu7:2: a line has a mask, four registers, => and four registers", BadFile);
        CHECK_THROWS_WITH_AS(import_hwloc({{9000, text}}, "machine"),
                             "machine/pu9000:1: a CPU number above 8191", BadFile);
        CHECK_THROWS_AS(import_hwloc({}, "machine"), BadFile);
    }

    TEST_CASE("RJCP.CpuId") {
        const Recording r = import(rjcp_dump);
        REQUIRE(r.cpus.size() == 2);
        CHECK(leaf(r.cpus[0], 0).eax == 0x16);
        CHECK(leaf(r.cpus[1], 4, 1).edx == 4);
        CHECK(refusal(replaced(rjcp_dump, ",49656E69", "")) ==
              "dump:5: a register has four values of eight hex digits");
        CHECK(refusal(replaced(rjcp_dump, "eax=\"00000004\"", "eax=\"000000004\"")) ==
              "dump:8: a register has the attributes eax and ecx, in hex digits");
        CHECK(refusal(replaced(rjcp_dump, " eax=\"00000004\"", "")) ==
              "dump:8: a register without the attribute eax");
        CHECK(refusal(replaced(rjcp_dump, "</cpuid>", "")) == "dump:9: ends before </cpuid>");
    }

    TEST_CASE("lscpu becomes the files that it was made from") {
        const Recording r = import(lscpu_dump);
        CHECK(r.cpus.empty());
        CHECK(file(r, "/proc/cpuinfo") ==
              "processor\t: 0-2,5\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Core(TM) i7-7500U CPU @ "
              "2.70GHz\n"
              "flags\t\t: fpu tsc msr cx8 vmx ept\n\n");
        CHECK(file(r, "/sys/devices/system/cpu/vulnerabilities/itlb_multihit") ==
              "KVM: Mitigation: VMX disabled\n");
        CHECK(file(r, "/sys/devices/system/cpu/vulnerabilities/l1tf") ==
              "Mitigation: PTE Inversion; VMX: conditional cache flushes, SMT disabled\n");
        CHECK(refusal(replaced(lscpu_dump, "0-2,5", "0-2,")) == "dump:3: a list of CPUs looks like 0-3,8");
    }

    TEST_CASE("of a machine that is no x86 lscpu tells the architecture alone") {
        const Recording r = import(replaced(lscpu_dump, "x86_64", "aarch64"));
        CHECK(file(r, "/proc/sys/kernel/arch") == "aarch64\n");
        CHECK(r.files.count("/proc/cpuinfo") == 0);
    }

    TEST_CASE("lscpu's indented form") {
        const Recording r = import(lscpu_tree);
        CHECK(file(r, "/proc/cpuinfo") ==
              "processor\t: 0-1\nvendor_id\t:   Shanghai  \nmodel name\t: ZHAOXIN KaiXian "
              "KX-6640MA@2.2+GHz\nflags\t\t: fpu vmx\n\n");
        CHECK(file(r, "/sys/devices/system/cpu/vulnerabilities/itlb_multihit") == "Not affected\n");
    }

    TEST_CASE("lscpu that is cut off claims nothing about what was behind the cut") {
        const Recording in_flags = import(lscpu_dump.substr(0, lscpu_dump.size() - 2));
        CHECK(file(in_flags, "/proc/cpuinfo").ends_with("fpu tsc msr cx8 vmx ep"));
        const Recording in_vendor = import(lscpu_dump.substr(0, lscpu_dump.find("Intel\n")));
        CHECK(file(in_vendor, "/proc/cpuinfo") == "processor\t: 0-2,5\n\n");
        const Recording in_report = import(lscpu_dump.substr(0, lscpu_dump.find(" disabled\n")));
        CHECK(in_report.files.at("/sys/devices/system/cpu/vulnerabilities/itlb_multihit").if_absent()->why ==
              Why::malformed);
    }

    TEST_CASE("a copy of /proc/cpuinfo is kept as it is") {
        CHECK(file(import(cpuinfo_dump), "/proc/cpuinfo") == cpuinfo_dump);
    }

    TEST_CASE("a dump cut at any byte is refused, or gives less, and never anything else") {
        for (const Sample& sample : samples) {
            const Recording whole = import(sample.text);
            for (std::size_t size = 0; size < sample.text.size(); ++size) {
                const std::string_view cut = sample.text.substr(0, size);
                const ImportFormat* format = recognise(cut);
                if (!format) continue;
                try {
                    const Recording part = format->import(cut, "dump");
                    if (!is_part_of(part, whole)) FAIL(sample.format << " cut at " << size);
                } catch (const BadFile& error) {
                    if (!std::string_view(error.what()).starts_with("dump:")) FAIL(error.what());
                }
            }
        }
    }

    TEST_CASE("a dump with any one byte changed is refused or read") {
        for (const Sample& sample : samples)
            for (std::size_t at = 0; at < sample.text.size(); ++at)
                for (const char byte : {'\0', '\n', ' ', '0', '\xff'}) {
                    std::string text(sample.text);
                    text[at] = byte;
                    const ImportFormat* format = recognise(text);
                    try {
                        if (format) format->import(text, "dump");
                    } catch (const BadFile& error) {
                        if (std::string_view(error.what()).find('\n') != std::string_view::npos)
                            FAIL(error.what());
                    }
                }
    }
}
