// SPDX-License-Identifier: MIT
// Other checkers' outputs, as evidence of what they looked at and no more: kvm-ok (flags, register 0x3a,
// whether the node is there), virt-host-validate (flags, access(2) of the node), virsh capabilities, id,
// rdmsr.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

// cpu-checker's kvm-ok; libvirt tools/virt-host-validate-qemu.c.
constexpr std::string_view checker_lines[] = {
    "INFO: /dev/kvm ",      "INFO: Your CPU ", "INFO: KVM (",           "INFO: For more detailed",
    "KVM acceleration can", "INFO: cpu ",      "HINT:   sudo modprobe", "INFO: /dev/kvm exists"};

void read_kvm_ok(std::string_view line, Evidence& evidence) {
    if (contains(line, "/dev/kvm does not exist") || contains(line, "/dev/kvm doesn't exist"))
        evidence.missed_node();
    else if (contains(line, "/dev/kvm exists")) {
        evidence.saw_node();
        evidence.hear(hearsay::usable, "yes", "kvm-ok: /dev/kvm exists");
        // It asks the register only where there is no node: what it said was said before.
        evidence.forget(hearsay::firmware_off);
    } else if (contains(line, "CPU does not support KVM extensions"))
        for (const std::string_view topic : {hearsay::flag_vmx, hearsay::flag_svm})
            evidence.hear(topic, "no", trim(line));
    // It names the module by the flag that it found.
    if (contains(line, "sudo modprobe kvm_intel"))
        evidence.hear(hearsay::flag_vmx, "yes", "kvm-ok: modprobe kvm_intel");
    if (contains(line, "sudo modprobe kvm_amd"))
        evidence.hear(hearsay::flag_svm, "yes", "kvm-ok: modprobe kvm_amd");
    for (const auto& [word, topic] :
         {std::pair<std::string_view, std::string_view>{"(vmx)", hearsay::flag_vmx},
          std::pair<std::string_view, std::string_view>{"(svm)", hearsay::flag_svm}})
        if (contains(line, "is disabled by your BIOS") && contains(line, word)) {
            evidence.hear(topic, "yes", fmt::format("kvm-ok: {}", trim(line)));
            evidence.hear(hearsay::firmware_off, trim(line), "kvm-ok");
        }
}

}  // namespace

bool is_checker_line(std::string_view line) {
    line = trim(line);
    return is_validate_line(line) || starts_with_any(line, checker_lines);
}

void read_checkers(const Section& section, Evidence& evidence) {
    const std::string_view text = section.body;
    for_each_line(text, [&](std::string_view line) {
        if (is_validate_line(line)) {
            read_validate_line(line, evidence);
            evidence.taken("virt-host-validate");
        } else if (is_checker_line(line)) {
            read_kvm_ok(line, evidence);
            evidence.taken("kvm-ok");
        }
    });
}

bool is_virsh_capabilities(std::string_view text) {
    text = text.substr(0, 8192);
    return contains(text, "<capabilities>") || (contains(text, "<host>") && contains(text, "<cpu>"));
}

/// libvirt src/conf/capabilities.c: <host><cpu> holds the model that the host's CPUID comes nearest to, and
/// what it has besides.  A model may hold svm itself, so a name that is not there proves nothing.
void read_virsh_capabilities(const Section& section, Evidence& evidence) {
    std::string_view host = section.body;
    host = host.substr(0, host.find("</host>"));
    const auto begin = host.find("<cpu>");
    if (begin == std::string_view::npos) return;
    const std::string_view cpu = host.substr(begin, host.find("</cpu>") - begin);
    CpuLines lines;
    if (contains(cpu, "<vendor>Intel</vendor>")) lines.vendor = "GenuineIntel";
    if (contains(cpu, "<vendor>AMD</vendor>")) lines.vendor = "AuthenticAMD";
    if (contains(cpu, "<vendor>Hygon</vendor>")) lines.vendor = "HygonGenuine";
    for (const auto& [name, topic] :
         {std::pair<std::string_view, std::string_view>{"vmx", hearsay::cpuid_vmx},
          std::pair<std::string_view, std::string_view>{"svm", hearsay::cpuid_svm}})
        if (contains(cpu, fmt::format("<feature name='{}'/>", name)))
            evidence.hear(topic, "yes", fmt::format("virsh capabilities, <feature name='{}'/>", name));
    if (contains(cpu, "<feature name='hypervisor'/>"))
        evidence.hear(hearsay::guest, "yes", "virsh capabilities, <feature name='hypervisor'/>");
    if (!lines.vendor.empty()) evidence.cpu(lines);
    // libvirt offers a domain of type kvm where it could use /dev/kvm when it looked.
    const std::string_view guests = after(section.body, "</host>");
    if (contains(guests, "<domain type='kvm'"))
        evidence.hear(hearsay::usable, "yes", "virsh capabilities, <domain type='kvm'>");
    else if (contains(guests, "<domain type='qemu'") && contains(guests, "name='x86_64'") &&
             contains(guests, "</capabilities>"))
        evidence.hear(hearsay::usable, "no", "virsh capabilities, no <domain type='kvm'>");
    evidence.taken("virsh capabilities");
}

