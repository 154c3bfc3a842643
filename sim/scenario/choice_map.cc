#include "sim/scenario/choice_map.h"

#include <charconv>
#include <vector>

#include "core/base/hash.h"
#include "sim/scenario/epoch_word.h"

namespace leat {

namespace {

std::string hex(uint64_t value) {
  char digits[17];
  const auto end = std::to_chars(digits, digits + 16, value, 16);
  return {digits, end.ptr};
}

std::string site_text(const ChoiceMap& map, uint64_t site) {
  const auto name = map.sites.find(site);
  return name == map.sites.end() ? "@" + hex(site) : name->second;
}

std::string identity_text(const Identity& id) {
  const EpochWord at{id.epoch};
  return hex(id.entity) + ":" + std::to_string(at.epoch()) + "." + std::to_string(at.ordinal()) +
         ":" + std::to_string(id.sequence);
}

// Takes one line apart; remembers that something did not fit.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

  std::string_view word() {
    const size_t end = rest_.find(' ');
    const std::string_view word = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    if (word.empty()) ok_ = false;
    return word;
  }
  void literal(std::string_view expected) {
    if (!rest_.starts_with(expected)) {
      ok_ = false;
      return;
    }
    rest_.remove_prefix(expected.size());
  }
  uint64_t number(int base = 10) {
    uint64_t value = 0;
    const auto [end, error] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    if (error != std::errc{}) ok_ = false;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return value;
  }
  uint32_t small_number() {
    const uint64_t value = number();
    if (value > 0xffffffffULL) ok_ = false;
    return static_cast<uint32_t>(value);
  }
  Identity identity() {
    Identity id;
    id.entity = number(16);
    literal(":");
    const uint64_t epoch = number();
    literal(".");
    id.epoch = EpochWord::of(epoch, number()).word;
    literal(":");
    id.sequence = number();
    return id;
  }
  uint64_t site(ChoiceMap& map) {
    std::string_view name = word();
    if (name.starts_with('@')) {
      LineReader digits(name.substr(1));
      const uint64_t key = digits.number(16);
      if (!digits.ok() || !digits.at_end()) ok_ = false;
      return key;
    }
    const uint64_t key = hash_name(name);
    map.sites.emplace(key, std::string(name));
    return key;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

// What follows is for people.
constexpr std::string_view kNote = "  -- ";

bool read_choose(LineReader& line, ChoiceMap& map) {
  ChoiceKey key;
  key.site = line.site(map);
  key.entity = line.number(16);
  line.literal(" epoch ");
  key.epoch = line.number();
  line.literal(".");
  key.ordinal = line.number();
  line.literal(" #");
  key.occurrence = line.number();
  line.literal(" = ");
  ChoiceAnswer answer;
  answer.answer = line.small_number();
  line.literal(" of ");
  answer.count = line.small_number();
  return line.ok() && line.at_end() && map.answers.emplace(key, answer).second;
}

bool read_turn(LineReader& line, ChoiceMap& map) {
  TurnKey key;
  key.site = line.site(map);
  key.plain = line.identity();
  line.literal(" #");
  key.occurrence = line.number();
  line.literal(" = ");
  const Identity chosen = line.identity();
  return line.ok() && line.at_end() && map.turns.emplace(key, chosen).second;
}

}  // namespace

const ChoiceAnswer* ChoiceMap::find(const ChoiceKey& key) const {
  auto found = answers.find(key);
  if (found == answers.end() && key.ordinal != 0) {
    ChoiceKey first = key;
    first.ordinal = 0;
    found = answers.find(first);
  }
  return found == answers.end() ? nullptr : &found->second;
}

std::string choose_line(const ChoiceMap& map, const ChoiceKey& key, const ChoiceAnswer& answer) {
  return "choose " + site_text(map, key.site) + " " + hex(key.entity) + " epoch " +
         std::to_string(key.epoch) + "." + std::to_string(key.ordinal) + " #" +
         std::to_string(key.occurrence) + " = " + std::to_string(answer.answer) + " of " +
         std::to_string(answer.count);
}

std::string turn_line(const ChoiceMap& map, const TurnKey& key, const Identity& chosen) {
  return "turn " + site_text(map, key.site) + " " + identity_text(key.plain) + " #" +
         std::to_string(key.occurrence) + " = " + identity_text(chosen);
}

std::string to_text(const ChoiceMap& map) {
  std::string text;
  for (const auto& [key, answer] : map.answers) text += choose_line(map, key, answer) + "\n";
  for (const auto& [key, chosen] : map.turns) text += turn_line(map, key, chosen) + "\n";
  return text;
}

Result<ChoiceMap> parse_choice_map(std::string_view text) {
  ChoiceMap map;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view content = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (content.empty()) continue;
    LineReader line(content.substr(0, content.find(kNote)));
    const std::string_view verb = line.word();
    const bool good = verb == "choose" ? read_choose(line, map)
                      : verb == "turn" ? read_turn(line, map)
                                       : false;
    if (!good) {
      return Error{"choice map, line " + std::to_string(number) + ": \"" + std::string(content) +
                   "\" is no answer, or its key stands twice"};
    }
  }
  return map;
}

}  // namespace leat
