// SPDX-License-Identifier: MIT
// /proc/cpuinfo, modprobe.d, the kernel's configuration: whole, cut off, garbled and huge.
#include "base/inflate.hpp"
#include "fake_machine.hpp"
#include "live/machine.hpp"
#include "live/parts.hpp"
#include "machine/cpuinfo.hpp"
#include "machine/kept_log.hpp"
#include "machine/modprobe.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

using namespace nestprobe;
using namespace nestprobe::test;

namespace {

ModprobeConfig config_of(std::map<std::string, std::string> files, const std::string& command_line = "") {
    Recording r;
    for (auto& [path, text] : files) r.files.insert_or_assign(path, std::move(text));
    const FakeMachine machine(std::move(r));
    return read_modprobe_config(machine, command_line);
}

std::string nested_source(const ModprobeConfig& config) {
    const ModuleOption* option = effective(config.options, "kvm_intel", "nested");
    return option ? option->origin.text() + "=" + option->value : "";
}

bool is_false(bool value) { return !value; }

}  // namespace

TEST_SUITE("modprobe") {
    TEST_CASE("files count in the order of their names, whatever their directory") {
        CHECK(nested_source(config_of({{"/etc/modprobe.d/b.conf", "options kvm_intel nested=0\n"},
                                       {"/usr/lib/modprobe.d/a.conf", "options kvm_intel nested=1\n"}})) ==
              "/etc/modprobe.d/b.conf:1=0");
        CHECK(nested_source(config_of({{"/etc/modprobe.d/a.conf", "options kvm_intel nested=0\n"},
                                       {"/usr/lib/modprobe.d/b.conf", "options kvm_intel nested=1\n"}})) ==
              "/usr/lib/modprobe.d/b.conf:1=1");
    }
    TEST_CASE("of equal names only the first directory's is read") {
        const auto config = config_of({{"/etc/modprobe.d/kvm.conf", "#\n"},
                                       {"/lib/modprobe.d/kvm.conf", "options kvm_intel nested=1\n"}});
        CHECK(config.options.empty());
    }
    TEST_CASE("the command line comes last") {
        CHECK(nested_source(config_of({{"/etc/modprobe.d/z.conf", "options kvm_intel nested=0\n"}},
                                      "ro kvm-intel.nested=1")) == "kernel command line=1");
    }
    TEST_CASE("hyphens, continued lines and line numbers") {
        const auto config =
            config_of({{"/etc/modprobe.d/k.conf",
                        "# kvm\n\noptions kvm-intel \\\n  ept=0 nested=1\noptions kvm_intel vpid=N\n"}});
        CHECK(nested_source(config) == "/etc/modprobe.d/k.conf:3=1");
        REQUIRE(effective(config.options, "kvm_intel", "vpid"));
        CHECK(effective(config.options, "kvm_intel", "vpid")->origin.text() == "/etc/modprobe.d/k.conf:5");
    }
    TEST_CASE("what keeps a module out") {
        const auto config = config_of({{"/etc/modprobe.d/k.conf",
                                        "blacklist kvm-amd\ninstall kvm_intel /bin/false\ninstall kvm "
                                        "/sbin/modprobe --ignore-install kvm\n"}},
                                      "module_blacklist=e1000,kvm modprobe.blacklist=kvm_intel");
        REQUIRE(config.blocks.size() == 4);
        CHECK(config.blocks[0].kind == ModuleBlock::Kind::blacklist);
        CHECK(config.blocks[0].module == "kvm_amd");
        CHECK(config.blocks[1].kind == ModuleBlock::Kind::install);
        CHECK(config.blocks[2].kind == ModuleBlock::Kind::module_blacklist);
        CHECK(config.blocks[3].origin.on_command_line());
    }
    TEST_CASE("files without .conf, other modules and comments do not count") {
        CHECK(config_of({{"/etc/modprobe.d/kvm.bak", "options kvm_intel nested=1\n"},
                         {"/etc/modprobe.d/x.conf", "#options kvm_intel nested=1\noptions snd nested=1\n"}})
                  .options.empty());
    }
    TEST_CASE("a file that cannot be read is remembered") {
        Recording r;
        r.files.insert_or_assign(
            "/etc/modprobe.d/a.conf",
            Absent{Why::permission_denied, "/etc/modprobe.d/a.conf: Permission denied", 13});
        const FakeMachine machine(std::move(r));
        CHECK(read_modprobe_config(machine, std::string()).unread.size() == 1);
    }
    TEST_CASE("switches") {
        bool value = false;
        CHECK((parse_switch("Y\n", value) && value));
        CHECK((parse_switch("1", value) && value));
        CHECK((parse_switch("N\n", value) && !value));
        CHECK((parse_switch("0", value) && !value));
        for (const char* bad : {"", "\n", "2", "auto", "Yes?", "\xff"}) CHECK_FALSE(parse_switch(bad, value));
    }
}

