// SPDX-License-Identifier: MIT
#include "snapshot/import/paste.hpp"

#include "base/errno_words.hpp"
#include "base/text.hpp"
#include "snapshot/import/entrances.hpp"
#include "snapshot/import/markup.hpp"
#include "snapshot/import/typed.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace nestprobe {
namespace {

// --- cleaning ---

/// The escape sequence at the beginning of `text`: ESC [ ... letter, or ESC and one character.
std::size_t escape_size(std::string_view text) {
    if (text.size() < 2 || text[1] != '[') return std::min<std::size_t>(text.size(), 2);
    std::size_t n = 2;
    while (n < text.size() && text[n] >= 0x20 && text[n] < 0x40) ++n;
    return std::min(n + 1, text.size());
}

struct Replacement {
    std::string_view bytes, by;
};
constexpr Replacement replacements[] = {
    {"\xc2\xa0", " "},       // no-break space
    {"\xe2\x80\xaf", " "},   // narrow no-break space
    {"\xe2\x80\x8b", ""},    // zero-width space
    {"\xef\xbb\xbf", ""},    // byte order mark
    {"\xef\xbc\x9a", ": "},  // full-width colon
    {"&gt;", ">"},           // a page's source
    {"&lt;", "<"},          {"&quot;", "\""},      {"&nbsp;", " "}, {"&#39;", "'"},
    {"&amp;", "&"},         {"\xe2\x80\x98", "'"},  // quotation marks of a locale, or of a word processor
    {"\xe2\x80\x99", "'"},  {"\r\n", "\n"},        {"\r", "\n"},
};

std::string clean_bytes(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const std::string_view rest = text.substr(i);
        const unsigned char c = static_cast<unsigned char>(rest.front());
        if (c == 0x1b) {
            i += escape_size(rest);
        } else if (c == 0) {
            ++i;
        } else if (c < 0x80 && c != '\r' && c != '&') {
            result += rest.front();
            ++i;
        } else {
            const auto* row = std::find_if(std::begin(replacements), std::end(replacements),
                                           [&](const Replacement& r) { return rest.starts_with(r.bytes); });
            const bool found = row != std::end(replacements);
            result += found ? row->by : rest.substr(0, 1);
            i += found ? row->bytes.size() : 1;
        }
    }
    return result;
}

/// How many characters of quotation and indentation all lines begin with: "> ", "    ".
std::size_t common_margin(std::string_view text) {
    std::string_view margin;
    bool first = true;
    for_each_line(text, [&](std::string_view line) {
        if (trim(line).empty() || line.starts_with("```")) return;
        std::size_t n = 0;
        while (n < line.size() && (line[n] == ' ' || line[n] == '\t' || line[n] == '>' || line[n] == '|'))
            ++n;
        const std::string_view own = line.substr(0, n);
        const auto shared = std::mismatch(margin.begin(), margin.end(), own.begin(), own.end()).first;
        margin = first ? own : margin.substr(0, static_cast<std::size_t>(shared - margin.begin()));
        first = false;
    });
    return margin.size();
}

/// "$", "root@host:~#", "[root@host ~]#": a shell that waits.  What was above it is whole.
bool is_bare_prompt(std::string_view line) {
    line = trim(line);
    if (line == "$" || line.ends_with(" ~ #")) return true;
    // Kali's, of two lines.
    if (line.starts_with("\xe2\x94\x8c\xe2\x94\x80") && line.ends_with("]")) return true;
    if (line.size() < 4 || (!line.ends_with('$') && !line.ends_with('#'))) return false;
    const bool bracketed = line.front() == '[' && contains(line, "]");
    const bool plain = line.find_first_of(" \t\"'`=|<>") == std::string_view::npos && contains(line, ":");
    return contains(line, "@") && (bracketed || plain);
}

/// "> Verify nested virtualization is enabled: / > $ cat .../nested / > Y": of a guide that somebody quotes,
/// the answer below the command is the guide's.  What the machine says stands outside of the quotation.
std::string without_answers_of_guides(std::string_view text) {
    constexpr std::string_view asks[] = {"Verify ", "Check ", "Ensure ", "Confirm ", "Make sure "};
    std::string result;
    bool guide = false, asked = false, quoted = false, outside = false;
    for_each_line(text, [&](std::string_view line) {
        outside = outside || (!trim(line).empty() && !line.starts_with('>'));
    });
    if (!outside || !contains(text, "\n>")) return std::string(text);
    for_each_line(text, [&](std::string_view line) {
        const std::string_view own = trim(line.substr(line.starts_with('>') ? 1 : 0));
        const bool begins = line.starts_with('>') && !quoted;
        quoted = line.starts_with('>');
        if (begins)
            guide =
                own.ends_with(':') && std::any_of(std::begin(asks), std::end(asks),
                                                  [&](std::string_view ask) { return own.starts_with(ask); });
        guide = guide && quoted;
        asked = guide && (asked || own.starts_with("$ "));
        if (!asked || own.starts_with("$ ")) result.append(line);
        result.push_back('\n');
    });
    if (!text.ends_with('\n') && !result.empty()) result.pop_back();
    return result;
}

