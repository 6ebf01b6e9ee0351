// SPDX-License-Identifier: MIT
// Names in the fixes of a guest: what a command, a diff and a reader's terminal are given of them.
#include "fake_machine.hpp"
#include "guest/definition.hpp"
#include "remedy/writers/guest_edit.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace nestprobe;

namespace {

GuestDefinition named(const std::string& name, const std::string& file) {
    return parse_definition(fmt::format("<domain type='kvm'>\n  <name>{}</name>\n  <vcpu>2</vcpu>\n"
                                        "  <os>\n    <type arch='x86_64' machine='q35'>hvm</type>\n  </os>\n"
                                        "  <cpu mode='custom'>\n    <model>Skylake-Client</model>\n  </cpu>\n"
                                        "</domain>\n",
                                        name),
                            file);
}

Facts host_of(const GuestDefinition& definition) {
    const test::FakeMachine machine(test::haswell());
    Facts facts = probe(machine.sources());
    facts.guest = definition.facts;
    return facts;
}

GuestEdit edit_of(const std::string& name, const std::string& file) {
    const GuestDefinition definition = named(name, file);
    return make_edit(definition, make_report(host_of(definition)));
}

/// Of a guest that runs with what its definition no longer has.
ShellCommands commands_to_start_again(const std::string& name) {
    Facts facts = host_of(named(name, "vm.xml"));
    const std::vector<std::string> differences{"CPU mode: host-model now, custom after a new start"};
    facts.guest->not_in_force = {differences, {{"vm.xml", "host-model"}}};
    const Report report = make_report(std::move(facts));
    const Finding& finding = test::finding(report, "NP710");
    REQUIRE(finding.outcome.status == Status::fail);
    return finding.remedy().steps.front().commands;
}

}  // namespace

TEST_SUITE("edit") {
    TEST_CASE("a name that virt-xml would take for another, or for an option, is in no command") {
        CHECK(edit_of("vm", "vm.xml").commands ==
              std::vector<std::string>{"virt-xml vm --edit --cpu host-passthrough"});
        CHECK(edit_of("a; b", "vm.xml").commands ==
              std::vector<std::string>{"virt-xml 'a; b' --edit --cpu host-passthrough"});
        for (const char* name : {"a\u202eb", "-vm"}) {
            const GuestEdit edit = edit_of(name, "vm.xml");
            CHECK(edit.commands.empty());
            REQUIRE_FALSE(edit.notes.empty());
            CHECK(edit.notes.front().starts_with("The guest's name cannot stand in a command"));
        }
    }
    TEST_CASE("a diff is there whatever its file is called") {
        CHECK(edit_of("vm", "/tmp/vm.xml").diff.starts_with("--- vm.xml\n+++ vm.xml\n"));
        CHECK(edit_of("vm", "/tmp/a\x1b[2J.xml").diff.starts_with("--- a?[2J.xml\n+++ a?[2J.xml\n"));
    }
    TEST_CASE("a running guest is named as one word, or by the reader") {
        CHECK(commands_to_start_again("a; b").front() == "virsh shutdown 'a; b'");
        for (const char* name : {"a\u202eb", "-vm"})
            for (const ShellCommand& command : commands_to_start_again(name))
                CHECK(command.text().ends_with(" GUEST"));
    }
}
