// SPDX-License-Identifier: MIT
// The place that this process runs in: a container, an application's sandbox, a job of a CI.  What a person
// can do about /dev/kvm depends on it.  Each sign proves presence; that none is there proves nothing.
//
// Sources: systemd.exec and container-interface documentation (/run/systemd/container, container=); Docker's
// /.dockerenv; podman-run(1), /run/.containerenv; toolbox(1), /run/.toolboxenv; Kubernetes documentation,
// "Environment variables for Services" and "Projected volumes"; LXD and Incus documentation, "Communication
// between instance and host"
// (/dev/lxd, /dev/incus); Flatpak documentation, /.flatpak-info; Apptainer user guide, environment; GitHub
// documentation, "Default environment variables"; GitLab documentation, "Predefined CI/CD variables";
// GitHub documentation, "Default environment variables for your codespace"; Azure Pipelines, "Predefined
// variables" (TF_BUILD); Jenkins, "Using environment variables".
#include "base/hearsay.hpp"
#include "base/text.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

namespace nestprobe {
namespace {

constexpr std::string_view environment_path = "/proc/self/environ";
constexpr std::string_view gitlabs_own = "runners-manager.gitlab.com";  ///< in a runner's description

/// Each NAME=VALUE: the kernel ends them with NULs, a snapshot with line feeds.
template <class V>
void for_each_variable(std::string_view text, V&& visit) {
    const char end = contains(text, std::string_view("\0", 1)) ? '\0' : '\n';
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(end));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        const auto equals = word.find('=');
        if (equals != std::string_view::npos) visit(word.substr(0, equals), word.substr(equals + 1));
    }
}

/// Of this process: the value, or nothing.
std::optional<std::string> variable(const Reading<std::string>& environment, std::string_view wanted) {
    std::optional<std::string> found;
    if (environment.if_known())
        for_each_variable(*environment.if_known(), [&](std::string_view name, std::string_view value) {
            if (name == wanted) found = std::string(value);
        });
    return found;
}

Fact<std::string> by_variable(std::string_view place, std::string_view name) {
    return {std::string(place), {{std::string(environment_path), std::string(name)}}};
}

std::optional<Fact<std::string>> kubernetes(const Filesystem& files,
                                            const Reading<std::string>& environment) {
    if (variable(environment, "KUBERNETES_SERVICE_HOST"))
        return by_variable("kubernetes", "KUBERNETES_SERVICE_HOST");
    constexpr std::string_view secrets = "/run/secrets/kubernetes.io";
    if (files.list(secrets).if_known())
        return Fact<std::string>{"kubernetes", {{std::string(secrets), "present"}}};
    return std::nullopt;
}

/// Whose LXC it is: Proxmox's kernel is the host's too; LXD and Incus put a directory into /dev.
Fact<std::string> lxc_flavour(const Filesystem& files, const Fact<std::string>& release,
                              const Fact<std::string>& lxc) {
    if (release.if_known() && release.if_known()->ends_with("-pve")) {
        Fact<std::string> found("proxmox-ct", lxc.from());
        return {*found.if_known(), {lxc.from().front(), release.from().front()}};
    }
    if (files.list("/dev/incus").if_known()) return {"incus", {{"/dev/incus", "present"}}};
    if (files.list("/dev/lxd").if_known()) return {"lxd", {{"/dev/lxd", "present"}}};
    return lxc;
}

struct FileSign {
    std::string_view path;
    std::string_view place;
};
constexpr FileSign file_signs[] = {
    {"/run/.toolboxenv", "toolbox"},
    {"/.dockerenv", "docker"},
    {"/run/.containerenv", "podman"},
    {"/.flatpak-info", "flatpak"},
};

struct CgroupSign {
    std::string_view part;
    std::string_view place;
};
// What a path of /proc/self/cgroup holds where it is not hidden by a cgroup namespace.
constexpr CgroupSign cgroup_signs[] = {
    {"/kubepods", "kubernetes"}, {"/docker/", "docker"},  {"/docker-", "docker"},
    {"/libpod-", "podman"},      {"/lxc.payload", "lxc"},
};

