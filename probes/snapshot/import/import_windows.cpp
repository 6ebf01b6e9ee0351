// SPDX-License-Identifier: MIT
// What a Windows that the same machine boots says of processor, firmware and maker: systeminfo,
// Get-ComputerInfo, Coreinfo (Microsoft, "Windows commands", systeminfo, and Sysinternals' Coreinfo; read
// 2026-11).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace nestprobe {
namespace {

using Labels = std::span<const std::string_view>;

// In the languages whose words are known, as people post them: English, German, French, Spanish, Portuguese,
// Italian, Russian, Chinese in both scripts, Japanese, Korean, in this order. Hyper-V's requirements are
// listed by systeminfo and Get-ComputerInfo where no hypervisor runs.
constexpr std::string_view firmware_labels[] = {"Virtualization Enabled In Firmware",
                                                "Virtualization Enabled in Firmware",
                                                "HyperVRequirementVirtualizationFirmwareEnabled",
                                                "Virtualisierung in Firmware aktiviert",
                                                "Virtualisation activée dans le microprogramme",
                                                "Virtualización habilitada en el firmware",
                                                "Se habilitó la virtualización en el firmware",
                                                "Virtualização Habilitada no Firmware",
                                                "Virtualização habilitada no firmware",
                                                "Virtualizzazione abilitata nel firmware",
                                                "Виртуализация включена во встроенном ПО",
                                                "виртуализация включена во встроенном ПО",
                                                "固件中已启用虚拟化",
                                                "韌體中已啟用虛擬化",
                                                "ファームウェアで仮想化が有効になっています",
                                                "펌웨어에 가상화 사용"};
constexpr std::string_view monitor_labels[] = {"VM Monitor Mode Extensions",
                                               "HyperVRequirementVMMonitorModeExtensions",
                                               "Erweiterungen für den VM-Überwachungsmodus",
                                               "Extensiones de modo de monitor de VM",
                                               "Extensões de Modo do Monitor da VM",
                                               "Расширения режима мониторинга виртуальной машины",
                                               "虚拟机监视器模式扩展",
                                               "VM モニター モード拡張機能",
                                               "VM 모니터 모드 확장"};
// Win32_Processor has them at any time: false as well where a hypervisor below Windows hides the bits.
constexpr std::string_view processor_firmware[] = {"VirtualizationFirmwareEnabled"};
constexpr std::string_view processor_monitor[] = {"VMMonitorModeExtensions"};
constexpr std::string_view present_labels[] = {"HypervisorPresent", "HyperVisorPresent"};
constexpr std::string_view maker_labels[] = {"System Manufacturer",
                                             "Systemhersteller",
                                             "Fabricant du système",
                                             "Fabricante del sistema",
                                             "Fabricante do sistema",
                                             "Produttore sistema",
                                             "Изготовитель системы",
                                             "系统制造商",
                                             "系統製造商",
                                             "システム製造元",
                                             "시스템 제조업체",
                                             "CsManufacturer"};
constexpr std::string_view model_labels[] = {"System Model",      "Systemmodell",      "Modèle du système",
                                             "Modelo el sistema", "Modelo do sistema", "Modello sistema",
                                             "Модель системы",    "系统型号",          "系統型號",
                                             "システム モデル",   "시스템 모델",       "CsModel"};
constexpr std::string_view brand_labels[] = {"Processor",  "CsProcessors", "Prozessor",  "Processeur",
                                             "Procesador", "Processador",  "Processore", "Процессор",
                                             "处理器",     "處理器",       "プロセッサ", "프로세서"};
constexpr std::string_view hypervisor_words[] = {
    "A hypervisor has been detected",     "Ein Hypervisor wurde erkannt", "Un hyperviseur a été détecté",
    "Se detectó un hipervisor",           "Um hipervisor foi detectado",  "Rilevato hypervisor",
    "Обнаружена низкоуровневая оболочка", "已检测到虚拟机监控程序",       "已偵測到 Hypervisor",
    "ハイパーバイザーが検出されました",   "하이퍼바이저가 검색되었습니다"};
constexpr std::string_view coreinfo_names[] = {"Coreinfo v", "Dump information on system CPU",
                                               "Supports Intel hardware-assisted virtualization",
                                               "Supports AMD hardware-assisted virtualization"};
constexpr std::string_view yes_words[] = {"Yes", "Ja", "Oui",  "Sí", "Sim",  "Sì",
                                          "Да",  "是", "はい", "예", "True", "TRUE"};
constexpr std::string_view no_words[] = {"No", "NO",     "Nein",   "Non",    "Não",   "Нет",
                                         "否", "いいえ", "아니요", "아니오", "False", "FALSE"};

/// What stands behind that label and its colon, in a line that may have a heading before it, or in the next
/// column (msinfo32); empty: not there.
std::string_view behind(std::string_view line, std::string_view label) {
    const auto at = line.find(label);
    const bool begins = at == 0 || (at != std::string_view::npos && is_blank(line[at - 1]));
    if (!begins) return {};
    const std::string_view rest = line.substr(at + label.size());
    const auto from = rest.find_first_not_of(" \t\xc2\xa0");  // the French part a colon by such a blank
    if (from == std::string_view::npos) return {};
    const bool column = rest.front() == '\t' || rest.starts_with("  ");
    const std::string_view value = rest.substr(from);
    for (const std::string_view colon : {":", "："})
        if (value.starts_with(colon)) return trim(value.substr(colon.size()));
    return column ? trim(value) : std::string_view{};
}

/// The first value of one of these.
std::string_view value_of(std::string_view text, Labels labels) {
    std::string_view value;
    for_each_line(text, [&](std::string_view line) {
        for (const std::string_view label : labels)
            if (value.empty()) value = behind(line, label);
    });
    return value;
}

/// "VMX             *       Supports Intel hardware-assisted virtualization": Coreinfo's star or minus.
char coreinfo_mark(std::string_view text, std::string_view name) {
    char mark = ' ';
    for_each_line(text, [&](std::string_view line) {
        const auto words = split_words(line);
        if (words.size() >= 3 && words[0] == name && words[1].size() == 1) mark = words[1].front();
    });
    return mark;
}

/// Coreinfo's heading: the brand, and below it "Intel64 Family 6 Model 158 Stepping 10, GenuineIntel".
std::string_view coreinfo_brand(std::string_view text) {
    std::string_view before, brand;
    for_each_line(text, [&](std::string_view line) {
        if ((line.starts_with("Intel64 Family ") || line.starts_with("AMD64 Family ")) && brand.empty())
            brand = trim(before);
        before = line;
    });
    return brand;
}

/// msinfo32's, wmic's, "{...}" of Get-ComputerInfo; systeminfo says how many there are.
std::string_view brand_in(std::string_view text) {
    std::string_view brand = value_of(text, brand_labels);
    if (brand.starts_with('{')) brand = brand.substr(1, brand.find_first_of(",}") - 1);
    if (brand.empty()) brand = coreinfo_brand(text);
    return contains(brand, "Intel") || contains(brand, "AMD") ? brand : std::string_view{};
}

/// What hypervisors write there for the Windows that is their guest.
bool is_guests(std::string_view maker, std::string_view model) {
    constexpr std::string_view makers[] = {"VMware, Inc.", "innotek GmbH", "QEMU", "Xen", "Parallels"};
    return model == "Virtual Machine" || starts_with_any(maker, makers);
}

/// Of hardware the maker alone, by whom the switch's place is known: a Linux in a virtual machine on it has
/// another.
void hear_maker(std::string_view text, Evidence& evidence) {
    const std::string_view maker = value_of(text, maker_labels), model = value_of(text, model_labels);
    if (maker.empty()) return;
    if (!is_guests(maker, model)) return evidence.hear(hearsay::maker, maker, "Windows");
    evidence.file("/sys/class/dmi/id/sys_vendor", fmt::format("{}\n", maker));
    if (!model.empty()) evidence.file("/sys/class/dmi/id/product_name", fmt::format("{}\n", model));
}

/// Where Windows' own hypervisor runs, it hides VMX and SVM from the Windows above it: a minus is no news
/// then.  Without one, a minus is of a processor that has none, or of firmware that has it off.
void hear_coreinfo(std::string_view text, Evidence& evidence) {
    const char present = coreinfo_mark(text, "HYPERVISOR");
    const bool hypervisor = contains_any(text, hypervisor_words) || present == '*';
    if (present == '-') evidence.hear(hearsay::cpuid_hypervisor, "no", hearsay::coreinfo);
    struct Mark {
        std::string_view name, there, usable;
    };
    for (const Mark& row : {Mark{"VMX", hearsay::cpuid_vmx, hearsay::flag_vmx},
                            Mark{"SVM", hearsay::cpuid_svm, hearsay::flag_svm}}) {
        const char mark = coreinfo_mark(text, row.name);
        if (mark == '*') evidence.hear(row.there, "yes", hearsay::coreinfo);
        if (mark == '-' && !hypervisor) evidence.hear(row.usable, "no", hearsay::coreinfo);
    }
}

/// VMX or SVM by its processor's maker; a "no" counts where no hypervisor can have hidden it.
void hear_extensions(std::string_view text, Labels labels, bool alone, std::string_view flag,
                     Evidence& evidence) {
    const std::string_view offered = value_of(text, labels);
    const std::string_view topic = flag == "svm" ? hearsay::cpuid_svm : hearsay::cpuid_vmx;
    if (holds(yes_words, offered)) evidence.hear(topic, "yes", "Windows");
    if (holds(no_words, offered) && alone) evidence.hear(topic, "no", "Windows");
}

void hear_firmware(std::string_view text, Labels labels, std::string_view flag, Evidence& evidence) {
    for_each_line(text, [&](std::string_view line) {
        for (const std::string_view label : labels)
            if (holds(no_words, behind(line, label)))
                evidence.hear(hearsay::firmware_off,
                              fmt::format("{}: {} ({})", label, behind(line, label), flag), "Windows");
    });
}

/// The processor's maker, where it stands; empty: it does not.
std::string_view vendor_in(std::string_view text) {
    std::string_view vendor;
    for (const std::string_view name : {"GenuineIntel", "AuthenticAMD"})
        if (contains(text, name)) vendor = name;
    return vendor.empty() ? vendor_of_brand(brand_in(text)) : vendor;
}

/// Which flag a switch of firmware is about; empty: the maker is not named.
std::string_view flag_in(std::string_view text) {
    const std::string_view vendor = vendor_in(text);
    return vendor.empty() ? "" : vendor == "AuthenticAMD" ? "svm" : "vmx";
}

}  // namespace

