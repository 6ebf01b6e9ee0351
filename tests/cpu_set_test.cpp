// SPDX-License-Identifier: MIT
#include "base/cpu_set.hpp"

#include <doctest/doctest.h>

using nestprobe::CpuSet;

namespace {
CpuSet set(std::string_view list) {
    CpuSet s;
    REQUIRE(CpuSet::parse(list, s));
    return s;
}
}  // namespace

TEST_SUITE("cpu_set") {
    TEST_CASE("the kernel's list format goes in and comes out") {
        CHECK(set("0-6,8-15\n").to_string() == "0-6,8-15");
        CHECK(set("3,1,2").to_string() == "1-3");
        CHECK(set("0-3,2-5").to_string() == "0-5");
        CHECK(set("7").to_string() == "7");
        CHECK(set("0-8191").size() == 8192);
    }
    TEST_CASE("anything else is refused and changes nothing") {
        CpuSet s(5);
        for (const char* bad : {"", "\n", "a", "1-", "-1", "3-1", "1,,2", "1,", "0-4294967295", "8192", "1 2",
                                "0x3", "99999999999999999999"}) {
            CAPTURE(bad);
            CHECK_FALSE(CpuSet::parse(bad, s));
            CHECK(s.to_string() == "5");
        }
    }
    TEST_CASE("sets know what they share") {
        CHECK(set("0-3").intersects(set("3-5")));
        CHECK_FALSE(set("0-3,8").intersects(set("4-7")));
        CHECK(set("0-3,8").contains(8));
        CHECK_FALSE(set("0-3,8").contains(4));
        CHECK(set("1-2,4").members() == std::vector<unsigned>{1, 2, 4});
    }
    TEST_CASE("names") {
        CHECK(name_cpus(set("7")) == "CPU 7");
        CHECK(name_cpus(set("0-1,4")) == "CPUs 0-1,4");
    }
}
