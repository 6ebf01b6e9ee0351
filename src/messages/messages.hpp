// SPDX-License-Identifier: MIT
// Messages that people paste, of many programs: what each means, and a page for it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace nestprobe {

/// What it means to the guest whose QEMU said it.
enum class Weight : std::uint8_t {
    telling,  ///< something does not work as it could
    remark,   ///< nobody has to do anything
    fatal,    ///< QEMU ends (10.0 target/i386/kvm/kvm.c, kvm_buf_set_msrs(); accel/kvm/kvm-all.c, kvm_init())
};

/// How much a page is about: where several fit, one of its own says more.
enum class PageScope : std::uint8_t {
    own,       ///< this message
    frame,     ///< what somebody puts around another's message
    evidence,  ///< a checker's words, which are read as evidence too
    matter,    ///< whatever is said of a matter
    trouble,   ///< the same, of what failed: a line without a word of failure is none of it
};

struct Message {
    std::string_view id;       ///< kebab-case; never reused
    std::string_view program;  ///< whose words they are
    Weight weight = Weight::telling;
    PageScope scope = PageScope::own;
    std::string_view
        patterns;  ///< a line each, lower case; any of them; '*' is any text between two parts, "\\*" a star
    std::string_view means;      ///< one or two sentences
    std::string_view rules;      ///< names of rules that judge the same thing, a blank between; may be empty
    std::string_view causes;     ///< likely ones, in order
    std::string_view steps;      ///< what to do; a line that begins with four blanks is a command, whole
    std::string_view worked;     ///< how to tell that it worked; may be empty
    std::string_view otherwise;  ///< what else it can be, what it is not; may be empty
    std::string_view source;     ///< and its date where it ages
    friend bool operator==(const Message&, const Message&) = default;
};

template <class V>
constexpr void for_each_word(Message& message, V&& visit) {
    visit(message.weight);
    visit(message.scope);
}
template <class V>
constexpr void for_each_text(Message& message, V&& visit) {
    for (std::string_view* text :
         {&message.id, &message.program, &message.patterns, &message.means, &message.rules, &message.causes,
          &message.steps, &message.worked, &message.otherwise, &message.source})
        visit(*text);
}

/// In the order of the search: the most specific first.
std::span<const Message> messages();

/// Lower case, runs of blanks as one, typographic quotes as plain ones, a hex number without leading zeros.
std::string loosened(std::string_view text);

/// A loosened line that says that something failed.  A name of a file alone, a listing, what was typed at a
/// prompt, a definition, a check that passed: none of them does.
bool tells_of_failure(std::string_view line);

/// The first message that fits any line of a text; null when none does.
const Message* find_message(std::string_view text);

/// A page about whatever is said of a matter: what a rule or another page says counts before it.
constexpr bool is_of_matter(const Message& message) {
    return message.scope == PageScope::matter || message.scope == PageScope::trouble;
}

/// Null when there is none of that id.
const Message* message_of_id(std::string_view id);

}  // namespace nestprobe
