// SPDX-License-Identifier: MIT
// A guest as a QEMU command line defines it (qemu(1), "Standard options", "Device options"): from a script, a
// log of libvirt's, or /proc/PID/cmdline.
#include "base/text.hpp"
#include "guest/argument_lists.hpp"
#include "guest/qemu_program.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// A line of a script for Windows goes on behind ^ (cmd) or ` (PowerShell).
std::string continued_as_in_sh(std::string text) {
    if (!contains(text, ".exe")) return text;
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
        if ((text[i] == '^' || text[i] == '`') && (text[i + 1] == '\n' || text[i + 1] == '\r'))
            text[i] = '\\';
    return text;
}

std::vector<Word> split_at_nuls(std::string_view text, const std::string& label) {
    std::vector<Word> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\0'), text.size());
        words.push_back({.text = std::string(text.substr(0, end)), .where = label});
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

/// /var/log/libvirt/qemu/NAME.log: the last command that libvirt started, which is continued from line to
/// line. What QEMU and libvirt say in other lines is not a shell's language.
std::string_view last_start(std::string_view log, std::size_t start) {
    const std::size_t begin = std::min(log.find('\n', start), log.size());
    std::size_t end = begin;
    do end = std::min(log.find('\n', end + 1), log.size());
    while (end < log.size() && log[end - 1] == '\\');
    return log.substr(begin, end - begin);
}

/// Of a text that is no script ("That's why I use ...") the last line that begins with QEMU; empty: there is
/// none.
std::string_view last_line_of_qemu(std::string_view text) {
    std::string_view found;
    for_each_line(text, [&](std::string_view line) {
        std::vector<std::string_view> words = split_words(line);
        std::erase_if(words, [](std::string_view word) {
            return word == "$" || word == "#" || word == "sudo" || word == "exec";
        });
        if (words.size() > 1 && words[1].starts_with('-') && is_qemu({.text = std::string(words.front())}))
            found = line;
    });
    return found;
}

/// As a shell splits them; where it could not, for a quotation that does not end, QEMU's own line.
std::vector<Word> split_script_or_line(std::string_view text, const std::string& label) {
    try {
        return split_shell_words(text, label);
    } catch (const BadFile&) {
        const std::string_view line = last_line_of_qemu(text);
        if (line.empty()) throw;
        return split_shell_words(line, label,
                                 line_at(text, static_cast<std::size_t>(line.data() - text.data())));
    }
}

/// The commands, and of QEMU's complaints those about the last start.
std::vector<Word> split_command(std::string text, const std::string& label,
                                std::vector<Complaint>& complaints) {
    if (contains(text, std::string_view("\0", 1))) return split_at_nuls(text, label);
    if (std::vector<Word> listed = find_argument_list(text, label); !listed.empty()) return listed;
    complaints = take_complaints(text);
    text = continued_as_in_sh(std::move(text));
    const std::size_t start = text.rfind(": starting up libvirt version: ");
    if (start == std::string_view::npos) return split_script_or_line(text, label);
    const std::string_view command = last_start(text, start);
    const std::size_t line = line_at(text, static_cast<std::size_t>(command.data() - text.data()));
    std::erase_if(complaints, [&](const Complaint& complaint) { return complaint.line < line; });
    return split_shell_words(command, label, line);
}

Fact<std::vector<std::string>> log_fact(const std::vector<Complaint>& complaints, const std::string& label) {
    constexpr std::size_t most = 20;  // the last ones
    std::vector<std::string> lines;
    std::vector<Provenance> from;
    const std::size_t first = complaints.size() > most ? complaints.size() - most : 0;
    for (std::size_t i = first; i < complaints.size(); ++i) {
        lines.push_back(complaints[i].text);
        from.push_back({fmt::format("{}:{}", label, complaints[i].line), complaints[i].text.substr(0, 160)});
    }
    if (from.empty()) from.push_back({label, "no line in which QEMU complains"});
    return {std::move(lines), std::move(from)};
}

/// What holds where the command line says nothing.
class Defaults {
public:
    /// `hidden`: any option may be there; `unread`: any but -cpu.
    Defaults(const Word& program, const std::optional<Absent>& hidden, const std::optional<Absent>& unread)
        : program_(program),
          from_{{program.where, program.text.substr(0, 160)}},
          any_(hidden),
          hidden_(hidden ? hidden : unread) {}

    GuestFacts facts() const {
        GuestFacts f;
        f.definition = {DefinitionKind::qemu, from_};
        f.name = Absent{Why::not_recorded, "the command line has no -name"};
        set_program(f);
        f.machine = fact(std::string());
        f.q35 = fact(false);
        f.acpi = fact(true);
        f.vcpus = fact(1u);
        f.windows = Absent{Why::not_recorded, "a command line does not name the guest's system"};
        f.cpu_mode = cpu_fact(CpuMode::none);
        f.cpu_model = f.cpu_vendor = Absent{Why::not_applicable, "the command line has no -cpu"};
        f.cpu_check = {"none", from_};
        nothing_refused(from_, f);
        f.cpu_properties = cpu_fact(std::vector<std::string>());
        f.vmx = f.svm = cpu_fact(FeaturePolicy::unset);
        f.migratable = f.evmcs = f.vapic = f.hyperv_passthrough = cpu_fact(Setting::unset);
        f.required = cpu_fact(std::vector<std::string>());
        f.passed_cpu = {false, from_};
        f.cpu_option = Absent{Why::not_applicable, "no -cpu is given"};
        f.host_model = Absent{Why::not_applicable, "host-model is libvirt's"};
        f.manager = {std::string(), from_};
        f.vmid = Absent{Why::not_applicable, "Proxmox VE did not write this command line"};
        f.launch_security = cpu_fact(std::string());
        f.assigned_devices = fact(0u);
        without_iommu(from_, f);
        f.iommu = fact(IommuModel::none);
        f.iommus = fact(0u);
        f.fixed_addresses = Absent{Why::not_applicable, "the command line is for whoever wrote it to change"};
        f.ioapic = fact(IoApic::unset);
        f.vmport = fact(Setting::unset);
        f.runs = Absent{Why::not_recorded, "a definition does not say whether the guest runs"};
        f.not_in_force = Absent{Why::not_applicable, "no running guest was compared"};
        return f;
    }

private:
    template <class T>
    Fact<T> cpu_fact(T value) const {
        return any_ ? Fact<T>(*any_) : Fact<T>{std::move(value), from_};
    }
    template <class T>
    Fact<T> fact(T value) const {
        return hidden_ ? Fact<T>(*hidden_) : Fact<T>{std::move(value), from_};
    }

    /// qemu-system-ARCH emulates unless it is told otherwise; qemu-kvm and kvm are wrappers around KVM.
    void set_program(GuestFacts& f) const {
        constexpr std::string_view prefix = "qemu-system-";
        const std::string_view name = program_name(program_.text);
        if (program_.is_expanded) {
            const Absent unnamed{Why::not_recorded,
                                 fmt::format("{}: {}: only the shell knows which program that is",
                                             program_.where, program_.text.substr(0, 160))};
            f.accelerator = unnamed;
            f.arch = unnamed;
        } else if (name.starts_with(prefix)) {
            f.accelerator = fact(Accelerator::tcg);
            f.arch = {std::string(name.substr(prefix.size())), from_};
        } else {
            f.accelerator = {Accelerator::kvm, from_};
            f.arch = {"x86_64", from_};
        }
    }

    const Word& program_;
    std::vector<Provenance> from_;
    std::optional<Absent> any_, hidden_;
};

/// Who wrote the command line and will write it again, by the paths that are theirs (libvirt
/// src/qemu/qemu_domain.c; qemu-server PVE/QemuServer/Helpers.pm; LXD and Incus internal/server/instance).
struct CommandWriter {
    std::string_view part, name;
};
constexpr CommandWriter command_writers[] = {
    {"/libvirt/qemu/", "libvirt"},    {"/run/qemu-server/", "Proxmox VE"}, {"/var/log/lxd/", "LXD"},
    {"/snap/lxd/common/lxd/", "LXD"}, {"/var/log/incus/", "Incus"},        {"/run/incus/", "Incus"},
};

void find_writer(std::span<const Word> options, bool logged_by_libvirt, GuestFacts& facts) {
    if (logged_by_libvirt && !options.empty())
        facts.manager = {"libvirt", {{options.front().where, "a log of libvirt's"}}};
    for (const Word& word : options)
        for (const CommandWriter& writer : command_writers)
            if (contains(word.text, writer.part) && is(facts.manager, std::string()))
                facts.manager = {std::string(writer.name), {{word.where, word.text.substr(0, 160)}}};
    unsigned id = 0;
    for (std::size_t i = 0; i + 1 < options.size(); ++i)
        if (is(facts.manager, "Proxmox VE") && options[i].text == "-id" &&
            parse_number(std::string_view(options[i + 1].text), id))
            facts.vmid = {id, {{options[i].where, "-id " + options[i + 1].text}}};
}

/// On Linux QEMU takes the CPU "host" with KVM alone (QEMU target/i386/host-cpu.c): what a file that cannot
/// be read may say of the accelerator, that guest has KVM or does not start.
void infer_accelerator(const Word& program, GuestFacts& facts) {
    if (program.is_expanded || facts.accelerator.if_known() || !is(facts.cpu_mode, CpuMode::host_passthrough))
        return;
    facts.accelerator = {Accelerator::kvm, facts.cpu_mode.from()};
}

}  // namespace

