// SPDX-License-Identifier: MIT
// A snapshot is read in one pass, without a tree of JSON values in memory: 1,024 CPUs that all differ are
// megabytes. The pass keeps a stack of the objects and arrays that it is in; what a value is for follows from
// the innermost one and the key (`Slot`). Leaf values (a word, a number, a list of words, an absence) are
// gathered first and stored when they are whole.
#include "snapshot/read.hpp"

#include "base/errors.hpp"
#include "base/text.hpp"
#include "input/bad_file.hpp"
#include "snapshot/base64.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace nestprobe {
namespace {

/// What a value is for.
enum class Slot : std::uint8_t {
    root,
    cpus,
    cpu,
    cpuid,
    msr,
    files,
    directories,
    kvm,
    extensions,
    supported_cpuid,
    feature_msrs,
    proof,  // containers
    format,
    tool,
    recorded,
    ids,
    cpuid_value,
    msr_value,
    file,
    directory,
    log,
    proof_entry,  // leaves
    kvm_open,
    kvm_api_version,
    extension,
    supported_value,
    feature_msr,
    ignored,
};

struct Key {
    Slot in;
    std::string_view name;
    Slot slot;
};
constexpr Key keys[] = {
    {Slot::root, "format", Slot::format},
    {Slot::root, "tool", Slot::tool},
    {Slot::root, "recorded", Slot::recorded},
    {Slot::root, "cpus", Slot::cpus},
    {Slot::root, "files", Slot::files},
    {Slot::root, "directories", Slot::directories},
    {Slot::root, "kvm", Slot::kvm},
    {Slot::root, "kernel_log", Slot::log},
    {Slot::root, "proof", Slot::proof},
    {Slot::cpu, "ids", Slot::ids},
    {Slot::cpu, "cpuid", Slot::cpuid},
    {Slot::cpu, "msr", Slot::msr},
    {Slot::kvm, "open", Slot::kvm_open},
    {Slot::kvm, "api_version", Slot::kvm_api_version},
    {Slot::kvm, "extensions", Slot::extensions},
    {Slot::kvm, "supported_cpuid", Slot::supported_cpuid},
    {Slot::kvm, "feature_msrs", Slot::feature_msrs},
};

/// What the value behind a key, or an element of an array, is for.
Slot slot_of(Slot container, std::string_view key) {
    switch (container) {
        case Slot::cpus: return Slot::cpu;
        case Slot::cpuid: return Slot::cpuid_value;
        case Slot::msr: return Slot::msr_value;
        case Slot::files: return Slot::file;
        case Slot::directories: return Slot::directory;
        case Slot::extensions: return Slot::extension;
        case Slot::supported_cpuid: return Slot::supported_value;
        case Slot::feature_msrs: return Slot::feature_msr;
        case Slot::proof: return Slot::proof_entry;
        default: break;
    }
    for (const Key& k : keys)
        if (k.in == container && k.name == key) return k.slot;
    return Slot::ignored;
}

bool is_container(Slot slot) { return slot <= Slot::proof; }
bool takes_list(Slot slot) {
    return slot == Slot::cpuid_value || slot == Slot::supported_value || slot == Slot::directory ||
           slot == Slot::log || slot == Slot::proof_entry;
}
/// Of the leaves, those that may be {"absent": ...}.
bool may_be_absent(Slot slot) { return slot >= Slot::cpuid_value && slot != Slot::ignored; }

/// Where the parser is, for messages: the JSON library does not say, so its input counts.
struct Cursor {
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    const char* at;
    const char** reached;

    reference operator*() const { return *at; }
    Cursor& operator++() {
        ++at;
        *reached = at;
        return *this;
    }
    Cursor operator++(int) {
        Cursor before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const Cursor& a, const Cursor& b) { return a.at == b.at; }
};

bool parse_hex(std::string_view text, std::uint64_t& number) {
    return text.starts_with("0x") && parse_number(text.substr(2), number, 16);
}

class Reader {
public:
    using Json = nlohmann::json;