TEST_SUITE("cpuinfo") {
    constexpr std::string_view two =
        "processor\t: 0\nflags\t\t: fpu vmx\n\nprocessor\t: 1\nflags\t\t: fpu\n\n";

    TEST_CASE("each CPU has its own flags") {
        const auto flag = flag_of(parse_cpuinfo(std::string(two)), "vmx");
        REQUIRE(flag.groups().size() == 2);
        CHECK(is(flag.groups()[0].answer, true));
        CHECK(is(flag.groups()[1].answer, false));
        CHECK(flag.groups()[1].cpus.to_string() == "1");
    }
    TEST_CASE("a flag is a whole word") {
        CHECK(
            flag_of(parse_cpuinfo(std::string("processor: 0\nflags: npt svm_lock\n")), "svm").all(is_false));
    }
    TEST_CASE("cut off at every byte, no flag that was there becomes absent") {
        for (std::size_t n = 0; n <= two.size(); ++n) {
            CAPTURE(n);
            const auto flag = flag_of(parse_cpuinfo(std::string(two.substr(0, n))), "vmx");
            for (const auto& g : flag.groups())
                if (g.cpus.contains(0)) CHECK_FALSE(is(g.answer, false));
        }
    }
    TEST_CASE("empty, garbled and binary texts are malformed") {
        for (const std::string& text :
             {std::string(), std::string("\0\0\0", 3), std::string("processor"),
              std::string("processor\t: x\nflags: vmx\n"), std::string(100000, '\xff')}) {
            const auto flag = flag_of(parse_cpuinfo(text), "vmx");
            REQUIRE(flag.groups().size() == 1);
            REQUIRE(flag.groups()[0].answer.if_absent());
            CHECK(flag.groups()[0].answer.if_absent()->why == Why::malformed);
        }
    }
    TEST_CASE("Shanghai keeps its blanks") {
        const auto entry =
            parse_cpuinfo(std::string("processor\t: 0\nvendor_id\t:   Shanghai  \n")).first_known();
        REQUIRE(entry.if_known());
        CHECK(entry.if_known()->vendor_id == "  Shanghai  ");
    }
}

TEST_SUITE("damage") {
    // Whatever happens to a text file of a machine that can run KVM, the answer never becomes a no.
    void never_a_no(const std::string& path, const std::string& text) {
        for (const bool with_kvm : {true, false}) {
            Recording r = haswell();
            if (!with_kvm) {  // nothing proves it: only the files speak
                r.kvm = {};
                std::erase_if(r.files, [](const auto& f) { return f.first.ends_with("initstate"); });
            }
            r.files.insert_or_assign(path, text);
            const Report report = report_of(std::move(r));
            CAPTURE(path);
            CAPTURE(with_kvm);
            CHECK(report.verdict(Question::kvm_here).answer != Answer::no);
            CHECK(report.verdict(Question::kvm_in_guests).answer != Answer::no);
        }
    }
    TEST_CASE("cut off at every byte") {
        const Recording r = haswell();
        for (const char* path :
             {"/proc/cpuinfo", "/proc/sys/kernel/osrelease", "/sys/module/kvm_intel/parameters/nested",
              "/sys/module/kvm_intel/initstate"}) {
            const auto found = r.files.find(std::string_view(path));
            REQUIRE(found != r.files.end());
            const std::string whole = *found->second.if_known();
            for (std::size_t n = 0; n < whole.size(); ++n) never_a_no(path, whole.substr(0, n));
        }
    }
    TEST_CASE("garbled") {
        const std::string noise("\xff\xfe\0\x01\x1b[31m%s%n../..\\\n\n:\n=\n", 24);
        for (const char* path : {"/proc/cpuinfo", "/proc/cmdline", "/proc/modules", "/proc/self/status",
                                 "/etc/modprobe.d/a.conf", "/sys/module/kvm_intel/parameters/nested",
                                 "/sys/module/kvm_intel/parameters/ept", "/proc/sys/kernel/modules_disabled",
                                 "/sys/kernel/security/lockdown", "/boot/config-6.1.0-56-amd64",
                                 "/sys/class/dmi/id/sys_vendor", "/proc/sys/kernel/osrelease"})
            never_a_no(path, noise);
    }
    TEST_CASE("a modprobe.d line cut off anywhere") {
        const std::string whole = "options kvm_intel nested=1 \\\n ept=1\nblacklist kvm_foo\n";
        for (std::size_t n = 0; n < whole.size(); ++n)
            never_a_no("/etc/modprobe.d/kvm.conf", whole.substr(0, n));
    }
}