bool is_domain_capabilities(std::string_view text) {
    return contains(text.substr(0, 8192), "<domainCapabilities>");
}

/// libvirt docs/formatdomaincaps.rst: host-model is what QEMU can give by this domain type.  Of KVM, vmx or
/// svm is in it where KVM offers it, and disabled where a model has svm of its own and KVM does not offer it.
void read_domain_capabilities(const Section& section, Evidence& evidence) {
    const std::string_view text = section.body;
    evidence.taken("virsh domcapabilities");
    if (!contains(text, "<domain>kvm</domain>")) return;
    evidence.hear(hearsay::usable, "yes", "virsh domcapabilities, <domain>kvm</domain>");
    const std::string_view model = after(text, "<mode name='host-model'");
    const std::string_view cpu = model.substr(0, model.find("</mode>"));
    if (contains(cpu, "<vendor>Intel</vendor>")) evidence.cpu({.vendor = "GenuineIntel"});
    if (contains(cpu, "<vendor>AMD</vendor>")) evidence.cpu({.vendor = "AuthenticAMD"});
    for (const std::string_view flag : {"vmx", "svm"})
        for (const auto& [policy, offered] : {std::pair<std::string_view, std::string_view>{"require", "yes"},
                                              std::pair<std::string_view, std::string_view>{"disable", "no"}})
            if (const std::string line = fmt::format("<feature policy='{}' name='{}'/>", policy, flag);
                contains(cpu, line))
                evidence.hear(hearsay::nested, offered, fmt::format("virsh domcapabilities, {}", line));
}

/// rdmsr 0x3a prints one CPU's value (the first's), rdmsr -a a line a CPU; -f and -x change what is printed.
void read_rdmsr(const Section& section, Evidence& evidence) {
    std::uint64_t index = 0;
    bool all = false, decimal = false, known = false;
    unsigned cpu = 0;
    const auto& words = section.command.words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if (word == "-a" || word == "--all")
            all = true;
        else if (word == "-d" || word == "-u" || word == "-o" || word.starts_with("-f") ||
                 word.starts_with("--bitfield"))
            decimal = true;
        else if (word == "-p" && i + 1 < words.size())
            parse_number(std::string_view(words[++i]), cpu);
        else if (word.starts_with("-p"))
            parse_number(word.substr(2), cpu);
        else if (word.starts_with("0x") || word.starts_with("0X"))
            known = parse_number(word.substr(2), index, 16);
        else if (!word.starts_with('-'))
            known = parse_number(word, index);
    }
    if (!known || decimal || index > UINT32_MAX || cpu >= CpuSet::limit) return;
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        std::uint64_t value = 0;
        const bool cut = line.data() + line.size() == end;
        std::string_view number = trim(line);
        if (number.starts_with("0x")) number.remove_prefix(2);
        if (cut || cpu >= CpuSet::limit || !parse_number(number, value, 16)) return;
        evidence.msr(CpuSet(cpu), static_cast<std::uint32_t>(index), value);
        evidence.taken("rdmsr");
        cpu += all ? 1 : CpuSet::limit;
    });
}

}  // namespace nestprobe
