// SPDX-License-Identifier: MIT
#include "base/errno_words.hpp"

#include "base/text.hpp"
#include "base/whole_words.hpp"

#include <span>

namespace nestprobe {
namespace {

struct ErrnoWords {
    std::string_view english;
    std::span<const std::string_view> foreign;
};
// glibc 2.36, po/*.po, and of other versions what they say otherwise; letters of ASCII are small here.
constexpr std::string_view no_such_file[] = {"datei oder verzeichnis nicht gefunden",
                                             "aucun fichier ou dossier de ce type",
                                             "no existe el fichero o el directorio",
                                             "file o directory non esistente",
                                             "ficheiro ou pasta inexistente",
                                             "arquivo ou diretório inexistente",
                                             "Нет такого файла или каталога",
                                             "Немає такого файла або каталогу",
                                             "nie ma takiego pliku ani katalogu",
                                             "adresář nebo soubor neexistuje",
                                             "böyle bir dosya ya da dizin yok",
                                             "bestand of map bestaat niet",
                                             "filen eller katalogen finns inte",
                                             "ingen sådan fil eller filkatalog",
                                             "tiedostoa tai hakemistoa ei ole",
                                             "nincs ilyen fájl vagy könyvtár",
                                             "そのようなファイルやディレクトリはありません",
                                             "그런 파일이나 디렉터리가 없습니다",
                                             "没有那个文件或目录",
                                             "沒有此一檔案或目錄",
                                             "aucun fichier ou dossier de ce nom",
                                             "no existe el archivo o el directorio",
                                             "arquivo ou diretório não encontrado",
                                             "такого файла или каталога нет",
                                             "没有这个文件或目录",
                                             "沒有這個檔案或目錄"};
constexpr std::string_view permission_denied[] = {"keine berechtigung", "permission non accordée",
                                                  "permiso denegado",   "permesso negato",
                                                  "permissão recusada", "permissão negada",
                                                  "Отказано в доступе", "Відмовлено у доступі",
                                                  "brak dostępu",       "operace zamítnuta",
                                                  "erişim engellendi",  "toegang geweigerd",
                                                  "Åtkomst nekas",      "adgang nægtet",
                                                  "lupa evätty",        "engedély megtagadva",
                                                  "許可がありません",   "허가 거부",
                                                  "权限不够",           "拒絕不符權限的操作",
                                                  "permission refusée", "拒绝访问"};
constexpr std::string_view not_permitted[] = {"die operation ist nicht erlaubt",
                                              "opération non permise",
                                              "operación no permitida",
                                              "operazione non permessa",
                                              "operação não permitida",
                                              "Операция не позволена",
                                              "Дію заборонено",
                                              "operacja niedozwolona",
                                              "operace není povolena",
                                              "İşleme izin verilmedi",
                                              "actie is niet toegestaan",
                                              "operationen inte tillåten",
                                              "operationen er ikke tilladt",
                                              "toiminto ei ole sallittu",
                                              "a művelet nem engedélyezett",
                                              "許可されていない操作です",
                                              "명령을 허용하지 않음",
                                              "不允许的操作",
                                              "此項操作並不被允許",
                                              "vorgang nicht zulässig"};
constexpr std::string_view not_supported[] = {"die operation wird nicht unterstützt",
                                              "opération non supportée",
                                              "la operación no está soportada",
                                              "operazione non supportata",
                                              "operação não suportada",
                                              "operação sem suporte",
                                              "Неподдерживаемая операция",
                                              "Дія не підтримується",
                                              "operacja nie obsługiwana",
                                              "operace není podporována",
                                              "İşlem desteklenmiyor",
                                              "actie wordt niet ondersteund",
                                              "operationen stöds ej",
                                              "operationen er ikke understøttet",
                                              "toiminto ei ole tuettu",
                                              "a művelet nem támogatott",
                                              "サポートされていない操作です",
                                              "명령을 지원하지 않음",
                                              "不支持的操作",
                                              "此項操作並不被支援",
                                              "vorgang wird nicht unterstützt",
                                              "operación no soportada",
                                              "Операция не поддерживается",
                                              "operacja nie jest obsługiwana"};
constexpr std::string_view busy[] = {"das gerät oder die ressource ist belegt",
                                     "périphérique ou ressource occupé",
                                     "dispositivo o recurso ocupado",
                                     "dispositivo o risorsa occupata",
                                     "dispositivo ou recurso ocupado",
                                     "dispositivo ou recurso está ocupado",
                                     "Устройство или ресурс занято",
                                     "Пристрій або ресурс зайнято",
                                     "urządzenie lub zasoby zajęte",
                                     "zařízení nebo zdroj jsou používány",
                                     "aygıt ya da özkaynak meşgul",
                                     "apparaat of hulpbron is bezig",
                                     "enhet eller resurs upptagen",
                                     "enheden eller ressourcen optaget",
                                     "laite tai resurssi varattu",
                                     "az eszköz vagy erőforrás foglalt",
                                     "デバイスもしくはリソースがビジー状態です",
                                     "장치나 자원이 동작 중",
                                     "设备或资源忙",
                                     "裝置或系統資源忙碌中"};
constexpr std::string_view input_output[] = {"eingabe-/ausgabefehler",
                                             "erreur d'entrée/sortie",
                                             "error de entrada/salida",
                                             "errore di input/output",
                                             "erro de entrada/saída",
                                             "Ошибка ввода/вывода",
                                             "Помилка введення-виведення",
                                             "błąd wejścia/wyjścia",
                                             "chyba vstupu/výstupu",
                                             "girdi/Çıktı hatası",
                                             "invoer-/uitvoerfout",
                                             "in/ut-fel",
                                             "inddata/uddata-fejl",
                                             "i/o-virhe",
                                             "kimeneti/bemeneti hiba",
                                             "入力/出力エラーです",
                                             "입력/출력 오류",
                                             "输入/输出错误",
                                             "輸入/輸出錯誤"};
constexpr std::string_view invalid_argument[] = {"das argument ist ungültig",
                                                 "argument invalide",
                                                 "argumento inválido",
                                                 "argomento non valido",
                                                 "Недопустимый аргумент",
                                                 "Некоректний аргумент",
                                                 "zły argument",
                                                 "nepřípustný argument",
                                                 "geçersiz argüman",
                                                 "ongeldig argument",
                                                 "ogiltigt argument",
                                                 "ugyldigt argument",
                                                 "virheellinen argumentti",
                                                 "Érvénytelen argumentum",
                                                 "無効な引数です",
                                                 "부적절한 인수",
                                                 "无效的参数",
                                                 "不適用的引數"};
constexpr std::string_view no_such_device[] = {"kein passendes gerät gefunden",
                                               "aucun périphérique de ce type",
                                               "no existe el dispositivo",
                                               "nessun device corrisponde",
                                               "dispositivo inexistente",
                                               "Нет такого устройства",
                                               "Пристрою не знайдено",
                                               "nie ma takiego urządzenia",
                                               "takové zařízení neexistuje",
                                               "böyle bir aygıt yok",
                                               "onjuist apparaat",
                                               "enheten finns inte",
                                               "ingen sådan enhed",
                                               "laitetta ei ole",
                                               "nincs ilyen eszköz",
                                               "そのようなデバイスはありません",
                                               "그런 장치가 없음",
                                               "没有那个设备",
                                               "沒有此一裝置"};
constexpr std::string_view exec_format[] = {"fehler im format der programmdatei",
                                            "erreur de format pour exec()",
                                            "formato de ejecutable incorrecto",
                                            "formato eseguibile non valido",
                                            "erro de formato do executável",
                                            "erro no formato exec",
                                            "Ошибка формата выполняемого файла",
                                            "Помилка, пов’язана з форматом виконуваних файлів",
                                            "błędny format pliku wykonywalnego",
                                            "chybný formát spustitelného souboru",
                                            "Çalıştırılabilir biçem hatası",
                                            "verkeerd uitvoerbaar bestand",
                                            "formatfel på körbar fil",
                                            "ugyldigt format på eksekverbar fil",
                                            "käynnistettävän tiedoston muoto virheellinen",
                                            "Érvénytelen végrehajtható fájlformátum",
                                            "実行形式エラー",
                                            "exec 형식 오류",
                                            "可执行文件格式错误",
                                            "可執行檔格式錯誤"};
constexpr std::string_view no_key[] = {"der notwendige schlüssel ist nicht verfügbar",
                                       "clé requise non disponible",
                                       "la clave requerida no está disponible",
                                       "la chiave richiesta non è disponibile",
                                       "chave requerida indisponível",
                                       "chave necessária não disponível",
                                       "Требуемый ключ недоступен",
                                       "Потрібний ключ недоступний",
                                       "wymagany klucz niedostępny",
                                       "požadovaný klíč není dostupný",
                                       "gerekli anahtar/tuş kullanılamaz durumda",
                                       "vereiste sleutel is niet beschikbaar",
                                       "obligatorisk nyckel inte tillgänglig",
                                       "obligatorisk nøgle ikke tilgængelig",
                                       "vaadittava avain ei ole saatavilla",
                                       "a szükséges kulcs nem érhető el",
                                       "要求されたキーが利用できません",
                                       "필요한 키가 없습니다",
                                       "需要的关键字不存在",
                                       "必要鍵值無法使用"};
constexpr std::string_view key_rejected[] = {"der schlüssel wurde von dienst zurückgewiesen",
                                             "la clé a été rejetée par le service",
                                             "la clave fue rechazada por el servicio",
                                             "la chiave è stata rifiutata dal servizio",
                                             "chave rejeitada pelo serviço",
                                             "a chave foi rejeitada pelo serviço",
                                             "Ключ был отвергнут службой",
                                             "Служба відмовилася прийняти ключ",
                                             "klucz został odrzucony przez usługę",
                                             "klíč byl odmítnut službou",
                                             "anahtar hizmet tarafından reddedildi",
                                             "sleutel werd geweigerd door service",
                                             "nyckeln accepterades inte av tjänsten",
                                             "nøglen blev afvist af tjeneste",
                                             "palvelu hylkäsi avaimen",
                                             "a kulcsot a szolgáltatás elutasította",
                                             "キーがサービスによって拒否されました",
                                             "서비스가 키를 거부했습니다",
                                             "键值被服务所拒绝",
                                             "鍵值被服務所拒絕"};

constexpr ErrnoWords rows[] = {
    {"No such file or directory", no_such_file},
    {"Permission denied", permission_denied},
    {"Operation not permitted", not_permitted},
    {"Operation not supported", not_supported},
    {"Device or resource busy", busy},
    {"Input/output error", input_output},
    {"Invalid argument", invalid_argument},
    {"No such device", no_such_device},
    {"Exec format error", exec_format},
    {"Required key not available", no_key},
    {"Key was rejected by service", key_rejected},
};

/// Where the last words begin: behind the last colon, be it of East Asian width.
std::size_t begin_of_last_words(std::string_view line) {
    constexpr std::string_view wide = "\xef\xbc\x9a";
    std::size_t begin = 0;
    if (const auto at = line.rfind(": "); at != std::string_view::npos) begin = at + 2;
    if (const auto at = line.rfind(wide); at != std::string_view::npos && at + wide.size() > begin)
        begin = at + wide.size();
    return begin;
}

/// "Keine Berechtigung (os error 13)", "Keine Berechtigung.": without what programs put behind it.
std::string_view without_end(std::string_view words) {
    words = words.substr(0, words.find(" ("));
    while (!words.empty() && contains(" .'\"\r", words.substr(words.size() - 1))) words.remove_suffix(1);
    return words;
}

}  // namespace

std::string with_english_errno(std::string_view line) {
    const std::size_t begin = begin_of_last_words(line);
    const std::string_view said = without_end(line.substr(begin));
    constexpr std::size_t longest = 100;
    if (!said.empty() && said.size() <= longest) {
        const std::string words = in_small_letters(said);
        for (const ErrnoWords& row : rows)
            if (holds(row.foreign, words))
                return std::string(line.substr(0, begin))
                    .append(row.english)
                    .append(line.substr(begin + said.size()));
    }
    return std::string(line);
}

}  // namespace nestprobe
