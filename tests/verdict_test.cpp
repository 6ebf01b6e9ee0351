// SPDX-License-Identifier: MIT
#include "fake_machine.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <set>

using namespace nestprobe;
using namespace nestprobe::test;

namespace {

template <Status S>
Outcome says(const Facts&) {
    return {S, "said", {}};
}
Rule make(Role role, Outcome (*check)(const Facts&), Question question = Question::kvm_here) {
    return {.id = "NP000",
            .name = "t",
            .layer = Layer::cpu,
            .question = question,
            .role = role,
            .title = "t",
            .explain = "",
            .fix = "mend it",
            .see = {},
            .check = check};
}
std::vector<Verdict> all_of(std::initializer_list<Rule> list, std::deque<std::vector<Finding>>& keep,
                            std::deque<std::vector<Rule>>& rules) {
    rules.emplace_back(list);
    std::vector<const Rule*> pointers;
    for (const Rule& r : rules.back()) pointers.push_back(&r);
    keep.push_back(evaluate(pointers, {}));
    return decide_all(keep.back(), {});
}
struct Fixture {
    std::deque<std::vector<Finding>> keep;
    std::deque<std::vector<Rule>> rules;
    std::vector<Verdict> of(std::initializer_list<Rule> list) { return all_of(list, keep, rules); }
    Verdict here(std::initializer_list<Rule> list) { return of(list)[0]; }
};

}  // namespace

TEST_SUITE("verdict") {
    TEST_CASE_FIXTURE(Fixture, "a failed blocker beats an unknown one") {
        CHECK(here({make(Role::blocker, says<Status::unknown>), make(Role::blocker, says<Status::fail>)})
                  .answer == Answer::no);
    }
    TEST_CASE_FIXTURE(Fixture, "an unknown blocker is never a yes") {
        CHECK(here({make(Role::blocker, says<Status::pass>), make(Role::blocker, says<Status::unknown>)})
                  .answer == Answer::unknown);
    }
    TEST_CASE_FIXTURE(Fixture, "nothing asked is not a yes") {
        CHECK(here({make(Role::blocker, says<Status::skipped>)}).answer == Answer::unknown);
        CHECK(here({}).answer == Answer::unknown);
    }
    TEST_CASE_FIXTURE(Fixture, "a proof settles what could not be read") {
        CHECK(here({make(Role::blocker, says<Status::unknown>), make(Role::proof, says<Status::pass>)})
                  .answer == Answer::yes);
    }
    TEST_CASE_FIXTURE(Fixture, "a proof that fails proves nothing") {
        CHECK(here({make(Role::blocker, says<Status::pass>), make(Role::proof, says<Status::fail>)}).answer ==
              Answer::yes);
    }
    TEST_CASE_FIXTURE(Fixture, "a proof against a failed blocker is flagged") {
        const Verdict v =
            here({make(Role::blocker, says<Status::fail>), make(Role::proof, says<Status::pass>)});
        CHECK(v.answer == Answer::yes);
        CHECK(v.contradictory);
    }
    TEST_CASE_FIXTURE(Fixture, "advice decides nothing, a price shows beside a yes") {
        CHECK(here({make(Role::blocker, says<Status::pass>), make(Role::advice, says<Status::fail>)})
                  .degraded.empty());
        const Verdict v =
            here({make(Role::blocker, says<Status::pass>), make(Role::degraded, says<Status::fail>)});
        CHECK(v.answer == Answer::yes);
        REQUIRE(v.cause());
        CHECK(v.degraded.size() == 1);
    }
    TEST_CASE_FIXTURE(Fixture, "guests cannot do what this system cannot") {
        const auto guests = Question::kvm_in_guests;
        CHECK(
            of({make(Role::blocker, says<Status::fail>), make(Role::blocker, says<Status::pass>, guests)})[1]
                .answer == Answer::no);
        CHECK(of({make(Role::blocker, says<Status::unknown>),
                  make(Role::blocker, says<Status::pass>, guests)})[1]
                  .answer == Answer::unknown);
        CHECK(of({make(Role::blocker, says<Status::unknown>),
                  make(Role::blocker, says<Status::fail>, guests)})[1]
                  .answer == Answer::no);
        CHECK(
            of({make(Role::blocker, says<Status::unknown>), make(Role::proof, says<Status::pass>, guests)})[1]
                .answer == Answer::yes);
        CHECK(
            of({make(Role::blocker, says<Status::pass>), make(Role::blocker, says<Status::pass>, guests)})[1]
                .answer == Answer::yes);
    }
}

