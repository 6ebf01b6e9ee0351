// SPDX-License-Identifier: MIT
// What stands behind a cause, and --assume.  The promise of each fix is compared with what comes of a
// recorded machine to which the steps were done (done_by_hand.hpp), which knows nothing of
// report/effects.cpp.
#include "report/behind.hpp"
#include "done_by_hand.hpp"
#include "fake_machine.hpp"
#include "guest/definition.hpp"
#include "render/render.hpp"
#include "report/assume.hpp"
#include "report/effects.hpp"
#include "snapshot/read.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace nestprobe;
using namespace nestprobe::test;

namespace {

void put(Recording& r, const std::string& path, std::string text) {
    r.files.insert_or_assign(path, Reading<std::string>(std::move(text)));
}

/// The rules of a no, cause first: "NP201 NP503".
std::string chain(const Report& report, Question question) {
    const Verdict& v = report.verdict(question);
    if (v.answer != Answer::no || !v.cause()) return "";
    std::string text(v.cause()->rule->id);
    for (const Finding& next : v.then) text += fmt::format(" {}", next.rule->id);
    return text;
}
std::string promise(const Report& report, Question question) {
    const auto& fixed = report.verdict(question).fixed;
    return fixed ? std::string(to_string(*fixed)) : "";
}

Recording nested_off(Recording r) {
    put(r, "/etc/modprobe.d/kvm.conf", "# by hand\noptions kvm_intel nested=0\n");
    r.directories.insert_or_assign("/etc/modprobe.d", std::vector<std::string>{"kvm.conf"});
    return r;
}
Recording debian(Recording r) {
    put(r, "/etc/os-release", "ID=debian\n");
    return r;
}
Recording locked(Recording r) {
    for (CpuRecord& cpu : r.cpus) cpu.msr.insert_or_assign(0x3a, std::uint64_t{1});
    put(r, "/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu nx lm\n\n");
    return r;
}
/// A guest of KVM that is shown no VMX, and whose capability MSRs fault.
Recording guest_without_vmx() {
    Recording r = haswell_without_kvm();
    for (CpuRecord& cpu : r.cpus) {
        cpu.cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0x800, 0xfffaf39f, 0xbfebfbff});
        cpu.cpuid.insert_or_assign({0x40000000, 0}, CpuidRegs{0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d});
        for (auto& [index, value] : cpu.msr)
            if (index != 0xc0000080)
                value = Absent{Why::not_implemented, "/dev/cpu/0/msr: Input/output error", 5};
    }
    put(r, "/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu nx lm hypervisor\n\n");
    return r;
}
Recording load_machine(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return read_snapshot(text.str(), path.string());
}

/// Every obstacle of a no done away with by hand, one behind the other.
Answer answer_once_done(Recording recording, const Facts& facts, const Verdict& verdict) {
    std::vector<Remedy> remedies{verdict.cause()->remedy()};
    for (const Finding& next : verdict.then) remedies.push_back(next.remedy());
    Facts before = facts;
    for (const Remedy& remedy : remedies) {
        DoneByHand done(recording, before);
        done.fix(remedy);
        recording = std::move(done).take();
        before = probe(ReplayedMachine(recording).sources());
    }
    return report_of(std::move(recording)).verdict(verdict.question).answer;
}

}  // namespace

