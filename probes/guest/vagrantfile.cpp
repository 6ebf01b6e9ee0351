// SPDX-License-Identifier: MIT
// Sources: Ruby's own syntax of blocks; Vagrant documentation, "Multi-Machine" (what a machine's own block
// says comes behind what is said of all); vagrant-libvirt documentation, "Domain Specific Options"; state
// 2026-11.
#include "guest/vagrantfile.hpp"

#include "base/text.hpp"
#include "guest/ruby_words.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace nestprobe {
namespace {

constexpr std::string_view telling_keys[] = {"driver",      "cpu_mode", "cpu_model",    "nested",      "cpus",
                                             "cpu_feature", "qemuargs", "machine_arch", "machine_type"};

constexpr std::size_t most_machines = 32, most_of_settings = 4096, deepest_block = 64;

/// What a block is, that "end" closes.
enum class Frame : std::uint8_t { plain, condition, machine, libvirt, other_provider };

class VagrantReader {
public:
    Vagrantfile read(std::string_view text) {
        std::size_t number = 0;
        std::string_view heredoc;
        bool comment = false;
        for_each_line(text, [&](std::string_view line) {
            ++number;
            line = trim(line);
            if (!heredoc.empty()) {
                if (line == heredoc) heredoc = {};
                return;
            }
            if (line.starts_with("=begin") || line.starts_with("=end")) comment = line.starts_with("=begin");
            if (comment || line.starts_with('=') || line.starts_with('#')) return;
            heredoc = heredoc_of(line);
            line_ = number;
            const std::string mask = mask_of(line);
            read_statements({line.substr(0, mask.size()), mask});
        });
        return std::move(file_);
    }

private:
    struct Open {
        Frame frame;
        std::size_t machine;  ///< whose machine's block it stands in
        bool by_brace;
    };

    /// What ";" parts, "{ |x|" opens, "}" closes.
    void read_statements(Words line) {
        std::size_t begin = 0, hashes = 0;
        for (std::size_t i = 0; i < line.mask.size(); ++i) {
            const char c = line.mask[i];
            const auto bar = c == '{' ? line.mask.find_first_not_of(' ', i + 1) : std::string_view::npos;
            if (c == ';' && hashes == 0) {
                read_words(line.part(begin, i).trimmed());
                begin = i + 1;
            } else if (bar != std::string_view::npos && line.mask[bar] == '|') {
                open(line.part(begin, i).text, true);
                i = std::min(line.mask.find('|', bar + 1), line.mask.size() - 1);
                begin = i + 1;
            } else if (c == '{') {
                ++hashes;
            } else if (c == '}' && hashes != 0) {
                --hashes;
            } else if (c == '}') {
                read_words(line.part(begin, i).trimmed());
                begin = i + 1;
                if (!open_.empty() && open_.back().by_brace) close();
            }
        }
        read_words(line.part(begin).trimmed());
    }

    void read_words(Words words) {
        if (words.text.empty()) return;
        if (words.begins_with("end")) return close();
        constexpr std::string_view conditions[] = {"if", "unless", "case", "while", "until", "def", "class"};
        for (const std::string_view word : conditions) {
            if (words.begins_with(word)) return read_condition(words);
            const auto equals = words.mask.find('=');
            if (equals == std::string_view::npos || !words.part(equals + 1).trimmed().begins_with(word))
                continue;
            read_setting(words, true);
            if (!words.has("end")) push(Frame::condition, machine(), false);
            return;
        }
        for (const std::string_view word : {"begin", "for", "module"})
            if (words.begins_with(word)) return push(Frame::plain, machine(), false);
        const std::size_t block = words.find("do");
        if (block == std::string_view::npos) return read_setting(words, false);
        read_block(words, block);
    }

    /// "if x then lv.nested = true end" stands in one line.
    void read_condition(Words words) {
        push(Frame::condition, machine(), false);
        const std::size_t then = words.find("then");
        if (then == std::string_view::npos) return;
        const std::size_t end = words.find("end");
        read_setting(words.part(then + 4, end).trimmed(), true);
        if (end != std::string_view::npos) close();
    }

    /// "a.vm.provider :libvirt do |lv|", with what may follow on the line.
    void read_block(Words words, std::size_t at) {
        open(words.part(0, at).text, false);
        Words rest = words.part(at + 2).trimmed();
        if (rest.mask.starts_with('|'))
            rest = rest.part(std::min(rest.mask.find('|', 1), rest.mask.size() - 1) + 1).trimmed();
        const bool closed = rest.text == "end" || rest.mask.ends_with(" end");
        if (closed) rest = rest.part(0, rest.text.size() - 3).trimmed();
        read_setting(rest, false);
        if (closed) close();
    }

