// SPDX-License-Identifier: MIT
// From a report to text: pure functions, and the table that lists them.
#pragma once

#include "messages/messages.hpp"
#include "report/report.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace nestprobe {

/// How text may look.  Plain ASCII without colour unless the terminal takes more.
struct Style {
    bool colour = false;
    bool unicode = false;
};

struct Format {
    std::string_view name;
    std::string_view doc;
    std::string (*render)(const Report&, const Style&);
};

std::span<const Format> formats();
/// Null when there is none of that name.
const Format* find_format(std::string_view name);

std::string render_summary(const Report& report, const Style& style);
/// The ladder, and what failed, costs something or could not be judged.
std::string render_explain(const Report& report, const Style& style);
/// The same with every rule: --all.
std::string render_explain_all(const Report& report, const Style& style);
std::string render_json(const Report& report, const Style& style);
std::string render_facts(const Report& report, const Style& style);

/// A line for every rule.
std::string render_rules(const Style& style);
/// A rule's page: what it checks, why it matters, how to fix it.
std::string render_rule(const Rule& rule, const Style& style);
/// A message's page: what it means, likely causes, what to do, how to tell that it worked.
std::string render_message(const Message& message, const Style& style);

/// What there is a page of.
struct Page {
    const Rule* rule = nullptr;
    const Message* message = nullptr;
    bool log_line = false;
    std::optional<Platform> platform{};
    bool found() const { return rule || message || log_line || platform; }
};
/// A rule by id or name, a message by id, else the message, the line of the kernel's log or the one product
/// that the text is about.  A page about a matter says less than a product's.
Page find_page(std::string_view text);

/// The page of that product: how its guests are shown VMX or SVM.
std::string render_platform(Platform platform, std::string_view text, const Style& style);

/// Is there a line of the kernel's log in it that the table knows?
bool names_log_line(std::string_view text);
/// The page of the first such line of `text`, of which there must be one: what it means and what it does not,
/// what follows from it alone (`report`, of that text), and how to have the whole log looked at.
std::string render_log_line(std::string_view text, const Report& report, const Style& style);

}  // namespace nestprobe
