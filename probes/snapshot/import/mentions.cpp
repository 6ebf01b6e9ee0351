// SPDX-License-Identifier: MIT
// Products and boards that a person names in a sentence: "I use Ubuntu in VMware Workstation", "a VPS from
// X", "on my rk3588 board".  No reading of the machine: it is kept apart from what tools said, and only a
// rule that says "if" uses it.  Where two products are named, nobody knows which one is meant, and nothing is
// kept.
#include "snapshot/import/mentions.hpp"
#include "base/text.hpp"
#include "base/whole_words.hpp"
#include "machine/platform_signs.hpp"
#include "machine/product_names.hpp"
#include "snapshot/import/readers.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

struct BoardRow {
    std::string_view words, name;
};
constexpr BoardRow boards[] = {
    {"raspberry pi", "Raspberry Pi"},
    {"orange pi", "Orange Pi"},
    {"orangepi", "Orange Pi"},
    {"rk3588", "RK3588"},
    {"rk3568", "RK3568"},
    {"snapdragon", "Snapdragon"},
    {"kunpeng", "Kunpeng"},
    {"jetson", "Jetson"},
    {"apple silicon", "Apple silicon"},
    {"oracle arm", "Arm shapes of Oracle's cloud"},
    {"oracle cloud arm", "Arm shapes of Oracle's cloud"},
    {"ampere", "Ampere"},
    {"graviton", "Graviton"},
    {"mac m1", "Apple silicon"},
    {"mac m2", "Apple silicon"},
    {"m1 pro", "Apple silicon"},
    {"m2 pro", "Apple silicon"},
    {"m3 pro", "Apple silicon"},
    {"m4 pro", "Apple silicon"},
    {"m1 mac", "Apple silicon"},
    {"m2 mac", "Apple silicon"},
    {"apple m1", "Apple silicon"},
    {"apple m2", "Apple silicon"},
    {"apple m3", "Apple silicon"},
    {"apple m4", "Apple silicon"},
    {"windows on arm", "Windows on Arm"},
};

template <std::size_t Size>
bool is_in_list(std::string_view word, const std::string_view (&list)[Size]) {
    return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

std::string_view without_signs(std::string_view word) {
    constexpr std::string_view signs = "()[],.;:\"'`*_";
    while (!word.empty() && contains(signs, word.substr(0, 1))) word.remove_prefix(1);
    while (!word.empty() && contains(signs, word.substr(word.size() - 1))) word.remove_suffix(1);
    return word;
}

/// "in a VMware ...", "using VirtualBox", "using a cheap VPS", "my VPS".
bool is_led_in(std::string_view before) {
    constexpr std::string_view leads[] = {
        "in",   "inside", "on",    "under", "within", "using", "use", "via", "with", "through", "running",
        "my",   "unter",  "einer", "einem",  // German, French, Spanish, Russian
        "sous", "dans",   "sur",   "en",    "bajo",   "em",    "w",   "в",   "во",   "на",      "под"};
    // Chinese and Japanese part no words.
    constexpr std::string_view joined[] = {"在", "用", "于", "里", "使用了", "は", "で"};
    for (const std::string_view lead : joined)
        if (trim(before).ends_with(lead)) return true;
    constexpr std::size_t near = 3;  // an article and an adjective between the two
    std::vector<std::string_view> words = split_words(before);
    std::erase_if(words, [](std::string_view word) { return without_signs(word).empty(); });
    const std::size_t from = words.size() - std::min(words.size(), near);
    for (std::size_t i = from; i < words.size(); ++i)
        if (is_in_list(without_signs(words[i]), leads)) return true;
    return !words.empty() && (without_signs(words.back()) == "a" || without_signs(words.back()) == "an");
}

/// "VMware VM", "EC2 instance", "VMware Workstation guest".
bool is_followed_by_machine(std::string_view behind) {
    constexpr std::string_view machines[] = {"vm",       "vms",       "virtual", "guest",
                                             "instance", "instances", "droplet", "vps",
                                             "maschine", "виртуалка", "машине"};
    constexpr std::string_view joined[] = {"虚拟机", "虛擬機", "中", "里", "上", "の仮想", "の中", "上の"};
    if (starts_with_any(trim(behind), joined)) return true;
    constexpr std::string_view editions[] = {"workstation", "player", "fusion", "pro", "cloud", "7", "6"};
    for (const std::string_view word : split_words(behind.substr(0, 60))) {
        if (is_in_list(without_signs(word), machines)) return true;
        if (!is_in_list(without_signs(word), editions)) return false;
    }
    return false;
}

/// "..., which itself is a virtual machine".
bool calls_it_a_machine(std::string_view line) {
    return contains(line, "is a virtual machine") || contains(line, "is itself a v") ||
           contains(line, "itself is a v");
}

/// GitHub's arm64 images, and those of who runs jobs of its kind: "ubuntu-24.04-arm", "x-ubuntu-24.04-arm64".
bool is_arm_runner(std::string_view word) {
    word = without_signs(word);
    return contains(word, "ubuntu-") && (word.ends_with("-arm") || contains(word, "-arm64"));
}

/// A sentence of Chinese or Japanese, which part no words: some signs of three bytes each.
bool is_unparted_sentence(std::string_view line) {
    constexpr std::ptrdiff_t few = 6;
    return std::count_if(line.begin(), line.end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte >= 0xe3 && byte <= 0xe9;  // U+3000 to U+9FFF
           }) >= few;
}

