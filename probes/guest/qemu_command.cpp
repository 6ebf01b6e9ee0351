// SPDX-License-Identifier: MIT
// A guest as a QEMU command line defines it (qemu(1), "Standard options", "Device options"): from a script, a
// log of libvirt's, or /proc/PID/cmdline.
#include "base/text.hpp"
#include "guest/definition.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// "qemu-system-x86_64", "qemu-kvm", "$QEMU".
bool is_qemu(const Word& word) {
    const std::string_view name = file_name(word.text);
    if (name.starts_with("qemu-system-") || name == "qemu-kvm") return true;
    return word.text.starts_with('$') && !word.text.starts_with("$(") &&
           (contains(word.text, "qemu") || contains(word.text, "QEMU"));
}

/// Debian's "kvm", which is a word of other commands too: what is started, maybe by root.
bool is_started(std::span<const Word> command, const Word& word) {
    return std::all_of(command.data(), &word, [](const Word& before) {
        return before.text == "sudo" || before.text == "exec" || contains(before.text, "=");
    });
}

const Word* find_program(std::span<const Word> command) {
    for (const Word& word : command)
        if (is_qemu(word) || (file_name(word.text) == "kvm" && is_started(command, word))) return &word;
    return nullptr;
}

/// QEMU and its options: of several commands the last, which in a log of libvirt's is the one that counts.
std::span<const Word> find_qemu(std::span<const Word> words) {
    std::span<const Word> found;
    for (auto begin = words.begin(); begin != words.end();) {
        const auto end = std::find_if(begin, words.end(),
                                      [&](const Word& word) { return word.command != begin->command; });
        if (const Word* program = find_program({begin, end}))
            found = {program, static_cast<std::size_t>(&*begin + (end - begin) - program)};
        begin = end;
    }
    return found;
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

std::vector<Word> split_command(std::string_view text, const std::string& label) {
    if (contains(text, std::string_view("\0", 1))) return split_at_nuls(text, label);
    const std::size_t start = text.rfind(": starting up libvirt version: ");
    if (start == std::string_view::npos) return split_shell_words(text, label);
    const std::string_view command = last_start(text, start);
    return split_shell_words(command, label,
                             line_at(text, static_cast<std::size_t>(command.data() - text.data())));
}

/// What holds where the command line says nothing.
class Defaults {
public:
    Defaults(const Word& program, const std::optional<Absent>& hidden)
        : program_(program), from_{{program.where, program.text.substr(0, 160)}}, hidden_(hidden) {}

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
        f.cpu_mode = fact(CpuMode::none);
        f.cpu_model = f.cpu_vendor = Absent{Why::not_applicable, "the command line has no -cpu"};
        f.cpu_check = {"none", from_};
        f.vmx = f.svm = fact(FeaturePolicy::unset);
        f.migratable = f.evmcs = fact(Setting::unset);
        f.launch_security = fact(std::string());
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
    Fact<T> fact(T value) const {
        return hidden_ ? Fact<T>(*hidden_) : Fact<T>{std::move(value), from_};
    }

    /// qemu-system-ARCH emulates unless it is told otherwise; qemu-kvm and kvm are wrappers around KVM.
    void set_program(GuestFacts& f) const {
        constexpr std::string_view prefix = "qemu-system-";
        const std::string_view name = file_name(program_.text);
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
    const std::optional<Absent>& hidden_;
};

}  // namespace

bool looks_like_qemu_command(std::string_view text) {
    try {
        return !find_qemu(split_command(text, {})).empty();
    } catch (const BadFile&) {  // words that do not end: whoever parses it will say where
        return contains(text, "qemu") || contains(text, "kvm");
    }
}

GuestDefinition parse_qemu_command(std::string text, std::string label) {
    GuestDefinition definition{std::move(label), std::move(text), {}, {}, false};
    const std::vector<Word> words = split_command(definition.text, definition.label);
    const std::span<const Word> command = find_qemu(words);
    if (command.empty())
        throw BadFile(fmt::format("{}: no QEMU program on this command line", definition.label));
    const std::span<const Word> options = command.subspan(1);
    definition.facts = Defaults(command.front(), find_hidden_options(options)).facts();
    apply_qemu_options(options, definition.facts);
    return definition;
}

}  // namespace nestprobe
