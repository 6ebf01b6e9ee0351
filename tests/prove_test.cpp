// SPDX-License-Identifier: MIT
// --prove without a virtual machine: a scripted one stands in for KVM.  What real ones do is the lab's
// business.
#include "prove/prove.hpp"
#include "command_words.hpp"
#include "fake_machine.hpp"
#include "input/bad_file.hpp"
#include "prove/failure_report.hpp"
#include "prove/hardware_errors.hpp"
#include "prove/runner.hpp"
#include "render/render.hpp"
#include "snapshot/read.hpp"
#include "snapshot/write.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstring>
#include <functional>

using namespace nestprobe;
using namespace nestprobe::test;

namespace {

VmExit out(Port port, std::uint32_t value) {
    return {.kind = VmExit::Kind::out, .port = static_cast<std::uint16_t>(port), .value = value};
}
VmExit stage(Stage s) { return out(Port::stage, static_cast<std::uint32_t>(s)); }
VmExit failed(Failed f) { return out(Port::failed, static_cast<std::uint32_t>(f)); }
const VmExit halt{.kind = VmExit::Kind::halt};

/// What a guest does: its exits, and what it leaves in its variables.
struct Script {
    Reading<bool> start{true};
    std::vector<VmExit> exits{};
    std::map<const unsigned char*, std::uint64_t> variables{};
};

class ScriptedVm final : public KvmVm {
public:
    ScriptedVm(std::function<Script(const VmSetup&)> play, std::vector<VmSetup>& log)
        : play_(std::move(play)), log_(log) {}
    Reading<bool> start(const VmSetup& setup) override {
        log_.push_back(setup);
        script_ = play_(setup);
        memory_ = setup.memory;
        for (const auto& [label, value] : script_.variables)
            std::memcpy(&memory_.at(place::code + offset_of(label, l1_begin)), &value, 4);
        return script_.start;
    }
    VmExit run() override {
        return next_ < script_.exits.size() ? script_.exits[next_++] : VmExit{.kind = VmExit::Kind::time_out};
    }
    std::span<const unsigned char> memory() const override { return memory_; }
    Reading<VmRegisters> registers() const override { return VmRegisters{.rip = 0x6123}; }
    Reading<unsigned> tsc_khz() const override { return 1'000'000u; }

private:
    std::function<Script(const VmSetup&)> play_;
    std::vector<VmSetup>& log_;
    Script script_;
    std::vector<unsigned char> memory_;
    std::size_t next_ = 0;
};

std::uint32_t word_at(const VmSetup& setup, std::size_t at) {
    std::uint32_t word = 0;
    std::memcpy(&word, &setup.memory.at(at), 4);
    return word;
}

/// The pattern that nestprobe chose for this guest, from where it put it.
std::uint32_t pattern_of(const VmSetup& setup) {
    if (!setup.long_mode) return word_at(setup, place::real_code + offset_of(real_guest_pattern, real_guest));
    const std::size_t in_code = offset_of(inner_guest_pattern, inner_guest);
    for (const auto page : {place::inner, place::inner_behind})
        if (const std::uint32_t word = word_at(setup, page + in_code)) return word;
    return word_at(setup, place::code + offset_of(l1_shadow_pattern, l1_begin));
}

/// All goes well.
Script good(const VmSetup& setup) {
    const std::uint32_t pattern = pattern_of(setup);
    if (!setup.long_mode) return {.exits = {out(Port::pattern, pattern), halt}};
    return {.exits = {stage(Stage::started), stage(Stage::vmlaunch), stage(Stage::seen), stage(Stage::resume),
                      out(Port::pattern, pattern), stage(Stage::halted), stage(Stage::done), halt},
            .variables = {{l1_seen_port, 0x14}, {l1_seen_pattern, pattern}}};
}

struct Trial {
    explicit Trial(const Recording& recording, std::function<Script(const VmSetup&)> play = good,
                   ProveOptions options = {})
        : machine(recording), report(make_report(probe(machine.sources()))) {
        proven = prove(report.facts, machine.sources().kvm, options,
                       [&] { return std::make_unique<ScriptedVm>(play, started); });
        Facts facts = report.facts;
        facts.proof = decode_proof(proven.record);
        report = make_report(std::move(facts));
    }
    const ProofFacts& facts() const { return *report.facts.proof; }
    Answer answer(Question q) const { return report.verdict(q).answer; }