std::optional<Fact<std::string>> by_cgroup(const Filesystem& files) {
    constexpr std::string_view path = "/proc/self/cgroup";
    const auto text = files.read(path);
    if (!text.if_known()) return std::nullopt;
    for (const CgroupSign& sign : cgroup_signs)
        if (contains(*text.if_known(), sign.part))
            return Fact<std::string>{std::string(sign.place), {{std::string(path), std::string(sign.part)}}};
    return std::nullopt;
}

/// container=lxc, which LXC, Podman and systemd-nspawn set for all that they start; and Apptainer's own.
std::optional<Fact<std::string>> by_environment(const Reading<std::string>& environment) {
    if (auto name = variable(environment, "container"); name && !name->empty())
        return by_variable(*name, "container=" + *name);
    for (const std::string_view name : {"APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"})
        if (variable(environment, name)) return by_variable("apptainer", name);
    return std::nullopt;
}

/// A development container, whose own file says how it is started: Codespaces, and editors' extensions.
std::optional<Fact<std::string>> dev_container(const Reading<std::string>& environment) {
    for (const std::string_view name : {"CODESPACES", "REMOTE_CONTAINERS"})
        if (variable(environment, name).value_or("") == "true")
            return by_variable("devcontainer", fmt::format("{}=true", name));
    return std::nullopt;
}

Fact<std::string> find_container(const Filesystem& files, const Reading<std::string>& environment) {
    if (auto pod = kubernetes(files, environment)) return *std::move(pod);
    if (auto found = dev_container(environment)) return *std::move(found);
    Fact<std::string> systemd = read_word(files, "/run/systemd/container");
    if (systemd.if_known()) return systemd;
    for (const FileSign& sign : file_signs)
        if (files.read(sign.path).if_known())
            return {std::string(sign.place), {{std::string(sign.path), "present"}}};
    if (auto found = by_environment(environment)) return *std::move(found);
    if (auto found = by_cgroup(files)) return *std::move(found);
    if (systemd.absence().why != Why::no_device) return systemd;
    return {"none", {{"/run/systemd/container, /.dockerenv, /run/.containerenv", "none of them"}}};
}

/// gVisor's kernel is a program, whoever starts it: Docker, Kubernetes, a cloud's functions.  It always names
/// one build, and its newer ones themselves (pkg/sentry/kernel/version.go, syslog.go).
std::optional<Fact<std::string>> gvisor(const KernelFacts& kernel) {
    constexpr std::string_view build = "#1 SMP Sun Jan 10 15:06:54 PST 2016";
    constexpr LogLine starting = LogLine::gvisor_starting;
    if (kernel.release.if_known() && kernel.release.if_known()->ends_with("-gvisor"))
        return Fact<std::string>{"gvisor", kernel.release.from()};
    if (is(kernel.build, build)) return Fact<std::string>{"gvisor", kernel.build.from()};
    if (const LoggedLine* line = find_line(kernel.log, std::span(&starting, 1)))
        return Fact<std::string>{"gvisor", {from_log(*line)}};
    return std::nullopt;
}

/// Most say "true"; AppVeyor "True", Woodpecker its own name.
bool is_yes(std::string_view value) {
    return !value.empty() && value != "false" && value != "False" && value != "0";
}

}  // namespace

Reading<std::string> read_environment(const Filesystem& files) { return files.read(environment_path); }

Fact<std::string> probe_container(const Filesystem& files, const Reading<std::string>& environment,
                                  const KernelFacts& kernel) {
    if (auto sandbox = gvisor(kernel)) return *std::move(sandbox);
    Fact<std::string> found = find_container(files, environment);
    return is(found, "lxc") ? lxc_flavour(files, kernel.release, found) : found;
}

