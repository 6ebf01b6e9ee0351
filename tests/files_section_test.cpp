// SPDX-License-Identifier: MIT
// The manual page's FILES: each file that a fake machine's log saw opened is named there, and what is named
// there is opened somewhere.
#include "fake_machine.hpp"
#include "registers/all.hpp"
#include "snapshot/read.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace nestprobe::test {
namespace {

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The words behind .Pa of the section's items, or of its text too, braces expanded:
/// ".It Pa /a/ Ns Brq Pa b , c" is /a/b and /a/c; "Ns Ar R Ns" between two parts joins them with R.
std::set<std::string> named_in(const std::string& page, bool items_alone) {
    std::set<std::string> names;
    const auto begin = page.find("\n.Sh FILES"), end = page.find("\n.Sh ", begin + 5);
    std::istringstream lines(page.substr(begin, end - begin));
    for (std::string line; std::getline(lines, line);) {
        const bool item = line.starts_with(".It Pa ");
        if (!item && (items_alone || !line.starts_with(".Pa /"))) continue;
        std::istringstream words(line.substr(item ? 4 : 1));
        std::string folder, name;
        bool braces = false, joined = false;
        const auto finish = [&] {
            if (!name.empty()) names.insert(folder + name);
            name.clear();
        };
        for (std::string word; words >> word;) {
            if (word == "Ns") {
                joined = true;
            } else if (word == "Brq") {
                braces = true;
                folder = std::exchange(name, {});
            } else if (word == "," || word == "." || word == ":") {
                finish();
                joined = false;
            } else if (word != "Pa" && word != "Ar") {
                if (!joined && !braces) finish();
                name += word;
                joined = false;
            }
        }
        finish();
    }
    return names;
}

/// "/lib/modules/6.1.0/config" -> "/lib/modules/R/config", as the page writes it.
std::string as_on_page(std::string path) {
    constexpr std::pair<std::string_view, std::string_view> placeholders[] = {
        {"/lib/modules/", "R"}, {"/boot/config-", "R"}, {"/sys/bus/pci/devices/", "DEVICE"}};
    for (const auto& [before, name] : placeholders)
        if (path.starts_with(before)) {
            const std::size_t end = std::min(path.find('/', before.size()), path.size());
            path.replace(before.size(), end - before.size(), name);
        }
    return path;
}

bool is_at_or_below(const std::string& path, const std::string& name) {
    return path == name || path.starts_with(name.ends_with('/') ? name : name + "/");
}

std::set<std::string> opened_by_probes(const std::filesystem::path& machines) {
    std::set<std::string> opened;
    const auto look = [&](Recording recording) {
        const FakeMachine machine(std::move(recording));
        probe(machine.sources(), every_register);
        for (const auto& [what, times] : machine.log())
            for (const std::string_view kind : {"file ", "directory "})
                if (what.starts_with(kind) && what[kind.size()] == '/')  // no key of a recording's own
                    opened.insert(as_on_page(what.substr(kind.size())));
    };
    look({});  // nothing is known: every fallback is tried
    for (const auto& entry : std::filesystem::recursive_directory_iterator(machines))
        if (entry.path().filename() == "snapshot.json")
            look(read_snapshot(text_of(entry.path()), entry.path().string()));
    return opened;
}

}  // namespace
}  // namespace nestprobe::test

TEST_SUITE("files_section") {
    using namespace nestprobe;
    using namespace nestprobe::test;

    TEST_CASE("the page's items are understood") {
        const std::string page =
            "\n.Sh FILES\n.It Pa /a/ Ns Brq Pa b , c\n.It Pa /d , /e\n"
            ".It Pa /f- Ns Ar R , Pa /g/ Ns Ar R Ns Pa /h\nText of\n.Pa /i ,\n.Pa /j .\n.Sh X\n.It Pa /k\n";
        std::set<std::string> names = named_in(page, true);
        CHECK(names == std::set<std::string>{"/a/b", "/a/c", "/d", "/e", "/f-R", "/g/R/h"});
        names.insert({"/i", "/j"});
        CHECK(named_in(page, false) == names);
    }
    TEST_CASE("every file that is opened is named, and the other way round") {
        const char* machines = std::getenv("NESTPROBE_MACHINES_DIR");
        const char* page = std::getenv("NESTPROBE_MANUAL");
        REQUIRE(machines);
        REQUIRE(page);
        const std::set<std::string> names = named_in(text_of(page), false);
        const std::set<std::string> opened = opened_by_probes(machines);
        CHECK(opened.size() > 60);
        for (const std::string& path : opened) {
            INFO("read, and not under FILES: ", path);
            CHECK(std::any_of(names.begin(), names.end(),
                              [&](const std::string& name) { return is_at_or_below(path, name); }));
        }
        // Of the live machine alone: other sources than files, what a replay takes from its CPUs, and what
        // goes with an input or a guest.
        const std::set<std::string> live_only = {"/dev/kvm",
                                                 "/dev/cpu/N/msr",
                                                 "/dev/cpu/N/cpuid",
                                                 "/dev/kmsg",
                                                 "/sys/devices/system/cpu/online",
                                                 "/etc/group",
                                                 "/proc/self/statm",
                                                 "/proc/PID/cmdline",
                                                 "/proc/PID/fd"};
        for (const std::string& name : named_in(text_of(page), true)) {
            if (live_only.contains(name)) continue;
            INFO("under FILES, and read nowhere: ", name);
            CHECK(std::any_of(opened.begin(), opened.end(),
                              [&](const std::string& path) { return is_at_or_below(path, name); }));
        }
    }
}