    FakeMachine machine;
    std::vector<VmSetup> started;
    Report report;
    Proven proven;
};

/// One script for real mode, another for the guests that are hypervisors.
std::function<Script(const VmSetup&)> nested(Script script) {
    return [script = std::move(script)](const VmSetup& s) { return s.long_mode ? script : good(s); };
}

Recording with_file(Recording r, const std::string& path, const std::string& text) {
    r.files.insert_or_assign(path, text);
    return r;
}

}  // namespace

TEST_SUITE("prove") {
    TEST_CASE("all goes well") {
        const Trial t(haswell());
        for (const PerCpu<bool>* runs :
             {&t.facts().kvm_here, &t.facts().kvm_in_guests, &t.facts().nested_paging, &t.facts().long_mode,
              &t.facts().long_mode_nested_paging, &t.facts().shadow_vmcs})
            CHECK(runs->all(yes));
        CHECK(t.facts().kvm_here.groups().front().cpus.to_string() == "0");
        CHECK(finding(t.report, "NP611").outcome.status == Status::pass);
        CHECK(finding(t.report, "NP612").outcome.status == Status::pass);
        for (const char* rule : {"NP613", "NP614", "NP615"})
            CHECK(finding(t.report, rule).outcome.status == Status::pass);
        CHECK(t.answer(Question::kvm_in_guests) == Answer::yes);
        CHECK(t.report.verdict(Question::kvm_here).proof->rule->id == "NP611");
        CHECK(t.report.verdict(Question::kvm_in_guests).proof->rule->id == "NP612");
        CHECK(t.proven.report.empty());
    }
    TEST_CASE("what a guest is given") {
        const Trial t(haswell());
        REQUIRE(t.started.size() > 5);
        for (const VmSetup& s : t.started) {
            CHECK(s.memory.size() <= 1u << 20);
            CHECK(s.limit <= std::chrono::seconds(2));
            CHECK(s.cpu == 0);
            CHECK(pattern_of(s) != 0);
        }
        CHECK(pattern_of(t.started[0]) != pattern_of(t.started[1]));
    }
    TEST_CASE("a guest's guest that says the wrong thing proves nothing") {
        const auto wrong = [](std::function<void(Script&)> change) {
            return Trial(haswell(), [change](const VmSetup& s) {
                Script script = good(s);
                if (s.long_mode) change(script);
                return script;
            });
        };
        for (const auto& change : std::vector<std::function<void(Script&)>>{
                 [](Script& s) { s.variables[l1_seen_pattern] ^= 1; },
                 [](Script& s) { s.variables[l1_seen_port] = 0x80; },
                 [](Script& s) { s.exits[4].value ^= 1; },
                 [](Script& s) { s.exits.erase(s.exits.begin() + 4); },
                 [](Script& s) { s.exits.insert(s.exits.begin() + 4, s.exits[4]); },
                 [](Script& s) { s.exits.erase(s.exits.begin() + 6); },
                 [](Script& s) { s.exits[4].port = 0x80; }}) {
            const Trial t = wrong(change);
            CHECK_FALSE(t.facts().kvm_in_guests.any(yes));
            CHECK(finding(t.report, "NP614").outcome.status == Status::fail);
            CHECK(t.answer(Question::kvm_here) == Answer::yes);
        }
    }
    TEST_CASE("an entry that is refused beats all that looks right") {
        const Trial t(haswell(), [](const VmSetup&) {
            return Script{.exits = {{.kind = VmExit::Kind::fail_entry, .hardware_reason = 7}}};
        });
        CHECK(t.answer(Question::kvm_here) == Answer::no);
        CHECK_FALSE(t.report.verdict(Question::kvm_here).contradictory);
        const std::string said = finding(t.report, "NP613").outcome.message;
        CHECK(said.find("VM-instruction error 7: VM entry with invalid control field(s)") !=
              std::string::npos);
        CHECK(t.facts().kvm_in_guests.first_known().if_known());  // other modes are tried all the same
        CHECK(said.find("64-bit mode run") == std::string::npos);
        CHECK(t.answer(Question::kvm_in_guests) == Answer::no);
    }
    TEST_CASE("real mode alone fails: what begins in 64-bit mode is an answer of its own") {
        const Trial t(haswell(), [](const VmSetup& s) {
            return s.long_mode ? good(s)
                               : Script{.exits = {{.kind = VmExit::Kind::fail_entry, .hardware_reason = 7}}};
        });
        CHECK(t.answer(Question::kvm_here) == Answer::no);
        CHECK(t.report.verdict(Question::kvm_here).cause()->rule->id == "NP613");
        CHECK(finding(t.report, "NP613").outcome.message.find("it is real mode that fails") !=
              std::string::npos);
        CHECK(t.answer(Question::kvm_in_guests) == Answer::yes);
        CHECK(t.report.verdict(Question::kvm_in_guests).proof->rule->id == "NP612");
        CHECK_FALSE(t.report.verdict(Question::kvm_in_guests).contradictory);
    }
    TEST_CASE("VMLAUNCH that fails in a guest") {
        const Trial t(haswell(),
                      nested({.exits = {stage(Stage::vmlaunch), failed(Failed::valid), halt},
                              .variables = {{l1_instruction_error, 8}}}),
                      {.wanted = true, .report = "FILE"});
        CHECK(t.answer(Question::kvm_here) == Answer::yes);
        CHECK(t.answer(Question::kvm_in_guests) == Answer::no);
        CHECK(t.report.verdict(Question::kvm_in_guests).cause()->rule->id == "NP614");
        CHECK(finding(t.report, "NP614")
                  .outcome.message.find(
                      "at VMLAUNCH: VM-instruction error 8: VM entry with invalid host-state field(s)") !=
              std::string::npos);
        CHECK(finding(t.report, "NP607").outcome.status == Status::pass);  // an offer that is not kept
        for (const char* part : {"VMCS as the guest set it", "guest CS access rights", "stage 14: VMLAUNCH"})
            CHECK(t.proven.report.find(part) != std::string::npos);
        CHECK(report_listing().find("vmlaunch ") != std::string::npos);
        CHECK(report_listing().find("vmrun ") != std::string::npos);
    }
    TEST_CASE("KVM's further words about an internal error are in the trace") {
        const VmExit exit{.kind = VmExit::Kind::internal_error, .suberror = 3, .data = {0x80000b0e, 0x31}};
        const Trial t(haswell(), nested({.exits = {stage(Stage::vmlaunch), exit}}),
                      {.wanted = true, .report = "FILE"});
        CHECK(t.proven.report.find("KVM_INTERNAL_ERROR_DELIVERY_EV (3) 0x80000b0e 0x31\n") !=
              std::string::npos);
    }
    TEST_CASE("every kind of guest is a line of the text, and what was not tried says why") {
        const std::string all = render_summary(Trial(haswell()).report, {});
        CHECK(all.find("  ok    a guest                     CPU 0: ran to its end in ") != std::string::npos);
        for (const char* kind : {"a guest in it, 32-bit", "32-bit, EPT or NPT", "64-bit",
                                 "64-bit, EPT or NPT", "32-bit, shadow VMCS"})
            CHECK(all.find(fmt::format("  ok    {:<28}CPU 0: ran to its end", kind)) != std::string::npos);
        const Trial refused(haswell(),
                            nested({.exits = {stage(Stage::vmxon), {.kind = VmExit::Kind::shutdown}}}));
        const std::string failed_text = render_explain(refused.report, {});
        CHECK(failed_text.find(
                  "  FAIL  64-bit                      CPU 0: failed at VMXON: KVM_EXIT_SHUTDOWN: a\n") !=
              std::string::npos);
        Recording locked = haswell();
        locked.cpus[0].msr[0x3a] = std::uint64_t{1};
        const std::string none = render_summary(Trial(locked).report, {});
        CHECK(none.find("  -     a guest                     not tried: IA32_FEATURE_CONTROL is locked\n") !=
              std::string::npos);
        CHECK(none.find("64-bit") == std::string::npos);  // one line for all
        CHECK(render_summary(report_of(haswell()), {}).find("--prove") == std::string::npos);
    }
    TEST_CASE("every way to fail has its words") {
        struct Case {
            Script script;
            std::string_view part;
        };
        const auto ends = [](VmExit exit) { return Script{.exits = {stage(Stage::vmxon), exit}}; };
        for (const auto& [script, part] : std::vector<Case>{
                 {ends({.kind = VmExit::Kind::shutdown}), "at VMXON: KVM_EXIT_SHUTDOWN: a triple fault"},
                 {ends({.kind = VmExit::Kind::time_out}), "two seconds"},
                 {ends({.kind = VmExit::Kind::internal_error, .suberror = 1}),
                  "KVM_INTERNAL_ERROR_EMULATION (1)"},
                 {ends({.kind = VmExit::Kind::refused, .error = ENOMEM}), "ENOMEM"},
                 {ends({.kind = VmExit::Kind::other, .reason = 6}), "KVM_EXIT_MMIO"},
                 {{.exits = {stage(Stage::vmxon), failed(Failed::exception), halt},
                 .variables = {{l1_vector, 13}, {l1_fault_rip, place::code + 5}}},
                  "at VMXON: #GP (error code 0x0) at the guest's offset 0x5"},
                 {{.exits = {stage(Stage::cpuid), failed(Failed::hidden), halt}}, "CPUID does not show VMX"},
                 {{.exits = {stage(Stage::vmlaunch), failed(Failed::exit), halt},
                 .variables = {{l1_exit_reason, 0x80000021}, {l1_qualification, 4}}},
                  "exit reason 33 (VM-entry failure due to invalid guest state), VM-entry failure: an "
                  "invalid VMCS link"}}) {
            const auto& wanted = part;  // clang takes no structured binding into a lambda
            CAPTURE(wanted);
            const Trial t(haswell(), nested(script));
            CHECK(finding(t.report, "NP614").outcome.message.find(wanted) != std::string::npos);
        }
    }
    TEST_CASE("an ioctl that is refused is no failed guest") {
        const Trial t(haswell(),
                      [](const VmSetup&) { return Script{.start = refused(EBUSY, "KVM_CREATE_VM")}; });
        REQUIRE(t.facts().kvm_here.first().if_absent());
        CHECK(t.facts().kvm_here.first().if_absent()->error == EBUSY);
        CHECK(finding(t.report, "NP613").outcome.status == Status::unknown);
    }
    TEST_CASE("what is not offered is not a failure") {
        const Trial t(haswell(), [](const VmSetup& s) {
            Script script = good(s);
            // Only the variants need secondary controls.
            const std::size_t rows = (place::inner_behind - place::fields) / sizeof(VmcsRow);
            for (std::size_t i = 0; s.long_mode && i < rows; ++i)
                if (word_at(s, place::fields + i * sizeof(VmcsRow)) == 0x401e)
                    return Script{.exits = {stage(Stage::vmwrite), failed(Failed::control), halt},
                                  .variables = {{l1_refused, 2}, {l1_field, 0x401e}}};
            return script;
        });
        CHECK(t.facts().long_mode.all(yes));
        REQUIRE(t.facts().nested_paging.first().if_absent());
        CHECK(t.facts().nested_paging.first().if_absent()->why == Why::not_applicable);
        CHECK(t.answer(Question::kvm_in_guests) == Answer::yes);
        CHECK(finding(t.report, "NP615").outcome.status == Status::pass);
    }
    TEST_CASE("every CPU, and one that differs") {
        const Trial t(haswell(),
                      [](const VmSetup& s) {
                          if (s.cpu == 2 && s.long_mode)
                              return Script{.exits = {{.kind = VmExit::Kind::shutdown}}};
                          if (s.cpu == 3) return Script{.start = refused(EINVAL, no_such_cpu)};
                          return good(s);
                      },
                      {.wanted = true, .all_cpus = true});
        REQUIRE(t.facts().long_mode.groups().size() == 2);
        CHECK(t.facts().long_mode.groups()[0].cpus.to_string() == "0-1");
        CHECK(t.facts().long_mode.groups()[1].cpus.to_string() == "2");
        CHECK(t.facts().kvm_here.groups().back().cpus.to_string() == "3");
        CHECK(finding(t.report, "NP614").outcome.message.find("(CPU 2)") != std::string::npos);
        CHECK(t.answer(Question::kvm_in_guests) == Answer::no);
    }
    TEST_CASE("one CPU: the first that this process may run on") {
        const Trial t(haswell(), [](const VmSetup& s) {
            return s.cpu == 0 ? Script{.start = refused(EINVAL, no_such_cpu)} : good(s);
        });
        CHECK(t.started.back().cpu == 1);
        CHECK(t.facts().long_mode.all(yes));
    }
    TEST_CASE("where nested guests are known to do harm it is refused") {
        const Trial t(with_file(haswell(), "/sys/class/dmi/id/product_name", "VirtualBox\n"));
        CHECK(prove_danger(t.report.facts).find("VirtualBox") == 0);
        Recording as_kvm = with_file(haswell(), "/sys/class/dmi/id/product_name", "VirtualBox\n");
        as_kvm.cpus[0].cpuid[{1, 0}] = CpuidRegs{0x306c3, 0x800, 0xfffaf3bf, 0xbfebfbff};
        as_kvm.cpus[0].cpuid[{0x40000000, 0}] = CpuidRegs{0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d};
        CHECK(prove_danger(Trial(as_kvm).report.facts).find("VirtualBox") != std::string::npos);
        Recording xen = haswell();
        xen.cpus[0].cpuid[{1, 0}] = CpuidRegs{0x306c3, 0x800, 0xfffaf3bf, 0xbfebfbff};
        xen.cpus[0].cpuid[{0x40000000, 0}] = CpuidRegs{0x40000005, 0x566e6558, 0x65584d4d, 0x4d4d566e};
        CHECK(prove_danger(Trial(xen).report.facts).find("Xen") != std::string::npos);
        CHECK(prove_danger(Trial(haswell()).report.facts).empty());
        // Another hypervisor's guests may run on this very system.
        for (const std::string name : {"vboxdrv", "vmmon"}) {
            const Trial rival(with_file(haswell(), "/sys/module/" + name + "/initstate", "live\n"));
            CHECK(prove_danger(rival.report.facts).find(name + " is loaded") == 0);
        }
    }
    TEST_CASE("with VMX locked off nothing is tried") {
        Recording r = haswell();
        r.cpus[0].msr[0x3a] = std::uint64_t{1};
        const Trial t(r);
        CHECK(t.started.empty());
        CHECK(cannot_prove(t.report.facts)->detail.find("IA32_FEATURE_CONTROL") != std::string::npos);
        CHECK(t.facts().kvm_here.first().if_absent()->why == Why::not_applicable);
    }
    TEST_CASE("without /dev/kvm nothing is tried, and its errno is the reason") {
        const Trial t(haswell_without_kvm());
        CHECK(t.started.empty());
        CHECK(t.facts().kvm_here.first().if_absent()->error == ENOENT);
    }
    TEST_CASE("nested off, or a KVM of software: a guest, and no guest in it") {
        Recording off = with_file(haswell(), "/sys/module/kvm_intel/parameters/nested", "N\n");
        off.kvm.supported_cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 0, 0});
        Recording software = haswell();
        software.files.insert_or_assign("/sys/module/kvm_pvm/initstate", std::string("live\n"));
        for (const Recording& r : {off, software}) {
            const Trial t(r);
            for (const VmSetup& s : t.started) CHECK_FALSE(s.long_mode);
            CHECK(t.facts().kvm_here.all(yes));
            REQUIRE(t.facts().kvm_in_guests.first().if_absent());
            CHECK(t.facts().kvm_in_guests.first().if_absent()->why == Why::not_applicable);
        }
        CHECK(Trial(off).report.verdict(Question::kvm_in_guests).cause()->rule->id == "NP503");
    }
    TEST_CASE("SVM without NPT") {
        Recording r = haswell();
        r.kvm.supported_cpuid.insert_or_assign({1, 0}, CpuidRegs{0, 0, 0, 0});
        r.kvm.supported_cpuid.insert_or_assign({0x80000001, 0}, CpuidRegs{0, 0, 4, 0});
        r.kvm.supported_cpuid.insert_or_assign({0x8000000a, 0}, CpuidRegs{1, 8, 0, 0});
        const Trial t(r);
        CHECK(t.facts().long_mode.all(yes));
        CHECK(t.facts().long_mode_nested_paging.first().if_absent()->why == Why::not_applicable);
        CHECK(t.facts().shadow_vmcs.first().if_absent()->detail == "SVM has no VMCS");
    }
    TEST_CASE("a snapshot keeps it, and every format says the same from it") {
        const Trial t(haswell(), nested({.exits = {stage(Stage::vmxon), {.kind = VmExit::Kind::shutdown}}}));
        Recording r = haswell();
        r.proof = t.proven.record;
        const Recording back = read_snapshot(write_snapshot(r), "FILE");
        REQUIRE(back.proof);
        Facts facts = t.report.facts;
        facts.proof = decode_proof(*back.proof);
        const Report again = make_report(std::move(facts));
        for (const Format& format : formats()) CHECK(format.render(again, {}) == format.render(t.report, {}));
    }
    TEST_CASE("a snapshot's proof that is not understood") {
        const auto facts = [](const std::string& proof) {
            return decode_proof(
                *read_snapshot(R"({"format": "nestprobe-snapshot/1", "proof": )" + proof + "}", "FILE")
                     .proof);
        };
        CHECK(facts(R"({"kvm-here 0": ["perhaps"]})").kvm_here.first().if_absent()->why == Why::malformed);
        CHECK(facts(R"({"exit-cost 0": ["1", "2", "x", "4"]})").exit_cost.if_absent()->why == Why::malformed);
        CHECK(facts(R"({"kvm-here": {"absent": "no_device", "detail": "none"}})")
                  .kvm_here.first()
                  .if_absent()
                  ->why == Why::no_device);
        CHECK(facts(R"({"of-a-later-version 0": ["x"]})").kvm_here.groups().empty());
        CHECK_THROWS_AS(facts(R"({"kvm-here x": ["proved"]})"), BadFile);
        CHECK_THROWS_AS(facts(R"({"kvm-here 0": "proved"})"), BadFile);
    }
    TEST_CASE("without --prove nobody hears of it") {
        const Report report = report_of(haswell());
        for (const Finding& f : report.findings) CHECK_FALSE(f.rule->id.starts_with("NP61"));
        CHECK(find_format("facts")->render(report, {}).find("proof.") == std::string::npos);
    }
    TEST_CASE("the guests' words are nestprobe's") {
        const std::string listing(reinterpret_cast<const char*>(prove_listing),
                                  code_between(prove_listing, prove_listing_end).size());
        const auto number = [&](const std::string& name) {
            const auto at = listing.find(".set    " + name + ", ");
            REQUIRE(at != std::string::npos);
            return std::strtoul(listing.c_str() + at + name.size() + 10, nullptr, 0);
        };
        const std::pair<const char*, Stage> stages[] = {
            {"STARTED", Stage::started}, {"CPUID", Stage::cpuid},
            {"EFER", Stage::efer},       {"HSAVE", Stage::hsave},
            {"VMSAVE", Stage::vmsave},   {"VMRUN", Stage::vmrun},
            {"FEATURE", Stage::feature}, {"CR", Stage::cr},
            {"VMXON", Stage::vmxon},     {"SHADOW", Stage::shadow},
            {"VMCLEAR", Stage::vmclear}, {"VMPTRLD", Stage::vmptrld},
            {"VMWRITE", Stage::vmwrite}, {"VMLAUNCH", Stage::vmlaunch},
            {"SEEN", Stage::seen},       {"RESUME", Stage::resume},
            {"HALTED", Stage::halted},   {"DONE", Stage::done}};
        for (const auto& [name, s] : stages) {
            CHECK(number(std::string("STAGE_") + name) == static_cast<unsigned>(s));
            CHECK_FALSE(name_of(s).empty());
        }
        const std::pair<const char*, Failed> ways[] = {{"EXCEPTION", Failed::exception},
                                                       {"HIDDEN", Failed::hidden},
                                                       {"LOCKED", Failed::locked},
                                                       {"INVALID", Failed::invalid},
                                                       {"VALID", Failed::valid},
                                                       {"CONTROL", Failed::control},
                                                       {"EXIT", Failed::exit}};
        for (const auto& [name, f] : ways)
            CHECK(number(std::string("FAILED_") + name) == static_cast<unsigned>(f));
        CHECK(number("PORT_STAGE") == static_cast<unsigned>(Port::stage));
        CHECK(number("PORT_PATTERN") == static_cast<unsigned>(Port::pattern));
        CHECK(number("PORT_FAILED") == static_cast<unsigned>(Port::failed));
    }
    TEST_CASE("everything has a place of its own") {
        CHECK(offset_of(l1_end, l1_begin) <= place::page);
        CHECK(offset_of(inner_guest_end, inner_guest) <= place::page);
        const ProofSetup longest{.proof = Proof::shadow_vmcs};
        CHECK((make_vmcs(longest).size() + 1) * sizeof(VmcsRow) <= place::page);
        for (const VmcsRow& row : make_vmcs(longest)) CHECK_FALSE(vmcs_field_name(row.field).empty());
    }
    TEST_CASE("names of errors") {
        CHECK(vm_instruction_error(11) ==
              "VM-instruction error 11: VMPTRLD with incorrect VMCS revision identifier");
        CHECK(vm_instruction_error(99).find("not in Intel's list") != std::string::npos);
        CHECK(kvm_fail_entry(0x80000021, true) ==
              "exit reason 33 (VM-entry failure due to invalid guest state), VM-entry failure");
        CHECK(kvm_fail_entry(0, true).find("no reason") != std::string::npos);
        CHECK(kvm_fail_entry(~0ull, false).starts_with("VMEXIT_INVALID (-1)"));
        CHECK(kvm_fail_entry(0xffffffff, false).starts_with("VMEXIT_INVALID (-1)"));
        CHECK(svm_exit_code(0x4e) == "VMEXIT_EXCP (0x4e): #PF");
        CHECK(svm_exit_code(0x9999) == "VMEXIT 0x9999");
        CHECK(kvm_exit_name(8) == "KVM_EXIT_SHUTDOWN");
        CHECK(kvm_exit_name(200) == "KVM exit 200");
        CHECK(kvm_internal_error(3) == "KVM_INTERNAL_ERROR_DELIVERY_EV (3)");
        CHECK(exception_name(13) == "#GP");
    }
    TEST_CASE("a VMCB as it is made fails no check") {
        for (const Proof proof : {Proof::kvm_in_guests, Proof::long_mode_paging}) {
            std::vector<unsigned char> bytes(place::page);
            make_vmcb({.proof = proof, .technology = Technology::svm}, bytes);
            CHECK(failed_vmcb_checks(bytes).empty());
            bytes[0x58] = 0;
            CHECK(failed_vmcb_checks(bytes) == "ASID is 0");
        }
    }
    TEST_CASE("the command line") {
        CHECK_FALSE(parsed({}).prove.wanted);
        CHECK(parsed({"--prove"}).prove.wanted);
        CHECK(parsed({"--prove", "--json"}).format->name == "json");
        CHECK(parsed({"--prove=all-cpus,force"}).prove.all_cpus);
        CHECK(parsed({"--prove=all-cpus,force"}).prove.force);
        CHECK(parsed({"--prove=report", "FILE"}).prove.report == "FILE");
        CHECK(parsed({"--prove=force,report", "FILE", "--json"}).prove.report == "FILE");
        CHECK_THROWS_AS(parsed({"--prove=report"}), UsageError);
        CHECK_THROWS_AS(parsed({"--prove=all"}), UsageError);
        CHECK_THROWS_AS(parsed({"--prove=force", "FILE"}), UsageError);
        CHECK_THROWS_AS(parsed({"FILE"}), UsageError);
        CHECK_THROWS_AS(parsed({"--prove", "--from", "FILE"}), UsageError);
        CHECK_THROWS_AS(parsed({"--prove", "--rules"}), UsageError);
        CHECK_THROWS_AS(parsed({"--prove", "--registers"}), UsageError);
    }
}