TEST_SUITE("behind") {
    TEST_CASE("firmware off, and nested=0 in a file behind it") {
        const Report report = report_of(debian(nested_off(locked(haswell_without_kvm()))));
        CHECK(chain(report, Question::kvm_here) == "NP201");
        CHECK(promise(report, Question::kvm_here) == "yes");
        CHECK(chain(report, Question::kvm_in_guests) == "NP201 NP503");
        CHECK(promise(report, Question::kvm_in_guests) == "yes");
    }
    TEST_CASE("where nothing is known that loads the module at boot, it is to be loaded") {
        const Report report = report_of(nested_off(locked(haswell_without_kvm())));
        CHECK(chain(report, Question::kvm_in_guests) == "NP201 NP501 NP503");
    }
    TEST_CASE("a module kept out, and nested=0 in the same file") {
        Recording r = haswell_without_kvm();
        put(r, "/etc/modprobe.d/kvm.conf", "blacklist kvm_intel\noptions kvm_intel nested=0\n");
        r.directories.insert_or_assign("/etc/modprobe.d", std::vector<std::string>{"kvm.conf"});
        const Report report = report_of(r);
        CHECK(chain(report, Question::kvm_here) == "NP502");
        CHECK(chain(report, Question::kvm_in_guests) == "NP502 NP503");
        CHECK(promise(report, Question::kvm_in_guests) == "yes");
    }
    TEST_CASE("a guest that is shown no VMX; then its module is not loaded") {
        const Report bare = report_of(guest_without_vmx());
        CHECK(chain(bare, Question::kvm_here) == "NP302 NP501");
        CHECK(promise(bare, Question::kvm_here) == "yes");
        const Report usual = report_of(debian(guest_without_vmx()));
        CHECK(chain(usual, Question::kvm_here) == "NP302");
        CHECK(promise(usual, Question::kvm_here) == "yes");
        CHECK(chain(report_of(debian(nested_off(guest_without_vmx()))), Question::kvm_in_guests) ==
              "NP302 NP503");
    }
    TEST_CASE("a flag that the command line takes away, and the module behind it") {
        Recording r = haswell_without_kvm();
        put(r, "/proc/cmdline", "quiet clearcpuid=vmx\n");
        put(r, "/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu nx lm\n\n");
        CHECK(chain(report_of(r), Question::kvm_here) == "NP401 NP501");
        CHECK(chain(report_of(debian(r)), Question::kvm_here) == "NP401");
        CHECK(promise(report_of(debian(r)), Question::kvm_here) == "yes");
    }
    TEST_CASE("a module that is built in, with nested=0 on the command line") {
        Recording r = haswell();
        put(r, "/proc/cmdline", "quiet kvm_intel.nested=0\n");
        r.files.erase("/sys/module/kvm_intel/initstate");
        r.files.insert_or_assign("/sys/module/kvm_intel/initstate",
                                 Reading<std::string>(Absent{Why::no_device, "none", 2}));
        put(r, "/sys/module/kvm_intel/parameters/nested", "N\n");
        r.kvm.supported_cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 0, 0});
        const Report report = report_of(r);
        CHECK(chain(report, Question::kvm_in_guests) == "NP503");
        CHECK(promise(report, Question::kvm_in_guests) == "yes");
    }
    TEST_CASE("a processor without VMX: there is nothing behind it") {
        Recording r = haswell_without_kvm();
        for (CpuRecord& cpu : r.cpus)
            cpu.cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0x800, 0x7ffaf39f, 0xbfebfbff});
        put(r, "/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu nx lm\n\n");
        const Report report = report_of(r);
        CHECK(chain(report, Question::kvm_here) == "NP101");
        CHECK(promise(report, Question::kvm_here) == "");
        CHECK(report.verdict(Question::kvm_here).cause()->remedy().never);
        CHECK(never_fixed(report.verdict(Question::kvm_here)) == nullptr);  // it is the cause itself
    }
    TEST_CASE("a yes has nothing behind it") {
        for (const Verdict& v : report_of(haswell()).verdicts) {
            CHECK(v.then.empty());
            CHECK_FALSE(v.fixed.has_value());
        }
    }
    TEST_CASE("steps are numbered on, in text and in JSON") {
        const Report report = report_of(debian(nested_off(locked(haswell_without_kvm()))));
        const std::string text = render_summary(report, {});
        CHECK(text.find("1. Enable") != std::string::npos);
        CHECK(text.find("Then NP503 will stop you: kvm_intel.nested is off") != std::string::npos);
        CHECK(text.find("2. Let the option nested of kvm_intel say 1") != std::string::npos);
        const std::string json = render_json(report, {});
        CHECK(json.find("\"then\": [\n        \"NP503\"\n      ]") != std::string::npos);
        CHECK(json.find("\"fixed\": \"yes\"") != std::string::npos);
        CHECK(json.find("\"do\": \"Then NP503 will stop you: ") != std::string::npos);
    }
    TEST_CASE("software KVM that may not be opened: its guests never see VMX, and that is said first") {
        Recording r = haswell_without_kvm();
        for (CpuRecord& cpu : r.cpus)
            cpu.cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0x800, 0x7ffaf39f, 0xbfebfbff});
        put(r, "/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu nx lm\n\n");
        r.directories.insert_or_assign("/sys/module", std::vector<std::string>{"kvm", "kvm_pvm"});
        r.kvm.open = Reading<bool>(Absent{Why::permission_denied, "/dev/kvm: Permission denied", 13});
        const Report report = report_of(r);
        CHECK(chain(report, Question::kvm_in_guests).starts_with("NP603"));
        REQUIRE(never_fixed(report.verdict(Question::kvm_in_guests)));
        CHECK(never_fixed(report.verdict(Question::kvm_in_guests))->rule->id == "NP506");
        CHECK(render_summary(report, {}).find("Even then kvm-in-guests stays no") != std::string::npos);
    }
    TEST_CASE("an obstacle that comes again ends the search") {
        for (const Verdict& v : report_of(locked(haswell_without_kvm())).verdicts) {
            std::set<std::string_view> seen;
            if (v.cause()) seen.insert(v.cause()->rule->id);
            for (const Finding& next : v.then) CHECK(seen.insert(next.rule->id).second);
        }
    }

    TEST_CASE("what each golden machine's fix promises comes of its steps") {
        const char* folder = std::getenv("NESTPROBE_MACHINES_DIR");
        if (!folder) {
            MESSAGE("NESTPROBE_MACHINES_DIR is not set: nothing tried");
            return;
        }
        std::set<std::filesystem::path> paths;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
            if (entry.path().filename() == "snapshot.json") paths.insert(entry.path());
        unsigned noes = 0, promises = 0, longer = 0;
        for (const auto& path : paths) {
            const Recording recording = load_machine(path);
            const Report report = report_of(recording);
            for (const Verdict& v : report.verdicts) {
                if (v.answer != Answer::no) continue;
                ++noes;
                longer += v.then.empty() ? 0 : 1;
                if (v.fixed != Answer::yes || v.question == Question::device_assignment) continue;
                ++promises;
                const Answer now = answer_once_done(recording, report.facts, v);
                CHECK_MESSAGE(now == Answer::yes, path.parent_path().filename().string(), ": ",
                              to_string(v.question), " after ", chain(report, v.question), " is ",
                              to_string(now));
            }
        }
        MESSAGE(paths.size(), " machines, ", noes, " times no, ", promises, " promises of a yes kept, ",
                longer, " with more than one obstacle");
        CHECK(promises > 20);
        CHECK(longer > 5);
    }
}

