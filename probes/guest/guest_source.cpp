// SPDX-License-Identifier: MIT
#include "guest/guest_source.hpp"

#include "base/text.hpp"
#include "guest/virsh.hpp"
#include "input/bad_file.hpp"
#include "input/read_input.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace nestprobe {
namespace {

// The largest that libvirt's own tests have is 60 KB.
constexpr std::size_t limit = 4u << 20;

GuestText read_process(const std::string& what) {
    unsigned pid = 0;
    if (!parse_number(std::string_view(what).substr(4), pid))
        throw UnopenedFile(fmt::format("{}: no process number", what));
    std::string words = read_input(fmt::format("/proc/{}/cmdline", pid), limit);
    if (words.empty()) throw BadFile(fmt::format("{}: a process without a command line", what));
    return {GuestText::Kind::process, what, std::move(words), {}};
}

}  // namespace

GuestText read_definition(const std::string& what) {
    if (what.starts_with("pid:")) return read_process(what);
    const bool is_file = what == "-" || contains(what, "/") || ::access(what.c_str(), F_OK) == 0;
    if (is_file) return {GuestText::Kind::file, name_of_input(what), read_input(what, limit), {}};
    if (what.starts_with('-')) throw UnopenedFile(fmt::format("{}: neither a file nor a guest's name", what));
    DomainTexts texts = dump_domain(what);
    return {GuestText::Kind::libvirt, what, std::move(texts.stored), std::move(texts.running)};
}

GuestDefinition understand_definition(GuestText text) {
    switch (text.kind) {
        case GuestText::Kind::file: break;
        case GuestText::Kind::process: {
            GuestDefinition definition = parse_qemu_command(std::move(text.text), text.name);
            definition.facts.runs = {true, {{text.name, "a process"}}};
            return definition;
        }
        case GuestText::Kind::libvirt: {
            GuestDefinition defined = parse_domain(std::move(text.text), text.name + ".xml");
            compare_running(defined, parse_domain(std::move(text.running), text.name + " as it runs"));
            defined.from_libvirt = true;
            return defined;
        }
    }
    return parse_definition(std::move(text.text), text.name);
}

}  // namespace nestprobe
