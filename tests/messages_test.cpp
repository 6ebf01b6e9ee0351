// SPDX-License-Identifier: MIT
// The table of messages: what is pasted finds its page.
#include "messages/messages.hpp"

#include "base/text.hpp"
#include "options.hpp"
#include "snapshot/import/telling_words.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

using namespace nestprobe;

namespace {

/// A pattern as text: something between the parts, and a star for one behind a backslash.
std::string filled(std::string_view pattern) {
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool escaped = pattern.substr(i).starts_with("\\*");
        if (escaped) ++i;
        if (pattern[i] == '*' && !escaped)
            text += " x ";
        else
            text += pattern[i];
    }
    return text;
}

std::string id_of(std::string_view text) {
    const Message* message = find_message(text);
    return message ? std::string(message->id) : "NONE";
}

}  // namespace

TEST_SUITE("messages") {
    TEST_CASE("a line of a terminal or log is found as the message that it is") {
        const char* path = std::getenv("NESTPROBE_MESSAGE_SAMPLES");
        if (!path) {
            MESSAGE("NESTPROBE_MESSAGE_SAMPLES is not set: skipped");
            return;
        }
        std::ifstream file(path);
        REQUIRE(file);
        std::size_t lines = 0;
        for (std::string line; std::getline(file, line); ++lines) {
            const auto tab = line.find('\t');
            REQUIRE(tab != std::string::npos);
            const std::string id = line.substr(0, tab), text = line.substr(tab + 1);
            CAPTURE(text);
            CHECK(id_of(text) == id);
            CHECK(id_of("$ qemu-system-x86_64 disk.img\n" + text + "\r\n$ ") == id);
        }
        CHECK(lines >= 100);
    }
    TEST_CASE("each word by which a line is taken for a message stands in one that is known") {
        const char* path = std::getenv("NESTPROBE_MESSAGE_SAMPLES");
        if (!path) {
            MESSAGE("NESTPROBE_MESSAGE_SAMPLES is not set: skipped");
            return;
        }
        std::ifstream file(path);
        std::string known;
        for (std::string line; std::getline(file, line);)
            if (!line.starts_with("NONE\t")) known.append(line, line.find('\t')).append("\n");
        for (const std::string_view word : telling_words) {
            CAPTURE(word);
            CHECK(contains(known, word));
        }
    }
    TEST_CASE("every pattern is lower case and finds its own message, not one before it") {
        for (const Message& message : messages())
            for_each_line(message.patterns, [&](std::string_view pattern) {
                CAPTURE(pattern);
                CHECK_FALSE(pattern.empty());
                CHECK(loosened(pattern) == pattern);
                // Of what failed: the name of a file alone is no failure.
                const bool trouble = message.scope == PageScope::trouble;
                CHECK(id_of(filled(pattern) + (trouble ? " failed" : "")) == message.id);
            });
    }
    TEST_CASE("a page of what failed is for lines that say so") {
        CHECK(id_of("/dev/kvm: character special (10/232)") == "NONE");
        CHECK(id_of("$ ls /dev/kvm || echo failed") == "NONE");
        CHECK(id_of("some program could not use /dev/kvm") == "dev-kvm-trouble");
        CHECK(id_of("2  /dev/vfio/vfio") == "NONE");
    }
    TEST_CASE("every message is whole, and its rules exist") {
        std::set<std::string_view> ids;
        for (const Message& message : messages()) {
            CAPTURE(message.id);
            CHECK(ids.insert(message.id).second);
            CHECK_FALSE(find_rule(message.id));
            CHECK_FALSE(message.patterns.empty());
            CHECK_FALSE(message.means.empty());
            CHECK_FALSE(message.causes.empty());
            CHECK_FALSE(message.steps.empty());
            CHECK_FALSE(message.source.empty());
            for (const std::string_view name : split_words(message.rules)) {
                REQUIRE(find_rule(name));
                CHECK(find_rule(name)->name == name);  // not its id
            }
        }
        CHECK(ids.size() > 100);
    }
    TEST_CASE("case, blanks, typographic quotes and leading zeros do not count") {
        CHECK(loosened("A  \t b") == "a b");
        CHECK(loosened("host doesn\xe2\x80\x99t \xe2\x80\x9cx\xe2\x80\x9d") == "host doesn't \"x\"");
        CHECK(loosened("0x0000000080000021") == "0x80000021");
        CHECK(loosened("0x0, 0x00, 0x07") == "0x0, 0x0, 0x7");
        CHECK(id_of("kvm: Entry failed,  hardware error 0x0000000080000021") ==
              "vm-entry-invalid-guest-state");
        CHECK(id_of("hello world, kvm is nice") == "NONE");
        CHECK(id_of("") == "NONE");
    }
    TEST_CASE("--explain takes a rule, a message's id, or a message") {
        const auto asked = [](const char* what) {
            const char* words[] = {"nestprobe", "--explain", what};
            return parse_command_line(3, words);
        };
        CHECK(asked("nested-parameter-off").rule->id == "NP503");
        CHECK(asked("vmrun-invalid").message->id == "vmrun-invalid");
        CHECK(asked("error: failed to set MSR 0x48d to 0x5600000016").message->id == "qemu-set-msr-vmx");
        CHECK(nearest_rules("nested-paramter-off").front() == "nested-parameter-off");
        try {
            asked("nested-paramter-off");
            FAIL("no such rule, and no complaint");
        } catch (const UsageError& error) {
            CHECK(error.message.find("nested-parameter-off") != std::string::npos);
        }
    }
}