template <std::size_t Size>
bool has_one_of(std::string_view line, const std::string_view (&words)[Size]) {
    return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) {
        return find_whole(line, word) != std::string_view::npos;
    });
}

/// No sentence of another place where all is well, no guide, no address.
bool may_be_about_this_place(std::string_view line) {
    constexpr std::string_view elsewhere[] = {"works",   "worked", "should",    "instead",
                                              "disable", "beside", "alongside", "conflict"};
    constexpr std::string_view signs[] = {"verr_", "http", "=",    "kernel:", "if you", "you can", "not use",
                                          "如果",  "正常", "报错", "不支持",  "宿主机", "もし",    "ホスト"};
    return (split_words(line).size() >= 4 || is_unparted_sentence(line)) && !has_one_of(line, elsewhere) &&
           std::none_of(std::begin(signs), std::end(signs),
                        [&](std::string_view sign) { return contains(line, sign); });
}

/// No program's line: a sentence that somebody wrote about where this runs.
bool is_about_this_place(std::string_view line) {
    constexpr std::string_view programs[] = {"error",    "errors", "module",  "without", "driver",
                                             "provider", "host",   "warning", "fails",   "failed"};
    return may_be_about_this_place(line) && !has_one_of(line, programs);
}

/// "on AWS EC2 Ubuntu without KVM": of who rents machines out, whatever else is in the sentence.
bool is_on_rented(std::string_view sentence, std::string_view before, const ProductName& row) {
    constexpr std::string_view leads[] = {"in", "inside", "on", "within"};
    constexpr std::size_t near = 2;
    constexpr std::string_view elsewhere[] = {"works", "worked", "should", "instead", "if you", "you can",
                                              "http",  "=",      "verr_",  "kernel:", "?"};
    if (!is_rented_out(platform_called(row.name)) || contains_any(sentence, elsewhere)) return false;
    const std::vector<std::string_view> words = split_words(before);
    for (std::size_t i = words.size() - std::min(words.size(), near); i < words.size(); ++i)
        if (is_in_list(without_signs(words[i]), leads)) return true;
    return false;
}

/// "vm on TrueNAS", "VM under Unraid".
bool is_machine_on_it(std::string_view before) {
    constexpr std::string_view ends[] = {"vm on",    "vm in",    "vm under",   "vm inside",
                                         "guest on", "guest of", "guest under"};
    before = trim(before);
    return std::any_of(std::begin(ends), std::end(ends),
                       [&](std::string_view end) { return before.ends_with(end); });
}

/// A form's line: "Platform: GCE n2-standard-4", "OS: Ubuntu 22.04 (AWS EC2 t3.large)".
bool is_in_form(std::string_view sentence, const ProductName& row) {
    constexpr std::string_view keys[] = {"os",       "platform", "environment", "cloud",
                                         "provider", "server",   "system",      "hosting",
                                         "machine",  "hardware", "instance",    "vm"};
    std::string_view key = trim(sentence.substr(0, sentence.find(':')));
    while (!key.empty() && contains("*-#_ ", key.substr(0, 1))) key.remove_prefix(1);
    while (!key.empty() && contains("*_ ", key.substr(key.size() - 1))) key.remove_suffix(1);
    return key.size() < sentence.size() && is_in_list(key, keys) &&
           is_rented_out(platform_called(row.name)) &&
           find_whole(sentence.substr(sentence.find(':')), row.words) != std::string_view::npos &&
           !contains(sentence, "http") && !contains(sentence, "=");
}

