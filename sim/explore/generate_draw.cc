#include "sim/explore/generate_draw.h"

#include <algorithm>

#include "sim/scenario/fields.h"

namespace leat {

namespace {
constexpr Site kJob{"gen.job"};
}

uint32_t Draw::upto(std::string_view what, uint32_t n) const {
  return n < 2 ? 0 : choices_.choose(kJob, entity(scope_, hash_name(what)), n);
}

int64_t Draw::between(std::string_view what, int64_t least, int64_t most) const {
  return least + upto(what, static_cast<uint32_t>(most - least + 1));
}

bool Draw::chance(std::string_view what, uint32_t percent) const {
  return choices_.chance(kJob, entity(scope_, hash_name(what)), percent, 100);
}

Json json_of(std::initializer_list<std::pair<const char*, Json>> members) {
  Json object = json_object();
  for (const auto& [key, value] : members) set_member(object, key, value);
  return object;
}

Json json_strings(const std::vector<std::string>& texts) {
  Json list = json_list();
  for (const std::string& text : texts) list.items.push_back(json_text(text));
  return list;
}

Json json_boolean(bool value) {
  Json json;
  json.kind = Json::Kind::kBool;
  json.boolean = value;
  return json;
}

Json json_number(double value) {
  Json json;
  json.kind = Json::Kind::kDouble;
  json.number = value;
  return json;
}

}  // namespace leat
