// SPDX-License-Identifier: MIT
// Places that a person names in a sentence: a CI's job, a hosted editor, a sandbox.  As with products that is
// no reading, and two of them are none.
#include "base/text.hpp"
#include "snapshot/import/mentions.hpp"
#include "snapshot/import/readers.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {

std::string in_small_letters(std::string_view text) {
    constexpr std::string_view dotted = "\xC4\xB0";  // the I with a dot of Turkish keyboards
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (text.substr(i).starts_with(dotted)) {
            out += 'i';
            ++i;
        } else {
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    return out;
}

static bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '/';
}

std::size_t find_whole(std::string_view line, std::string_view words) {
    for (auto at = line.find(words); at != std::string_view::npos; at = line.find(words, at + 1)) {
        const auto end = at + words.size();
        const bool begins = at == 0 || !is_word_char(line[at - 1]);
        if (begins && (end == line.size() || !is_word_char(line[end]))) return at;
    }
    return std::string_view::npos;
}

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
    const bool form = line.starts_with("unraid ") || line.starts_with("unraid-");
    if ((split_words(line).size() < 4 && !form) ||
        std::any_of(std::begin(elsewhere), std::end(elsewhere),
                    [&](std::string_view sign) { return contains(line, sign); }))
        return;
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