    Reader(std::string_view text, const std::string& name)
        : text_(text), name_(name), reached_(text.data()) {}

    Recording read() {
        Json::sax_parse(Cursor{text_.data(), &reached_}, Cursor{text_.data() + text_.size(), &reached_},
                        this);
        if (!have_format_)
            throw BadFile(fmt::format("{}: no \"format\": \"nestprobe-snapshot/1\" in it", name_));
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
        Slot slot;             ///< of a container: itself; else the leaf that is gathered
        char bracket;          ///< '{' or '['
        bool gathers = false;  ///< the value of a leaf: a list of words, or an absence
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
    bool in_ignored() const { return !frames_.empty() && frames_.back().slot == Slot::ignored; }
    bool open(char bracket);
    bool close();
    bool leaf(std::string_view what);
    bool number(std::int64_t value);
    void open_gathering(Slot slot, char bracket);
    void take_absence(std::string& value);
    void store(Slot slot, Value& value);
    void store_ids(const std::string& list);
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

void Reader::fail(std::string_view what) const {
    const std::string_view before = text_.substr(0, static_cast<std::size_t>(reached_ - text_.data()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto column =
        before.size() - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1);
    throw BadFile(fmt::format("{}:{}:{}: {}", name_, line, std::max<std::size_t>(column, 1),
                              what.substr(0, longest_complaint)));
}

bool Reader::parse_error(std::size_t, const std::string&, const Json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value -
    // ..."
    std::string_view what = error.what();
    if (const auto dash = what.find(" - "); dash != std::string_view::npos) what.remove_prefix(dash + 3);
    std::string line(what.substr(0, 200));
    for (char& c : line)
        if (c < ' ' || c > '~') c = '?';
    fail(line);
}

bool Reader::key(std::string& name) {
    Frame& frame = frames_.back();
    const bool map = is_container(frame.slot) && frame.slot != Slot::root && frame.slot != Slot::cpu &&
                     frame.slot != Slot::kvm && !frame.gathers;
    if (!map && !frame.seen.insert(name).second)
        fail(fmt::format("the key \"{}\" stands twice", name.substr(0, 60)));
    if (frame.gathers)
        word_key_ = std::move(name);
    else
        key_ = std::move(name);
    return true;
}

bool Reader::open(char bracket) {
    if (!frames_.empty() && frames_.back().gathers) fail("a word was expected");
    const Slot slot = in_ignored() ? Slot::ignored : next_slot();
    if (slot != Slot::ignored && !is_container(slot)) {
        open_gathering(slot, bracket);
        return true;
    }
    const char wanted = slot == Slot::cpus ? '[' : '{';
    if (slot != Slot::ignored && bracket != wanted)
        fail(wanted == '[' ? "an array was expected" : "an object was expected");
    if (slot == Slot::cpu) recording_.cpus.emplace_back();
    if (slot == Slot::proof) recording_.proof.emplace();
    frames_.push_back({slot, bracket});
    return true;
}

void Reader::open_gathering(Slot slot, char bracket) {
    if (bracket == '[' && !takes_list(slot)) fail("a list is not expected here");
    if (bracket == '{' && !may_be_absent(slot)) fail("an object is not expected here");
    value_.list.clear();  // keeps its memory: this happens for every leaf of every CPU
    value_.absent = {};
    value_.word.clear();
    value_.kind = bracket == '[' ? Value::Kind::list : Value::Kind::absent;
    frames_.push_back({slot, bracket, true});
}

bool Reader::close() {
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.gathers) {
        if (frame.bracket == '{' && !frame.seen.contains("absent") && !frame.seen.contains("base64"))
            fail("neither \"absent\" nor \"base64\" in this object");
        store(frame.slot, value_);
    } else if (frame.slot == Slot::cpu && recording_.cpus.back().ids.empty()) {
        fail("a CPU entry without \"ids\"");
    }
    return true;
}

/// A value that is never right, but where everything is ignored.
bool Reader::leaf(std::string_view what) {
    if (in_ignored() || (!frames_.empty() && !frames_.back().gathers && next_slot() == Slot::ignored))
        return true;
    fail(fmt::format("{} is not expected here", what));
}

bool Reader::number(std::int64_t number) {
    if (in_ignored()) return true;
    if (frames_.empty() || frames_.back().gathers) fail("a number is not expected here");
    Value value;
    value.kind = Value::Kind::number;
    value.number = number;
    store(next_slot(), value);
    return true;
}

bool Reader::string(std::string& word) {
    if (in_ignored()) return true;
    if (frames_.empty()) fail("an object was expected");
    if (frames_.back().gathers) {
        if (frames_.back().bracket == '[')
            value_.list.push_back(std::move(word));
        else
            take_absence(word);
        return true;
    }
    Value value;
    value.word = std::move(word);
    store(next_slot(), value);
    return true;
}

void Reader::take_absence(std::string& word) {
    if (word_key_ == "absent") {
        if (!parse(word, value_.absent.why))
            fail(fmt::format("\"{}\" is no reason for an absence", word.substr(0, 60)));
    } else if (word_key_ == "detail") {
        value_.absent.detail = std::move(word);
        value_.absent.error = error_in(value_.absent.detail);
    } else if (word_key_ == "base64") {
        value_.kind = Value::Kind::bytes;
        if (!decode_base64(word, value_.word)) fail("this is not base64");
    }
}

/// No kernel has such a name, and what is written after it would be another file.
void Reader::check_path() const {
    if (key_.find('\0') != std::string::npos) fail("the path of a file with a NUL in it");
    std::string_view rest = key_;
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        if (part == "..") fail(fmt::format("the path \"{}\" has \"..\" in it", key_.substr(0, 60)));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    }
}

void Reader::check_names(const std::vector<std::string>& names) const {
    for (const std::string& name : names)
        if (name.empty() || name == "." || name == ".." ||
            name.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
            fail(fmt::format("\"{}\" is no name of a file in a directory", name.substr(0, 60)));
}

CpuidKey Reader::cpuid_key() const {
    const auto colon = key_.find(':');
    CpuidKey key{};
    if (colon == std::string::npos || !parse_number(std::string_view(key_).substr(0, colon), key.first, 16) ||
        !parse_number(std::string_view(key_).substr(colon + 1), key.second, 16))
        fail(fmt::format("\"{}\" is no leaf:subleaf in hexadecimal", key_.substr(0, 60)));
    return key;
}

std::uint32_t Reader::msr_key() const {
    std::uint64_t index = 0;
    if (!parse_hex(key_, index) || index > UINT32_MAX)
        fail(fmt::format("\"{}\" is no MSR number (0x3a)", key_.substr(0, 60)));
    return static_cast<std::uint32_t>(index);
}

Reading<CpuidRegs> Reader::cpuid_value(Value& value) const {
    if (value.kind == Value::Kind::absent) return std::move(value.absent);
    if (value.kind != Value::Kind::list || value.list.size() != 4) fail("four registers were expected");
    std::uint32_t regs[4];
    for (std::size_t i = 0; i < 4; ++i) {
        std::uint64_t number = 0;
        if (!parse_hex(value.list[i], number) || number > UINT32_MAX)
            fail(fmt::format("\"{}\" is no 32-bit number (0x1f)", value.list[i].substr(0, 60)));
        regs[i] = static_cast<std::uint32_t>(number);
    }
    return CpuidRegs{regs[0], regs[1], regs[2], regs[3]};
}

Reading<std::uint64_t> Reader::msr_value(const Value& value) const {
    if (value.kind == Value::Kind::absent) return value.absent;
    std::uint64_t number = 0;
    if (value.kind != Value::Kind::word || !parse_hex(value.word, number))
        fail("a 64-bit number in a string was expected (\"0x5\")");
    return number;
}

Reading<int> Reader::int_value(const Value& value) const {
    if (value.kind == Value::Kind::absent) return value.absent;
    if (value.kind != Value::Kind::number || value.number < INT32_MIN || value.number > INT32_MAX)
        fail("a number was expected");
    return static_cast<int>(value.number);
}

void Reader::store_ids(const std::string& list) {
    CpuSet& ids = recording_.cpus.back().ids;
    if (!CpuSet::parse(list, ids))
        fail(fmt::format("\"{}\" is no list of CPUs (\"0-6,8\", up to {})", list.substr(0, 60),
                         CpuSet::limit - 1));
    if (ids.intersects(ids_)) fail(fmt::format("CPUs {} are listed twice", list.substr(0, 60)));
    ids_.add(ids);
}

void Reader::store(Slot slot, Value& value) {
    const auto word = [&]() -> std::string& {
        if (value.kind != Value::Kind::word) fail("a word was expected");
        return value.word;
    };
    const auto list = [&]() -> Reading<std::vector<std::string>> {
        if (value.kind == Value::Kind::absent) return std::move(value.absent);
        if (value.kind != Value::Kind::list) fail("a list of words was expected");
        if (slot == Slot::directory) check_names(value.list);
        if (slot == Slot::directory) std::sort(value.list.begin(), value.list.end());
        return std::move(value.list);
    };
    switch (slot) {
        case Slot::format:
            if (word() != "nestprobe-snapshot/1")
                fail(fmt::format("the format \"{}\" is not known; this reads nestprobe-snapshot/1",
                                 value.word.substr(0, 60)));
            have_format_ = true;
            break;
        case Slot::tool: recording_.tool = std::move(word()); break;
        case Slot::recorded: recording_.recorded = std::move(word()); break;
        case Slot::ids: store_ids(word()); break;
        case Slot::cpuid_value: put(recording_.cpus.back().cpuid, cpuid_key(), cpuid_value(value)); break;
        case Slot::msr_value: put(recording_.cpus.back().msr, msr_key(), msr_value(value)); break;
        case Slot::file:
            check_path();
            if (value.kind == Value::Kind::absent)
                put(recording_.files, key_, std::move(value.absent));
            else if (value.kind == Value::Kind::word || value.kind == Value::Kind::bytes)
                put(recording_.files, key_, std::move(value.word));
            else
                fail("a file's text was expected");
            break;
        case Slot::directory:
            check_path();
            put(recording_.directories, key_, list());
            break;
        case Slot::log: recording_.kernel_log = list(); break;
        case Slot::proof_entry: {
            ProofEntry entry;
            if (!parse_key(key_, entry))
                fail(fmt::format("\"{}\" is no proof and its CPUs", key_.substr(0, 60)));
            entry.words = list();
            recording_.proof->push_back(std::move(entry));
            break;
        }
        case Slot::kvm_open:
            if (value.kind == Value::Kind::absent)
                recording_.kvm.open = Reading<bool>(std::move(value.absent));
            else if (word() == "ok")
                recording_.kvm.open = Reading<bool>(true);
            else
                fail("\"ok\" or an absence was expected");
            break;
        case Slot::kvm_api_version: recording_.kvm.api_version = int_value(value); break;
        case Slot::extension: {
            int capability = 0;
            if (!parse_number(key_, capability))
                fail(fmt::format("\"{}\" is no number of a KVM capability", key_.substr(0, 60)));
            put(recording_.kvm.extensions, capability, int_value(value));
            break;
        }
        case Slot::supported_value:
            put(recording_.kvm.supported_cpuid, cpuid_key(), cpuid_value(value));
            break;
        case Slot::feature_msr: put(recording_.kvm.feature_msrs, msr_key(), msr_value(value)); break;
        case Slot::ignored: break;
        default: fail(slot == Slot::cpus ? "an array was expected" : "an object was expected");
    }
}

}  // namespace

bool looks_like_snapshot(std::string_view text) { return trim(text.substr(0, 4096)).starts_with('{'); }

Recording read_snapshot(std::string_view text, const std::string& name) { return Reader(text, name).read(); }

}  // namespace nestprobe
