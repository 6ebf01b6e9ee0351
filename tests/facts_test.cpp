// SPDX-License-Identifier: MIT
#include "facts/facts.hpp"
#include "base/errors.hpp"
#include "facts/fact_list.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <set>
#include <variant>
#include <vector>

using namespace nestprobe;

TEST_SUITE("facts") {
    TEST_CASE("for_each lists every field") {
        const Facts f;
        // What says more of a fact beside it, and is none of its own.
        const auto beside = [](auto... sizes) { return (((sizes + 7) / 8 * 8) + ...); };
        CHECK(listed_size(f.cpu) == sizeof f.cpu);
        CHECK(listed_size(f.firmware) == sizeof f.firmware);
        CHECK(listed_size(f.hypervisor) + beside(sizeof f.hypervisor.below, sizeof f.hypervisor.heard_by) ==
              sizeof f.hypervisor);
        CHECK(listed_size(f.vmx) == sizeof f.vmx);
        CHECK(listed_size(f.svm) == sizeof f.svm);
        CHECK(listed_size(f.kernel) == sizeof f.kernel);
        CHECK(listed_size(f.module) == sizeof f.module);
        CHECK(listed_size(f.device) + beside(sizeof f.device.opener) == sizeof f.device);
        CHECK(listed_size(f.iommu) == sizeof f.iommu);
        CHECK(listed_size(GuestFacts()) == sizeof(GuestFacts));
        CHECK(listed_size(ProofFacts()) == sizeof(ProofFacts));
    }
    TEST_CASE("every fact has a name of its own and a line of text") {
        std::set<std::string> names;
        const Facts facts;
        for_each(facts, [&](std::string_view id, const auto&, std::string_view doc) {
            CHECK(names.insert(std::string(id)).second);
            CHECK_FALSE(doc.empty());
        });
        CHECK(names.size() > 50);
    }
    TEST_CASE("every type of AnyFact is some fact's, and every fact that is yes or no can be set") {
        Facts facts;
        facts.evidence.emplace();
        facts.guest.emplace();
        facts.proof.emplace();
        std::set<std::size_t> types;
        std::vector<std::string_view> switches, listed;
        for (const ListedFact& fact : list_facts(facts)) {
            types.insert(fact.fact.index());
            if (std::holds_alternative<const Fact<bool>*>(fact.fact) ||
                std::holds_alternative<const PerCpu<bool>*>(fact.fact))
                switches.push_back(fact.id);
        }
        CHECK(types.size() == std::variant_size_v<AnyFact>);
        for (const ListedSwitch& one : list_switches(facts)) listed.push_back(one.id);
        CHECK(listed == switches);
    }
    TEST_CASE("a fact nobody looked at is absent") {
        const Fact<int> fact;
        REQUIRE(fact.if_absent());
        CHECK(fact.if_absent()->why == Why::not_probed);
        CHECK_FALSE(fact.if_known());
    }
    TEST_CASE("decoding keeps the readings, and the reason") {
        const Fact<int> known(5, {{"here", "0x5"}});
        const auto odd = known.map([](int n) { return n % 2 == 1; });
        REQUIRE(odd.if_known());
        CHECK(*odd.if_known());
        CHECK(odd.from().front().where == "here");
        const Fact<int> absent(Absent{Why::permission_denied, "no"});
        CHECK(absent.map([](int n) { return n; }).if_absent()->why == Why::permission_denied);
    }
    TEST_CASE("CPUs that answer alike share a group, refusals by their errno") {
        PerCpu<int> facts;
        facts.add(CpuSet(0), {1, {}});
        facts.add(CpuSet(1), {2, {}});
        facts.add(CpuSet(2), {1, {}});
        facts.add(CpuSet(3), refused(EIO, "/dev/cpu/3/msr"));
        facts.add(CpuSet(4), refused(EIO, "/dev/cpu/4/msr"));
        REQUIRE(facts.groups().size() == 3);
        CHECK(facts.groups()[0].cpus.to_string() == "0,2");
        CHECK(facts.groups()[2].cpus.to_string() == "3-4");
        CHECK(facts.any([](int n) { return n == 2; }));
        CHECK_FALSE(facts.all([](int n) { return n > 0; }));  // two could not be read
    }
    TEST_CASE("why there is no value can be asked of any value") {
        const Fact<int> known(5, {});
        CHECK(known.absence().detail.empty());
        CHECK_FALSE(withheld(known.absence()));
        CHECK(Fact<int>(refused(EIO, "x")).absence().error == EIO);

        PerCpu<bool> bits;
        CHECK_FALSE(withheld(bits.first_absent()));
        bits.add(CpuSet(0), {false, {}});
        CHECK(bits.first_absent().detail.empty());
        bits.add(CpuSet(1), Absent{Why::not_recorded, "CPU 1"});
        CHECK(bits.first_absent().detail == "CPU 1");
        CHECK_FALSE(same_answer(bits.groups()[0].answer, bits.groups()[1].answer));
    }
    TEST_CASE("a look that failed is withheld; what nobody looked at is not") {
        for (const int error : {EIO, ENOENT, EMFILE, EFBIG, 12345}) CHECK(withheld(refused(error, "x")));
        for (const Why why : {Why::not_recorded, Why::not_applicable, Why::not_probed, Why::malformed})
            CHECK_FALSE(withheld({why, "x"}));
        CHECK(is_missing(refused(ENOENT, "x")));
        CHECK_FALSE(is_missing(refused(ENXIO, "x")));
    }
    TEST_CASE("every errno keeps its reason, and is found again in its text") {
        for (const int error : {EPERM, EACCES, ENOENT, ENXIO, ENODEV, EBUSY, EIO, EINVAL, EBADF, EAGAIN,
                                ENAMETOOLONG, EINTR, EDQUOT, ESRCH, ETXTBSY, EMFILE, ENFILE, ELOOP}) {
            const Absent absent = refused(error, "/dev/kvm");
            CAPTURE(absent.detail);
            CHECK(error_in(absent.detail) == error);
            CHECK(absent.error == error);
            CHECK_FALSE(error_name(error).empty());
        }
        CHECK(refused(EIO, "x").why == Why::not_implemented);
        CHECK(refused(ENXIO, "x").why == Why::no_device);
        CHECK(refused(EPERM, "x").why == Why::permission_denied);
        CHECK(error_in("/dev/cpu/3/cpuid: Permission denied; sched_setaffinity to CPU 3: Invalid argument") ==
              EACCES);
        CHECK(error_in("nothing of the kind") == 0);
        CHECK(error_in(refused(999, "/dev/kvm").detail) == 999);
    }
    TEST_CASE("reasons are words both ways") {
        for (int i = 0; i < 7; ++i) {
            Why why{};
            REQUIRE(parse(to_string(static_cast<Why>(i)), why));
            CHECK(why == static_cast<Why>(i));
        }
        Why why{};
        CHECK_FALSE(parse("nonsense", why));
    }
}
