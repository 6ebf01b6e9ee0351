// SPDX-License-Identifier: MIT
// Sources: Multipass documentation, exec; Vagrant documentation, vagrant ssh -c; Lima documentation, limactl
// shell; colima ssh --help; podman-machine-ssh(1); prlctl(1), exec; minikube documentation, ssh; LXD and
// Incus documentation, exec; gcloud reference, compute ssh --command; ssh(1); Microsoft Learn, Basic commands
// for WSL.
#include "snapshot/import/entrances.hpp"

#include "base/text.hpp"
#include "base/whole_words.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

namespace nestprobe {
namespace {

constexpr std::string_view ssh_valued =
    " -p -i -l -o -F -J -L -R -D -b -c -E -e -I -m -O -Q -S -W -w -B --zone --project ";

constexpr Entrance entrances_there[] = {
    {.program = "multipass", .verbs = "exec", .valued = " -d --working-directory ", .runs_it = "Multipass"},
    {.program = "vagrant", .verbs = "ssh", .by_option = true},
    {.program = "limactl", .verbs = "shell", .valued = " --workdir --shell --tty "},
    {.program = "lima", .named = false},
    {.program = "colima", .verbs = "ssh", .named = false, .valued = " -p --profile "},
    {.program = "podman", .verbs = "machine ssh", .named = false, .valued = " --username "},
    {.program = "prlctl", .verbs = "exec", .runs_it = "Parallels"},
    {.program = "minikube", .verbs = "ssh", .in = RunsIn::remote, .named = false, .valued = " -p -n --node "},
    {.program = "lxc",
     .verbs = "exec",
     .in = RunsIn::instance,
     .valued = " --cwd --env --user --group --mode ",
     .runs_it = "LXD"},
    {.program = "incus",
     .verbs = "exec",
     .in = RunsIn::instance,
     .valued = " --cwd --env --user --group --mode ",
     .runs_it = "Incus"},
    {.program = "gcloud",
     .verbs = "compute ssh",
     .in = RunsIn::remote,
     .by_option = true,
     .valued = ssh_valued,
     .cloud = "google"},
    {.program = "ssh", .in = RunsIn::remote, .valued = ssh_valued},
    {.program = "wsl", .in = RunsIn::here, .named = false, .valued = " -d --distribution -u --user --cd "},
};

/// A guest's console, or a shell in it; nothing can be run in it by these from outside.
constexpr Entrance openings[] = {
    {.program = "virsh", .verbs = "console", .runs_it = "KVM"},
    {.program = "qm", .verbs = "terminal", .runs_it = "Proxmox"},
    {.program = "multipass", .verbs = "shell", .runs_it = "Multipass"},
    {.program = "prlctl", .verbs = "enter", .runs_it = "Parallels"},
    {.program = "virtctl", .verbs = "console", .runs_it = "kubevirt"},
    {.program = "virtctl", .verbs = "ssh", .runs_it = "kubevirt"},
    {.program = "lxc", .verbs = "shell", .in = RunsIn::instance, .runs_it = "LXD"},
    {.program = "lxc", .verbs = "console", .in = RunsIn::instance, .runs_it = "LXD"},
    {.program = "incus", .verbs = "shell", .in = RunsIn::instance, .runs_it = "Incus"},
    {.program = "incus", .verbs = "console", .in = RunsIn::instance, .runs_it = "Incus"},
    {.program = "xl", .verbs = "console", .runs_it = "Xen"},
};

/// A word of a shell's line, and where it stands.
struct PlacedWord {
    std::string text;  ///< without its quotes
    std::size_t begin = 0, end = 0;
    bool quoted = false;
};

/// All words up to a pipe or a semicolon outside of quotes.
std::vector<PlacedWord> placed_words(std::string_view line) {
    std::vector<PlacedWord> words;
    std::optional<PlacedWord> word;
    char quote = 0;
    const auto finish = [&](std::size_t at) {
        if (!word) return;
        word->end = at;
        words.push_back(*std::exchange(word, std::nullopt));
    };
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote == 0 && is_blank(c)) {
            finish(i);
            continue;
        }
        if (quote == 0 && (c == '|' || c == ';' || (c == '&' && line.substr(i, 2) == "&&"))) {
            finish(i);
            return words;
        }
        if (!word) word = PlacedWord{.begin = i};
        if (c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
            word->quoted = true;
        } else {
            word->text += c;
        }
    }
    finish(line.size());
    return words;
}

/// What is typed there, from this word on; a command in quotes is one word.
std::string command_from(std::string_view line, const PlacedWord& word) {
    if (!word.quoted || word.text.find(' ') == std::string::npos)
        return std::string(trim(line.substr(word.begin)));
    return word.text + std::string(line.substr(word.end));
}

/// "bash -c '...'", "sudo sh -c '...'": what that shell runs.
std::string without_shell(std::string line) {
    const std::vector<PlacedWord> words = placed_words(line);
    for (std::size_t i = 0; i + 2 < words.size() && i < 2; ++i)
        if ((words[i].text == "bash" || words[i].text == "sh") && words[i + 1].text.starts_with('-') &&
            words[i + 1].text.ends_with('c'))
            return words[i + 2].text + line.substr(words[i + 2].end);
    return line;
}

bool is_command_option(std::string_view word) {
    return word == "-c" || word == "--command" || word == "--ssh-command";
}

