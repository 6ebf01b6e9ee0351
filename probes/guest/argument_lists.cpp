// SPDX-License-Identifier: MIT
// QEMU's arguments as programs that start it write them into their logs and files, one by one: a list of
// Python's or JSON's ('qemu-system-x86_64', '-cpu', 'host'), Go's slice (with: [-cpu host]), the lines of
// Multipass (process program, process arguments '-cpu, host').  Sources: kata-containers/govmm qemu/qemu.go,
// LaunchCustomQemu(); canonical/multipass, src/process/process.cpp; CPython, repr() of a list; state 2026-11.
#include "guest/argument_lists.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

bool names_qemu(std::string_view word) {
    const std::string_view name = word.substr(word.rfind('/') + 1);
    return (name.starts_with("qemu-system-") || name == "qemu-kvm") && !contains(name, " ");
}

class ArgumentList {
public:
    ArgumentList(std::string_view text, std::string_view label) : text_(text), label_(label) {}

    void add(std::string_view word, std::size_t at) {
        constexpr std::size_t most = 2000;
        if (words_.size() == most) return;
        words_.push_back({.text = std::string(word), .where = {}});
        offsets_.push_back(at);
    }
    void add_unknown(std::string_view expression, std::size_t at) {
        add(fmt::format("${}", trim(expression)), at);
        words_.back().is_expanded = true;
    }
    std::size_t offset(std::string_view part) const {
        return static_cast<std::size_t>(part.data() - text_.data());
    }
    /// With the lines that the words stand on, which are counted once.
    std::vector<Word> take() && {
        std::size_t line = 1, counted = 0;
        for (std::size_t i = 0; i < words_.size(); ++i) {
            for (; counted < offsets_[i]; ++counted) line += text_[counted] == '\n';
            words_[i].where = fmt::format("{}:{}", label_, line);
        }
        return std::move(words_);
    }

private:
    std::string_view text_;
    std::string_view label_;
    std::vector<Word> words_;
    std::vector<std::size_t> offsets_;
};

/// The quoted word that begins at `at`, which is moved behind it; nothing where it does not end.
bool take_quoted(std::string_view text, std::size_t& at, std::string& word) {
    const char quote = text[at];
    word.clear();
    for (++at; at < text.size() && text[at] != quote && text[at] != '\n'; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        word += text[at];
    }
    if (at >= text.size() || text[at] != quote) return false;
    ++at;
    return true;
}

/// What stands behind a comma that follows here; the text's end: no comma.
std::size_t behind_comma(std::string_view text, std::size_t at) {
    constexpr std::string_view blanks = " \t\r\n";
    at = text.find_first_not_of(blanks, at);
    if (at >= text.size() || text[at] != ',') return text.size();
    return std::min(text.find_first_not_of(blanks, at + 1), text.size());
}

/// A name or a call in the place of a word, which only the program knows; empty: the list's end.
std::string_view expression_at(std::string_view text, std::size_t at) {
    constexpr std::size_t longest = 200;
    const std::string_view rest = text.substr(at, longest);
    int depth = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const char c = rest[i];
        const bool closes = c == ')' || c == ']' || c == '}';
        if (depth == 0 && (closes || c == ',' || c == '\n')) return rest.substr(0, i);
        depth += (c == '(' || c == '[' || c == '{') - closes;
    }
    return {};
}

/// "qemu-system-x86_64", "-cpu", "host": at least one comma behind the program.
std::vector<Word> quoted_list(std::string_view text, const std::string& label) {
    ArgumentList found(text, label);
    for (std::size_t at = text.find_first_of("\"'"); at < text.size(); at = text.find_first_of("\"'", at)) {
        const std::size_t begin = at;
        std::string word;
        if (!take_quoted(text, at, word) || !names_qemu(word)) {
            at = begin + 1;
            continue;
        }
        ArgumentList list(text, label);
        list.add(word, begin);
        bool several = false;
        for (std::size_t next = behind_comma(text, at); next < text.size(); next = behind_comma(text, at)) {
            at = next;
            if (text[next] == '"' || text[next] == '\'') {
                if (!take_quoted(text, at, word)) return {};
                list.add(word, next);
                several = true;
            } else if (const std::string_view name = expression_at(text, next); !name.empty()) {
                list.add_unknown(name, next);
                at += name.size();
            } else {
                break;  // the list's end, behind a last comma
            }
        }
        if (several) found = std::move(list);
    }
    return std::move(found).take();
}

/// "launching /usr/bin/qemu-system-x86_64 with: [-name a -cpu host]"
std::vector<Word> go_slice(std::string_view text, const std::string& label) {
    constexpr std::string_view between = " with: [";
    ArgumentList found(text, label);
    for (std::size_t at = text.find(between); at != std::string_view::npos; at = text.find(between, at + 1)) {
        constexpr std::size_t longest = 300;
        const std::size_t begin = at - std::min(at, longest);
        const std::vector<std::string_view> before = split_words(text.substr(begin, at - begin));
        if (before.empty() || !names_qemu(before.back())) continue;
        const std::string_view rest = text.substr(at + between.size());
        const std::string_view inside = rest.substr(0, rest.find_first_of("]\n"));
        if (inside.size() == rest.size() || rest[inside.size()] != ']') continue;  // cut
        found = ArgumentList(text, label);
        found.add(before.back(), at);
        for (const std::string_view word : split_words(inside)) found.add(word, at);
    }
    return std::move(found).take();
}

/// "process program 'qemu-system-x86_64'", and on a later line "process arguments '-cpu, host'".
std::vector<Word> multipass_lines(std::string_view text, const std::string& label) {
    ArgumentList found(text, label);
    std::string_view program;
    for_each_line(text, [&](std::string_view line) {
        const auto behind = [&](std::string_view key) {
            const std::string_view rest = after(line, key);
            return rest.substr(0, rest.rfind('\'') == std::string_view::npos ? 0 : rest.rfind('\''));
        };
        if (const std::string_view name = behind("process program '"); !name.empty()) program = name;
        std::string_view arguments = behind("process arguments '");
        if (arguments.empty() || !names_qemu(program)) return;
        found = ArgumentList(text, label);
        const std::size_t at = found.offset(line);
        found.add(program, at);
        while (!arguments.empty()) {
            const std::size_t end = std::min(arguments.find(", "), arguments.size());
            found.add(arguments.substr(0, end), at);
            arguments.remove_prefix(std::min(end + 2, arguments.size()));
        }
    });
    return std::move(found).take();
}

}  // namespace

std::vector<Word> find_argument_list(std::string_view text, const std::string& label) {
    if (!contains(text, "qemu-")) return {};
    for (const auto& read : {multipass_lines, quoted_list, go_slice})
        if (std::vector<Word> words = read(text, label); !words.empty()) return words;
    return {};
}

}  // namespace nestprobe
