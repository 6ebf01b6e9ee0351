// SPDX-License-Identifier: MIT
// Places that a person names in a sentence: a CI's job, a hosted editor, a sandbox.  As with products that is
// no reading, and two of them are none.
#include "base/text.hpp"
#include "base/whole_words.hpp"
#include "machine/product_names.hpp"
#include "snapshot/import/mentions.hpp"
#include "snapshot/import/readers.hpp"

namespace nestprobe {

namespace {

/// CIs, hosted editors and sandboxes, as people call them; both words have to be in the sentence.
struct PlaceRow {
    std::string_view words, also;
    std::string_view name;  ///< as process.job and process.container have it
};
constexpr PlaceRow places[] = {
    {"shared runner", "gitlab.com", "gitlab-hosted"},
    {"shared runners", "gitlab.com", "gitlab-hosted"},
    {"hosted runner", "gitlab.com", "gitlab-hosted"},
    {"hosted runners", "gitlab.com", "gitlab-hosted"},
    {"saas runners", "gitlab", "gitlab-hosted"},
    {"public gitlab", "", "gitlab-hosted"},
    {"gitlab ci", "", "gitlab"},
    {"gitlab-ci", "", "gitlab"},
    {"gitlab runner", "", "gitlab"},
    {"gitlab-runner", "", "gitlab"},
    {"circleci", "", "circleci"},
    {"circle ci", "", "circleci"},
    {"travis ci", "", "travis"},
    {"travis-ci", "", "travis"},
    {"travis", "", "travis"},
    {"github actions", "", "github"},
    {"gha", "runner", "github-hosted"},
    {"ubuntu-latest", "", "github-hosted"},
    {"ubuntu-22.04", "runner", "github-hosted"},
    {"ubuntu-24.04", "runner", "github-hosted"},
    {"github runner", "", "github"},
    {"github runners", "", "github"},
    {"rootless", "podman", "podman"},
    {"rootless", "docker", "docker-rootless"},
    {"distrobox", "", "toolbox"},
    {"toolbx", "", "toolbox"},
    {"systemd-nspawn", "", "systemd-nspawn"},
    {"nspawn", "", "systemd-nspawn"},
    {"lxc container", "", "lxc"},
    {"lxd container", "", "lxd"},
    {"incus container", "", "incus"},
    {"apptainer", "", "apptainer"},
    {"dev container", "", "devcontainer"},
    {"unraid", "", "unraid"},
    {"bitbucket pipelines", "", "ci"},
    {"jenkins", "", "ci"},
    {"codespace", "", "devcontainer"},
    {"codespaces", "", "devcontainer"},
    {"devcontainer", "", "devcontainer"},
    {"firejail", "", "firejail"},
    {"flatpak", "", "flatpak"},
};

/// The one place that sentences name; a CI's own machines say more than the CI's name.
struct NamedPlace {
    std::string_view name;
    bool two = false;

    void hear(std::string_view next) {
        const auto narrows = [](std::string_view own, std::string_view other) {
            return own.ends_with("-hosted") && own.substr(0, own.rfind('-')) == other;
        };
        if (name.empty() || narrows(next, name))
            name = next;
        else if (!narrows(name, next))
            two = two || next != name;
    }
};

/// What is said of a CI is said of where the job fails; a guide, and a place where it works, are others.
void hear_places(std::string_view line, NamedPlace& named) {
    constexpr std::string_view elsewhere[] = {"http",    "if you", "you can", "instead",  "works",  "worked",
                                              "kernel:", "=",      "unlike",  "used to ", "locally"};
    // A form's own line: "Unraid 6.12.6".
    const bool form =
        line.starts_with("unraid ") || line.starts_with("unraid-") || contains(line, "flatpak run ");
    if ((split_words(line).size() < 4 && !form) || contains_any(line, elsewhere)) return;
    for (const PlaceRow& row : places)
        if (find_whole(line, row.words) != std::string_view::npos && contains(line, row.also))
            named.hear(row.name);
}

}  // namespace

void hear_named_place(std::string_view text, Evidence& evidence) {
    constexpr std::size_t longest = 600;
    NamedPlace place;
    for_each_line(text, [&](std::string_view line) {
        if (line.size() <= longest) hear_places(in_small_letters(trim(line)), place);
    });
    if (!place.name.empty() && !place.two)
        evidence.hear(hearsay::named_place, place.name, hearsay::in_a_sentence);
}

}  // namespace nestprobe