/// "--command='kvm-ok'": what is behind the sign.
std::string_view joined_command(std::string_view word) {
    constexpr std::string_view option = "--command=";
    return word.starts_with(option) ? word.substr(option.size()) : std::string_view{};
}

/// What follows the verbs: options, a name, the command.
std::optional<Entered> read_arguments(const Entrance& row, std::string_view line,
                                      const std::vector<PlacedWord>& words, std::size_t at) {
    Entered entered{&row, {}, {}};
    const std::string_view pipe = line.substr(std::min(line.size(), words.back().end));
    for (bool options = true; at < words.size() && entered.command.empty(); ++at) {
        const std::string& word = words[at].text;
        if (word == "--") {
            options = false;
        } else if (row.by_option && (is_command_option(word) || !joined_command(word).empty())) {
            const std::string_view joined = joined_command(word);
            if (joined.empty() && at + 1 == words.size()) return std::nullopt;
            entered.command = (joined.empty() ? words[at + 1].text : std::string(joined)) + std::string(pipe);
        } else if (options && word.size() > 1 && word.starts_with('-')) {
            const bool runs = word == "-e" && row.in == RunsIn::here;
            if (!runs && contains(row.valued, " " + word + " ")) ++at;
        } else if (row.named && entered.name.empty()) {
            entered.name = in_small_letters(word.substr(word.find('@') + 1));
        } else if (row.by_option) {
            return std::nullopt;
        } else {
            entered.command = command_from(line, words[at]);
        }
    }
    if (entered.command.empty()) return std::nullopt;
    if (entered.name.empty()) entered.name = row.program;
    entered.command = without_shell(std::move(entered.command));
    return entered;
}

/// The row that this line begins with, and the first word behind its verbs.
struct FoundEntrance {
    const Entrance* row = nullptr;
    std::size_t next = 0;
};
FoundEntrance find_entrance(std::span<const Entrance> rows, const std::vector<PlacedWord>& words) {
    std::size_t at = 0;
    while (at < words.size() && (words[at].text == "sudo" || words[at].text == "time")) ++at;
    if (at + 1 >= words.size()) return {};
    std::string_view program = words[at].text;
    program = program.substr(program.rfind('/') + 1);
    if (program.ends_with(".exe")) program.remove_suffix(4);
    for (const Entrance& row : rows) {
        if (row.program != program) continue;
        std::size_t next = at + 1;
        bool fits = true;
        for (const std::string_view verb : split_words(row.verbs)) {
            fits = fits && next < words.size() && words[next].text == verb;
            ++next;
        }
        if (fits) return {&row, next};
    }
    return {};
}

constexpr std::size_t longest_line = 400;

/// "bash", "/bin/sh -l", "sudo su -": it waits for what somebody types.
bool is_shell(std::string_view command) {
    constexpr std::string_view shells[] = {"bash", "sh", "zsh", "fish", "ash", "su", "login"};
    constexpr std::size_t most = 4;
    const std::vector<std::string_view> words = split_words(command);
    const std::size_t at = !words.empty() && words.front() == "sudo" ? 1 : 0;
    if (words.size() <= at || words.size() > most) return false;
    return holds(shells, words[at].substr(words[at].rfind('/') + 1));
}

/// Nothing where no command stands there.
std::optional<Entered> entered(std::string_view line, const FoundEntrance& found,
                               const std::vector<PlacedWord>& words) {
    if (!found.row || found.next >= words.size()) return std::nullopt;
    return read_arguments(*found.row, line, words, found.next);
}

}  // namespace

std::optional<Entered> entered_by(std::string_view line) {
    if (line.size() > longest_line) return std::nullopt;
    const std::vector<PlacedWord> words = placed_words(line);
    std::optional<Entered> there = entered(line, find_entrance(entrances_there, words), words);
    if (there && is_shell(there->command)) there.reset();
    return there;
}

const Entrance* opened_by(std::string_view line) {
    if (line.size() > longest_line) return nullptr;
    const std::vector<PlacedWord> words = placed_words(line);
    if (const FoundEntrance found = find_entrance(openings, words); found.row) return found.row;
    const FoundEntrance found = find_entrance(entrances_there, words);
    if (!found.row || found.row->in == RunsIn::remote || found.row->in == RunsIn::here) return nullptr;
    const std::optional<Entered> there = entered(line, found, words);
    // "multipass exec foo" runs nothing.
    const bool opens = there ? is_shell(there->command) : found.row->verbs != "exec";
    return opens ? found.row : nullptr;
}

bool shows_instances_that_are_machines(std::string_view text) {
    if (contains(text, "type: virtual-machine") || contains(text, "Type: virtual-machine") ||
        contains(text, "VIRTUAL-MACHINE"))
        return true;
    bool asked = false, machines = false;
    for_each_line(text, [&](std::string_view line) {
        constexpr std::string_view makers[] = {"lxc launch ", "lxc init ", "incus launch ", "incus init ",
                                               "incus create "};
        const std::string_view answer = trim(line);
        machines = machines || (asked && (answer == "kvm" || answer == "qemu")) ||
                   (contains_any(line, makers) && contains(line, " --vm"));
        asked = contains(line, " exec ") && contains(line, "systemd-detect-virt");
    });
    return machines;
}

}  // namespace nestprobe
