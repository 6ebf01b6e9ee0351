// SPDX-License-Identifier: MIT
#include "base/inflate.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <memory>

namespace nestprobe {

Reading<std::string> inflate(std::string_view data, std::string_view path) {
    if (!data.starts_with("\x1f\x8b")) return std::string(data);
    constexpr std::size_t limit = 4u << 20;
    z_stream stream{};
    const Absent no_memory{Why::not_probed, fmt::format("{}: zlib is out of memory", path)};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return no_memory;
    const std::unique_ptr<z_stream, int (*)(z_streamp)> end(&stream, inflateEnd);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    std::string text(data.size() * 6, '\0');
    int status = Z_OK;
    while (status == Z_OK && stream.total_out < limit) {
        if (stream.total_out == text.size()) text.resize(text.size() * 2);
        stream.next_out = reinterpret_cast<Bytef*>(text.data()) + stream.total_out;
        stream.avail_out = static_cast<uInt>(text.size() - stream.total_out);
        status = ::inflate(&stream, Z_NO_FLUSH);
    }
    if (status == Z_MEM_ERROR) return no_memory;
    if (status != Z_STREAM_END) return Absent{Why::malformed, fmt::format("{}: not a whole gzip file", path)};
    text.resize(stream.total_out);
    return text;
}

}  // namespace nestprobe