/// sudo takes the environment away; the file that GitHub's own images have is still there.
Fact<Job> probe_job(const Filesystem& files, const Reading<std::string>& environment) {
    constexpr std::string_view image = "/imagegeneration/imagedata.json";
    const auto by = [](Job job, std::string_view variable) {
        return Fact<Job>{job, {{std::string(environment_path), std::string(variable)}}};
    };
    if (variable(environment, "GITHUB_ACTIONS").value_or("") == "true")
        return variable(environment, "RUNNER_ENVIRONMENT").value_or("") == "github-hosted"
                   ? by(Job::github_hosted, "RUNNER_ENVIRONMENT=github-hosted")
                   : by(Job::github, "GITHUB_ACTIONS=true");
    if (files.read(image).if_known()) return {Job::github_hosted, {{std::string(image), "present"}}};
    if (const Fact<std::string> heard = read_hearsay(files, hearsay::job); heard.if_known())
        for (const Job job : {Job::github_hosted, Job::github, Job::gitlab_hosted, Job::gitlab, Job::ci,
                              Job::circleci, Job::travis})
            if (to_string(job) == *heard.if_known()) return {job, heard.from()};
    if (variable(environment, "GITLAB_CI").value_or("") == "true") {
        const std::string runner = variable(environment, "CI_RUNNER_DESCRIPTION").value_or("");
        return contains(runner, gitlabs_own) ? by(Job::gitlab_hosted, "CI_RUNNER_DESCRIPTION=" + runner)
                                             : by(Job::gitlab, "GITLAB_CI=true");
    }
    if (variable(environment, "CIRCLECI")) return by(Job::circleci, "CIRCLECI");
    if (variable(environment, "TRAVIS")) return by(Job::travis, "TRAVIS");
    if (const std::string ci = variable(environment, "CI").value_or(""); is_yes(ci))
        return by(Job::ci, "CI=" + ci);
    for (const std::string_view name : {"TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION"})
        if (variable(environment, name)) return by(Job::ci, name);
    if (const Absent* absent = environment.if_absent()) return *absent;
    return by(Job::none, "no variable of a CI");
}

/// user_namespaces(7): the first namespace maps 0 to 0, all of 4294967295 ids.
Fact<bool> probe_user_namespace(const Filesystem& files) {
    constexpr std::string_view path = "/proc/self/uid_map";
    const auto text = files.read(path);
    if (!text.if_known()) return text.absence();
    const auto words = split_words(*text.if_known());
    const bool whole = words.size() == 3 && words[0] == "0" && words[1] == "0" && words[2] == "4294967295";
    return {!whole, {{std::string(path), std::string(trim(*text.if_known()))}}};
}

std::string keep_environment(const std::string& text) {
    constexpr std::string_view with_value[] = {"container",          "CI",        "GITHUB_ACTIONS",
                                               "RUNNER_ENVIRONMENT", "GITLAB_CI", "CODESPACES",
                                               "REMOTE_CONTAINERS"};
    constexpr std::string_view name_only[] = {"KUBERNETES_SERVICE_HOST",
                                              "APPTAINER_CONTAINER",
                                              "SINGULARITY_CONTAINER",
                                              "TF_BUILD",
                                              "JENKINS_URL",
                                              "TEAMCITY_VERSION",
                                              "CIRCLECI",
                                              "TRAVIS"};
    const auto is_one_of = [](std::string_view name, std::span<const std::string_view> names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    std::string kept;
    for_each_variable(text, [&](std::string_view name, std::string_view value) {
        const bool hosted = name == "CI_RUNNER_DESCRIPTION" && contains(value, gitlabs_own);
        if (hosted || is_one_of(name, with_value))
            kept.append(name).append("=").append(value).append("\n");
        else if (is_one_of(name, name_only))
            kept.append(name).append("=\n");
    });
    return kept;
}

}  // namespace nestprobe
