// SPDX-License-Identifier: MIT
#include "cli.hpp"

#include "registers/lookup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

namespace nestprobe {
namespace {

constexpr std::string_view help =
    R"(Usage: nestprobe [OPTION]...
Tell whether this system can run KVM guests, whether those guests can run KVM,
and why or why not, with the fix. Reads only; changes nothing.

What to print:
      --explain          the whole ladder, each reading and where it came from
      --explain=RULE     what a rule checks, why it matters, how to mend it
                         (id or name: NP503, nested-parameter-off)
      --json             the report, for monitoring
      --format NAME      summary (the default), explain, json, facts
      --registers        the registers decoded, bit by bit, and what KVM here
                         gives of them to its guests; JSON with --json
      --registers=NAME   that one: IA32_FEATURE_CONTROL, MSR_IA32_FEAT_CTL,
                         0x3a, CPUID.7:EBX, "CPUID Fn8000_000A_EDX"
      --registers=NAME=VALUE  that number decoded; no machine is looked at
      --fix              a shell script with comments that would mend what was
                         found; it is printed, and nothing is run or written
      --rules            every rule, a line each
      --prove            run a guest of a few bytes, and a guest inside it, to
                         find out; also --prove=all-cpus, =force (where that is
                         known to do harm), =report FILE (all about a failure,
                         for the hypervisor's makers); words joined by commas
  -q, --quiet            nothing: the exit status is the answer
      --color WHEN       auto (the default), always, never

Which machine:
      --from FILE        answer for a snapshot, or another tool's dump (cpuid,
                         kcpuid, libcpuid, AIDA64, CPU-Z, hwloc, RJCP, lscpu,
                         /proc/cpuinfo), instead of this machine; - is stdin
      --diff FILE        this machine, or --from, beside another: what differs,
                         and which answers; text, or JSON with --json
      --record FILE      write down everything read, failures too, as a
                         snapshot, for --from elsewhere; - is stdout

Which guest:
      --domain GUEST     what the guest defined there will be offered, and the
                         edit that mends it: a file (libvirt's XML, a QEMU
                         command line, a Proxmox .conf; - is stdin), a guest of
                         libvirt's here by name, or pid:N of a running QEMU.
                         kvm-in-guests and device-assignment are then about it

What decides the exit status:
      --question NAME    kvm-here (the default in a guest), kvm-in-guests (the
                         default on bare metal), device-assignment

  -h, --help             this text
  -V, --version          the version

Exit status: 0 yes, 1 no, 2 cannot tell; 64 usage, 65 a file that cannot be
understood, 66 a file that cannot be opened, 70 a bug, 74 output error.
The manual: man nestprobe
)";

const Format* format_named(const std::string& name) {
    if (const Format* format = find_format(name)) return format;
    throw UsageError{fmt::format("--format: no format \"{}\"", name)};
}

Question question_named(const std::string& name) {
    for (const Question q : questions)
        if (to_string(q) == name) return q;
    throw UsageError{
        fmt::format("--question: no question \"{}\" (kvm-here, kvm-in-guests, device-assignment)", name)};
}

Colour colour_named(const std::string& name) {
    if (name == "auto") return Colour::automatic;
    if (name == "always") return Colour::always;
    if (name == "never") return Colour::never;
    throw UsageError{fmt::format("--color: not auto, always or never: \"{}\"", name)};
}

const Rule* rule_named(const std::string& name) {
    if (const Rule* rule = find_rule(name)) return rule;
    throw UsageError{fmt::format("--explain: no rule \"{}\"; nestprobe --rules lists them", name)};
}

/// NAME or NAME=VALUE; the name may have a = of its own: CPUID.(EAX=07H,ECX=0):EBX.
void read_register_option(const std::string& text, Options& options) {
    options.action = Options::Action::registers;
    if (text.empty()) return;
    options.reg = find_register(text);
    if (options.reg) return;
    const std::size_t equals = text.rfind('=');
    const std::string name = text.substr(0, equals);
    const Register* reg = find_register(name);
    if (!reg)
        throw UsageError{fmt::format("--registers: no register \"{}\"; nearest are {}", name,
                                     fmt::join(nearest_registers(name), ", "))};
    const std::string number = text.substr(equals + 1);
    const std::optional<std::uint64_t> value = parse_register_value(*reg, number);
    if (!value)
        throw UsageError{
            fmt::format("--registers: \"{}\" is no number of {} bits", number, reg->is_msr() ? 64 : 32)};
    options.action = Options::Action::value;
    options.reg = reg;
    options.value = *value;
}

/// What can be given beside what, where one prints.
void check_outputs(const Options& options, int others, bool json) {
    const bool registers =
        options.action == Options::Action::registers || options.action == Options::Action::value;
    if (!registers) return;
    if (others > (json ? 1 : 0) || !options.diff.empty())
        throw UsageError{"--registers prints text, or JSON with --json"};
    if (options.quiet) throw UsageError{"--registers has no answer, so not with --quiet"};
    if (options.action == Options::Action::value && (!options.from.empty() || !options.record.empty()))
        throw UsageError{"--registers=NAME=VALUE looks at no machine, so not with --from or --record"};
}

/// Words joined by commas; `file` is what follows "report".
void read_prove_option(const std::string& words, const std::string& file, ProveOptions& prove) {
    prove.wanted = true;
    bool report = false;
    std::size_t begin = 0;
    while (begin < words.size()) {
        const std::size_t end = std::min(words.find(',', begin), words.size());
        const std::string word = words.substr(begin, end - begin);
        begin = end + 1;
        if (word == "all-cpus")
            prove.all_cpus = true;
        else if (word == "force")
            prove.force = true;
        else if (word == "report")
            report = true;
        else
            throw UsageError{fmt::format("--prove: not all-cpus, force or report: \"{}\"", word)};
    }
    if (report && file.empty()) throw UsageError{"--prove=report: no file given"};
    if (!report && !file.empty()) throw UsageError{fmt::format("what is \"{}\"?", file)};
    prove.report = file;
}

/// CLI11's messages, on one line.
std::string one_line(std::string text) {
    for (char& c : text)
        if (c == '\n') c = ' ';
    return text;
}

}  // namespace