bool is_windows_tool(std::string_view text) {
    text = text.substr(0, 65536);
    return contains_any(text, coreinfo_names) || contains_any(text, hypervisor_words) ||
           contains_any(text, firmware_labels) || contains_any(text, processor_firmware) ||
           contains(text, "Hyper-V Requirements:") || contains(text, "HyperVRequirement") ||
           contains(text, "Hyper-V-Anforderungen") ||
           (contains(text, "Host Name:") && contains(text, "OS Name:"));
}

void read_windows_tool(const Section& section, Evidence& evidence) {
    const std::string_view text = section.body;
    const std::string_view brand = brand_in(text);
    if (const std::string_view vendor = vendor_in(text); !vendor.empty())
        evidence.cpu({.vendor = std::string(vendor), .brand = std::string(brand.substr(0, brand.find(',')))});
    hear_maker(text, evidence);
    hear_coreinfo(text, evidence);
    if (const std::string_view flag = flag_in(text); !flag.empty()) {
        hear_extensions(text, monitor_labels, !contains_any(text, hypervisor_words), flag, evidence);
        hear_firmware(text, firmware_labels, flag, evidence);
    }
    evidence.hear(hearsay::windows, "yes", "Windows");
    evidence.taken("a tool of Windows");
}

void hear_win32_classes(std::string_view text, Evidence& evidence) {
    const bool alone = holds(no_words, value_of(text, present_labels));
    const std::string_view flag = flag_in(text);
    if (flag.empty()) return;
    hear_extensions(text, processor_monitor, alone, flag, evidence);
    if (alone) hear_firmware(text, processor_firmware, flag, evidence);
}

}  // namespace nestprobe