bool looks_like_qemu_command(std::string_view text) {
    try {
        std::vector<Complaint> complaints;
        return !find_qemu(split_command(std::string(text), {}, complaints)).empty();
    } catch (const BadFile&) {  // words that do not end: whoever parses it will say where
        return contains(text, "qemu") || contains(text, "kvm");
    }
}

GuestDefinition parse_qemu_command(std::string text, std::string label, const NamedFileReader& reader) {
    GuestDefinition definition{std::move(label), std::move(text), {}, {}, false};
    std::vector<Complaint> complaints;
    const std::vector<Word> words = split_command(definition.text, definition.label, complaints);
    const std::span<const Word> command = find_qemu(words);
    if (command.empty())
        throw BadFile(fmt::format("{}: no QEMU program on this command line", definition.label));
    std::optional<Absent> unread;
    const std::vector<Word> options = expand_config_files(command.subspan(1), reader, unread);
    definition.facts = Defaults(command.front(), find_hidden_options(options), unread).facts();
    apply_qemu_options(options, definition.facts);
    find_writer(options, contains(definition.text, ": starting up libvirt version: "), definition.facts);
    if (unread) infer_accelerator(command.front(), definition.facts);
    definition.facts.log = log_fact(complaints, definition.label);
    return definition;
}

}  // namespace nestprobe