namespace {

Report assumed(Recording recording, std::vector<std::string> what) {
    const FakeMachine machine(std::move(recording));
    for (const std::string& text : what) CHECK(complaint_about(text) == "");
    return make_report(assume(probe(machine.sources()), what));
}
Answer guests(const Report& report) { return report.verdict(Question::kvm_in_guests).answer; }

}  // namespace

/// The chain of a guest's definition on that machine.
static Report report_with_guest(Recording recording, const std::string& definition) {
    const ReplayedMachine machine(recording);
    Facts facts = probe(machine.sources());
    facts.guest = parse_definition(definition, "guest").facts;
    return make_report(std::move(facts));
}

TEST_SUITE("behind") {
    const std::string model =
        "<domain type='kvm'><name>a</name><vcpu>1</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>"
        "<cpu mode='custom' match='exact'><model>Haswell</model></cpu></domain>\n";
    const std::string taken =
        "<domain type='kvm'><name>a</name><vcpu>1</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>"
        "<cpu mode='custom' match='exact'><model>EPYC</model><feature policy='disable' name='vmx'/></cpu>"
        "</domain>\n";
    TEST_CASE("nested off on this system, and a model without vmx behind it") {
        const Report report = report_with_guest(debian(nested_off(locked(haswell_without_kvm()))), model);
        CHECK(chain(report, Question::kvm_in_guests) == "NP201 NP503 NP705");
        CHECK(promise(report, Question::kvm_in_guests) == "yes");
    }
    TEST_CASE("where this system is well, the definition alone is in the way") {
        CHECK(chain(report_with_guest(haswell(), model), Question::kvm_in_guests) == "NP705");
        CHECK(promise(report_with_guest(haswell(), model), Question::kvm_in_guests) == "yes");
    }
    TEST_CASE("one edit is for all that the definition has wrong") {
        CHECK(chain(report_with_guest(haswell(), taken), Question::kvm_in_guests) == "NP706");
        CHECK(promise(report_with_guest(haswell(), taken), Question::kvm_in_guests) == "yes");
    }
}

