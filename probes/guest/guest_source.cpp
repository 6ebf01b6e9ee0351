// SPDX-License-Identifier: MIT
#include "guest/guest_source.hpp"

#include "base/errors.hpp"
#include "base/text.hpp"
#include "guest/virsh.hpp"
#include "input/bad_file.hpp"
#include "input/descriptor.hpp"
#include "input/read_input.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

namespace nestprobe {
namespace {

// The largest that libvirt's own tests have is 60 KB.
constexpr std::size_t most_of_definition = 4u << 20;

// --- files that a command line names ---

/// Regular files only: a device or a FIFO would be more than a look.
NamedText read_named(const std::string& path) {
    struct stat status {};
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file || ::fstat(file.get(), &status) != 0) return {{}, error_text(errno)};
    if (!S_ISREG(status.st_mode)) return {{}, "no regular file"};
    try {
        return {read_all(file.get(), path, most_of_definition), {}};
    } catch (const std::exception& error) {
        return {{}, error.what()};
    }
}

/// What stands behind each -readconfig, read from the folder that the names are against.  This comes before
/// anything is understood: from then on no file can be opened.
std::map<std::string, NamedText> read_named_files(std::string_view text, const std::string& folder) {
    constexpr std::string_view option = "-readconfig", parting(" \t\n\\'\"\0", 7);
    constexpr std::size_t most = 8;
    std::map<std::string, NamedText> files;
    for (auto at = text.find(option); at != std::string_view::npos && files.size() < most;
         at = text.find(option, at + 1)) {
        const std::size_t begin = text.find_first_not_of(parting, at + option.size());
        if (begin == std::string_view::npos || begin == at + option.size()) continue;
        const std::size_t end = std::min(text.find_first_of(parting, begin), text.size());
        const std::string name(text.substr(begin, end - begin));
        if (!files.contains(name))
            files.emplace(name, read_named(name.starts_with('/') ? name : folder + name));
    }
    return files;
}

NamedFileReader reader_of(const std::map<std::string, NamedText>& files) {
    return [&files](const std::string& name, std::string& why) -> std::optional<std::string> {
        const auto found = files.find(name);
        if (found == files.end())
            why = "not read";
        else if (found->second.text)
            return found->second.text;
        else
            why = found->second.why;
        return {};
    };
}

// --- kinds of definitions ---

GuestText read_process(const std::string& what) {
    unsigned pid = 0;
    if (!parse_number(std::string_view(what).substr(4), pid))
        throw UnopenedFile(fmt::format("{}: no process number", what));
    std::string words = read_input(fmt::format("/proc/{}/cmdline", pid), most_of_definition);
    if (words.empty()) throw BadFile(fmt::format("{}: a process without a command line", what));
    auto files = read_named_files(words, fmt::format("/proc/{}/cwd/", pid));
    return {GuestText::Kind::process, what, std::move(words), {}, std::move(files)};
}

/// What libvirt makes of the mode host-model here.
Fact<FeaturePolicy> host_model_of(const NamedText& capabilities) {
    if (!capabilities.text) return Absent{Why::not_recorded, capabilities.why};
    try {
        return parse_host_model(*capabilities.text);
    } catch (const std::exception& error) {
        return Absent{Why::not_recorded, error.what()};
    }
}

GuestText read_file(const std::string& what) {
    std::string text = read_input(what, most_of_definition);
    auto files = read_named_files(text, what.substr(0, what.rfind('/') + 1));
    return {GuestText::Kind::file, name_of_input(what), std::move(text), {}, std::move(files)};
}

}  // namespace

GuestText read_definition(const std::string& what) {
    if (what.starts_with("pid:")) return read_process(what);
    if (what == "-" || contains(what, "/") || ::access(what.c_str(), F_OK) == 0) return read_file(what);
    if (what.starts_with('-')) throw UnopenedFile(fmt::format("{}: neither a file nor a guest's name", what));
    DomainTexts texts = dump_domain(what);
    GuestText text{GuestText::Kind::libvirt, what, std::move(texts.stored), std::move(texts.running), {}};
    if (!texts.capabilities.empty()) text.capabilities.text = std::move(texts.capabilities);
    text.capabilities.why = std::move(texts.no_capabilities);
    return text;
}

GuestDefinition understand_definition(GuestText text) {
    switch (text.kind) {
        case GuestText::Kind::file: break;
        case GuestText::Kind::process: {
            GuestDefinition definition =
                parse_qemu_command(std::move(text.text), text.name, reader_of(text.files));
            definition.facts.runs = {true, {{text.name, "a process"}}};
            return definition;
        }
        case GuestText::Kind::libvirt: {
            GuestDefinition defined = parse_domain(std::move(text.text), text.name + ".xml");
            compare_running(defined, parse_domain(std::move(text.running), text.name + " as it runs"));
            if (is(defined.facts.cpu_mode, CpuMode::host_model) &&
                is(defined.facts.accelerator, Accelerator::kvm))
                defined.facts.host_model = host_model_of(text.capabilities);
            defined.from_libvirt = true;
            return defined;
        }
    }
    return parse_definition(std::move(text.text), text.name, reader_of(text.files));
}

}  // namespace nestprobe