    void open(std::string_view head, bool by_brace) {
        const std::string_view defined = after(head, ".vm.define");
        const std::string_view provider = after(head, ".vm.provider");
        if (!defined.empty()) {
            if (file_.machines.size() == most_machines) file_.is_cut = true;
            if (!file_.is_cut) file_.machines.push_back({first_argument(defined), line_});
            push(Frame::machine, file_.machines.size(), by_brace);
        } else if (!provider.empty()) {
            const std::string name = first_argument(provider);
            push(name == "libvirt" ? Frame::libvirt
                 : name.empty()    ? Frame::condition
                                   : Frame::other_provider,
                 machine(), by_brace);
        } else {
            push(Frame::plain, machine(), by_brace);
        }
    }

    void push(Frame frame, std::size_t machine, bool by_brace) {
        if (open_.size() == deepest_block) file_.is_cut = true;
        if (!file_.is_cut) open_.push_back({frame, machine, by_brace});
    }
    void close() {
        if (!open_.empty()) open_.pop_back();
    }

    /// Of `("libvirt")`, ` :a, primary: true`: the first one's word.
    static std::string first_argument(std::string_view words) {
        words = trim(words);
        if (words.starts_with('(')) words = trim(words.substr(1));
        std::string word;
        const auto end = words.find_first_of(",)");
        return read_literal(words.substr(0, end), word) ? word : std::string();
    }

    std::size_t machine() const { return open_.empty() ? 0 : open_.back().machine; }

    /// A condition decides about it: one that stands within the machine's own block, or about all machines.
    bool is_conditional(Words words) const {
        for (auto each = open_.rbegin(); each != open_.rend() && each->frame != Frame::machine; ++each)
            if (each->frame == Frame::condition) return true;
        for (const std::string_view word : {"if", "unless", "and", "or", "&&", "||", "?"})
            if (words.has(word)) return true;
        return false;
    }

    bool is_of_other_provider() const {
        for (auto each = open_.rbegin(); each != open_.rend(); ++each) {
            if (each->frame == Frame::libvirt) return false;
            if (each->frame == Frame::other_provider) return true;
        }
        return false;
    }

    /// "lv.nested = true", "lv.cpu_feature :name => 'vmx', :policy => 'disable'".
    void read_setting(Words words, bool conditional) {
        if (words.text.empty() || is_of_other_provider()) return;
        for (const std::string_view key : telling_keys) {
            const std::size_t at = find_key(words.mask, key);
            if (at == std::string_view::npos) continue;
            const std::string_view rest = trim(words.text.substr(at + key.size()));
            if (rest.starts_with('?') || rest.starts_with('.') || rest.starts_with("==")) continue;
            VagrantSetting setting{std::string(key), std::string(rest), machine(), line_, false};
            const std::string_view receiver = words.text.substr(0, at - 1);
            bool literal = std::all_of(receiver.begin(), receiver.end(), is_word);
            if (key == "cpu_feature" || key == "qemuargs")
                literal = literal && !word_of_call(rest, key == "qemuargs" ? "value" : "name").empty();
            else if (rest.starts_with('='))
                literal = literal && read_literal(rest.substr(1), setting.value);
            else
                literal = false;
            setting.is_known = literal && !conditional && !is_conditional(words);
            if (!setting.is_known) setting.value = words.text;
            if (file_.settings.size() == most_of_settings) file_.is_cut = true;
            if (!file_.is_cut) file_.settings.push_back(std::move(setting));
            return;
        }
    }

    /// Behind a point, or as a name that is sent (":nested=").
    static std::size_t find_key(std::string_view mask, std::string_view key) {
        const bool sent = contains(mask, "send");
        for (auto at = mask.find(key); at != std::string_view::npos; at = mask.find(key, at + 1)) {
            const bool begins = at != 0 && (mask[at - 1] == '.' || (sent && mask[at - 1] == ':'));
            if (begins && begins_with_word(mask.substr(at), key)) return at;
        }
        return std::string_view::npos;
    }

    Vagrantfile file_;
    std::vector<Open> open_;
    std::size_t line_ = 0;
};

}  // namespace

std::string_view word_of_call(std::string_view words, std::string_view key) {
    for (auto at = words.find(key); at != std::string_view::npos; at = words.find(key, at + 1)) {
        std::string_view rest = words.substr(at + key.size());
        const bool old_form = at != 0 && words[at - 1] == ':' && trim(rest).starts_with("=>");
        if (!old_form && !rest.starts_with(':')) continue;
        rest = trim(old_form ? trim(rest).substr(2) : rest.substr(1));
        if (rest.starts_with(':') && !rest.starts_with(":\"")) {
            const auto end = std::find_if_not(rest.begin() + 1, rest.end(), is_word);
            return rest.substr(1, static_cast<std::size_t>(end - rest.begin()) - 1);
        }
        if (rest.size() < 2 || (rest.front() != '"' && rest.front() != '\'')) return {};
        const auto end = rest.find(rest.front(), 1);
        const std::string_view word = rest.substr(1, end - 1);
        return end == std::string_view::npos || contains(word, "#{") ? std::string_view{} : word;
    }
    return {};
}

Vagrantfile read_vagrantfile(std::string_view text) { return VagrantReader().read(text); }

}  // namespace nestprobe