TEST_SUITE("behind") {
    TEST_CASE("a word on the command line, and a default that is off") {
        Recording r = debian(haswell());
        put(r, "/proc/sys/kernel/osrelease", "4.19.0\n");
        put(r, "/proc/cmdline", "BOOT_IMAGE=/vmlinuz quiet kvm_intel.nested=0\n");
        put(r, "/sys/module/kvm_intel/parameters/nested", "N\n");
        r.kvm.supported_cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 0, 0});
        const Report report = report_of(std::move(r));
        const Finding* cause = report.verdict(Question::kvm_in_guests).cause();
        REQUIRE(cause);
        const std::vector<Step> steps = cause->remedy().steps;
        REQUIRE(steps.size() > 1);
        CHECK(std::holds_alternative<SetOption>(steps.front().action));
        CHECK(steps.back().cost == Cost::reboot);
        for (const Step& step : steps) CHECK((&step == &steps.back() || step.cost != Cost::reboot));
    }
}

TEST_SUITE("assume") {
    TEST_CASE("a parameter, as an option that counts when the module is loaded") {
        CHECK(guests(assumed(haswell(), {"kvm_intel.nested=0"})) == Answer::no);
        CHECK(chain(assumed(haswell(), {"kvm_intel.nested=0"}), Question::kvm_in_guests) == "NP503");
        CHECK(guests(assumed(haswell(), {"kvm_intel.nested=0", "kvm_intel.nested=1"})) == Answer::yes);
        CHECK(guests(assumed(haswell(), {"kvm_amd.nested=0"})) == Answer::yes);
    }
    TEST_CASE("a kernel, and its default where nothing is asked for") {
        CHECK(guests(assumed(haswell(), {"kernel=4.19.300"})) == Answer::no);
        CHECK(guests(assumed(haswell(), {"kernel=7.1.9"})) == Answer::yes);
        CHECK(guests(assumed(haswell(), {"kernel=4.19.300", "kvm_intel.nested=1"})) == Answer::yes);
    }
    TEST_CASE("the module loaded or not, whatever keeps it out") {
        CHECK(assumed(haswell(), {"module=unloaded"}).verdict(Question::kvm_here).answer == Answer::no);
        CHECK(chain(assumed(haswell(), {"module=unloaded"}), Question::kvm_here) == "NP501");
        CHECK(assumed(haswell_without_kvm(), {"module=loaded"}).verdict(Question::kvm_here).answer ==
              Answer::yes);
    }
    TEST_CASE("a word of the kernel command line, bare or as cmdline=") {
        CHECK(chain(assumed(debian(haswell()), {"clearcpuid=vmx"}), Question::kvm_here) == "NP401");
        CHECK(chain(assumed(debian(haswell()), {"cmdline=clearcpuid=vmx"}), Question::kvm_here) == "NP401");
        CHECK(guests(assumed(haswell(), {"cmdline=kvm_intel.nested=0"})) == Answer::no);
        CHECK(chain(assumed(debian(haswell()), {"module_blacklist=kvm_intel"}), Question::kvm_here) ==
              "NP502");
    }
    TEST_CASE("a fact by its name") {
        CHECK(chain(assumed(haswell(), {"cpu.vmx=no"}), Question::kvm_here) == "NP101");
        CHECK(assumed(haswell(), {"module.nested=no"}).facts.module.nested.from().front().where ==
              "--assume");
        CHECK(assumed(debian(guest_without_vmx()), {"cpu.vmx=yes"}).verdict(Question::kvm_here).answer ==
              Answer::yes);
    }
    TEST_CASE("what cannot be understood is refused with the nearest names") {
        CHECK(complaint_about("kvm_intel.nestd=1").find("kvm_intel.nested") != std::string::npos);
        CHECK(complaint_about("kernal=6.1").find("kernel") != std::string::npos);
        CHECK(complaint_about("cpu.vmxx=yes").find("cpu.vmx") != std::string::npos);
        CHECK(complaint_about("kernel=new").find("no kernel's release") != std::string::npos);
        CHECK(complaint_about("module=gone") != "");
        CHECK(complaint_about("cpu.vmx=maybe") != "");
        CHECK(complaint_about("cmdline=") != "");
        CHECK(complaint_about("") != "");
    }
}
