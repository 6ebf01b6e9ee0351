// SPDX-License-Identifier: MIT
// Words in a guest's definition: machine types, -cpu values, QEMU's complaints, files of -readconfig.
#include "base/flat_json.hpp"
#include "definition/machine_types.hpp"
#include "guest/definition.hpp"
#include "remedy/cpu_option.hpp"

#include <doctest/doctest.h>

using namespace nestprobe;

TEST_SUITE("guest") {
    TEST_CASE("machine types are known, newer, or were never released") {
        for (const char* name :
             {"pc", "q35", "pc-q35-6.2", "pc-i440fx-2.12", "pc-q35-9.2+pve1", "pc-q35-4.0.1", "pc-1.3",
              "pc-q35-rhel9.4.0", "pc-i440fx-jammy", "microvm", "q35+pve0"})
            CHECK_MESSAGE(judge_machine_name(name) == MachineName::known, name);
        for (const char* name : {"pc-q35-6.3", "pc-i440fx-2.13", "pc-q35-3.2"})
            CHECK_MESSAGE(judge_machine_name(name) == MachineName::never_released, name);
        for (const char* name : {"pc-q35-12.0", "pc-q35-11.2"})
            CHECK_MESSAGE(judge_machine_name(name) == MachineName::newer, name);
        for (const char* name : {"virt", "virt-9.0", "pseries", "s390-ccw-virtio-9.1"})
            CHECK_MESSAGE(judge_machine_name(name) == MachineName::other_arch, name);
        for (const char* name : {"q36", "pc-", "pc-q35-", "pc-q35-x.y", "pc-nine", "Q35"})
            CHECK_MESSAGE(judge_machine_name(name) != MachineName::newer, name);
        CHECK(judge_machine_name("q36") == MachineName::unheard);
    }

    TEST_CASE("the most CPUs of a machine type") {
        CHECK(most_cpus("pc-q35-2.7") == 255);
        CHECK(most_cpus("pc-q35-8.0+pve0") == 288);
        CHECK(most_cpus("pc-q35-8.1") == 1024);
        CHECK(most_cpus("pc-q35-10.1") == 4096);
        CHECK(most_cpus("pc-i440fx-9.0") == 255);
        CHECK(most_cpus("pc") == 255);
        CHECK_FALSE(most_cpus("q35"));
        CHECK_FALSE(most_cpus("pc-q35-rhel9.4.0"));
    }

    TEST_CASE("of an option in JSON: a key that is given twice has its last value alone") {
        const auto parsed = parse_flat_json(R"({"driver":"a","x":true,"y":1,"x":{"b":[1]},"driver":"c"})");
        REQUIRE(parsed);
        CHECK(*parsed == std::vector<std::pair<std::string, std::string>>{
                             {"driver", "c"}, {"x", R"({"b":[1]})"}, {"y", "1"}});
        CHECK_FALSE(parse_flat_json("[]"));
        CHECK_FALSE(parse_flat_json(R"({"x":1)"));
    }

    TEST_CASE("of a -cpu only what takes vmx or svm away goes") {
        CHECK(edited_cpu_option("host,-vmx", "vmx") == "host");
        CHECK(edited_cpu_option("host,-vmx,-svm", "vmx") == "host,-svm");
        CHECK(edited_cpu_option("host,-vmx,-svm", "") == "host");
        CHECK(edited_cpu_option("host,kvm=off,vmx=off,hv_relaxed", "vmx") == "host,kvm=off,hv_relaxed");
        CHECK(edited_cpu_option("max,svm=no,+x2apic", "svm") == "max,+x2apic");
        CHECK(edited_cpu_option("EPYC,vendor=AuthenticAMD,+svm,+pcid", "vmx") == "host,+pcid");
        CHECK(edited_cpu_option("host,-vmx-ept", "vmx") == "host,-vmx-ept");
        CHECK(edited_cpu_option("", "vmx") == "host");
    }

    TEST_CASE("a model of this vendor stays where vmx or svm alone was taken from it") {
        CHECK(edited_cpu_option("Haswell,-vmx,+pcid", "vmx") == "Haswell,+vmx,+pcid");
        CHECK(edited_cpu_option("EPYC-Milan,+pcid,svm=off", "svm") == "EPYC-Milan,+pcid,+svm");
        CHECK(edited_cpu_option("qemu64,-vmx", "vmx") == "qemu64,+vmx");
        CHECK(edited_cpu_option("Haswell,vmx=off,+pcid", "svm") == "host,+pcid");
        CHECK(edited_cpu_option("Haswell,-vmx", "") == "host");
        CHECK(edited_cpu_option("Made-Up,-vmx", "vmx") == "host");
    }

    TEST_CASE("of Proxmox's cpu: the model goes, or its flag is turned; all else stays") {
        const auto edited = [](std::string value) {
            GuestFacts guest;
            guest.definition = {DefinitionKind::proxmox, {}};
            guest.cpu_mode = {value.starts_with("host") ? CpuMode::host_passthrough : CpuMode::custom, {}};
            guest.cpu_option = {std::move(value), {}};
            return edited_proxmox_cpu(guest);
        };
        CHECK(edited("kvm64") == "host");
        CHECK(edited("cputype=kvm64,hidden=1") == "'host,hidden=1'");
        CHECK(edited("kvm64,flags=+aes;+pcid") == "'host,flags=+aes;+pcid'");
        CHECK(edited("x86-64-v3,flags=-nested-virt") == "'x86-64-v3,flags=+nested-virt'");
        CHECK(edited("host,flags=-nested-virt;+aes") == "'host,flags=+aes'");
        CHECK(edited("flags=+aes") == "'host,flags=+aes'");
        CHECK(edited_proxmox_cpu(GuestFacts{}) == "host");
    }

    TEST_CASE("complaints are lines of QEMU's, and leave the other lines where they are") {
        std::string text =
            "qemu-system-x86_64 -cpu host\n"
            "Could not access KVM kernel module: No such file or directory\n"
            "2026-11-02T08:00:01.000000Z qemu-system-x86_64: failed to initialize kvm: x\n"
            "echo qemu-system-x86_64: no\n";
        const std::size_t size = text.size();
        const std::vector<Complaint> said = take_complaints(text);
        REQUIRE(said.size() == 2);
        CHECK(said[0].line == 2);
        CHECK(said[1].line == 3);
        CHECK(said[1].text == "qemu-system-x86_64: failed to initialize kvm: x");
        CHECK(text.size() == size);
        CHECK(line_at(text, text.find("echo")) == 4);
    }

    TEST_CASE("a file of -readconfig is options, in their place") {
        const std::vector<Word> words = split_shell_words("-readconfig a.cfg -cpu host", "f");
        std::optional<Absent> unread;
        const auto read = [](const std::string& name, std::string&) -> std::optional<std::string> {
            CHECK(name == "a.cfg");
            return "[machine]\n  type = \"q35\"\n# [device]\n[device \"a\"]\n  addr = \"1.0\"\n  driver = "
                   "\"vfio-pci\"\n"
                   "[nonsense]\nx = \"y\"\nno group\n[device]";
        };
        const std::vector<Word> all = expand_config_files(words, read, unread);
        CHECK_FALSE(unread);
        REQUIRE(all.size() == 8);
        CHECK(all[1].text == "q35");
        CHECK(all[1].where == "a.cfg:1");
        CHECK(all[3].text == "vfio-pci,addr=1.0");
        CHECK(all[5].text.empty());
        CHECK(all[6].text == "-cpu");
        const std::vector<Word> none = expand_config_files(words, {}, unread);
        CHECK(unread);
        CHECK(none.size() == 2);
    }
}
