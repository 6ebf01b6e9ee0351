// SPDX-License-Identifier: MIT
// osquery's rows of its tables cpuid and msr: in JSON, as its table with bars, or with --csv.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace nestprobe {
namespace {

using Json = nlohmann::json;
using OsqueryRow = std::map<std::string, std::string, std::less<>>;

/// osquery's rows in JSON, as its default table with bars, or with --csv.
std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells;
    line = trim(line);
    if (line.starts_with('|')) line.remove_prefix(1);
    if (line.ends_with('|')) line.remove_suffix(1);
    while (true) {
        const auto bar = line.find('|');
        cells.emplace_back(trim(line.substr(0, bar)));
        if (bar == std::string_view::npos) return cells;
        line.remove_prefix(bar + 1);
    }
}

bool is_osquery_header(std::string_view line) {
    const auto cells = cells_of(line);
    const auto has_column = [&](std::string_view name) {
        return std::find(cells.begin(), cells.end(), name) != cells.end();
    };
    return (has_column("feature") && has_column("value")) || has_column("feature_control");
}

std::vector<OsqueryRow> osquery_table(std::string_view text) {
    std::vector<OsqueryRow> rows;
    std::vector<std::string> header;
    const char* const end = text.data() + text.size();
    for_each_line(text, [&](std::string_view line) {
        if (!contains(line, "|") || line.data() + line.size() == end) return;
        auto cells = cells_of(line);
        if (is_osquery_header(line)) {
            header = std::move(cells);
        } else if (!header.empty() && cells.size() == header.size()) {
            OsqueryRow& row = rows.emplace_back();
            for (std::size_t i = 0; i < cells.size(); ++i) row.emplace(header[i], std::move(cells[i]));
        }
    });
    return rows;
}

std::vector<OsqueryRow> osquery_json(std::string_view text) {
    std::vector<OsqueryRow> rows;
    const Json whole = Json::parse(text, nullptr, false);
    if (!whole.is_array()) return rows;
    for (const Json& entry : whole) {
        if (!entry.is_object()) continue;
        OsqueryRow& row = rows.emplace_back();
        for (const auto& [key, value] : entry.items())
            if (value.is_string()) row.emplace(key, value.get<std::string>());
    }
    return rows;
}

/// A bit is one bit: the rest of its register is not known.
void take_osquery_row(const OsqueryRow& row, Evidence& evidence) {
    const auto field = [&](std::string_view name) {
        const auto found = row.find(name);
        return found == row.end() ? std::string() : found->second;
    };
    const std::string feature = field("feature"), value = field("value");
    for (const auto& [name, topic] :
         {std::pair{"vmx", hearsay::cpuid_vmx}, std::pair{"svm", hearsay::cpuid_svm},
          std::pair{"hypervisor", hearsay::cpuid_hypervisor}})
        if (feature == name && (value == "0" || value == "1"))
            evidence.hear(topic, value == "1" ? "yes" : "no", fmt::format("osquery, cpuid: {}", name));
    if (feature == "vendor" && !value.empty()) evidence.cpu({.vendor = value});
    if (feature == "product_name" && !value.empty()) evidence.cpu({.brand = std::string(trim(value))});
    unsigned cpu = 0;
    std::uint64_t control = 0;
    if (parse_number(std::string_view(field("processor_number")), cpu) && cpu < CpuSet::limit &&
        parse_number(std::string_view(field("feature_control")), control))
        evidence.msr(CpuSet(cpu), 0x3a, control);
}

}  // namespace

bool is_osquery(std::string_view text) {
    text = trim(text.substr(0, 65536));
    if (text.starts_with('['))
        return (contains(text, "\"feature\"") && contains(text, "\"value\"")) ||
               contains(text, "\"feature_control\"");
    bool header = false;
    for_each_line(text, [&](std::string_view line) {
        header = header || (contains(line, "|") && is_osquery_header(line));
    });
    return header;
}

/// Tables cpuid (feature, value, ...) and msr (processor_number, feature_control, ...).
void read_osquery(const Section& section, Evidence& evidence) {
    const bool json = trim(section.body).starts_with('[');
    for (const OsqueryRow& row : json ? osquery_json(section.body) : osquery_table(section.body))
        take_osquery_row(row, evidence);
    evidence.taken("osquery");
}

}  // namespace nestprobe
