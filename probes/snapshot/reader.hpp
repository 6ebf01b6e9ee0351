// SPDX-License-Identifier: MIT
// What read_snapshot() reads with: the JSON library's events, a stack of where they fall, the values
// gathered.
#pragma once

#include "input/bad_file.hpp"
#include "snapshot/old_words.hpp"
#include "snapshot/read.hpp"
#include "snapshot/slots.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <set>

namespace nestprobe {

/// Where the parser is, for messages: the JSON library does not say, so its input counts.
struct CountedInput {
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    const char* at;
    const char** reached;

    reference operator*() const { return *at; }
    CountedInput& operator++() {
        ++at;
        *reached = at;
        return *this;
    }
    CountedInput operator++(int) {
        CountedInput before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const CountedInput& a, const CountedInput& b) { return a.at == b.at; }
};

class SnapshotReader {
public:
    using Json = nlohmann::json;

    SnapshotReader(std::string_view text, const std::string& name)
        : text_(text), name_(name), reached_(text.data()) {}

    Recording read() {
        Json::sax_parse(CountedInput{text_.data(), &reached_},
                        CountedInput{text_.data() + text_.size(), &reached_}, this);
        if (!have_format_)
            throw BadFile(fmt::format("{}: no \"format\": \"nestprobe-snapshot/1\" in it", name_));
        read_old_words(recording_);
        return std::move(recording_);
    }

    // --- events of the JSON library ---

    bool null() { return leaf("null"); }
    bool boolean(bool) { return leaf("true or false"); }
    bool number_integer(Json::number_integer_t value) { return number(value); }
    bool number_unsigned(Json::number_unsigned_t value) {
        if (value > INT64_MAX) return leaf("a number past 2^63; 64-bit values are strings");
        return number(static_cast<std::int64_t>(value));
    }
    bool number_float(Json::number_float_t, const std::string&) { return leaf("a fraction"); }
    bool binary(Json::binary_t&) { return leaf("binary data"); }
    bool string(std::string& value);
    bool start_object(std::size_t) { return open('{'); }
    bool start_array(std::size_t) { return open('['); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name);
    bool parse_error(std::size_t, const std::string&, const Json::exception& error);

private:
    /// An object or array that the parser is in.
    struct Frame {
        Slot slot;               ///< of a container: itself; else the leaf that is gathered
        char bracket;            ///< '{' or '['
        bool gathers = false;    ///< the value of a leaf: a list of words, or an absence
        bool is_absent = false;  ///< a container that says of itself why it is not there
        Absent absent = {};
        std::set<std::string, std::less<>>
            seen;  ///< keys, to tell one that stands twice; put() does so for maps
    };
    /// The value of a leaf.
    struct Value {
        enum class Kind : std::uint8_t { word, number, list, absent, bytes } kind = Kind::word;
        std::string word;
        std::int64_t number = 0;
        std::vector<std::string> list;
        Absent absent;
    };

    [[noreturn]] void fail(std::string_view what) const;
    Slot next_slot() const { return frames_.empty() ? Slot::root : slot_of(frames_.back().slot, key_); }
    bool in_ignored() const {
        return !frames_.empty() && (frames_.back().slot == Slot::ignored || ignores_word());
    }
    /// Inside an absence, a key that is not known.
    bool ignores_word() const {
        return frames_.back().gathers && frames_.back().bracket == '{' && word_key_ != "absent" &&
               word_key_ != "detail" && word_key_ != "base64";
    }
    bool open(char bracket);
    bool close();
    bool leaf(std::string_view what);
    bool number(std::int64_t value);
    void open_gathering(Slot slot, char bracket);
    void take_absence(std::string& value);
    void store(Slot slot, Value& value);
    void store_ids(const std::string& list);
    void store_whole(const Frame& frame);
    template <class Map>
    void put(Map& map, typename Map::key_type key, typename Map::mapped_type value) {
        if (!map.emplace(std::move(key), std::move(value)).second)
            fail(fmt::format("\"{}\" stands twice", key_.substr(0, 60)));
    }
    void check_path() const;
    void check_names(const std::vector<std::string>& names) const;
    CpuidKey cpuid_key() const;
    std::uint32_t msr_key() const;
    Reading<CpuidRegs> cpuid_value(Value& value) const;
    Reading<std::uint64_t> msr_value(const Value& value) const;
    Reading<int> int_value(const Value& value) const;

    std::string_view text_;
    const std::string& name_;
    const char* reached_;
    std::vector<Frame> frames_;
    std::string key_;       ///< of the innermost container
    std::string word_key_;  ///< inside an absence: "absent", "detail", "base64"
    Value value_;           ///< what a gathering frame gathers
    Recording recording_;
    CpuSet ids_;
    bool have_format_ = false;
};

}  // namespace nestprobe