TEST_SUITE("inflate") {
    TEST_CASE("plain text passes, gzip is unpacked, broken gzip is malformed") {
        CHECK(*inflate("CONFIG_KVM=m\n", "x").if_known() == "CONFIG_KVM=m\n");
        const std::string text(300000, 'k');
        std::string packed(4096, '\0');
        z_stream s{};
        REQUIRE(deflateInit2(&s, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
        s.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
        s.avail_in = static_cast<uInt>(text.size());
        s.next_out = reinterpret_cast<Bytef*>(packed.data());
        s.avail_out = static_cast<uInt>(packed.size());
        REQUIRE(deflate(&s, Z_FINISH) == Z_STREAM_END);
        packed.resize(s.total_out);
        deflateEnd(&s);
        CHECK(*inflate(packed, "x").if_known() == text);
        for (const std::size_t n : {std::size_t{2}, std::size_t{10}, packed.size() - 1})
            CHECK(inflate(packed.substr(0, n), "x").if_absent());
    }
}

TEST_SUITE("live") {
    TEST_CASE("of the kernel log, what says that VMX or SVM could not be switched on is heard") {
        for (const char* line :
             {"kvm: enabling virtualization on CPU3 failed", "VMXON faulted, MSR_IA32_FEAT_CTL (0x3a) = 0x5",
              "Inconsistent VMCS config on CPU 5", "kvm_intel: Inconsistent VMCS config on CPU 5"}) {
            CAPTURE(line);
            CHECK(lines_of_syslog(fmt::format("<6>[   12.345678] {}\n", line)) ==
                  std::vector<std::string>{line});
        }
        CHECK(lines_of_syslog("<6>[    1.0] EXT4-fs (vda1): mounted filesystem\n").empty());
    }
    TEST_CASE("the text of syslog(2): stamps and callers go, programs' lines count for nothing") {
        const auto lines = lines_of_syslog(
            "<3>[    0.1][    T1] kvm_amd: `Y' invalid for parameter `nested'\n"
            "<30>[    0.2] kvm: disabled by bios\n"
            "<30>[    0.3] systemd[1]: Module 'kvm_intel' is deny-listed (by kmod)\n"
            "<4>kvm_intel: version magic '6.1.0' should be '6.1.1'\n"
            "<5>[    0.4] Command line: root=UUID=0b1c-22 kvm_intel.nested=1 host=alpha\n");
        CHECK(lines == std::vector<std::string>{"kvm_amd: `Y' invalid for parameter `nested'",
                                                "systemd[1]: Module 'kvm_intel' is deny-listed (by kmod)",
                                                "kvm_intel: version magic '6.1.0' should be '6.1.1'",
                                                "Command line: kvm_intel.nested=1"});
    }
    TEST_CASE("a device that fills the log with faults does not push other lines out") {
        std::string text = "<6>[    0.1] kvm_intel: Failed to setup VMCS config on CPU 0\n";
        for (int i = 0; i < 5000; ++i)
            text += fmt::format("<3>[  {}.0] DMAR: DRHD: handling fault status reg {}\n", i, i);
        const auto lines = lines_of_syslog(text);
        REQUIRE(lines.size() == 33);
        CHECK(lines.front() == "kvm_intel: Failed to setup VMCS config on CPU 0");
        CHECK(lines.back() == "DMAR: DRHD: handling fault status reg 4999");
    }
    TEST_CASE("files: missing, huge, a FIFO, a directory") {
        char folder[] = "/tmp/nestprobe-test-XXXXXX";
        REQUIRE(::mkdtemp(folder));
        const std::string base = folder;
        const LiveMachine machine;
        const Filesystem& files = machine.sources().files;

        CHECK(files.read(base + "/missing").if_absent()->why == Why::no_device);
        CHECK(files.read(base).if_absent());
        REQUIRE(::mkfifo((base + "/fifo").c_str(), 0600) == 0);
        CHECK(files.read(base + "/fifo").if_known());  // no writer: empty, and no waiting
        const int huge = ::open((base + "/huge").c_str(), O_CREAT | O_RDWR, 0600);
        REQUIRE(::ftruncate(huge, 100 << 20) == 0);
        ::close(huge);
        REQUIRE(files.read(base + "/huge").if_absent());
        CHECK(files.read(base + "/huge").if_absent()->why == Why::malformed);
        CHECK(*files.list(base).if_known() == std::vector<std::string>{"fifo", "huge"});
        CHECK(files.list(base + "/huge").if_absent());

        ::unlink((base + "/fifo").c_str());
        ::unlink((base + "/huge").c_str());
        ::rmdir(folder);
    }
    TEST_CASE("the affinity is restored") {
        cpu_set_t before, after;
        REQUIRE(::sched_getaffinity(0, sizeof before, &before) == 0);
        {
            const LiveMachine machine;
            for (const CpuSet& cpu : machine.sources().cpuid.alike())
                CHECK(machine.sources().cpuid.read(cpu.first(), 0, 0).if_known());
        }
        REQUIRE(::sched_getaffinity(0, sizeof after, &after) == 0);
        CHECK(CPU_EQUAL(&before, &after));
    }
}
