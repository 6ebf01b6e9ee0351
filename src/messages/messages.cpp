// SPDX-License-Identifier: MIT
// Which message a pasted text is: a loose comparison, line by line.
#include "messages/messages.hpp"

#include "base/errno_words.hpp"
#include "base/text.hpp"

#include <cctype>
#include <iterator>

namespace nestprobe {
namespace {

bool is_hex(char ch) { return std::isxdigit(static_cast<unsigned char>(ch)) != 0; }

/// Where the next part begins that may be anything; a star behind a backslash is a star.
std::size_t wildcard_in(std::string_view pattern) {
    std::size_t at = pattern.find('*');
    while (at != std::string_view::npos && at > 0 && pattern[at - 1] == '\\') at = pattern.find('*', at + 1);
    return at;
}

std::string without_escapes(std::string_view part) {
    std::string plain(part);
    for (std::size_t at = plain.find("\\*"); at != std::string::npos; at = plain.find("\\*"))
        plain.erase(at, 1);
    return plain;
}

/// The parts of a pattern, in order.  A part that ends in a hex number may be a prefix of a longer one only
/// where the pattern means it ("msr 0x48"); a whole "error 0x7" must not be found in "error 0x7f" or the
/// like.
bool fits(std::string_view pattern, std::string_view line) {
    const bool whole_number = pattern.find("error 0x") != std::string_view::npos ||
                              pattern.find("reason = 0x") != std::string_view::npos;
    std::size_t from = 0;
    for (std::string_view rest = pattern; !rest.empty();) {
        const std::size_t star = wildcard_in(rest);
        const std::string part = without_escapes(rest.substr(0, star));
        std::size_t at = line.find(part, from);
        while (whole_number && at != std::string_view::npos && at + part.size() < line.size() &&
               is_hex(line[at + part.size()]))
            at = line.find(part, at + 1);
        if (at == std::string_view::npos) return false;
        from = at + part.size();
        rest = star == std::string_view::npos ? std::string_view{} : rest.substr(star + 1);
    }
    return true;
}

/// A typographic quotation mark at the beginning of a text, as a plain one; 0 when there is none.
char plain_quote(std::string_view text) {
    constexpr std::string_view quotes[] = {"\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x9c", "\xe2\x80\x9d"};
    for (std::size_t i = 0; i < std::size(quotes); ++i)
        if (text.starts_with(quotes[i])) return i < 2 ? '\'' : '"';
    return 0;
}

char lower(char ch) { return static_cast<char>(std::tolower(static_cast<unsigned char>(ch))); }

/// One character more.  The zeros that a hex number begins with are left out: 0x0000000080000021 is
/// 0x80000021.
void append(std::string& out, char ch) {
    if (is_hex(ch) && out.ends_with("0x0")) out.pop_back();
    out += lower(ch);
}

/// A system that speaks another language says the same.
std::string in_english(std::string_view text) {
    std::string out;
    for_each_line(text, [&](std::string_view line) { out.append(with_english_errno(line)).push_back('\n'); });
    return out;
}

}  // namespace

std::string loosened(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char ch = text[i];
        if (const char quote = plain_quote(text.substr(i)); quote != 0) {
            out += quote;
            i += 2;  // three bytes, as UTF-8
        } else if (ch != ' ' && ch != '\t' && ch != '\r') {
            append(out, ch);
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    return out;
}

bool tells_of_failure(std::string_view line) {
    constexpr std::string_view words[] = {
        "error",   "fail",        "cannot", "can't",   "could not", "couldn't", "unable",     "denied",
        "no such", "not ",        "n't ",   "no kvm",  "no /dev",   "refus",    "busy",       "invalid",
        "missing", "unavailable", "unsupp", "require", "reject",    "timeout",  "timed out",  "must ",
        "warn",    "lacks",       "abort",  "without", "illegal",   "conflict", "hang",       "stuck",
        "fatal",   "panic",       "disabl", "nicht ",  "kein",      "fehl",     "impossible", "erreur",
        "не ",     "нет ",        "ошибк",  "不",      "无法",      "失败",     "没有",       "失敗"};
    return !line.starts_with("$ ") && !line.starts_with("+ ") && !contains(line, "res=success") &&
           contains_any(line, words);
}

const Message* find_message(std::string_view text) {
    const std::string all = loosened(in_english(text));
    for (const Message& message : messages()) {
        bool found = false;
        const bool failure = message.scope == PageScope::trouble;
        for_each_line(message.patterns, [&](std::string_view pattern) {
            if (!found)
                for_each_line(all, [&](std::string_view line) {
                    found = found || (fits(pattern, line) && (!failure || tells_of_failure(line)));
                });
        });
        if (found) return &message;
    }
    return nullptr;
}

const Message* message_of_id(std::string_view id) {
    for (const Message& message : messages())
        if (message.id == id) return &message;
    return nullptr;
}

}  // namespace nestprobe
