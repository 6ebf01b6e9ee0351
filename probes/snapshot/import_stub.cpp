#include "snapshot/bad_file.hpp"
#include "snapshot/import.hpp"
#include "snapshot/import_hwloc.hpp"
namespace nestprobe {
Recording import_hwloc(std::vector<std::pair<unsigned, std::string>>, const std::string&) {
    throw BadFile("stub");
}
const ImportFormat* recognise(std::string_view) { return nullptr; }
}  // namespace nestprobe
