// SPDX-License-Identifier: MIT
#include "base/json_text.hpp"
#include "command_words.hpp"
#include "fake_machine.hpp"
#include "render/layout.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

using namespace nestprobe;
using namespace nestprobe::test;

namespace {
using Json = nlohmann::ordered_json;

}  // namespace

TEST_SUITE("render") {
    TEST_CASE("lines stay within 80 columns") {
        const Report report = report_of(haswell_without_kvm());
        std::set<std::string> commands;  // each is whole on its line, however long
        const auto take = [&](const Finding& f) {
            for (const Step& step : f.remedy().steps)
                for (const ShellCommand& command : step.commands) commands.insert(command.text());
        };
        for (const Finding& f : report.findings) take(f);
        for (const Verdict& v : report.verdicts)
            for (const Finding& f : v.then) take(f);
        for (const char* name : {"summary", "explain"}) {
            const std::string text = find_format(name)->render(report, {});
            std::size_t begin = 0;
            while (begin < text.size()) {
                const auto end = text.find('\n', begin);
                const std::string line = text.substr(begin, end - begin);
                CAPTURE(line);
                const std::string words = line.substr(std::min(line.find_first_not_of(' '), line.size()));
                CHECK((line.size() <= text_width || commands.contains(words)));
                begin = end + 1;
            }
        }
    }
    TEST_CASE("the ladder has a line for each layer, and what is well stays one line") {
        const std::string text = render_explain(report_of(haswell()), {});
        CHECK(text.find("  ok    cpu         VMX on all 4 CPUs\n") != std::string::npos);
        CHECK(text.find("  ok    firmware    switched on, locked (0x3a = 0x5 on all CPUs)\n") !=
              std::string::npos);
        CHECK(text.find("  ok    module      kvm_intel loaded, nested=Y\n") != std::string::npos);
        CHECK(text.find("\n5 KVM's modules") == std::string::npos);
        CHECK(text.find("other rules pass") != std::string::npos);
        CHECK(render_explain_all(report_of(haswell()), {}).find("\n5 KVM's modules") != std::string::npos);
    }
    TEST_CASE("on a terminal the ladder has rails, as wide as the plain one") {
        const std::string plain = draw_ladder(report_of(haswell()), {});
        const std::string drawn = draw_ladder(report_of(haswell()), {.unicode = true});
        CHECK(drawn.starts_with("  ├─✓─┤ cpu         VMX on all 4 CPUs\n"));
        CHECK(std::count(plain.begin(), plain.end(), '\n') == std::count(drawn.begin(), drawn.end(), '\n'));
    }
    TEST_CASE("a proof is proved or not, and never fails") {
        const std::string with = render_explain_all(report_of(haswell()), {});
        CHECK(with.find("  ok    NP518 proved: ") != std::string::npos);
        const std::string without = render_explain_all(report_of(haswell_without_kvm()), {});
        CHECK(without.find("NP518 no proof: ") != std::string::npos);
        CHECK(without.find("FAIL  NP518") == std::string::npos);
        CHECK(without.find("FAIL  NP606") == std::string::npos);
    }
    TEST_CASE("wrapping") {
        CHECK(wrap("a b\nc", 4) == "a b c");
        CHECK(wrap("  ", 0).empty());
        CHECK(wrap("a\x1b[2J\nb \u202ec\t", 0) == "a?[2J b ?c?");
        CHECK(wrap(std::string(90, 'x') + " y", 2) == std::string(90, 'x') + "\n  y");
    }
    TEST_CASE("a machine's text cannot drive the terminal") {
        CHECK(printable("\x1b[31mred\n") == "?[31mred?");
        CHECK(printable("caf\xc3\xa9 \xff\xc2\x9b") == "caf\xc3\xa9 ??");
        CHECK(printable("a\u202eb\u2066c\u200fd\u2028e\u061cf\x7f") == "a?b?c?d?e?f?");
        CHECK(printable("\u2027\u202f\u2065\u206a\u061b") == "\u2027\u202f\u2065\u206a\u061b");
        CHECK(is_printable("caf\xc3\xa9"));
        CHECK(!is_printable("a\nb"));
        Recording r = haswell();
        r.files.insert_or_assign("/proc/sys/kernel/osrelease", std::string("6.1\x1b]0;owned\x07\n"));
        const Report report = report_of(std::move(r));
        for (const char* name : {"summary", "explain", "facts"})
            CHECK(find_format(name)->render(report, {}).find('\x1b') == std::string::npos);
    }
    TEST_CASE("why no device can be assigned is told where that is the question") {
        Recording r = haswell();
        r.directories.insert_or_assign("/sys/class/iommu", std::vector<std::string>{});
        r.directories.insert_or_assign("/sys/kernel/iommu_groups", std::vector<std::string>{});
        Report report = report_of(std::move(r));
        REQUIRE(report.verdict(Question::device_assignment).cause()->rule->id == "NP801");
        CHECK(render_summary(report, {}).find("NP801 no-iommu") == std::string::npos);
        report.asked = Question::device_assignment;
        CHECK(render_summary(report, {}).find("NP801 no-iommu") != std::string::npos);
    }
    TEST_CASE("text in JSON is as the library writes it, at every length and place") {
        for (int byte = 0; byte < 256; ++byte)
            for (std::size_t size = 1; size < 20; ++size)
                for (std::size_t at = 0; at < size; ++at) {
                    std::string text(size, 'x');
                    text[at] = static_cast<char>(byte);
                    JsonText out(0);
                    out.value(text);
                    const std::string wanted = Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
                    if (std::move(out).take() != wanted + "\n") FAIL("byte " << byte << " at " << at);
                }
    }
    TEST_CASE("whole and broken UTF-8 in JSON is as the library writes it") {
        constexpr unsigned char parts[] = {'x',  '"',  0x01, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc1,
                                           0xc2, 0xdf, 0xe0, 0xe2, 0xed, 0xf0, 0xf3, 0xf4, 0xf5};
        constexpr std::size_t kinds = std::size(parts), sequences = kinds * kinds * kinds * kinds;
        for (std::size_t n = 0; n < sequences; ++n) {
            std::string text;
            for (std::size_t rest = n, i = 0; i < 4; ++i, rest /= kinds)
                text += static_cast<char>(parts[rest % kinds]);
            for (const bool ascii : {true, false}) {
                JsonText out(0, JsonText::on_one_line,
                             ascii ? JsonText::Beyond::escaped : JsonText::Beyond::kept);
                out.value(text);
                const std::string wanted = Json(text).dump(-1, ' ', ascii, Json::error_handler_t::replace);
                if (std::move(out).take() != wanted) FAIL("sequence " << n);
            }
        }
    }
    TEST_CASE("JSON of one line is laid out as the library does it") {
        for (const char* text :
             {R"({"a":{"b, {c: ]":["x\\\"",1,null],"d":[]},"e":{},"f":[[],[{}]]})", R"("x")", "[1,2]"})
            for (const std::size_t indent : {1u, 2u}) {
                JsonText out(0, indent);
                out.json(text);
                CHECK(std::move(out).take() == Json::parse(text).dump(static_cast<int>(indent)) + "\n");
            }
    }
    TEST_CASE("JSON says when the machine was read, behind the tool, or null") {
        Report report = report_of(haswell());
        const auto line = [&](const char* when) {
            report.facts.collected_at = when;
            const std::string json = find_format("json")->render(report, {});
            const auto begin = json.find(NESTPROBE_VERSION "\",\n") + sizeof NESTPROBE_VERSION "\",";
            return json.substr(begin, json.find('\n', begin) - begin);
        };
        CHECK(line("2026-11-25T17:00:00Z") == "  \"collected_at\": \"2026-11-25T17:00:00Z\",");
        for (const char* no_time : {"", "2026-11-25", "2026-11-25T17:00:00+01:00", "2026-11-25T17:0\n:00Z"})
            CHECK(line(no_time) == "  \"collected_at\": null,");
    }
    TEST_CASE("no colour and no Unicode unless asked for") {
        const Report report = report_of(haswell());
        for (const Format& format : formats())
            for (const char c : format.render(report, {})) CHECK((c == '\n' || (c >= ' ' && c <= '~')));
        CHECK(render_explain(report, {.colour = true}).find("\x1b[") != std::string::npos);
        CHECK(render_explain(report, {.unicode = true}).find("✓") != std::string::npos);
    }
}

