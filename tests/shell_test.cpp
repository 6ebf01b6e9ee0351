// SPDX-License-Identifier: MIT
// Text of machines and people in the hands of a shell.
#include "remedy/shell.hpp"

#include "remedy/remedy.hpp"

#include "remedy/writers/guest_commands.hpp"
#include "remedy/writers/guest_edit.hpp"

#include <doctest/doctest.h>

#include <type_traits>

using namespace nestprobe;

TEST_SUITE("shell") {
    TEST_CASE("a word of a configuration is plain, or is none") {
        for (const char* word : {"module_blacklist=nouveau,kvm_amd", "/etc/modprobe.d/kvm.conf",
                                 "kvm-intel.nested=0", "a+b@c:d", "..a/b..", "/a/.../b"})
            CHECK(ConfigWord::make(word).value().text() == word);
        for (const char* word :
             {"",     "a b",  "a\tb",    "a\nb",        "$(id)", "`id`", "a;b",
              "a'b",  "a\"b", "a\\042b", "a|b",         "a&b",   "a*",   "~a",
              "#a",   "a%b",  "{a,b}",   "caf\xc3\xa9", "-o",    "..",   "/usr/lib/modprobe.d/../x.conf",
              "../x", "x/.."}) {
            CAPTURE(word);
            CHECK(!ConfigWord::make(word));
        }
        CHECK(!ConfigWord::make(std::string_view("a\0b", 3)));
    }
    TEST_CASE("one word that is none, and nothing of a step is called") {
        ShellCalls calls;
        calls.add("drop_word", {"kvm.x=1"});
        calls.add("drop_word", {"kvm.x=1"});
        CHECK(calls.text() == "drop_word 'kvm.x=1'\n");
        calls.add("add_word", {"a b"});
        CHECK(calls.refused());
        calls.add("drop_word", {"plain"});
        CHECK(calls.text().empty());
    }
    TEST_CASE("a machine's word gets into a command as a plain word, or there is no command") {
        CHECK(ShellCommand::with("sudo modprobe -r {} {}", {"kvm_intel", "kvm"}).value() ==
              "sudo modprobe -r kvm_intel kvm");
        for (const char* word : {"kvm;touch PWNED", "$(id)", "kvm\ntouch PWNED", "-f", ""}) {
            CAPTURE(word);
            CHECK(!ShellCommand::with("sudo modprobe {}", {word}));
            CHECK(one_command("sudo modprobe {}", {word}).empty());
        }
        CHECK(!std::is_constructible_v<ShellCommand, std::string>);
        CHECK(!std::is_constructible_v<ShellCommand, std::string_view>);
    }
    TEST_CASE("text that was put together is no command, whatever lines it has") {
        const Remedy said(std::string("Look at it.\n    touch PWNED\nThen stop."));
        REQUIRE(said.steps.size() == 1);
        CHECK(said.steps.front().commands.empty());
        CHECK(said.steps.front().what == "Look at it.     touch PWNED Then stop.");
        const Remedy table(std::string_view("Look at it.\n    ls -l\nThen stop."));
        REQUIRE(table.steps.size() == 2);
        CHECK(table.steps.front().commands == ShellCommands{"ls -l"});
    }
    TEST_CASE("words of sh") {
        CHECK(shell_word("a'b").value() == "'a'\\''b'");
        CHECK(shell_word("").value() == "''");
        CHECK(shell_word("$(id) `id`").value() == "'$(id) `id`'");
        CHECK(!shell_word("a\nb"));
        CHECK(!shell_word("a\x1b[2J"));
        CHECK(!shell_word("a\u202eb"));
        CHECK(shell_text("a\x1b[2J'") == "'a?[2J'\\'''");
    }
    TEST_CASE("no file name is an option or an assignment") {
        CHECK(shell_path("-o.xml").value() == "./-o.xml");
        CHECK(shell_path("a=b.xml").value() == "'./a=b.xml'");
        CHECK(shell_path("/a/b.xml").value() == "/a/b.xml");
        CHECK(!shell_path("a\x1b.xml"));
    }
    TEST_CASE("a guest's name is one word of the script, whatever is in it") {
        GuestEdit edit;
        edit.guest = "a'; touch x; '";
        edit.diff = "--- a\n";
        const std::string commands = patch_guest(edit).value_or("");
        CHECK(commands.find(R"(--domain 'a'\''; touch x; '\''' >)") != std::string::npos);
        edit.guest = "a\nb";
        CHECK(!patch_guest(edit));
    }
}
