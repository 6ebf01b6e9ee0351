// SPDX-License-Identifier: MIT
// Definitions of guests and the edits of their text: what the definitions under guests/ do not show.
#include "guest/definition.hpp"
#include "input/bad_file.hpp"
#include "remedy/text_edit.hpp"
#include "remedy/xml_edit.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace nestprobe;

namespace {

GuestDefinition definition(const std::string& text) { return parse_definition(text, "vm.xml"); }

/// What the refusal says; empty where there is none.
std::string refusal_of_guest(const std::string& text) {
    try {
        parse_definition(text, "vm.xml");
    } catch (const BadFile& error) {
        return error.what();
    }
    return "";
}

const std::string minimal = "<domain type='kvm'>\n  <name>a</name>\n  <cpu mode='host-model'/>\n</domain>\n";

}  // namespace

TEST_SUITE("guest") {
    TEST_CASE("every prefix of a definition is refused or read, and never more than one line is said") {
        const std::string text =
            "<?xml version='1.0'?>\n<!-- a > b -->\n<domain type=\"kvm\">\n  <name><![CDATA[a<b]]></name>\n"
            "  <cpu mode='custom'>\n    <model>Haswell</model>\n    <feature policy='require' name='vmx'/>\n"
            "  </cpu>\n  <devices><iommu model='intel'><driver "
            "intremap='on'/></iommu></devices>\n</domain>\n";
        CHECK(refusal_of_guest(text).empty());
        for (std::size_t n = 0; n < text.size() - 1; ++n) {
            const std::string said = refusal_of_guest(text.substr(0, n));
            CAPTURE(n);
            CHECK(said.starts_with("vm.xml"));
            CHECK(said.find('\n') == std::string::npos);
        }
    }

    TEST_CASE("what is no definition is refused with its place") {
        CHECK(refusal_of_guest("") == "vm.xml: empty, so no guest is defined");
        CHECK(refusal_of_guest("hello") ==
              "vm.xml: neither libvirt's XML, nor a QEMU command line, nor a Proxmox configuration");
        CHECK(refusal_of_guest("<html/>") == "vm.xml: the root element is <html>, not libvirt's <domain>");
        CHECK(refusal_of_guest("<domain/>") == "vm.xml:1: <domain> has no attribute type");
        CHECK(refusal_of_guest("<domain type='kvm'>\n<vcpu>x</vcpu></domain>") ==
              "vm.xml:2: <vcpu> holds no number");
        CHECK(refusal_of_guest("<domain type='kvm'>\n<cpu mode='x'/></domain>") ==
              "vm.xml:2: <cpu> has an unknown mode, x");
        CHECK(
            refusal_of_guest("<domain type='kvm'>\n\n<cpu><feature name='vmx' policy='y'/></cpu></domain>") ==
            "vm.xml:3: <feature> has an unknown policy, y");
        CHECK(refusal_of_guest("<domain type='kvm'>\xff</domain>") == "vm.xml: not UTF-8");
        CHECK(refusal_of_guest("<domain type='kvm'>\n\x1b[2J</domain>") ==
              "vm.xml:2: a control character, which XML does not have");
        CHECK(refusal_of_guest(std::string("<domain type='kvm'>\n") + '\0' + "</domain>") ==
              "vm.xml:2: a control character, which XML does not have");
        CHECK(refusal_of_guest("\n<!DOCTYPE d [<!ENTITY a \"b\">]>\n<domain type='kvm'/>") ==
              "vm.xml:2: a document type, which no guest's definition has");
        CHECK(refusal_of_guest("qemu-system-x86_64 -name 'a") == "vm.xml:1: a quotation that does not end");
        CHECK(refusal_of_guest("cores: two\nmemory: 512\n") == "vm.xml:1: cores is no number");
    }

    TEST_CASE("another product's definition is named, with the place of its switch") {
        CHECK(refusal_of_guest("config.version = \"8\"\nvirtualHW.version = \"21\"\n").find("vhv.enable") !=
              std::string::npos);
        CHECK(refusal_of_guest("<VirtualBox><Machine/></VirtualBox>").find("--nested-hw-virt on") !=
              std::string::npos);
        CHECK(refusal_of_guest("Vagrant.configure(\"2\") do |config|\n  config.vm.box = \"x\"\nend\n")
                  .find("virsh dumpxml") != std::string::npos);
        CHECK(refusal_of_guest("apiVersion: kubevirt.io/v1\nkind: VirtualMachine\n").find("kubectl get vm") !=
              std::string::npos);
        CHECK(refusal_of_guest("config:\n  security.nesting: \"true\"\ndevices: {}\n")
                  .find("a container of LXD's") != std::string::npos);
        CHECK(refusal_of_guest("qemu-system-x86_64: error: failed to set MSR 0x48d to 0x5600000016\n")
                  .find("nestprobe --explain=") != std::string::npos);
    }

    TEST_CASE("what a manager keeps is read, and what it is told of the CPU") {
        const GuestDefinition made = definition("virt-install --name a --cpu Haswell,+vmx\n");
        CHECK(is(made.facts.cpu_model, "Haswell"));
        CHECK(is(made.facts.vmx, FeaturePolicy::require));
        const GuestDefinition instance = definition("config:\n  a: b\ntype: virtual-machine\n");
        CHECK(is(instance.facts.cpu_mode, CpuMode::host_passthrough));
        CHECK(is(instance.facts.manager, "LXD"));
        CHECK(is(definition("[libvirt]\ncpu_mode = none\n").facts.cpu_mode, CpuMode::none));
        CHECK(is(definition("[libvirt]\nvirt_type=qemu\n").facts.accelerator, Accelerator::tcg));
    }

    TEST_CASE("a definition is found among what a terminal showed around it") {
        const GuestDefinition found = definition("$ virsh dumpxml a\n" + minimal + "\n$ exit\n");
        CHECK(is(found.facts.name, "a"));
        CHECK(is(found.facts.cpu_mode, CpuMode::host_model));
        CHECK(refusal_of_guest("see <domain> in the manual") != "");
    }

    TEST_CASE("QEMU's command line for Windows goes on as its shells have it") {
        for (const char* text : {"\"C:\\qemu\\qemu-system-x86_64.exe\" ^\r\n -accel whpx -cpu max\r\n",
                                 "& 'C:\\qemu\\qemu-system-x86_64.exe' `\n -accel whpx -cpu max\n"}) {
            const GuestDefinition found = definition(text);
            CHECK(is(found.facts.accelerator, Accelerator::whpx));
            CHECK(is(found.facts.cpu_mode, CpuMode::maximum));
            CHECK(is(found.facts.arch, "x86_64"));
        }
    }

    TEST_CASE("elements are found where they are, beside comments and quoted angles") {
        const auto d = definition(
            "<domain type='kvm'><!-- <cpu> --><cpu mode='custom' note='a>b'><model>x</model><!-- </cpu> "
            "--></cpu>"
            "</domain>");
        const XmlElement* cpu = d.find("cpu");
        REQUIRE(cpu != nullptr);
        CHECK(d.text.substr(cpu->tag.begin, cpu->tag.size()) == "<cpu mode='custom' note='a>b'>");
        CHECK(d.text.substr(cpu->whole.begin, cpu->whole.size()) ==
              "<cpu mode='custom' note='a>b'><model>x</model><!-- </cpu> --></cpu>");
        CHECK(d.find("devices") == nullptr);
    }

    TEST_CASE("a domstatus, as libvirt keeps of a running guest, is its domain") {
        const auto d =
            definition("<domstatus state='running'><domain type='kvm'><name>b</name></domain></domstatus>");
        CHECK(is(d.facts.name, "b"));
    }

    TEST_CASE("a byte order mark is passed over, and places stay right") {
        const auto d = definition("\xef\xbb\xbf" + minimal);
        const XmlElement* cpu = d.find("cpu");
        REQUIRE(cpu != nullptr);
        CHECK(d.text.substr(cpu->tag.begin, cpu->tag.size()) == "<cpu mode='host-model'/>");
    }

    TEST_CASE("a process's command line: words end at NULs") {
        using namespace std::string_literals;
        const auto d = parse_qemu_command(
            "/usr/bin/qemu-system-x86_64\0-name\0guest=a b,debug-threads=on\0-cpu\0host,svm=off\0-enable-kvm\0"s,
            "pid:7");
        CHECK(is(d.facts.name, "a b"));
        CHECK(is(d.facts.svm, FeaturePolicy::disable));
        CHECK(is(d.facts.vmx, FeaturePolicy::unset));
        CHECK(is(d.facts.accelerator, Accelerator::kvm));
        CHECK(d.facts.svm.from().front().where == "pid:7");
    }

    TEST_CASE("many options handed to QEMU are read in a time that grows with them, each with its line") {
        std::string text =
            "<domain type='kvm' "
            "xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n<qemu:commandline>\n";
        for (int i = 0; i < 20'000; ++i)
            text += "<qemu:arg value='-device'/>\n<qemu:arg value='vfio-pci'/>\n";
        const auto d = definition(
            text + "<qemu:arg value='-cpu'/>\n<qemu:arg value='host'/>\n</qemu:commandline></domain>");
        CHECK(is(d.facts.assigned_devices, 20'000u));
        CHECK(is(d.facts.cpu_mode, CpuMode::host_passthrough));
        CHECK(d.facts.cpu_mode.from().front().where == "vm.xml:40003");
    }

    TEST_CASE("QEMU's ways to say a feature, and which wins") {
        const auto vmx = [](const std::string& cpu) {
            return *parse_qemu_command("kvm -cpu " + cpu, "f").facts.vmx.if_known();
        };
        CHECK(vmx("Haswell,+vmx") == FeaturePolicy::require);
        CHECK(vmx("Haswell,vmx") == FeaturePolicy::require);
        CHECK(vmx("Haswell,vmx=on") == FeaturePolicy::require);
        CHECK(vmx("host,vmx=off") == FeaturePolicy::disable);
        CHECK(vmx("host,+vmx,-vmx") == FeaturePolicy::disable);
        CHECK(vmx("host,vmx-ept=off") == FeaturePolicy::unset);
    }

    TEST_CASE("words of a shell") {
        const auto words = split_shell_words("a 'b c' \"d \\\" e\" f\\ g \\\n  h # i\nj", "x");
        REQUIRE(words.size() == 6);
        CHECK(words[1].text == "b c");
        CHECK(words[2].text == "d \" e");
        CHECK(words[3].text == "f g");
        CHECK(words[4].text == "h");
        CHECK(words[4].where == "x:2");
        CHECK(words[5].where == "x:3");
        CHECK(words[4].command == words[0].command);
        CHECK(words[5].command != words[0].command);
    }

    TEST_CASE("what only a shell knows is told from what is plain") {
        const auto words = split_shell_words("a$B '$c' \\$d \"$e\" $(f (g) h) `i` j;k&&l", "x");
        REQUIRE(words.size() == 9);
        const bool expanded[] = {true, false, false, true, true, true, false, false, false};
        for (std::size_t i = 0; i < words.size(); ++i) CHECK(words[i].is_expanded == expanded[i]);
        CHECK(words[4].text == "$(f (g) h)");
        CHECK(words[6].command + 1 == words[7].command);
        CHECK(words[8].text == "l");
    }

    TEST_CASE("options that are not there to be read are unknown, and those that are stay") {
        const auto d =
            parse_qemu_command("qemu-system-x86_64 -m $M -nographic $MORE -cpu host -smp $N", "run.sh");
        CHECK(is(d.facts.cpu_mode, CpuMode::host_passthrough));
        REQUIRE(d.facts.iommu.if_absent() != nullptr);
        CHECK(d.facts.iommu.if_absent()->detail.starts_with("run.sh:1: $MORE: "));
        CHECK(d.facts.vcpus.if_absent()->detail.starts_with("run.sh:1: -smp $N: "));
        CHECK(parse_qemu_command("kvm -accel $A -accel tcg", "f").facts.accelerator.if_absent() != nullptr);
        CHECK(is(parse_qemu_command("kvm -smp sockets=2,cores=150", "f").facts.vcpus, 300u));
        CHECK(is(parse_qemu_command("kvm -smp 4 -smp cores=2", "f").facts.vcpus, 4u));
        CHECK(!parse_qemu_command("kvm -smp sockets=65536,cores=65536", "f").facts.vcpus.if_known());
        CHECK_THROWS_AS(parse_proxmox("memory: 512\ncores: 65536\nsockets: 65536\n", "101.conf"), BadFile);
        const auto plain = parse_qemu_command("qemu-system-x86_64 -m $M -drive file=$F -cpu host", "run.sh");
        CHECK(is(plain.facts.iommu, IommuModel::none));
    }

    TEST_CASE("which of several words is QEMU") {
        const auto name = [](const std::string& text) {
            return std::string(parse_qemu_command(text, "f").facts.arch.from().front().raw);
        };
        CHECK(name("modprobe kvm\nqemu-system-i386 -cpu host\nlsmod | grep kvm") == "qemu-system-i386");
        CHECK(name("A=b sudo /usr/bin/kvm -m 1") == "/usr/bin/kvm");
        CHECK(name("qemu-system-i386 -m 1\nqemu-system-x86_64 -m 2\n") == "qemu-system-x86_64");
        CHECK(refusal_of_guest("cores: 1\nmemory: 2\ndescription: don't use kvm\n").empty());
    }
}

TEST_SUITE("edit") {
    TEST_CASE("attributes of a tag") {
        CHECK(with_attribute("<a/>", "b", "c") == "<a b='c'/>");
        CHECK(with_attribute("<a b=\"1\">", "c", "2") == "<a b=\"1\" c=\"2\">");
        CHECK(with_attribute("<a  b = '1'  c='2' />", "b", "3") == "<a  b='3'  c='2' />");
        CHECK(with_attribute("<a\n   b='1'\n   cc='2'>", "cc", "x") == "<a\n   b='1'\n   cc='x'>");
        CHECK(without_attribute("<a b='1' c='2'/>", "b") == "<a c='2'/>");
        CHECK(without_attribute("<a b='c=1' c='2'/>", "c") == "<a b='c=1'/>");
        CHECK(without_attribute("<a b='1'/>", "x") == "<a b='1'/>");
    }

    TEST_CASE("a diff is what patch expects: ranges, context, ends of files") {
        CHECK(unified_diff("a\nb\n", {}, "f").empty());
        CHECK(unified_diff("a\nb\n", {{{0, 1}, "a"}}, "f").empty());
        CHECK(unified_diff("a\nb\nc\n", {{{2, 3}, "x"}}, "f") ==
              "--- f\n+++ f\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
        CHECK(unified_diff("a\n", {{{2, 2}, "b\n"}}, "f") == "--- f\n+++ f\n@@ -1 +1,2 @@\n a\n+b\n");
        CHECK(unified_diff("a", {{{0, 1}, "b"}}, "f") ==
              "--- f\n+++ f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of "
              "file\n");
        CHECK(unified_diff("a\nb\n", {{{0, 2}, ""}}, "f") == "--- f\n+++ f\n@@ -1,2 +1 @@\n-a\n b\n");
    }

    TEST_CASE("changes far apart are hunks of their own, and the second one's place is shifted") {
        std::string text;
        for (int i = 0; i < 20; ++i) text += std::to_string(i) + "\n";
        const std::string diff =
            unified_diff(text, {{{2, 2}, "new\n"}, {{text.size() - 3, text.size() - 1}, "z"}}, "f");
        CHECK(diff.find("@@ -1,4 +1,5 @@\n") != std::string::npos);
        CHECK(diff.find("@@ -17,4 +18,4 @@\n") != std::string::npos);
    }

    TEST_CASE("a child is indented as its neighbours, and an empty element is opened") {
        const auto d = definition(
            "<domain type='kvm'>\n\t<features/>\n\t<devices>\n\t\t<a/>\n\t</devices>\n</domain>\n");
        XmlEdit edit(d);
        edit.append(*d.find("features"), {"<x a='1'/>"});
        edit.append(*d.find("devices"), {"<y/>"});
        CHECK(apply_changes(d.text, edit.changes()) ==
              "<domain type='kvm'>\n\t<features>\n\t  <x "
              "a='1'/>\n\t</features>\n\t<devices>\n\t\t<a/>\n\t\t<y/>\n"
              "\t</devices>\n</domain>\n");
    }

    TEST_CASE("an element goes with its line where it has one for itself, comments beside it stay") {
        const auto d = definition(
            "<domain type='kvm'>\n  <cpu>\n    <model>x</model>\n    <vendor>y</vendor> <!-- c -->\n"
            "  </cpu>\n</domain>\n");
        XmlEdit edit(d);
        edit.remove(*d.find("cpu/model"));
        edit.remove(*d.find("cpu/vendor"));
        CHECK(apply_changes(d.text, edit.changes()) ==
              "<domain type='kvm'>\n  <cpu>\n     <!-- c -->\n  </cpu>\n</domain>\n");
    }

    TEST_CASE("all that is wanted of one element comes together, in whatever order it was said") {
        const auto d =
            definition("<domain type='kvm'>\n<os/>\n<features />\n<cpu mode='custom'/>\n</domain>\n");
        XmlEdit edit(d);
        edit.append(*d.find("features"), {"<x/>"});
        edit.insert_behind(*d.find("features"), {"<z/>"});
        edit.set_attribute(*d.find("features"), "a", "1");
        edit.append(*d.find("features"), {"<y/>"});
        edit.set_attribute(*d.find("cpu"), "mode", "maximum");
        CHECK(apply_changes(d.text, edit.changes()) ==
              "<domain type='kvm'>\n<os/>\n<features a='1'>\n  <x/>\n  <y/>\n</features>\n<z/>\n<cpu "
              "mode='maximum'/>\n</domain>\n");
    }

    TEST_CASE(
        "an element from which everything went becomes an empty one; one that held nothing stays as it is") {
        const auto d = definition(
            "<domain type='kvm'>\n  <cpu mode='custom'>\n    <model>x</model>\n  </cpu>\n  <devices>\n  "
            "</devices>\n</domain>\n");
        XmlEdit edit(d);
        edit.remove(*d.find("cpu/model"));
        CHECK(apply_changes(d.text, edit.changes()) ==
              "<domain type='kvm'>\n  <cpu mode='custom'/>\n  <devices>\n  </devices>\n</domain>\n");
    }

    TEST_CASE("what is inserted where something is replaced comes before it") {
        CHECK(apply_changes("ab", {{{0, 1}, "x"}, {{0, 0}, "y"}}) == "yxb");
        CHECK(apply_changes("ab", {{{1, 1}, "y"}, {{1, 1}, "z"}, {{0, 1}, "x"}}) == "xyzb");
    }
}