TEST_SUITE("cli") {
    TEST_CASE("defaults") {
        const Options o = parsed({});
        CHECK(o.format->name == "summary");
        CHECK_FALSE(o.question.has_value());
        CHECK(o.wants_output);
    }
    TEST_CASE("explain with and without a rule") {
        CHECK(parsed({"--explain"}).format->name == "explain");
        CHECK(parsed({"--explain=NP503"}).rule->name == "nested-parameter-off");
        CHECK(parsed({"--explain=nested-parameter-off"}).rule->id == "NP503");
    }
    TEST_CASE("--all goes with --explain alone") {
        CHECK(parsed({"--explain", "--all"}).all);
        CHECK(parsed({"--all", "--format", "explain"}).all);
        CHECK_FALSE(parsed({"--explain"}).all);
        CHECK_THROWS_AS(parsed({"--all"}), UsageError);
        CHECK_THROWS_AS(parsed({"--all", "--json"}), UsageError);
        CHECK_THROWS_AS(parsed({"--all", "--explain=NP503"}), UsageError);
    }
    TEST_CASE("files") {
        CHECK(parsed({"--from", "-"}).from == std::vector<std::string>{"-"});
        CHECK(parsed({"--from", "a", "--from=b"}).from == std::vector<std::string>{"a", "b"});
        CHECK(parsed({"--from=x", "--json"}).format->name == "json");
        CHECK_FALSE(parsed({"--record", "f"}).wants_output);
        CHECK(parsed({"--record", "f", "--json"}).wants_output);
    }
    TEST_CASE("what cannot be meant is refused") {
        for (const std::vector<const char*>& words :
             std::vector<std::vector<const char*>>{{"--nonsense"},
                                                   {"stray"},
                                                   {"--explain=NP999"},
                                                   {"--format", "nonsense"},
                                                   {"--question", "x"},
                                                   {"--color", "x"},
                                                   {"--json", "--rules"},
                                                   {"--format"},
                                                   {"--from"},
                                                   {"--from", ""},
                                                   {"--record", "-", "--json"}}) {
            CAPTURE(words.front());
            CHECK_THROWS_AS(parsed(words), UsageError);
        }
    }
}
