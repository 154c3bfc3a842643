// Broken scenario files: whatever the bytes, the answer is a scenario or errors with a place,
// within bounded time and memory. Bounded here so that it runs with the other tests; LEAT_FUZZ_RUNS
// raises it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/base/hash.h"
#include "sim/scenario/decode.h"
#include "sim/scenario/expr.h"
#include "sim/scenario/json_tree.h"

namespace leat {
namespace {

const std::filesystem::path kScenarios = std::filesystem::path(LEAT_SOURCE_DIR) / "scenarios";

struct Shipped {
  std::string name;
  std::string text;
};

// Those without large files, so that decoding is quick.
std::vector<Shipped> shipped() {
  std::vector<Shipped> list;
  for (const auto& entry : std::filesystem::directory_iterator(kScenarios)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".json" || name == "leat.schema.json") continue;
    std::ifstream file(entry.path());
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    list.push_back({name, std::move(text)});
  }
  std::sort(list.begin(), list.end(),
            [](const Shipped& a, const Shipped& b) { return a.name < b.name; });
  return list;
}

bool reads_files(const Shipped& s) { return s.text.find("\"file\"") != std::string::npos; }

// A scenario, or errors that all stand inside the text and can be shown.
void expect_an_answer(const std::string& text, const std::string& what) {
  const Decoded decoded = decode_scenario(text, (kScenarios / "x.json").string());
  EXPECT_EQ(decoded.scenario.has_value(), decoded.diagnostics.errors() == 0) << what;
  for (const Diagnostic& d : decoded.diagnostics.all()) {
    EXPECT_LE(d.span.begin, text.size()) << what;
    EXPECT_FALSE(d.what.empty()) << what;
    EXPECT_EQ(d.what.find("json.exception"), std::string::npos) << what;
  }
  EXPECT_EQ(decoded.report.empty(), decoded.diagnostics.all().empty()) << what;
}

uint64_t runs(uint64_t otherwise) {
  const char* given = std::getenv("LEAT_FUZZ_RUNS");
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

TEST(ScenarioFuzz, TruncatedAtEveryByte) {
  for (const Shipped& scenario : shipped()) {
    const size_t last = scenario.text.find_last_of('}');
    for (size_t size = 0; size <= last; ++size) {
      const Decoded decoded = decode_scenario(std::string_view(scenario.text).substr(0, size),
                                              (kScenarios / scenario.name).string());
      ASSERT_FALSE(decoded.scenario.has_value()) << scenario.name << " cut at " << size;
      ASSERT_EQ(decoded.diagnostics.all().front().code, "SC001")
          << scenario.name << " cut at " << size;
    }
  }
}

// Cuts, doubles, swaps and overwrites pieces; half of the new pieces are words of the format.
std::string mutated(std::string text, uint64_t seed) {
  static const std::vector<std::string> kWords = {"null",
                                                  "-1",
                                                  "1e308",
                                                  "9223372036854775807",
                                                  "99999999999999999999",
                                                  "\"\"",
                                                  "[]",
                                                  "{}",
                                                  "true",
                                                  "\"inputs\"",
                                                  "\"s.late\"",
                                                  "\"MAX\"",
                                                  "\"1d 2h\"",
                                                  "\"case when\"",
                                                  "\xff",
                                                  "\xed\xa0\x80",
                                                  "\\u0000",
                                                  "\"sum(\"",
                                                  "[[",
                                                  "}",
                                                  ",",
                                                  ":",
                                                  "\"",
                                                  "//",
                                                  "/*",
                                                  "0.1",
                                                  "\"zipf(0, 0)\""};
  const uint64_t edits = 1 + mix(seed, 1) % 4;
  for (uint64_t i = 0; i < edits && !text.empty(); ++i) {
    const uint64_t r = mix(seed, i + 2);
    const size_t at = mix(r, 1) % text.size();
    const size_t length = std::min<size_t>(text.size() - at, mix(r, 2) % 40);
    switch (r % 5) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(at, length));
        break;
      case 2:
        text[at] = static_cast<char>(mix(r, 3) & 0xff);
        break;
      case 3:
        text.replace(at, length, kWords[mix(r, 3) % kWords.size()]);
        break;
      default:
        text.insert(at, kWords[mix(r, 3) % kWords.size()]);
        break;
    }
  }
  return text;
}

