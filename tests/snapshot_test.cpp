// SPDX-License-Identifier: MIT
#include "fake_machine.hpp"
#include "input/bad_file.hpp"
#include "probe.hpp"
#include "render/render.hpp"
#include "snapshot/base64.hpp"
#include "snapshot/condense.hpp"
#include "snapshot/read.hpp"
#include "snapshot/record.hpp"
#include "snapshot/write.hpp"

#include <doctest/doctest.h>

using namespace nestprobe;
using namespace nestprobe::test;

namespace {

const std::string head = R"({"format": "nestprobe-snapshot/1", )";

std::string error_of(const std::string& text) {
    try {
        read_snapshot(text, "FILE");
    } catch (const BadFile& error) {
        return error.what();
    }
    return "";
}

std::string every_format(const Sources& machine) {
    const Report report = make_report(probe(machine));
    std::string text;
    for (const Format& format : formats()) text += format.render(report, {});
    return text;
}

}  // namespace

TEST_SUITE("snapshot") {
    TEST_CASE("what a snapshot does not hold is not there when it is recorded again") {
        Recording recording;
        recording.files.emplace("/proc/modules", std::string());
        const ReplayedMachine machine(recording);
        const Recorder recorder(machine.sources());
        CHECK(recorder.sources().files.read("/sys/module/kvm/parameters/nested").if_absent());
        CHECK(recorder.sources().files.list("/sys/module").if_absent());
        CHECK(recorder.sources().files.read("/proc/modules").if_known());
        const ReplayedMachine again(recorder.take());
        CHECK(again.sources().files.list("/sys/module").if_absent());
        CHECK(again.sources().files.list("/sys/module/kvm").if_absent());
        CHECK_FALSE(again.sources().files.lists_all("/sys/module"));
        CHECK(again.sources().files.read("/proc/modules").if_known());
    }
    TEST_CASE("the contract's example") {
        const Recording r = read_snapshot(R"({
  "format": "nestprobe-snapshot/1",
  "tool": "nestprobe 0.1.0",
  "recorded": "2026-11-22T14:00:00Z",
  "cpus": [
    {"ids": "0-6,8-15",
     "cpuid": {"00000000:00": ["0x16", "0x756e6547", "0x6c65746e", "0x49656e69"]},
     "msr": {"0x3a": "0x5", "0x480": {"absent": "not_implemented", "detail": "/dev/cpu/0/msr: Input/output error"}}},
    {"ids": "7", "cpuid": {}, "msr": {"0x3a": "0x1"}}
  ],
  "files": {"/proc/cpuinfo": "processor\t: 0\n",
            "/sys/firmware/acpi/tables/DMAR": {"base64": "RE1BUg=="},
            "/sys/module/kvm_amd/parameters/nested": {"absent": "no_device", "detail": "No such file or directory"}},
  "directories": {"/sys/class/iommu": ["dmar0"]},
  "kvm": {"open": "ok", "api_version": 12, "extensions": {"157": 0},
          "supported_cpuid": {"00000001:00": ["0x506e3", "0x0", "0xfffa3203", "0x178bfbff"]},
          "feature_msrs": {"0x480": "0xda0400000000b"}},
  "kernel_log": ["kvm: disabled by bios"],
  "something else": {"deep": [1, 2.5, null, {"x": true}]}
})",
                                          "FILE");
        REQUIRE(r.cpus.size() == 2);
        CHECK(r.cpus[0].ids.to_string() == "0-6,8-15");
        CHECK(r.cpus[0].cpuid.at({0, 0}).if_known()->eax == 0x16);
        CHECK(r.cpus[0].msr.at(0x480).if_absent()->error == 5);
        CHECK(*r.cpus[1].msr.at(0x3a).if_known() == 1);
        CHECK(*r.files.at("/sys/firmware/acpi/tables/DMAR").if_known() == "DMAR");
        CHECK(r.files.at("/sys/module/kvm_amd/parameters/nested").if_absent()->error == 2);
        CHECK(*r.kvm.open->if_known());
        CHECK(*r.kvm.feature_msrs.at(0x480).if_known() == 0xda0400000000b);
        CHECK(r.kernel_log->if_known()->front() == "kvm: disabled by bios");
    }
    TEST_CASE("whose /dev/kvm is: by itself, and in the words of older snapshots") {
        const auto kvm_of = [](const std::string& record) {
            return read_snapshot(head + R"("kvm": {)" + record + "}}", "FILE");
        };
        const auto refused_with = [](const std::string& detail) {
            return R"("open": {"absent": "permission_denied", "detail": ")" + detail + R"("})";
        };
        struct Row {
            std::string record;
            DeviceNode node;
        };
        const Row rows[] = {
            {refused_with("/dev/kvm: Permission denied (owner 0, group kvm (104), mode 0660)"),
             {"0", "kvm", "104", 0660}},
            {refused_with("/dev/kvm: Permission denied (owner 0, group 36, mode 0600)"),
             {"0", "36", "36", 0600}},
            {refused_with("/dev/kvm (root:kvm 0660): Permission denied"), {"root", "kvm", "", 0660}},
            {refused_with("/dev/kvm: Permission denied") +
                 R"(, "node": {"owner": "0", "group": "kvm", "gid": "78", "mode": "0660"})",
             {"0", "kvm", "78", 0660}},
            {refused_with("/dev/kvm (root:root 0600): Permission denied") +
                 R"(, "node": {"group": "kvm", "mode": "0666"})",
             {"", "kvm", "", 0666}},
        };
        for (const Row& row : rows) {
            CAPTURE(row.record);
            const Recording read = kvm_of(row.record);
            REQUIRE(read.kvm.node);
            CHECK(*read.kvm.node == row.node);
            CHECK(read_snapshot(write_snapshot(read), "AGAIN").kvm.node == read.kvm.node);
            CHECK(probe(ReplayedMachine(read).sources()).device.opener == Opener::user);
        }
        for (const std::string detail :
             {"/dev/kvm: Permission denied", "/dev/kvm: No such device (not a character device)"})
            CHECK_FALSE(kvm_of(refused_with(detail)).kvm.node);
        CHECK_FALSE(kvm_of(R"("open": "ok")").kvm.node);
        CHECK(error_of(head + R"("kvm": {"node": {"mode": "rw"}}})").find("is no mode") != std::string::npos);
        CHECK(error_of(head + R"("kvm": {"node": "kvm"}})").find("expected") != std::string::npos);
    }
    TEST_CASE("who was refused /dev/kvm: by itself, and in the words of older snapshots") {
        const std::string refusal =
            R"("kvm": {"open": {"absent": "permission_denied", "detail": "/dev/kvm: Permission denied)";
        const auto opener_of = [](const std::string& text) {
            return probe(ReplayedMachine(read_snapshot(text, "FILE")).sources()).device.opener;
        };
        CHECK(opener_of(head + refusal + R"("}}})") == Opener::user);
        CHECK(opener_of(head + refusal + R"(, says libvirt"}}})") == Opener::libvirt);
        CHECK(opener_of(head + R"("files": {"hearsay/opener": "libvirt\nlibvirt\n"}, )" + refusal +
                        R"("}}})") == Opener::libvirt);
    }
    TEST_CASE("an empty snapshot is a snapshot") {
        CHECK(read_snapshot(R"({"format": "nestprobe-snapshot/1"})", "FILE").cpus.empty());
    }
    TEST_CASE("what is wrong is said in one line, with its place") {
        CHECK(error_of("{}") == "FILE: no \"format\": \"nestprobe-snapshot/1\" in it");
        CHECK(error_of(R"({"format": "nestprobe-snapshot/2"})").find("FILE:1:") == 0);
        struct Bad {
            const char* rest;
            const char* says;
        };
        for (
            const Bad& bad : {
                Bad{R"("cpus": {}})", "an array was expected"},
                Bad{R"("cpus": 5})", "an array was expected"},
                Bad{R"("cpus": [5]})", "an object was expected"},
                Bad{R"("cpus": [{"cpuid": {}}]})", "without \"ids\""},
                Bad{R"("cpus": [{"ids": "0-4294967295"}]})", "no list of CPUs"},
                Bad{R"("cpus": [{"ids": "0-1000000"}]})", "no list of CPUs"},
                Bad{R"("cpus": [{"ids": 3}]})", "a word was expected"},
                Bad{R"("cpus": [{"ids": "0-3"}, {"ids": "3"}]})", "listed twice"},
                Bad{R"("cpus": [{"ids": "0", "ids": "1"}]})", "stands twice"},
                Bad{R"("cpus": [{"ids": "0", "msr": {"0x3a": "0x5", "0x3a": "0x1"}}]})", "stands twice"},
                Bad{R"("cpus": [{"ids": "0", "msr": {"0x3a": "0x5", "0x03a": "0x1"}}]})", "stands twice"},
                Bad{R"("cpus": [{"ids": "0", "msr": {"58": "0x5"}}]})", "no MSR number"},
                Bad{R"("cpus": [{"ids": "0", "msr": {"0x3a": "five"}}]})", "64-bit number"},
                Bad{R"("cpus": [{"ids": "0", "msr": {"0x3a": "0x10000000000000000"}}]})", "64-bit number"},
                Bad{R"("cpus": [{"ids": "0", "cpuid": {"1": ["0x0","0x0","0x0","0x0"]}}]})",
                    "no leaf:subleaf"},
                Bad{R"("cpus": [{"ids": "0", "cpuid": {"00000001:00": ["0x0","0x0","0x0"]}}]})",
                    "four registers"},
                Bad{R"("cpus": [{"ids": "0", "cpuid": {"00000001:00": ["0x0","0x0","0x0","0x100000000"]}}]})",
                    "no 32-bit number"},
                Bad{R"("files": {"/a": ["x"]}})", "a list is not expected"},
                Bad{R"("files": {"/a": {"absent": "because"}}})", "no reason for an absence"},
                Bad{R"("files": {"/a": {"detail": "because"}}})", "neither \"absent\" nor \"base64\""},
                Bad{R"("files": {"/a": {"base64": "*"}}})", "not base64"},
                Bad{R"("kvm": {"open": "yes"}})", "\"ok\" or an absence"},
                Bad{R"("kvm": {"extensions": {"x": 1}}})", "no number of a KVM capability"},
                Bad{R"("kvm": {"api_version": "12"}})", "a number was expected"},
                Bad{R"("kernel_log": "text"})", "a list of words"},
                Bad{R"("kernel_log": [null]})", "not expected here"},
                Bad{"\"files\": {\"/a\": \"\xff\"}}", "UTF-8"},
            }) {
            const std::string error = error_of(head + bad.rest);
            CAPTURE(bad.rest);
            CAPTURE(error);
            CHECK(error.find("FILE:1:") == 0);
            CHECK(error.find(bad.says) != std::string::npos);
            CHECK(error.find('\n') == std::string::npos);
        }
        CHECK(error_of(head + "\n\n\"files\": 7}").find("FILE:3:") == 0);
    }
    TEST_CASE("cut off at every byte: an error each time, and no crash") {
        Recording r = haswell("0-1");
        r.tool = "t";
        const std::string text = write_snapshot(r);
        for (std::size_t n = 0; n + 2 < text.size(); ++n) CHECK_FALSE(error_of(text.substr(0, n)).empty());
    }
    TEST_CASE("ten thousand brackets deep") {
        CHECK_FALSE(error_of(std::string(10000, '[')).empty());
        CHECK(error_of(head + "\"x\": " + std::string(10000, '[') + std::string(10000, ']') + "}").empty());
        std::string deep;
        for (int i = 0; i < 10000; ++i) deep += "{\"a\":";
        CHECK_FALSE(error_of(head + "\"files\": " + deep).empty());
    }
    TEST_CASE("written and read again it is the same, in every format") {
        for (Recording original : {haswell(), haswell_without_kvm(), Recording{}}) {
            original.files.insert_or_assign("/sys/binary", std::string("\xff\0x", 3));
            original.kernel_log = Reading<std::vector<std::string>>(std::vector<std::string>{"z", "a"});
            const FakeMachine first(original);
            const FakeMachine second(read_snapshot(write_snapshot(original), "FILE"));
            CHECK(every_format(first.sources()) == every_format(second.sources()));
        }
    }
    TEST_CASE("recorded and replayed, the same bytes in every format") {
        for (const Recording& original : {haswell(), haswell_without_kvm(), Recording{}}) {
            const FakeMachine machine(original);
            const Recorder recorder(machine.sources());
            const std::string live = every_format(recorder.sources());
            const FakeMachine replayed(read_snapshot(write_snapshot(recorder.take()), "FILE"));
            CHECK(every_format(replayed.sources()) == live);
        }
    }
    TEST_CASE("CPUs alike share an entry: 1,024 stay under 64 KiB") {
        Recording r = haswell("0");
        r.cpus.clear();
        std::string cpuinfo;
        for (unsigned cpu = 0; cpu < 1024; ++cpu) {
            CpuRecord record = haswell("0").cpus.front();
            record.ids = CpuSet(cpu);
            record.cpuid.insert_or_assign({1, 0},
                                          CpuidRegs{0x306c3, cpu << 24 | 0x800, 0x7ffaf3bf, 0xbfebfbff});
            r.cpus.push_back(std::move(record));
            cpuinfo += fmt::format(
                "processor\t: {0}\nvendor_id\t: GenuineIntel\napicid\t\t: {0}\nflags\t\t: {1}\n\n", cpu,
                intel_flags);
        }
        r.files.insert_or_assign("/proc/cpuinfo", cpuinfo);
        const FakeMachine machine(std::move(r));
        const Recorder recorder(machine.sources());
        const std::string live = every_format(recorder.sources());
        const Recording taken = recorder.take();
        REQUIRE(taken.cpus.size() == 1);
        CHECK(taken.cpus.front().ids.to_string() == "0-1023");
        CHECK(taken.cpus.front().cpuid.at({1, 0}).if_known()->ebx == 0x800);
        const std::string text = write_snapshot(taken);
        CHECK(text.size() < 64 * 1024);
        const FakeMachine replayed(read_snapshot(text, "FILE"));
        CHECK(every_format(replayed.sources()) == live);
    }
    TEST_CASE("a directory that is not listed follows from the files") {
        Recording r;
        r.files.insert_or_assign("/sys/module/kvm_intel/parameters/nested", std::string("N\n"));
        r.files.insert_or_assign("/sys/module/kvm_amd/parameters/nested",
                                 Absent{Why::no_device, "No such file or directory", 2});
        const ReplayedMachine machine(std::move(r));
        CHECK(*machine.sources().files.list("/sys/module").if_known() ==
              std::vector<std::string>{"kvm_intel"});
        CHECK(machine.sources().files.list("/sys/class").if_absent()->why == Why::not_recorded);
    }
    TEST_CASE("a recording keeps nothing about the person") {
        CHECK(condense("/proc/cmdline", "root=UUID=1234-5678 ip=dhcp hostname=secret kvm_intel.nested=1\n") ==
              "kvm_intel.nested=1 \n");
        CHECK(condense("/proc/self/status", "Name:\tbash\nUid:\t0\t0\t0\t0\nCapEff:\tff\n") ==
              "Uid:\t0\t0\t0\t0\nCapEff:\tff\n");
        CHECK(condense("/sys/bus/pci/devices/0000:01:00.0/uevent", "DRIVER=e1000e\nPCI_SUBSYS_ID=1028:1\n") ==
              "DRIVER=e1000e\n");
        CHECK(condense("/etc/modprobe.d/x.conf", "options wifi key=secret\noptions kvm_intel nested=1\n") ==
              "\noptions kvm_intel nested=1\n");
        // Whatever is read of /etc and /run, on a machine that has none of the signs of a boot loader.
        Recording r = haswell();
        r.files.insert_or_assign("/etc/os-release", std::string("ID=arch\n"));
        r.files.insert_or_assign("/proc/cmdline", std::string("quiet\n"));
        const FakeMachine machine(r);
        probe(machine.sources());
        std::size_t looked_at = 0;
        for (const auto& [what, times] : machine.log()) {
            const std::string path = what.substr(what.find(' ') + 1);
            if (!what.starts_with("file /etc/") && !what.starts_with("file /run/")) continue;
            if (path == "/etc/os-release" || path == "/etc/unraid-version" ||
                path == "/run/systemd/container")
                continue;  // which no machine has alone
            CAPTURE(path);
            CHECK(condense(path, "root=UUID=1234-SECRET host=SECRET\nSECRET\n").find("SECRET") ==
                  std::string::npos);
            ++looked_at;
        }
        CHECK(looked_at > 5);
    }
    TEST_CASE("a recording keeps what tells the boot loader") {
        CHECK(condense("/proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=1234 quiet\n") ==
              "BOOT_IMAGE=/vmlinuz \n");
        CHECK(condense("/etc/kernel/cmdline", "root=UUID=1234 kvm_amd.nested=0\n") == "kvm_amd.nested=0 \n");
        for (const char* id : {"debian", "fedora", "arch", "opensuse-leap", "alpine", "void"})
            for (const char* words :
                 {"BOOT_IMAGE=/boot/vmlinuz", "BOOT_IMAGE=(hd0,gpt2)/vmlinuz", "BOOT_IMAGE=vmlinuz-lts",
                  "talos.platform=metal", "quiet", "ostree=/ostree/boot.1/x/0",
                  R"(initrd=\EFI\proxmox\6.8.12-pve\initrd.img)", R"(initrd=\EFI\Pop_OS-1234\initrd.img)"}) {
                CAPTURE(id);
                CAPTURE(words);
                Recording r = haswell();
                r.files.insert_or_assign("/etc/os-release", fmt::format("ID={}\n", id));
                r.files.insert_or_assign("/proc/cmdline",
                                         fmt::format("{} root=UUID=1 kvm_intel.nested=0\n", words));
                const FakeMachine machine(r);
                const Recorder recorder(machine.sources());
                const std::string live = every_format(recorder.sources());
                const FakeMachine replayed(read_snapshot(write_snapshot(recorder.take()), "FILE"));
                CHECK(every_format(replayed.sources()) == live);
            }
    }
    TEST_CASE("base64 both ways") {
        for (const std::string& bytes : {std::string(), std::string("a"), std::string("ab"),
                                         std::string("abc"), std::string("\0\xff\x80", 3)}) {
            std::string back;
            CHECK(decode_base64(encode_base64(bytes), back));
            CHECK(back == bytes);
        }
    }
}
