// SPDX-License-Identifier: MIT
#include "facts/fact_list.hpp"

namespace nestprobe {

std::vector<ListedFact> list_facts(const Facts& facts) {
    constexpr std::size_t about = 288;
    std::vector<ListedFact> list;
    list.reserve(about);
    for_each(facts, [&](std::string_view id, const auto& fact, std::string_view doc) {
        list.push_back({id, &fact, doc});
    });
    return list;
}

}  // namespace nestprobe
