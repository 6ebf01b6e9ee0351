// SPDX-License-Identifier: MIT
#include "facts/fact_list.hpp"

#include <type_traits>

namespace nestprobe {

std::vector<ListedFact> list_facts(const Facts& facts) {
    constexpr std::size_t about = 288;
    std::vector<ListedFact> list;
    list.reserve(about);
    for_each(facts, [&](std::string_view id, const auto& fact, std::string_view doc) {
        static_assert(std::is_constructible_v<AnyFact, decltype(&fact)>, "a type that AnyFact does not list");
        list.push_back({id, &fact, doc});
    });
    return list;
}

std::vector<ListedSwitch> list_switches(Facts& facts) {
    std::vector<ListedSwitch> list;
    for_each(facts, [&]<class T>(std::string_view id, T& fact, std::string_view) {
        if constexpr (std::is_same_v<T, Fact<bool>> || std::is_same_v<T, PerCpu<bool>>)
            list.push_back({id, &fact});
    });
    return list;
}

}  // namespace nestprobe
