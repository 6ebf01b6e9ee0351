// SPDX-License-Identifier: MIT
// A workflow of GitHub's beside what its steps printed: whose runner the job is on, and whether it runs in a
// container.  Of several jobs nobody knows which is meant.
// Source: GitHub documentation, Workflow syntax, jobs.<job_id>.runs-on and .container (2026-11).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// "ubuntu-24.04", "windows-latest", "macos-14": labels of GitHub's own runners.
bool is_hosted(std::string_view label) {
    constexpr std::string_view begins[] = {"ubuntu-", "windows-", "macos-"};
    while (label.starts_with('"') || label.starts_with('\'') || label.starts_with('['))
        label.remove_prefix(1);
    return starts_with_any(label, begins);
}

struct Workflow {
    unsigned jobs = 0;
    bool hosted = false, in_container = false, steps = false;
};
Workflow workflow_in(std::string_view text) {
    Workflow found;
    for_each_line(text, [&](std::string_view line) {
        constexpr std::string_view runs_on = "runs-on:", container = "container:";
        const std::string_view words = trim(line);
        if (words.starts_with(runs_on)) {
            ++found.jobs;
            found.hosted = is_hosted(trim(words.substr(runs_on.size())));
        }
        found.in_container = found.in_container || words.starts_with(container);
        found.steps = found.steps || words == "steps:";
    });
    return found;
}

}  // namespace

void hear_workflow(std::string_view text, Evidence& evidence) {
    // What somebody's own machine printed beside it is no job's.
    constexpr std::string_view own[] = {"ocally:", "y laptop", "@laptop", "y machine:", "y own machine"};
    if (!contains(text, "runs-on:") || !evidence.refused() || contains_any(text, own)) return;
    const Workflow workflow = workflow_in(text);
    if (workflow.jobs != 1 || !workflow.steps) return;
    evidence.file("/proc/self/environ", workflow.hosted
                                            ? "GITHUB_ACTIONS=true\nRUNNER_ENVIRONMENT=github-hosted\n"
                                            : "GITHUB_ACTIONS=true\n");
    evidence.taken("a workflow of GitHub's");
    if (workflow.in_container && !evidence.has_file("/run/systemd/container"))
        evidence.file("/run/systemd/container", "docker\n");
}

}  // namespace nestprobe
