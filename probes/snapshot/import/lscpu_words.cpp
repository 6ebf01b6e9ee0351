// SPDX-License-Identifier: MIT
#include "snapshot/import/lscpu_words.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

constexpr std::string_view hypervisors[] = {"KVM",
                                            "Xen",
                                            "Microsoft",
                                            "VMware",
                                            "Oracle",
                                            "Parallels",
                                            "bhyve",
                                            "Innotek GmbH",
                                            "QEMU",
                                            "ACRN",
                                            "Linux-VServer",
                                            "User-mode Linux",
                                            "Windows Subsystem for Linux"};
constexpr std::string_view vendor_names[] = {"GenuineIntel", "AuthenticAMD", "HygonGenuine", "CentaurHauls",
                                             "Shanghai"};

}  // namespace

bool is_hypervisor_name(std::string_view value) { return holds(hypervisors, value); }
bool is_vendor_name(std::string_view value) { return holds(vendor_names, value); }

std::string restore_vendor(std::string_view printed) {
    return printed == "Shanghai" ? "  Shanghai  " : std::string(printed);
}

std::string restore_name(std::string_view printed) {
    std::string name;
    for (const char c : printed) {
        if (c >= 'A' && c <= 'Z')
            name += static_cast<char>(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            name += c;
        else if (c == ' ' || c == '_')
            name += '_';
        else
            return {};
    }
    return name;
}

std::string restore_report(std::string_view printed) {
    constexpr std::string_view mitigation = "Mitigation; ", vmx = "; VMX ";
    if (!printed.starts_with(mitigation)) return std::string(printed);
    std::string report = fmt::format("Mitigation: {}", printed.substr(mitigation.size()));
    if (const auto at = report.find(vmx); at != std::string::npos) report.insert(at + vmx.size() - 1, 1, ':');
    return report;
}

VirtType virt_type(std::string_view value) {
    struct Row {
        std::string_view word;
        VirtType type;
    };
    constexpr Row rows[] = {
        {"none", VirtType::none},
        {"kein", VirtType::none},
        {"keine", VirtType::none},
        {"aucun", VirtType::none},
        {"aucune", VirtType::none},
        {"ninguno", VirtType::none},
        {"nenhum", VirtType::none},
        {"brak", VirtType::none},
        {"\xe6\x97\xa0", VirtType::none},
        {"para", VirtType::para},
        {"Para", VirtType::para},
        {"\xe5\x8d\x8a\xe8\x99\x9a\xe6\x8b\x9f\xe5\x8c\x96", VirtType::para},
        {"full", VirtType::full},
        {"voll", VirtType::full},
        {"vollst\xc3\xa4ndig", VirtType::full},
        {"complet", VirtType::full},
        {"compl\xc3\xa8te", VirtType::full},
        {"completo", VirtType::full},
        {"completa", VirtType::full},
        {"lleno", VirtType::full},
        {"pe\xc5\x82na", VirtType::full},
        {"\xe5\xae\x8c\xe5\x85\xa8", VirtType::full},
        {"\xe5\x85\xa8\xe9\x83\xa8", VirtType::full},
        {"container", VirtType::container},
        {"Container", VirtType::container},
    };
    for (const Row& row : rows)
        if (row.word == value) return row.type;
    return VirtType::unknown;
}

bool looks_like_flags(std::string_view value) {
    return (value.starts_with("fpu ") || has_word(value, "msr") || contains(value, "...")) &&
           (has_word(value, "fpu") || has_word(value, "mmx") || has_word(value, "vmx") ||
            has_word(value, "svm")) &&
           !contains(value, ":");
}

bool looks_like_brand(std::string_view value) {
    for (const std::string_view part : {"(R)", "(TM)", "(tm)", "Processor", "CPU @", "QEMU Virtual", "AMD "})
        if (contains(value, part)) return true;
    return false;
}

bool take_marks_off(std::string& flags) {
    constexpr std::string_view of_flags = "abcdefghijklmnopqrstuvwxyz0123456789_";
    constexpr std::string_view marked[] = {"vmx", "svm", "hypervisor"};
    std::string plain;
    bool known = true, changed = false;
    for (const std::string_view word : split_words(flags)) {
        std::string_view own = word;
        while (!own.empty() && (own.front() == '_' || own.find_first_of(of_flags) != 0)) own.remove_prefix(1);
        while (!own.empty() && (own.back() == '_' || own.find_last_of(of_flags) + 1 != own.size()))
            own.remove_suffix(1);
        const bool is_flag = word.find_first_not_of(of_flags) == std::string_view::npos;
        const bool is_marked = std::find(std::begin(marked), std::end(marked), own) != std::end(marked);
        known = known && (is_flag || is_marked);
        changed = changed || !is_flag || own != word;
        plain.append(plain.empty() ? "" : " ").append(is_marked ? own : is_flag ? word : "...");
    }
    if (changed) flags = std::move(plain);
    return known;
}

}  // namespace nestprobe
