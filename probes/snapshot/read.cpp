// SPDX-License-Identifier: MIT
// A snapshot is read in one pass, without a tree of JSON values in memory: 1,024 CPUs that all differ are
// megabytes. The pass keeps a stack of the objects and arrays that it is in; what a value is for follows from
// the innermost one and the key (`Slot`). Leaf values (a word, a number, a list of words, an absence) are
// gathered first and stored when they are whole.
#include "snapshot/read.hpp"

#include "base/errors.hpp"
#include "base/text.hpp"
#include "snapshot/base64.hpp"
#include "snapshot/reader.hpp"

namespace nestprobe {

void SnapshotReader::fail(std::string_view what) const {
    const std::string_view before = text_.substr(0, static_cast<std::size_t>(reached_ - text_.data()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto column =
        before.size() - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1);
    throw BadFile(fmt::format("{}:{}:{}: {}", name_, line, std::max<std::size_t>(column, 1),
                              what.substr(0, longest_complaint)));
}

bool SnapshotReader::parse_error(std::size_t, const std::string&, const Json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing value -
    // ..."
    std::string_view what = error.what();
    if (const auto dash = what.find(" - "); dash != std::string_view::npos) what.remove_prefix(dash + 3);
    if (const auto id = what.find("] "); what.starts_with('[') && id != std::string_view::npos)
        what.remove_prefix(id + 2);
    std::string line(what.substr(0, 200));
    for (char& c : line)
        if (c < ' ' || c > '~') c = '?';
    fail(line);
}

bool SnapshotReader::key(std::string& name) {
    Frame& frame = frames_.back();
    if (frame.slot == Slot::ignored) return true;  // key_ is that of what is around it
    const bool map = is_container(frame.slot) && frame.slot != Slot::root && frame.slot != Slot::cpu &&
                     frame.slot != Slot::kvm && frame.slot != Slot::node && !frame.gathers;
    if (!map && !frame.seen.insert(name).second)
        fail(fmt::format("the key \"{}\" stands twice", name.substr(0, 60)));
    if (frame.gathers)
        word_key_ = std::move(name);
    else
        key_ = std::move(name);
    return true;
}

bool SnapshotReader::open(char bracket) {
    if (!in_ignored() && !frames_.empty() && frames_.back().gathers) fail("a word was expected");
    const Slot slot = in_ignored() ? Slot::ignored : next_slot();
    const bool no_cpus = slot == Slot::cpus && bracket == '{';
    if (slot != Slot::ignored && (!is_container(slot) || no_cpus)) {
        open_gathering(slot, bracket);
        return true;
    }
    const char wanted = slot == Slot::cpus ? '[' : '{';
    if (slot != Slot::ignored && bracket != wanted)
        fail(wanted == '[' ? "an array was expected" : "an object was expected");
    if (slot == Slot::cpu) recording_.cpus.emplace_back();
    if (slot == Slot::node) recording_.kvm.node.emplace();
    if (slot == Slot::proof) recording_.proof.emplace();
    frames_.push_back({slot, bracket});
    return true;
}

void SnapshotReader::open_gathering(Slot slot, char bracket) {
    if (bracket == '[' && !takes_list(slot)) fail("a list is not expected here");
    if (bracket == '{' && !may_be_absent(slot)) fail("an object is not expected here");
    value_.list.clear();  // keeps its memory: this happens for every leaf of every CPU
    value_.absent = {};
    value_.word.clear();
    value_.kind = bracket == '[' ? Value::Kind::list : Value::Kind::absent;
    frames_.push_back({slot, bracket, true});
}

bool SnapshotReader::close() {
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.gathers) {
        if (frame.bracket == '{' && !frame.seen.contains("absent") && !frame.seen.contains("base64"))
            fail(frame.slot == Slot::cpus ? "an array was expected"
                                          : "neither \"absent\" nor \"base64\" in this object");
        store(frame.slot, value_);
    } else if (frame.is_absent) {
        store_whole(frame);
    } else if (frame.slot == Slot::cpu && recording_.cpus.back().ids.empty()) {
        fail("a CPU entry without \"ids\"");
    }
    return true;
}

/// A value that is never right, but where everything is ignored.
bool SnapshotReader::leaf(std::string_view what) {
    if (in_ignored() || (!frames_.empty() && !frames_.back().gathers && next_slot() == Slot::ignored))
        return true;
    fail(fmt::format("{} is not expected here", what));
}

bool SnapshotReader::number(std::int64_t number) {
    if (in_ignored()) return true;
    if (frames_.empty() || frames_.back().gathers) fail("a number is not expected here");
    Value value;
    value.kind = Value::Kind::number;
    value.number = number;
    store(next_slot(), value);
    return true;
}

bool SnapshotReader::string(std::string& word) {
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

void SnapshotReader::take_absence(std::string& word) {
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

bool looks_like_snapshot(std::string_view text) { return trim(text).starts_with('{'); }

Recording read_snapshot(std::string_view text, const std::string& name) {
    return SnapshotReader(text, name).read();
}

}  // namespace nestprobe
