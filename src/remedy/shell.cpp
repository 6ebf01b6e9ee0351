// SPDX-License-Identifier: MIT
#include "remedy/shell.hpp"

#include "base/printable.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

bool is_one_of(char c, std::string_view others) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

bool all_of(std::string_view text, std::string_view others) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [&](char c) { return is_one_of(c, others); });
}

std::string quoted(std::string_view text) {
    if (all_of(text, "_-./")) return std::string(text);
    std::string word = "'";
    for (const char c : text)
        if (c == '\'')
            word += "'\\''";
        else
            word += c;
    return word += '\'';
}

bool climbs(std::string_view path) {
    return path == ".." || path.starts_with("../") || path.ends_with("/..") || contains(path, "/../");
}

}  // namespace

std::optional<ConfigWord> ConfigWord::make(std::string_view text) {
    if (!all_of(text, "_.,:=/+@-") || text.starts_with('-') || climbs(text)) return std::nullopt;
    return ConfigWord(text);
}

std::optional<std::string> shell_word(std::string_view text) {
    if (!is_printable(text)) return std::nullopt;
    return quoted(text);
}

std::optional<std::string> shell_path(std::string_view path) {
    return shell_word(path.starts_with('/') ? std::string(path) : "./" + std::string(path));
}

std::string shell_text(std::string_view text) { return quoted(printable(text)); }

std::string shell_comment(std::string_view text) {
    std::string comment;
    const std::string wrapped = wrap(text, 0, 96);
    for (std::size_t begin = 0; begin <= wrapped.size();) {
        const std::size_t end = std::min(wrapped.find('\n', begin), wrapped.size());
        comment.append("# ").append(wrapped, begin, end - begin).append("\n");
        begin = end + 1;
    }
    return comment;
}

void ShellCalls::add(std::string_view function, const std::vector<std::string>& words) {
    std::string call(function);
    for (const std::string& word : words) {
        const std::optional<ConfigWord> safe = ConfigWord::make(word);
        if (!safe) refused_ = true;
        call.append(" ").append(safe ? quoted(safe->text()) : "");
    }
    call += '\n';
    if (refused_)
        text_.clear();
    else if (!contains("\n" + text_, "\n" + call))
        text_ += call;
}

}  // namespace nestprobe
