// SPDX-License-Identifier: MIT
#include "inflate.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <memory>

namespace nestprobe {

Reading<std::string> inflate(std::string_view data, std::string_view path) {
    if (!data.starts_with("\x1f\x8b")) return std::string(data);
    constexpr std::size_t limit = 4u << 20;
    z_stream stream{};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return Absent{Why::not_probed, "zlib: out of memory"};
    const std::unique_ptr<z_stream, int (*)(z_streamp)> end(&stream, inflateEnd);
    std::string text(limit, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    if (inflate(&stream, Z_FINISH) != Z_STREAM_END)
        return Absent{Why::malformed, fmt::format("{}: not a whole gzip file", path)};
    text.resize(stream.total_out);
    return text;
}

}  // namespace nestprobe
