// SPDX-License-Identifier: MIT
// What a shell's environment and a few words tell of the place: whose CI job, which kind of container, which
// distribution.  Of the environment only what tells that is kept.
// Sources: as probes/machine/container.cpp; rpm-ostree(1), kargs; NixOS manual, "nixos-version", options
// boot.*.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

constexpr std::string_view telling_variables[] = {"CI",
                                                  "GITHUB_ACTIONS",
                                                  "RUNNER_ENVIRONMENT",
                                                  "GITLAB_CI",
                                                  "TF_BUILD",
                                                  "JENKINS_URL",
                                                  "CI_RUNNER_DESCRIPTION",
                                                  "TEAMCITY_VERSION",
                                                  "CIRCLECI",
                                                  "TRAVIS",
                                                  "CODESPACES",
                                                  "REMOTE_CONTAINERS",
                                                  "APPTAINER_CONTAINER",
                                                  "SINGULARITY_CONTAINER",
                                                  "container",
                                                  "KUBERNETES_SERVICE_HOST"};

/// Options of NixOS, which no other system's files have.
constexpr std::string_view words_of_nixos[] = {"boot.extraModprobeConfig", "boot.kernelModules",
                                               "boot.kernelParams", "boot.initrd.kernelModules",
                                               "blacklistedKernelModules"};

}  // namespace

/// env, printenv, and either behind a filter: which then says nothing of what it does not show.
void read_variables(const Section& section, Evidence& evidence) {
    std::string kept;
    for_each_line(section.body, [&](std::string_view line) {
        line = trim(line);
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) return;
        const auto* const end = std::end(telling_variables);
        if (std::find(std::begin(telling_variables), end, line.substr(0, equals)) != end)
            kept.append(line).push_back('\n');
    });
    if (kept.empty() && (section.command.filtered || section.cut())) return;
    evidence.file("/proc/self/environ", kept);
    evidence.taken(section.command.program);
}

/// What a CI's own agent writes into a job's log: gitlab-runner's first lines, Travis CI's and CircleCI's
/// last.
bool read_job_line(std::string_view line, Evidence& evidence) {
    struct Row {
        std::string_view words, job;
    };
    constexpr Row rows[] = {
        {"this potentially indicates a stalled build or something wrong with the build itself", "travis"},
        {"Done. Your build exited with ", "travis"},
        {"travis_time:start:", "travis"},
        {"travis_fold:start:", "travis"},
        {"CircleCI received exit code", "circleci"},
        {"Too long with no output (exceeded ", "circleci"},
        {"Running with gitlab-runner ", "gitlab"},
        {".runners-manager.gitlab.com", "gitlab-hosted"},
        {"shared-runners-manager", "gitlab-hosted"},
        {"on docker-auto-scale ", "gitlab-hosted"},
    };
    for (const Row& row : rows)
        if (contains(line, row.words)) {
            evidence.hear(hearsay::job, row.job, "a log of a CI's job");
            evidence.taken("a log of a CI's job");
            return true;
        }
    return false;
}

/// "24.05.3916.a2e1d0414259 (Uakari)"
void read_nixos_version(const Section& section, Evidence& evidence) {
    const std::string_view text = trim(section.body);
    if (text.empty() || !is_digit(text.front())) return;
    evidence.taken("nixos-version");
    if (evidence.has_file("/etc/os-release")) return;
    evidence.file("/etc/os-release", "ID=nixos\n");
}

/// sysctl(8) prints "kernel.modules_disabled = 1" of /proc/sys/kernel/modules_disabled.
void read_sysctl(const Section& section, Evidence& evidence) {
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        const auto equals = line.find(" = ");
        if (equals == std::string_view::npos || line.data() + line.size() == end) return;
        std::string path = fmt::format("/proc/sys/{}", trim(line.substr(0, equals)));
        std::replace(path.begin(), path.end(), '.', '/');
        if (read_file_of_kernel(path, fmt::format("{}\n", trim(line.substr(equals + 3))), evidence))
            evidence.taken("sysctl");
    });
}

/// rpm-ostree(1), kargs: those of the deployment that is booted.
void read_ostree_words(const Section& section, Evidence& evidence) {
    const std::string_view text = trim(section.body);
    if (!section.command.names("kargs") || section.command.filtered || section.cut() ||
        !contains(text, "ostree="))
        return;
    evidence.file("/proc/cmdline", fmt::format("{}\n", text.substr(0, text.find('\n'))));
    evidence.taken("rpm-ostree kargs");
}

void hear_distribution(std::string_view text, Evidence& evidence) {
    if (evidence.has_file("/etc/os-release")) return;  // which says it itself
    if (contains_any(text, words_of_nixos)) evidence.file("/etc/os-release", "ID=nixos\n");
}

}  // namespace nestprobe
