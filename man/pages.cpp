// SPDX-License-Identifier: MIT
// pages NAME: prints a manual page that comes out of tables.
#include "pages.hpp"

#include <cstdio>
#include <string_view>

int main(int argc, char** argv) {
    struct Page {
        std::string_view name;
        std::string (*text)();
    };
    constexpr Page pages[] = {{"registers", nestprobe::registers_page},
                              {"rules", nestprobe::rules_page},
                              {"messages", nestprobe::messages_page}};
    for (const Page& page : pages) {
        if (argc != 2 || page.name != argv[1]) continue;
        const std::string text = page.text();
        return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
    }
    std::fputs("usage: pages registers|rules|messages\n", stderr);
    return 64;
}