TEST_SUITE("rules") {
    TEST_CASE("ids and names are unique, layers in order, texts complete") {
        std::set<std::string> ids, names;
        Layer layer{};
        for (const Rule* r : all_rules()) {
            const std::string id(r->id);
            CAPTURE(id);
            CHECK(ids.insert(id).second);
            CHECK(names.insert(std::string(r->name)).second);
            CHECK(id.size() == 5);
            CHECK(id[2] == '0' + static_cast<int>(r->layer));
            CHECK(r->layer >= layer);
            layer = r->layer;
            CHECK(r->explain.size() > 60);
            CHECK(r->fix.size() > 5);
            CHECK_FALSE(r->see.empty());
            CHECK(r->title.back() != '.');
            CHECK(find_rule(r->id) == r);
            CHECK(find_rule(r->name) == r);
        }
        CHECK(ids.size() >= 25);
        CHECK(find_rule("np201") == find_rule("NP201"));
        CHECK(find_rule("NP999") == nullptr);
    }
    TEST_CASE("a machine of which nothing is known gets no yes and no no, and no rule breaks") {
        const Report report = report_of({});
        for (const Verdict& v : report.verdicts) CHECK(v.answer == Answer::unknown);
        for (const Finding& f : report.findings) {
            CAPTURE(std::string(f.rule->id));
            CHECK(f.outcome.status != Status::fail);
            CHECK((f.rule->role == Role::advice || f.outcome.status != Status::pass));
            CHECK_FALSE(f.outcome.message.empty());
        }
    }
    TEST_CASE("the good Haswell says yes twice, without contradiction") {
        const Report report = report_of(haswell());
        const Verdict& here = report.verdict(Question::kvm_here);
        CHECK(here.answer == Answer::yes);
        CHECK(here.how == How::vmx);
        CHECK_FALSE(here.contradictory);
        CHECK(report.verdict(Question::kvm_in_guests).answer == Answer::yes);
        for (const Finding& f : report.findings) {
            CAPTURE(std::string(f.rule->id));
            CHECK((f.outcome.status != Status::fail || f.rule->question == Question::device_assignment));
        }
    }
    TEST_CASE("a refusal keeps its errno all the way to the words") {
        Recording r = haswell_without_kvm();
        r.cpus.front().msr.insert_or_assign(
            0x3a, Absent{Why::permission_denied, "/dev/cpu/0/msr: Operation not permitted", 1});
        r.files.insert_or_assign("/proc/cpuinfo", Absent{Why::not_recorded, "/proc/cpuinfo: not recorded"});
        const Report report = report_of(std::move(r));
        CHECK(finding(report, "NP201").outcome.status == Status::unknown);
        CHECK(finding(report, "NP201").outcome.message.find("EPERM") != std::string::npos);
    }
    TEST_CASE("firmware is never named inside a guest") {
        Recording r = haswell_without_kvm();
        auto& cpu = r.cpus.front();
        cpu.cpuid.insert_or_assign({1, 0}, CpuidRegs{0x306c3, 0, 1u << 31 | 1u << 5, 0});
        cpu.msr.insert_or_assign(0x3a, std::uint64_t{1});
        const Report report = report_of(std::move(r));
        CHECK(finding(report, "NP201").outcome.status == Status::skipped);
        CHECK(finding(report, "NP304").outcome.status == Status::fail);
        CHECK(report.verdict(Question::kvm_here).cause()->rule->id == "NP304");
    }
}
