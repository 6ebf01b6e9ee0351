// SPDX-License-Identifier: MIT
#include "rules/device/access_places.hpp"

#include "remedy/steps.hpp"
#include "rules/device/access.hpp"

#include <string>
#include <utility>
#include <vector>

namespace nestprobe {
namespace {

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<std::string> kept(std::span<const std::string_view> lines) {
    std::vector<std::string> out;
    for (const std::string_view line : lines)
        if (!line.empty()) out.emplace_back(line);
    return out;
}

ShellCommands commands_of(std::span<const std::string_view> lines) {
    ShellCommands out;
    for (const std::string_view line : lines)
        if (!line.empty()) out.push_back(ShellCommand::of_row(line));
    return out;
}

}  // namespace

std::optional<AccessRow> row_named(std::string_view place) {
    const PackedRows<AccessRow> rows = access_rows();
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows.first_text(i) == place) return rows[i];
    return std::nullopt;
}

std::optional<AccessRow> row_of_container(const Facts& f) {
    const std::string* name = f.kernel.container.if_known();
    // Of Docker a sentence may say more than what was read.
    if (name && *name == "docker" && f.evidence && is(f.evidence->named_place, "docker-rootless"))
        return row_named("docker-rootless");
    return name ? row_named(*name) : std::nullopt;
}

std::optional<AccessRow> row_of_job(const Facts& f) {
    const Job* job = f.kernel.job.if_known();
    return job ? row_named(to_string(*job)) : std::nullopt;
}

bool in_github_job(const Facts& f) {
    return is(f.kernel.job, Job::github_hosted) || is(f.kernel.job, Job::github);
}

bool in_job(const Facts& f) { return f.kernel.job.if_known() && !is(f.kernel.job, Job::none); }

std::optional<AccessRow> row_here(const Facts& f) {
    if (auto container = row_of_container(f)) return container;
    if (in_container(f)) return std::nullopt;
    if (auto job = row_of_job(f)) return job;
    return is(f.kernel.user_namespace, true) ? row_named("user-namespace") : std::nullopt;
}

bool is_unmapped(const Facts& f) {
    return !in_container(f) && !in_job(f) && f.kernel.user_namespace.if_absent() && shows_unmapped_group(f);
}

Remedy fix_job(const Facts& f) {
    const auto row = in_job(f) ? row_of_job(f) : std::nullopt;
    return row ? steps_of(f, row->give) : Remedy{};
}

std::optional<KnownPlace> place_called(const Facts& f, std::string_view name) {
    const auto row = row_named(name);
    if (!row) return std::nullopt;
    const Absent* refused = f.device.open.if_absent();
    const bool denied = refused && refused->why == Why::permission_denied && !row->allow[0].empty();
    return KnownPlace{std::string(row->words), steps_of(f, denied ? row->allow : row->give)};
}

Remedy steps_of(const Facts& f, std::span<const AccessStep> rows) {
    Remedy remedy;
    for (const AccessStep& row : rows) {
        if (row.empty() || (row.of_host && is(f.device.registered, true))) continue;
        Step step{.where = row.where,
                  .what = std::string(row.what),
                  .commands = commands_of(row.commands),
                  .file = std::string(row.file),
                  .lines = kept(row.lines),
                  .expect = std::string(row.expect)};
        if (!row.expect.empty()) step.action = GiveDevice{};
        remedy.then(std::move(step));
    }
    return remedy;
}

bool is_nobodys(const DeviceNode& node) {
    for (const std::string_view name : {"root", "0", "nogroup", "nobody", "65534"})
        if (node.group == name) return true;
    return is_number(node.group);
}

bool shows_unmapped_group(const Facts& f) {
    const DeviceNode* node = f.device.node.if_known();
    return node && (node->group == "nogroup" || node->group == "nobody" || node->group == "65534");
}

std::string_view place_words(const Facts& f) {
    if (const auto row = row_of_container(f)) return row->words;
    if (in_container(f)) return "a container";
    if (const auto row = row_here(f)) return row->words;
    return is_unmapped(f) ? "a user namespace that maps no group of the host's: an unprivileged container of "
                            "LXC, LXD or Incus, or a rootless one"
                          : "";
}

}  // namespace nestprobe