/// "inside a VirtualBox VM", "on an EC2 instance", "in a VM hosted on ESXi": whatever else is in the
/// sentence.
bool is_said_outright(std::string_view sentence, const ProductName& row) {
    constexpr std::string_view leads[] = {"in", "inside", "on", "within", "under"};
    constexpr std::string_view machines[] = {"vm", "vms", "guest", "virtual machine"};
    const auto at = find_whole(sentence, row.words);
    if (at == std::string_view::npos) return false;
    const std::string_view before = sentence.substr(0, at);
    if (before.ends_with("在")) return true;  // Chinese, which has no blanks: "on VMware"
    if (is_in_form(sentence, row) || is_on_rented(sentence, before, row)) return true;
    if (!may_be_about_this_place(sentence)) return false;
    if (is_machine_on_it(before)) return true;
    const std::vector<std::string_view> words = split_words(before);
    const auto near = words.end() - static_cast<std::ptrdiff_t>(std::min<std::size_t>(words.size(), 5));
    const auto lead =
        std::find_if(near, words.end(), [&](std::string_view word) { return is_in_list(word, leads); });
    return lead != words.end() && (is_followed_by_machine(sentence.substr(at + row.words.size())) ||
                                   (!row.also_run_here && has_one_of(before, machines)));
}

constexpr std::string_view rented = "VPS", rented_words = "vps";

/// The one product that sentences name; two of them are none.
struct NamedProduct {
    const ProductName* row = nullptr;
    bool two = false;

    void hear(const ProductName& next) {
        // A provider's own name says more than that it rents.
        if (!row || row->name == rented)
            row = &next;
        else if (next.name != rented)
            two = two || row->name != next.name;
    }
};

/// "in VMware", "an EC2 instance"
bool is_place_in(std::string_view sentence, const ProductName& row) {
    const auto at = find_whole(sentence, row.words);
    // "a VPS from X", "my X VPS"
    const bool rents = row.name != rented && find_whole(sentence, rented_words) != std::string_view::npos;
    return at != std::string_view::npos &&
           (rents || is_led_in(sentence.substr(0, at)) || calls_it_a_machine(sentence) ||
            is_followed_by_machine(sentence.substr(at + row.words.size())));
}

/// What a paste shows to run here, and not above.
struct Beside {
    bool virtualbox = false;  ///< its own words are there
    bool rival = false;       ///< KVM found the processor taken: whoever is named took it

    explicit Beside(std::string_view text)
        : virtualbox(contains(text, "VERR_") || contains(text, "vboxdrv") || contains(text, "VBoxManage")),
          rival(contains(text, "resource busy") || contains(text, "Resource busy")) {}
    bool is(const ProductName& row) const {
        return row.name == "VirtualBox" ? virtualbox || rival : row.name == "VMware" && rival;
    }
};

void hear_products(std::string_view line, const Beside& beside, NamedProduct& named) {
    for (std::string_view rest = line; !rest.empty();) {
        constexpr std::string_view wide_stop = "。";
        const auto narrow = rest.find(". "), wide = rest.find(wide_stop);
        const auto end = std::min(narrow, wide);
        const std::string_view sentence = rest.substr(0, end);
        const std::size_t stop = narrow < wide ? 2 : wide_stop.size();
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + stop);
        const bool about = is_about_this_place(sentence);
        for (const ProductName& row : product_names())
            if (!beside.is(row) && ((about && !row.also_run_here && is_place_in(sentence, row)) ||
                                    is_said_outright(sentence, row)))
                named.hear(row);
    }
}

/// The last board that a line names; empty: none.
std::string_view board_in(std::string_view line) {
    std::string_view board;
    for (const BoardRow& row : boards)
        if (find_whole(line, row.words) != std::string_view::npos && split_words(line).size() >= 3)
            board = row.name;
    // Not what it runs on, but what it was built for: KVM serves its own architecture alone.
    for (const std::string_view program : {"qemu-system-aarch64", "qemu-system-arm"})
        if (board.empty() && contains(line, program) && contains(line, "kvm") &&
            contains(line, "accelerator"))
            board = program;
    for (const std::string_view word : split_words(line))
        if (is_arm_runner(word)) board = "an arm64 runner of a CI's";
    return board;
}

}  // namespace

void hear_mentions(std::string_view text, Evidence& evidence) {
    constexpr std::size_t most = 64u << 10, longest = 600;
    if (text.size() > most) return;
    const Beside beside(text);
    NamedProduct named;
    std::string_view board;
    for_each_line(text, [&](std::string_view whole) {
        if (whole.size() > longest) return;
        const std::string line = in_small_letters(trim(whole));
        if (const std::string_view here = board_in(line); !here.empty()) board = here;
        hear_products(line, beside, named);
    });
    if (named.row && !named.two)
        evidence.hear(hearsay::named_product, named.row->name,
                      named.row->on_pc ? hearsay::in_a_sentence_of_a_pc : hearsay::in_a_sentence);
    if (!board.empty()) evidence.hear(hearsay::named_board, board, hearsay::in_a_sentence);
    hear_named_place(text, evidence);
}

}  // namespace nestprobe
