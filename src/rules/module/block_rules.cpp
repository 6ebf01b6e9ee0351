// SPDX-License-Identifier: MIT
// Lines of modprobe.d and of the kernel command line that keep a module of KVM's out (NP502).
#include "base/text.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/module/parameters.hpp"
#include "rules/module/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {

bool of_this_machine(const Facts& f, std::string_view module) {
    return module == "kvm" || f.module.name.if_absent() || is(f.module.name, module);
}

std::string text_of(const ModuleBlock& b) {
    switch (b.kind) {
        case ModuleBlock::Kind::blacklist:
            return b.origin.on_command_line() ? fmt::format("modprobe.blacklist={}", b.module)
                                              : fmt::format("blacklist {}", b.module);
        case ModuleBlock::Kind::install: return fmt::format("install {} {}", b.module, b.command);
        case ModuleBlock::Kind::module_blacklist: return fmt::format("module_blacklist={}", b.module);
    }
    return "";
}

namespace {

std::string name_blocks(const std::vector<const ModuleBlock*>& blocks) {
    std::vector<std::string> texts;
    for (const ModuleBlock* b : blocks)
        texts.push_back(fmt::format("\"{}\" ({})", text_of(*b), b->origin.text()));
    return fmt::format("{}", fmt::join(texts, ", then "));
}

/// The list of a word such as module_blacklist=, without these modules; the word as it is then, or empty.
std::string without_modules(std::string_view word, const std::vector<const ModuleBlock*>& blocks) {
    const std::size_t equals = word.find('=');
    std::string kept;
    for_each_part(word.substr(equals + 1), ',', [&](std::string_view item) {
        const bool blocked = std::any_of(blocks.begin(), blocks.end(), [&](const ModuleBlock* b) {
            return b->origin.on_command_line() && b->module == item;
        });
        if (!blocked) kept.append(kept.empty() ? "" : ",").append(item);
    });
    return kept.empty() ? "" : fmt::format("{}={}", word.substr(0, equals), kept);
}

/// The words of the kernel command line that keep modules out, as they are and as they are to be.
void change_lists(const Facts& f, const std::vector<const ModuleBlock*>& blocks, Remedy& remedy) {
    std::vector<std::string> drop, add;
    if (const auto* words = f.kernel.command_line.if_known())
        for (const std::string& word : *words) {
            if (!word.starts_with("module_blacklist=") && !word.starts_with("modprobe.blacklist=")) continue;
            const std::string kept = without_modules(word, blocks);
            if (kept == word) continue;
            drop.push_back(word);
            if (!kept.empty()) add.push_back(kept);
        }
    if (drop.empty()) return;
    remedy.then(change_words(f, std::move(drop), std::move(add)));
}

/// Every line, and then what loads the module.
Remedy fix_blocks(const Facts& f, const std::vector<const ModuleBlock*>& blocks) {
    Remedy remedy;
    bool in_files = false;
    for (const ModuleBlock* b : blocks)
        if (!b->origin.on_command_line()) {
            remedy.then(drop_line(f, b->origin, b->module));
            in_files = true;
        }
    if (in_files) remedy.then(renew_initramfs(f, remedy));
    const std::size_t lines = remedy.steps.size();
    change_lists(f, blocks, remedy);
    const bool reboots = remedy.steps.size() > lines;
    const std::string& own = blocks.front()->module;
    if (!reboots && (f.module.name.if_known() || own != "kvm"))
        remedy.then(load_module(f.module.name.if_known() ? *f.module.name.if_known() : own));
    return remedy;
}

Outcome blacklisted_by_log(const Facts& f, const LoggedLine& line) {
    return cite_log(fail(fmt::format("the kernel log says \"{}\", and {} is not loaded", line.text,
                                     vendor_module_name(f)),
                         "Remove the module from module_blacklist= on the kernel command line and restart."),
                    line);
}

/// Nobody looked at the modules, and what the module would make is not there.
bool is_out_by_the_node(const Facts& f) {
    return f.module.vendor.if_absent() && open_error(f) == ENOENT && !in_container(f) &&
           !blocks_in_force(f).empty();
}

Outcome blocked_by_the_node(const Facts& f) {
    const auto blocks = blocks_in_force(f);
    return cite(fail(fmt::format("{}, and /dev/kvm does not exist: most likely {} is not loaded for that",
                                 name_blocks(blocks), blocks.front()->module),
                     fix_blocks(f, blocks)),
                f.module.blocks);
}

Outcome check_blocked(const Facts& f) {
    if (auto above = follows_from_above(f)) return *std::move(above);
    if (is_out_by_the_node(f)) return blocked_by_the_node(f);
    if (f.module.vendor.if_known() && !vendor_module_absent(f))
        return cite(pass(fmt::format("{} is in the kernel", vendor_module_name(f))), f.module.vendor);
    if (const LoggedLine* line = heard_blacklisted(f);
        line && vendor_module_absent(f) && blocks_in_force(f).empty())
        return blacklisted_by_log(f, *line);
    if (const LoggedLine* line = heard_blacklisted(f);
        line && f.module.vendor.if_absent() && !withheld(f.module.vendor.absence()))
        return cite_log(
            fail(fmt::format("the kernel log says \"{}\": it refuses that module to everybody until "
                             "it is started without that word",
                             line->text),
                 "Remove the module from module_blacklist= on the kernel command line and restart.\n"
                 "    cat /proc/cmdline"),
            *line);
    return judge(
        [&](const std::vector<ModuleBlock>&, const Module&) {
            const auto blocks = blocks_in_force(f);
            if (blocks.empty())
                return pass("nothing in modprobe.d or on the kernel command line keeps KVM out");
            const ModuleBlock& first = *blocks.front();
            const bool soft = first.kind == ModuleBlock::Kind::blacklist;
            return fail(fmt::format("{} {} by {}, and {} is not loaded{}", first.module,
                                    soft ? "is kept from loading by itself" : "is kept from loading at all",
                                    first.origin.text(), vendor_module_name(f),
                                    blocks.size() > 1 ? ": " + name_blocks(blocks) : ""),
                        fix_blocks(f, blocks));
        },
        f.module.blocks, f.module.vendor);
}

/// Lines that nobody has yet seen at work: a file of modprobe.d alone, without the modules.
Outcome check_waiting_blocks(const Facts& f) {
    if (f.module.vendor.if_known()) return skip("the module's state is known (NP501, NP502)");
    if (is_out_by_the_node(f)) return skip("/dev/kvm tells (NP502)");
    return judge(
        [&](const std::vector<ModuleBlock>&) {
            const auto blocks = blocks_in_force(f);
            if (blocks.empty()) return pass("nothing keeps KVM's modules out");
            const ModuleBlock& first = *blocks.front();
            const bool soft = first.kind == ModuleBlock::Kind::blacklist;
            return fail(fmt::format("{} is kept from loading{}: {}. Whether it is loaded now does not show{}",
                                    first.module, soft ? " by itself" : " at all", name_blocks(blocks),
                                    soft ? "; modprobe by hand still loads it" : ""),
                        fix_blocks(f, blocks));
        },
        f.module.blocks);
}

constexpr std::string_view block_see[] = {
    "modprobe.d(5)", "Linux Documentation/admin-guide/kernel-parameters.txt, module_blacklist=",
    "kmod libkmod/libkmod-module.c, kmod_module_probe_insert_module(); Linux kernel/module/main.c, "
    "blacklisted()"};

constexpr Rule block_rows[] = {
    {
        .id = "NP502",
        .name = "kvm-module-blacklisted",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "modprobe.d or the kernel command line keeps the KVM module out",
        .explain =
            "\"blacklist\" keeps a module from being loaded automatically; \"install MODULE /bin/false\" "
            "and\n"
            "module_blacklist= on the kernel command line keep it out altogether. Of several lines the\n"
            "kernel's module_blacklist= decides first, then the first install line, then a blacklist.\n"
            "Instructions for VirtualBox and VMware leave such lines behind.",
        .fix = "Delete the line, rebuild the initramfs, reboot.",
        .see = block_see,
        .check = check_blocked,
        .worked = "lsmod shows the module after the next start.",
        .also = "blacklist keeps a module from loading by itself only; modprobe by hand still loads it. "
                "install with /bin/false keeps both out.",
    },
    {
        .id = "NP550",
        .name = "line-waits-to-keep-module-out",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "a line in modprobe.d or on the kernel command line would keep KVM's module out",
        .explain =
            "Of a file of modprobe.d alone, or a kernel command line, it shows what would happen when the\n"
            "module is loaded, and not whether it is there now.",
        .fix = "Delete the line, rebuild the initramfs, load the module.",
        .see = block_see,
        .check = check_waiting_blocks,
        .worked =
            "modprobe -n -v kvm_intel (or kvm_amd) prints insmod, and modprobe -c has the line no more.",
        .also = "The initramfs has a copy of the line, which counts until it is rebuilt.",
    },
};

}  // namespace

const LoggedLine* heard_blacklisted(const Facts& f) {
    const LoggedLine* line = heard(f, LogLine::loader_blacklisted);
    const std::string* name = f.module.name.if_known();
    const bool ours = line && (!name || line->module == *name || line->module == "kvm");
    return ours ? line : nullptr;
}

std::vector<const ModuleBlock*> blocks_in_force(const Facts& f) {
    std::vector<const ModuleBlock*> found;
    if (const auto* blocks = f.module.blocks.if_known())
        for (const ModuleBlock& b : *blocks)
            if (b.nothing == ModuleBlock::Void::none && of_this_machine(f, b.module)) found.push_back(&b);
    std::stable_sort(found.begin(), found.end(), [](const ModuleBlock* a, const ModuleBlock* b) {
        return a->kind > b->kind;  // blacklist, install, module_blacklist: the strictest is the last
    });
    return found;
}

std::span<const Rule> block_rules() { return block_rows; }

}  // namespace nestprobe
