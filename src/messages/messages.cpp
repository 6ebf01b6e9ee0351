// SPDX-License-Identifier: MIT
// Which message a pasted text is: a loose comparison, line by line.
#include "messages/messages.hpp"

#include "base/text.hpp"

#include <cctype>
#include <iterator>

namespace nestprobe {
namespace {

bool is_hex(char ch) { return std::isxdigit(static_cast<unsigned char>(ch)) != 0; }

/// The parts of a pattern, in order.  A part that ends in a hex number may be a prefix of a longer one only
/// where the pattern means it ("msr 0x48"); a whole "error 0x7" must not be found in "error 0x7f" or the
/// like.
bool fits(std::string_view pattern, std::string_view line) {
    const bool whole_number = pattern.find("error 0x") != std::string_view::npos ||
                              pattern.find("reason = 0x") != std::string_view::npos;
    std::size_t from = 0;
    for (std::string_view rest = pattern; !rest.empty();) {
        const std::size_t star = rest.find('*');
        const std::string_view part = rest.substr(0, star);
        std::size_t at = line.find(part, from);
        while (whole_number && at != std::string_view::npos && at + part.size() < line.size() &&
               is_hex(line[at + part.size()]))
            at = line.find(part, at + 1);
        if (at == std::string_view::npos) return false;
        from = at + part.size();
        rest = star == std::string_view::npos ? std::string_view{} : rest.substr(star + 1);
    }
    return true;
}

/// A typographic quotation mark at the beginning of a text, as a plain one; 0 when there is none.
char plain_quote(std::string_view text) {
    constexpr std::string_view quotes[] = {"\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x9c", "\xe2\x80\x9d"};
    for (std::size_t i = 0; i < std::size(quotes); ++i)
        if (text.starts_with(quotes[i])) return i < 2 ? '\'' : '"';
    return 0;
}

char lower(char ch) { return static_cast<char>(std::tolower(static_cast<unsigned char>(ch))); }

/// One character more.  The zeros that a hex number begins with are left out: 0x0000000080000021 is
/// 0x80000021.
void append(std::string& out, char ch) {
    if (is_hex(ch) && out.ends_with("0x0")) out.pop_back();
    out += lower(ch);
}

struct ErrnoText {
    std::string_view foreign, english;
};
// What libc calls the errnos that decide, as it is once in lower case where that is ASCII (glibc's
// translations).
constexpr ErrnoText errno_texts[] = {
    {"datei oder verzeichnis nicht gefunden", "no such file or directory"},
    {"aucun fichier ou dossier de ce type", "no such file or directory"},
    {"aucun fichier ou dossier de ce nom", "no such file or directory"},
    {"no existe el archivo o el directorio", "no such file or directory"},
    {"no existe el fichero o el directorio", "no such file or directory"},
    {"file o directory non esistente", "no such file or directory"},
    {"arquivo ou diretório inexistente", "no such file or directory"},
    {"Нет такого файла или каталога", "no such file or directory"},
    {"没有那个文件或目录", "no such file or directory"},
    {"沒有此一檔案或目錄", "no such file or directory"},
    {"そのようなファイルやディレクトリはありません", "no such file or directory"},
    {"nie ma takiego pliku ani katalogu", "no such file or directory"},
    {"bestand of map bestaat niet", "no such file or directory"},
    {"böyle bir dosya ya da dizin yok", "no such file or directory"},
    {"그런 파일이나 디렉터리가 없습니다", "no such file or directory"},
    {"keine berechtigung", "permission denied"},
    {"permission non accordée", "permission denied"},
    {"permiso denegado", "permission denied"},
    {"permesso negato", "permission denied"},
    {"permissão negada", "permission denied"},
    {"Отказано в доступе", "permission denied"},
    {"权限不够", "permission denied"},
    {"拒絕不符權限的操作", "permission denied"},
    {"許可がありません", "permission denied"},
    {"brak dostępu", "permission denied"},
    {"toegang geweigerd", "permission denied"},
    {"erişim engellendi", "permission denied"},
    {"허가 거부", "permission denied"},
    {"die operation ist nicht erlaubt", "operation not permitted"},
    {"vorgang nicht zulässig", "operation not permitted"},
    {"opération non permise", "operation not permitted"},
    {"operación no permitida", "operation not permitted"},
    {"operazione non permessa", "operation not permitted"},
    {"operação não permitida", "operation not permitted"},
    {"Операция не позволена", "operation not permitted"},
    {"不允许的操作", "operation not permitted"},
    {"許可されていない操作です", "operation not permitted"},
    {"operacja niedozwolona", "operation not permitted"},
    {"die operation wird nicht unterstützt", "operation not supported"},
    {"vorgang wird nicht unterstützt", "operation not supported"},
    {"opération non supportée", "operation not supported"},
    {"operación no soportada", "operation not supported"},
    {"la operación no está soportada", "operation not supported"},
    {"operazione non supportata", "operation not supported"},
    {"operação não suportada", "operation not supported"},
    {"Операция не поддерживается", "operation not supported"},
    {"不支持的操作", "operation not supported"},
    {"サポートされていない操作です", "operation not supported"},
    {"operacja nie jest obsługiwana", "operation not supported"},
    {"das gerät oder die ressource ist belegt", "device or resource busy"},
    {"périphérique ou ressource occupé", "device or resource busy"},
    {"dispositivo o recurso ocupado", "device or resource busy"},
    {"dispositivo o risorsa occupata", "device or resource busy"},
    {"dispositivo ou recurso está ocupado", "device or resource busy"},
    {"Устройство или ресурс занято", "device or resource busy"},
    {"设备或资源忙", "device or resource busy"},
    {"デバイスもしくはリソースがビジー状態です", "device or resource busy"},
    {"urządzenie lub zasoby zajęte", "device or resource busy"},
    {"eingabe-/ausgabefehler", "input/output error"},
    {"erreur d'entrée/sortie", "input/output error"},
    {"error de entrada/salida", "input/output error"},
    {"errore di input/output", "input/output error"},
    {"erro de entrada/saída", "input/output error"},
    {"Ошибка ввода/вывода", "input/output error"},
    {"输入/输出错误", "input/output error"},
    {"入力/出力エラーです", "input/output error"},
    {"błąd wejścia/wyjścia", "input/output error"},
    {"das argument ist ungültig", "invalid argument"},
    {"argument invalide", "invalid argument"},
    {"argumento inválido", "invalid argument"},
    {"argomento non valido", "invalid argument"},
    {"Недопустимый аргумент", "invalid argument"},
    {"无效的参数", "invalid argument"},
    {"無効な引数です", "invalid argument"},
    {"zły argument", "invalid argument"},
};

/// A system that speaks another language says the same.
std::string in_english(std::string text) {
    for (const ErrnoText& row : errno_texts)
        if (const auto at = text.find(row.foreign); at != std::string::npos)
            text.replace(at, row.foreign.size(), row.english);
    return text;
}

}  // namespace

std::string loosened(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char ch = text[i];
        if (const char quote = plain_quote(text.substr(i)); quote != 0) {
            out += quote;
            i += 2;  // three bytes, as UTF-8
        } else if (ch != ' ' && ch != '\t' && ch != '\r') {
            append(out, ch);
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    return out;
}

const Message* find_message(std::string_view text) {
    const std::string all = in_english(loosened(text));
    for (const Message& message : messages()) {
        bool found = false;
        for_each_line(message.patterns, [&](std::string_view pattern) {
            if (!found)
                for_each_line(all, [&](std::string_view line) { found = found || fits(pattern, line); });
        });
        if (found) return &message;
    }
    return nullptr;
}

const Message* message_of_id(std::string_view id) {
    for (const Message& message : messages())
        if (message.id == id) return &message;
    return nullptr;
}

}  // namespace nestprobe
