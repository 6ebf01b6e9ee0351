#include "snapshot/import_hwloc.hpp"
#include "snapshot/import.hpp"
#include "snapshot/bad_file.hpp"
namespace nestprobe {
Recording import_hwloc(std::vector<std::pair<unsigned, std::string>>, const std::string&) { throw BadFile("stub"); }
const ImportFormat* recognise(std::string_view) { return nullptr; }
}