std::string_view help_text() { return help; }

Options parse_command_line(int argc, const char* const* argv) {
    Options options;
    bool json = false, rules = false, want_help = false, want_version = false;
    std::string explain, format, question, colour, registers, prove, file;

    CLI::App app;
    app.set_help_flag();  // our own text is shorter and checked against the manual
    CLI::Option* explain_option = app.add_option("--explain", explain)->expected(0, 1);
    app.add_flag("--json", json);
    CLI::Option* format_option = app.add_option("--format", format);
    CLI::Option* registers_option = app.add_option("--registers", registers)->expected(0, 1);
    app.add_flag("--fix", options.fix);
    app.add_flag("--rules", rules);
    CLI::Option* prove_option = app.add_option("--prove", prove)->expected(0, 1);
    CLI::Option* file_option = app.add_option("file", file);  // of --prove=report
    app.add_flag("--quiet,-q", options.quiet);
    CLI::Option* colour_option = app.add_option("--color", colour);
    CLI::Option* question_option = app.add_option("--question", question);
    CLI::Option* from_option = app.add_option("--from", options.from);
    CLI::Option* diff_option = app.add_option("--diff", options.diff);
    CLI::Option* domain_option = app.add_option("--domain", options.domain);
    CLI::Option* record_option = app.add_option("--record", options.record);
    app.add_flag("--help,-h", want_help);
    app.add_flag("--version,-V", want_version);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        throw UsageError{one_line(error.what())};
    }

    const int outputs = static_cast<int>(json) + static_cast<int>(rules) +
                        static_cast<int>(format_option->count() > 0) +
                        static_cast<int>(explain_option->count() > 0) + static_cast<int>(options.fix);
    if (from_option->count() > 0 && options.from.empty()) throw UsageError{"--from: no file given"};
    if (diff_option->count() > 0 && options.diff.empty()) throw UsageError{"--diff: no file given"};
    if (domain_option->count() > 0 && options.domain.empty()) throw UsageError{"--domain: no guest given"};
    if ((options.from == "-") + (options.diff == "-") + (options.domain == "-") > 1)
        throw UsageError{"only one of --from, --diff and --domain can be standard input"};
    if (!options.domain.empty() && (!options.diff.empty() || registers_option->count() > 0))
        throw UsageError{"--domain goes neither with --diff nor with --registers"};
    if (record_option->count() > 0 && options.record.empty()) throw UsageError{"--record: no file given"};
    const bool wants_registers = registers_option->count() > 0;
    if (options.record == "-" && (outputs > 0 || wants_registers))
        throw UsageError{"--record - and a format both want standard output"};
    options.wants_output =
        options.record.empty() || outputs > 0 || diff_option->count() > 0 || wants_registers;
    if (outputs > 1)
        throw UsageError{"only one of --explain, --json, --format, --fix and --rules can be given"};
    if (options.fix && (options.quiet || diff_option->count() > 0))
        throw UsageError{"--fix prints a script for one machine, so neither with --diff nor with --quiet"};
    if (prove_option->count() > 0) {
        read_prove_option(prove, file, options.prove);
        if (!options.from.empty()) throw UsageError{"--prove runs guests here, so not with --from"};
        if (rules || !explain.empty() || wants_registers)
            throw UsageError{
                "--prove goes with a report, so neither with --rules, --explain=RULE nor --registers"};
    } else if (file_option->count() > 0) {
        throw UsageError{fmt::format("what is \"{}\"?", file)};
    }
    if (colour_option->count() > 0) options.colour = colour_named(colour);
    if (question_option->count() > 0) options.question = question_named(question);
    options.format = find_format("summary");
    if (format_option->count() > 0) options.format = format_named(format);
    if (json) options.format = find_format("json");
    if (explain_option->count() > 0) {
        options.format = find_format("explain");
        if (!explain.empty()) {
            options.action = Options::Action::rule;
            options.rule = rule_named(explain);
        }
    }
    const bool comparable = options.format->name == "summary" || options.format->name == "json";
    if (!options.diff.empty() && !comparable) throw UsageError{"--diff prints text, or JSON with --json"};
    if (rules) options.action = Options::Action::rules;
    if (wants_registers) {
        read_register_option(registers, options);
        check_outputs(options, outputs, options.format->name == "json");
    }
    if (want_version) options.action = Options::Action::version;
    if (want_help) options.action = Options::Action::help;
    return options;
}

}  // namespace nestprobe
