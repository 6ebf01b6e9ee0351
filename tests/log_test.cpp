// SPDX-License-Identifier: MIT
// The table of log lines, and the words that module parameters take.
#include "facts/log_lines.hpp"
#include "machine/modprobe.hpp"
#include "rules/module/parameters.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

using namespace nestprobe;

TEST_SUITE("log") {
    TEST_CASE("a line of each row is found as that row, with and without stamp and level") {
        const char* path = std::getenv("NESTPROBE_LOG_SAMPLES");
        if (!path) {
            MESSAGE("NESTPROBE_LOG_SAMPLES is not set: skipped");
            return;
        }
        std::ifstream file(path);
        REQUIRE(file);
        std::set<std::string> seen;
        for (std::string line; std::getline(file, line);) {
            const auto tab = line.find('\t');
            REQUIRE(tab != std::string::npos);
            const std::string name = line.substr(0, tab), text = line.substr(tab + 1);
            CAPTURE(text);
            for (const std::string& whole :
                 {text, "[    1.234567] " + text, "<6>[   12.345678][  T100] " + text,
                  "Nov 25 10:00:00 host kernel: " + text}) {
                const LogRow* row = classify_log_line(whole);
                REQUIRE(row);
                CHECK(row->name == name);
            }
            seen.insert(name);
        }
        CHECK(seen.size() == log_rows().size());
    }
    TEST_CASE("what other programs and modules say is not KVM's") {
        for (const char* line :
             {"nvidia: Unknown symbol drm_open (err -2)", "EXT4-fs (vda1): mounted filesystem",
              "snd: `Y' invalid for parameter `index'", "", "kvm", "\xff\xfe"}) {
            CAPTURE(line);
            CHECK(classify_log_line(line) == nullptr);
        }
    }
    TEST_CASE("a text is searched line by line, and lines at its ends count") {
        const auto found = search_log("kvm: disabled by bios\nnothing\nDMAR: IOMMU enabled");
        REQUIRE(found.size() == 2);
        CHECK(found[0].row->id == LogLine::kvm_disabled_by_bios);
        CHECK(found[1].line == "DMAR: IOMMU enabled");
    }
}

TEST_SUITE("parameters") {
    using V = std::optional<KernelVersion>;
    constexpr KernelVersion k5_10{5, 10}, k6_1{6, 1}, k6_12{6, 12}, k7_2{7, 2};

    TEST_CASE("numbers take no letters, in any version") {
        for (const V& v : {V(k5_10), V(k6_1), V(k7_2), V()}) {
            CHECK(read_value("kvm_amd", "nested", "Y", v) == Reads::invalid);
            CHECK(read_value("kvm_amd", "nested", "on", v) == Reads::invalid);
            CHECK(read_value("kvm_amd", "nested", "", v) == Reads::invalid);
            CHECK(read_value("kvm_amd", "nested", "2", v) == Reads::on);
            CHECK(read_value("kvm_amd", "nested", "0x0", v) == Reads::off);
            CHECK(read_value("kvm_amd", "nested", "09", v) == Reads::invalid);
            CHECK(read_value("kvm_amd", "nested", "99999999999", v) == Reads::invalid);
        }
        CHECK(read_value("kvm_intel", "ple_gap", "-1", k6_1) == Reads::invalid);
        CHECK(read_value("kvm_intel", "pt_mode", "-1", k6_1) == Reads::on);
    }
    TEST_CASE("switches look at the first letter, of o at two") {
        for (const char* on : {"1", "Y", "y", "yes", "Yes", "1x", "on", "ON", ""})
            CHECK(read_value("kvm_intel", "nested", on, k5_10) == Reads::on);
        for (const char* off : {"0", "N", "no", "0x1", "off", "OFF"})
            CHECK(read_value("kvm_intel", "nested", off, k5_10) == Reads::off);
        for (const char* bad : {"'1'", "o", "2", "-1", "x", "oui"})
            CHECK(read_value("kvm_intel", "nested", bad, k5_10) == Reads::invalid);
    }
    TEST_CASE("t and f, e and d came later") {
        CHECK(read_value("kvm_intel", "nested", "true", k5_10) == Reads::invalid);
        CHECK(read_value("kvm_intel", "nested", "true", KernelVersion{5, 17}) == Reads::unknown);
        CHECK(read_value("kvm_intel", "nested", "true", k6_1) == Reads::on);
        CHECK(read_value("kvm_intel", "nested", "false", k6_12) == Reads::off);
        CHECK(read_value("kvm_intel", "nested", "true", V()) == Reads::unknown);
        CHECK(read_value("kvm_intel", "nested", "enable", k6_12) == Reads::invalid);
        CHECK(read_value("kvm_intel", "nested", "enable", k7_2) == Reads::on);
    }
    TEST_CASE("npt, avic and sev changed their type") {
        CHECK(read_value("kvm_amd", "npt", "Y", k5_10) == Reads::invalid);
        CHECK(read_value("kvm_amd", "npt", "Y", k6_1) == Reads::on);
        CHECK(read_value("kvm_amd", "npt", "Y", KernelVersion{5, 12}) == Reads::unknown);
        CHECK(read_value("kvm_amd", "npt", "1", KernelVersion{5, 12}) == Reads::on);
        CHECK(read_value("kvm_amd", "avic", "auto", k7_2) == Reads::accepted);
        CHECK(read_value("kvm_amd", "avic", "auto", k6_1) == Reads::invalid);
        CHECK(read_value("kvm_amd", "nosuch", "x", k6_1) == Reads::unknown);
    }
    TEST_CASE("the nearest name") {
        CHECK(nearest_parameter("kvm_intel", "nestd") == "nested");
        CHECK(nearest_parameter("kvm_amd", "netsed") == "nested");
        CHECK(nearest_parameter("kvm_intel", "e") == "");
        CHECK(module_with("ept", "kvm_amd") == "kvm_intel");
        CHECK(distance("kvm_itnel", "kvm_intel") == 1);
        CHECK(distance("", "abc") == 3);
        CHECK(distance("kvmgt", "kvm_intel") > 2);
    }
}
