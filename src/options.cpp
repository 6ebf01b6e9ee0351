// SPDX-License-Identifier: MIT
#include "options.hpp"

#include "base/text.hpp"
#include "registers/lookup.hpp"
#include "report/assume.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <getopt.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

const Format* format_named(const std::string& name) {
    if (const Format* format = find_format(name)) return format;
    std::string names;
    for (const Format& format : formats()) names += fmt::format(" {}", format.name);
    throw UsageError{fmt::format("--format: no format \"{}\"; there are{}", name, names)};
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

void read_explain_option(const std::string& text, Options& options) {
    using Action = Options::Action;
    const Page page = find_page(text);
    options.text = text;
    options.rule = page.rule;
    options.message = page.message;
    options.platform = page.platform;
    options.action = page.rule       ? Action::rule
                     : page.message  ? Action::message
                     : page.log_line ? Action::log_line
                                     : Action::platform;
    if (page.found()) return;
    throw UsageError{fmt::format("--explain: no rule and no known message \"{}\"; the nearest rules are {}",
                                 text, fmt::join(nearest_rules(text), ", "))};
}

/// NAME or NAME=VALUE; the name may have a = of its own: CPUID.(EAX=07H,ECX=0):EBX.
void read_register_option(std::string_view text, Options& options) {
    options.action = Options::Action::registers;
    if (text.empty()) return;
    options.reg = find_register(text);
    if (options.reg) return;
    const std::size_t equals = text.rfind('=');
    const std::string_view name = trim(text.substr(0, equals));
    const Register* reg = find_register(name);
    if (!reg)
        throw UsageError{fmt::format("--registers: no register \"{}\"; nearest are {}", name,
                                     fmt::join(nearest_registers(name), ", "))};
    const std::string_view number = trim(text.substr(equals + 1));
    const std::optional<std::uint64_t> value = parse_register_value(*reg, number);
    if (!value)
        throw UsageError{
            fmt::format("--registers: \"{}\" is no number of {} bits", number, reg->is_msr() ? 64 : 32)};
    options.action = Options::Action::value;
    options.reg = reg;
    options.value = *value;
}

/// What can be given beside --registers.
void check_outputs(const Options& options, int others, bool json) {
    if (others > (json ? 1 : 0) || !options.diff.empty())
        throw UsageError{"--registers prints text, or JSON with --json"};
    if (options.quiet) throw UsageError{"--registers has no answer, so not with --quiet"};
    if (options.action == Options::Action::value && (!options.from.empty() || !options.record.empty()))
        throw UsageError{"--registers=NAME=VALUE looks at no machine, so not with --from or --record"};
}

/// Words joined by commas; `file` is what follows "report".
ProveOptions read_prove_option(std::string_view words, const std::string& file) {
    ProveOptions prove;
    prove.wanted = true;
    bool report = false;
    for_each_part(words, ',', [&](std::string_view word) {
        if (word == "all-cpus")
            prove.all_cpus = true;
        else if (word == "force")
            prove.force = true;
        else if (word == "report")
            report = true;
        else
            throw UsageError{fmt::format("--prove: not all-cpus, force or report: \"{}\"", word)};
    });
    if (report && file.empty()) throw UsageError{"--prove=report: no file given"};
    if (!report && !file.empty()) throw UsageError{fmt::format("\"{}\" is no option", file)};
    prove.report = file;
    return prove;
}

// --- the words, as they were given ---

/// What stands on the command line, before anything is made of it.
struct Given {
    std::optional<std::string> explain, format, question, colour, registers, diff, domain, record, prove;
    std::vector<std::string> from, assume;
    std::string file;  ///< behind the options: of --prove=report
    bool json = false, rules = false, fix = false, all = false, quiet = false, help = false, version = false;

    int outputs() const { return json + rules + fix + format.has_value() + explain.has_value(); }
};

/// A long option and where it goes: a flag, or a text that may be left out where the option means something
/// without it.
struct Spec {
    const char* name;
    bool Given::*flag = nullptr;
    std::optional<std::string> Given::*text = nullptr;
    std::vector<std::string> Given::*texts = nullptr;  ///< may be given again
    bool may_lack_text = false;
    char letter = 0;
};

constexpr Spec specs[] = {
    {.name = "explain", .text = &Given::explain, .may_lack_text = true},
    {.name = "all", .flag = &Given::all},
    {.name = "json", .flag = &Given::json},
    {.name = "format", .text = &Given::format},
    {.name = "registers", .text = &Given::registers, .may_lack_text = true},
    {.name = "fix", .flag = &Given::fix},
    {.name = "rules", .flag = &Given::rules},
    {.name = "quiet", .flag = &Given::quiet, .letter = 'q'},
    {.name = "color", .text = &Given::colour},
    {.name = "question", .text = &Given::question},
    {.name = "from", .texts = &Given::from},
    {.name = "diff", .text = &Given::diff},
    {.name = "domain", .text = &Given::domain},
    {.name = "record", .text = &Given::record},
    {.name = "assume", .texts = &Given::assume},
    {.name = "prove", .text = &Given::prove, .may_lack_text = true},
    {.name = "help", .flag = &Given::help, .letter = 'h'},
    {.name = "version", .flag = &Given::version, .letter = 'V'},
};
constexpr int first_long = 256;  // what getopt_long() answers for specs[0]: no letter of its own

std::vector<option> long_options() {
    std::vector<option> options;
    for (const Spec& spec : specs)
        options.push_back({spec.name,
                           spec.flag            ? no_argument
                           : spec.may_lack_text ? optional_argument
                                                : required_argument,
                           nullptr, first_long + static_cast<int>(&spec - specs)});
    options.push_back({});
    return options;
}

const Spec* spec_of(int answer) {
    if (answer >= first_long) return &specs[answer - first_long];
    for (const Spec& spec : specs)
        if (spec.letter != 0 && spec.letter == answer) return &spec;
    return nullptr;
}

/// What getopt_long() did not take, in words.
[[noreturn]] void refuse(int answer, std::string_view word) {
    if (answer == ':') throw UsageError{fmt::format("{} needs an argument", word)};
    if (optopt >= first_long)
        throw UsageError{fmt::format("--{} takes no argument", specs[optopt - first_long].name)};
    throw UsageError{fmt::format("unknown or ambiguous option {}", word)};
}

/// Where an option may lack its text, the next word is it unless it is an option.  Blanks are pasted with it.
std::string text_behind(const Spec& spec, int argc, char* const* argv) {
    const char* text = optarg;
    if (!text && spec.may_lack_text && optind < argc && argv[optind][0] != '-') text = argv[optind++];
    if (!text || !spec.may_lack_text) return text ? text : "";
    if (trim(text).empty()) throw UsageError{fmt::format("--{}: nothing was given", spec.name)};
    return std::string(trim(text));
}

Given read_words(int argc, const char* const* argv) {
    Given given;
    const std::vector<option> known = long_options();
    char* const* words = const_cast<char* const*>(argv);  // "+" below keeps getopt_long() from sorting them
    optind = 0;                                           // from the beginning, however often this is called
    for (;;) {
        const int at = std::max(optind, 1);
        const int answer = ::getopt_long(argc, words, "+:qhV", known.data(), nullptr);
        if (answer == -1 && given.prove && given.file.empty() && optind < argc) {
            given.file = argv[optind++];
            continue;
        }
        if (answer == -1) break;
        const Spec* spec = spec_of(answer);
        if (!spec) refuse(answer, argv[at]);
        if (spec->flag)
            given.*(spec->flag) = true;
        else if (spec->texts)
            (given.*(spec->texts)).push_back(text_behind(*spec, argc, words));
        else if ((given.*(spec->text)).has_value())
            throw UsageError{fmt::format("--{} was given twice", spec->name)};
        else
            given.*(spec->text) = text_behind(*spec, argc, words);
    }
    if (optind < argc) throw UsageError{fmt::format("\"{}\" is no option", argv[optind])};
    return given;
}

void check_files(const Given& given) {
    constexpr std::pair<const char*, std::optional<std::string> Given::*> files[] = {
        {"--diff: no file given", &Given::diff},
        {"--domain: no guest given", &Given::domain},
        {"--record: no file given", &Given::record}};
    for (const auto& [complaint, file] : files)
        if (given.*file == "") throw UsageError{complaint};
    if (std::count(given.from.begin(), given.from.end(), "") > 0) throw UsageError{"--from: no file given"};
    const std::string_view in = "-";
    if (std::count(given.from.begin(), given.from.end(), in) + (given.diff == in) + (given.domain == in) > 1)
        throw UsageError{"only one of --from, --diff and --domain can be standard input"};
}

/// What is assumed changes a report, and the script that is made of it; no file that is for what is so.
void check_assumptions(const Given& given) {
    if (given.assume.empty()) return;
    for (const std::string& text : given.assume)
        if (const std::string complaint = complaint_about(text); !complaint.empty())
            throw UsageError{"--assume: " + complaint};
    if (given.record || given.prove || given.diff || given.registers)
        throw UsageError{"--assume goes with a report, so not with --record, --prove, --diff or --registers"};
}

void check_together(const Given& given) {
    check_files(given);
    check_assumptions(given);
    if (given.domain && (given.diff || given.registers))
        throw UsageError{"--domain goes neither with --diff nor with --registers"};
    if (given.record && (given.rules || !given.explain.value_or("").empty()))
        throw UsageError{"--rules and --explain=WHAT look at no machine, so not with --record"};
    if (given.record == "-" && (given.outputs() > 0 || given.registers))
        throw UsageError{"--record - and a format both want standard output"};
    if (given.outputs() > 1)
        throw UsageError{"only one of --explain, --json, --format, --fix and --rules can be given"};
    if (given.prove && !given.from.empty()) throw UsageError{"--prove runs guests here, so not with --from"};
    if (given.prove && (given.rules || given.registers || !given.explain.value_or("").empty()))
        throw UsageError{"--prove goes with a report: not with --rules, --explain=WHAT or --registers"};
    if (given.fix && (given.quiet || given.diff))
        throw UsageError{"--fix prints a script for one machine, so neither with --diff nor with --quiet"};
}

/// The format, and the rule or message whose page is wanted.
void choose_output(const Given& given, Options& options) {
    options.format = given.format    ? format_named(*given.format)
                     : given.json    ? find_format("json")
                     : given.explain ? find_format("explain")
                                     : find_format("summary");
    if (given.explain && !given.explain->empty()) read_explain_option(*given.explain, options);
    const bool comparable = options.format->name == "summary" || options.format->name == "json";
    options.all = given.all;
    const bool ladder = options.action == Options::Action::report && options.format->name == "explain";
    if (given.all && !ladder) throw UsageError{"--all goes with --explain"};
    if (given.diff && !comparable) throw UsageError{"--diff prints text, or JSON with --json"};
}

}  // namespace

Options parse_command_line(int argc, const char* const* argv) {
    const Given given = read_words(argc, argv);
    check_together(given);
    Options options;
    options.from = given.from;
    options.diff = given.diff.value_or("");
    options.domain = given.domain.value_or("");
    options.record = given.record.value_or("");
    options.assume = given.assume;
    options.quiet = given.quiet;
    options.fix = given.fix;
    if (given.prove) options.prove = read_prove_option(*given.prove, given.file);
    options.wants_output = !given.record || given.outputs() > 0 || given.diff || given.registers;
    if (given.colour) options.colour = colour_named(*given.colour);
    if (given.question) options.question = question_named(*given.question);
    choose_output(given, options);
    if (given.rules) options.action = Options::Action::rules;
    if (given.registers) {
        read_register_option(*given.registers, options);
        check_outputs(options, given.outputs(), options.format->name == "json");
    }
    if (given.version) options.action = Options::Action::version;
    if (given.help) options.action = Options::Action::help;
    return options;
}

}  // namespace nestprobe