TEST(ScenarioFuzz, RandomMutations) {
  const uint64_t each = runs(1500);
  size_t accepted = 0;
  for (const Shipped& scenario : shipped()) {
    if (reads_files(scenario)) continue;
    for (uint64_t seed = 0; seed < each; ++seed) {
      const std::string text = mutated(scenario.text, mix(hash_name(scenario.name), seed));
      expect_an_answer(text, scenario.name + " mutation " + std::to_string(seed));
      accepted +=
          decode_scenario(text, (kScenarios / "x.json").string()).scenario.has_value() ? 1 : 0;
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(accepted, 0u) << "no mutation got past the reader of JSON: the decoder was not tried";
}

// Every value of every shipped scenario, replaced by values of each other kind.
TEST(ScenarioFuzz, EveryValueOfAnotherKind) {
  const auto values_of = [](const Json& root) {
    std::vector<Span> spans;
    std::vector<const Json*> open = {&root};
    while (!open.empty()) {
      const Json* json = open.back();
      open.pop_back();
      spans.push_back(json->span);
      for (const Json& item : json->items) open.push_back(&item);
      for (const JsonMember& member : json->members) open.push_back(&member.value);
    }
    return spans;
  };
  for (const Shipped& scenario : shipped()) {
    if (reads_files(scenario)) continue;
    const std::variant<Json, Diagnostic> parsed = parse_json(scenario.text);
    for (const Span span : values_of(std::get<Json>(parsed))) {
      for (const char* other :
           {"null", "true", "-7", "1e300", "\"\"", "\"x\"", "[]", "[null]", "{}", "{\"x\":{}}"}) {
        std::string text = scenario.text;
        text.replace(span.begin, span.end - span.begin, other);
        expect_an_answer(text, scenario.name + ": " + other + " at " + std::to_string(span.begin));
        if (HasFailure()) return;
      }
    }
  }
}

TEST(ScenarioFuzz, HostileShapes) {
  const auto nested = [](const std::string& open, size_t depth) {
    std::string text;
    for (size_t i = 0; i < depth; ++i) text += open;
    return text;
  };
  expect_an_answer("", "nothing");
  expect_an_answer("null", "null");
  expect_an_answer("[]", "a list");
  expect_an_answer(std::string(1, '\0'), "a zero byte");
  expect_an_answer("\xef\xbb\xbf{}", "a byte order mark");
  expect_an_answer(nested("[", 10'000), "lists 10,000 deep");
  expect_an_answer(nested("{\"a\":", 10'000), "objects 10,000 deep");
  expect_an_answer("{\"nodes\":" + nested("{\"inputs\":[", 30) + "}", "nodes in nodes");
  expect_an_answer("{\"seed\": 1, \"seed\": 2}", "a key twice");
  expect_an_answer("{\"seed\": " + std::string(100'000, '9') + "}", "a number of 100,000 digits");
  expect_an_answer("{\"parallelism\": 1e9}", "a double for an integer");
  expect_an_answer("{\"" + std::string(1'000'000, 'k') + "\": 1}", "a key of a million letters");
  expect_an_answer("{\"why\": \"" + std::string(1'000'000, 'w') + "\"}",
                   "a text of a million letters");
  std::string many = "[";
  for (int i = 0; i < 1'100'000; ++i) many += "1,";
  const std::variant<Json, Diagnostic> refused = parse_json(many + "1]");
  ASSERT_TRUE(std::holds_alternative<Diagnostic>(refused));
  EXPECT_EQ(std::get<Diagnostic>(refused).code, "SC004");
}

TEST(ExpressionFuzz, RandomTexts) {
  const Schema schema{{{"k", ValueType::kString},
                       {"v", ValueType::kInt},
                       {"x", ValueType::kDouble},
                       {"b", ValueType::kBool}}};
  const std::vector<Row> rows = {
      {Value::text("ann"), Value::integer(3), Value::number(0.5), Value::boolean(true)},
      {Value::null(), Value::null(), Value::null(), Value::null()}};
  static const std::vector<std::string> kWords = {"k",
                                                  "v",
                                                  "x",
                                                  "b",
                                                  "1",
                                                  "-",
                                                  "+",
                                                  "*",
                                                  "/",
                                                  "%",
                                                  "(",
                                                  ")",
                                                  ",",
                                                  "=",
                                                  "<>",
                                                  "<",
                                                  "||",
                                                  "and",
                                                  "or",
                                                  "not",
                                                  "between",
                                                  "in",
                                                  "is",
                                                  "null",
                                                  "case",
                                                  "when",
                                                  "then",
                                                  "else",
                                                  "end",
                                                  "abs(",
                                                  "least(",
                                                  "coalesce(",
                                                  "'a'",
                                                  "2.5",
                                                  "9223372036854775808",
                                                  "true",
                                                  "upper(k)",
                                                  "length(k)",
                                                  "floor_mod(v,",
                                                  "as",
                                                  "\"",
                                                  "'",
                                                  "\xc3\xa9"};
  size_t good = 0;
  for (uint64_t seed = 0; seed < runs(60'000); ++seed) {
    std::string text;
    const uint64_t words = 1 + mix(seed, 7) % 12;
    for (uint64_t i = 0; i < words; ++i) text += kWords[mix(seed, i + 100) % kWords.size()] + " ";
    const auto parsed = parse_expression_at(text, scope_of(schema));
    if (const auto* error = std::get_if<TextError>(&parsed)) {
      ASSERT_LE(error->at, text.size()) << text;
      ASSERT_FALSE(error->what.empty()) << text;
      continue;
    }
    ++good;
    const Expression& e = std::get<Expression>(parsed);
    for (const Row& row : rows) {
      try {
        const Value value = e.eval(row);
        ASSERT_TRUE(value.is_null() || e.type() == ValueType::kNull || value.type() == e.type())
            << text;
      } catch (const JobError&) {  // division by zero
      }
    }
  }
  EXPECT_GT(good, 0u) << "no text was an expression";
}

}  // namespace
}  // namespace leat
