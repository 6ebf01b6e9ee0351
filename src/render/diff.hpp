// SPDX-License-Identifier: MIT
// Two machines beside each other: which answers differ, and what may be why.
#pragma once

#include "render/render.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nestprobe {

/// What is compared of a machine, and no more: who has it needs the machine no longer, so that of two large
/// ones never both are held.
struct Comparable {
    /// A value: as JSON on one line, and as the text shows it where that is another.
    struct Side {
        std::string json;
        std::optional<std::string> shown{};
        const std::string& word() const { return shown ? *shown : json; }
        friend bool operator==(const Side&, const Side&) = default;
    };
    struct AnswerGiven {
        Answer answer;
        std::string_view cause;  ///< the rule's id; empty where there is none
    };
    struct FactSeen {
        std::string_view id;
        Side side;
    };
    struct RegisterSeen {
        Side side;
        std::optional<std::uint64_t> raw{};  ///< the one value on all CPUs; nothing where they differ
    };

    explicit Comparable(const Report& report);

    std::string machine;                                 ///< in words
    std::vector<AnswerGiven> answers;                    ///< in the order of `questions`
    std::vector<std::pair<const Rule*, Side>> findings;  ///< in the order of the report
    std::vector<FactSeen> facts;
    std::vector<RegisterSeen> registers;  ///< in the order of registers::all
};

/// `here` is this machine or --from, `there` the file of --diff; `there_name` is for the reader.
std::string render_diff(const Comparable& here, const Comparable& there, const std::string& there_name,
                        const Style& style);
/// nestprobe-diff/1, schema/diff.schema.json.
std::string render_diff_json(const Comparable& here, const Comparable& there);

}  // namespace nestprobe