/// Who went into which guest, by a command at the prompt of another machine.
class GuestsEntered {
public:
    explicit GuestsEntered(std::string_view text) : machines_(shows_instances_that_are_machines(text)) {}
    bool instances_are_machines() const { return machines_; }

    /// A prompt that names a machine.
    void see(const std::string& host) {
        if (opened_ && host != from_) inside_.insert_or_assign(host, opened_);
        opened_ = nullptr;
    }
    void type(std::string_view typed, const std::string& host) {
        const Entrance* opened = opened_by(typed);
        if (opened && opened->in == RunsIn::instance && !machines_) opened = nullptr;
        if (!opened) return;
        opened_ = opened;
        from_ = host;
    }
    const Entrance* by(const std::string& host) const {
        const auto found = inside_.find(host);
        return found == inside_.end() ? nullptr : found->second;
    }

private:
    bool machines_;
    const Entrance* opened_ = nullptr;
    std::string from_;
    std::map<std::string, const Entrance*> inside_;
};

/// What begins with that command, which may run in another machine than the prompt's.
Section begun_by(std::string_view typed, std::string host, bool instances_are_machines) {
    std::optional<Entered> entered = entered_by(typed);
    if (entered && entered->entrance->in == RunsIn::instance && !instances_are_machines) entered.reset();
    if (!entered) return {parse_command(typed), {}, std::move(host)};
    Command command = parse_command(entered->command);
    if (entered->entrance->in == RunsIn::here) return {std::move(command), {}, std::move(host)};
    return {std::move(command), {}, std::move(entered->name), entered->entrance};
}

}  // namespace

std::string clean_paste(std::string_view text) {
    const std::string bytes = without_tables(without_answers_of_guides(clean_bytes(text)));
    const std::size_t margin = common_margin(bytes);
    std::string result;
    result.reserve(bytes.size());
    for_each_line(bytes, [&](std::string_view whole) {
        if (trim(whole).empty()) whole = {};
        const std::string line =
            with_english_errno(without_markup(whole.substr(std::min(margin, whole.size()))));
        if (!line.starts_with("```") && !line.starts_with("~~~")) result.append(line).push_back('\n');
    });
    if (!bytes.ends_with('\n') && result.ends_with('\n')) {
        result.pop_back();
        if (result.ends_with('\n')) result.push_back(' ');  // cut within a line's indentation
    }
    return result;
}

std::vector<Section> split_paste(std::string_view text) {
    std::vector<Section> sections(1);
    bool announced = false;
    GuestsEntered guests(text);
    std::string here;  // of the last prompt
    const char* const end = text.data() + text.size();
    for_each_line(text, [&](std::string_view line) {
        std::string_view heading = heading_in(line, announced);
        if (heading.empty()) heading = command_in_prose(line);
        std::string_view typed = typed_in(line);
        if (typed.empty() && is_bare_command(line)) typed = trim(line);
        if (!heading.empty()) {
            here.clear();
            sections.push_back({parse_command(as_command(heading)), {}});
        } else if (!typed.empty()) {
            if (std::string host = host_in_prompt(line); !host.empty()) {
                guests.see(host);
                here = std::move(host);
            }
            sections.push_back(begun_by(typed, here, guests.instances_are_machines()));
            if (!sections.back().by) sections.back().by = guests.by(here);
            guests.type(typed, here);
        } else if (is_bare_prompt(line)) {
            sections.push_back({{}, {}, here});
        } else if (line.starts_with("Architecture:") && contains(sections.back().body, "Architecture:") &&
                   !sections.back().command.filtered) {
            // Another lscpu without its command.
            sections.push_back({sections.back().command, {}, sections.back().host});
            sections.back().body.append(line).push_back('\n');
        } else if (line.starts_with("==> ") && line.ends_with(" <==")) {
            here.clear();
            sections.push_back({parse_command("cat " + std::string(line.substr(4, line.size() - 8))), {}});
        } else {
            sections.back().body.append(line);
            if (line.data() + line.size() != end) sections.back().body.push_back('\n');
        }
    });
    // What a prompt ended is whole; only the last output may lack its end.
    for (Section& section : sections)
        if (&section != &sections.back() && section.body.empty()) section.body = "\n";
    return sections;
}

}  // namespace nestprobe
