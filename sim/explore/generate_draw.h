// Drawing from `choose` with a name for each thing drawn, so that one more of them moves no other.
// Internal to the generator.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/env/choices.h"
#include "sim/scenario/json_text.h"

namespace leat {

class Draw {
 public:
  // What is drawn under `scope` is independent of everything else.
  Draw(Choices& choices, std::string_view scope) : choices_(choices), scope_(entity(scope)) {}
  Draw(Choices& choices, Entity scope) : choices_(choices), scope_(scope) {}
  Draw below(std::string_view name, uint64_t number = 0) const {
    return {choices_, entity(entity(scope_, hash_name(name)), number)};
  }

  // In [0, n); 0 is the plainest.
  uint32_t upto(std::string_view what, uint32_t n) const;
  int64_t between(std::string_view what, int64_t least, int64_t most) const;
  // True in `percent` of all cases.
  bool chance(std::string_view what, uint32_t percent) const;
  template <class T>
  T one_of(std::string_view what, std::initializer_list<T> all) const {
    return *(all.begin() + upto(what, static_cast<uint32_t>(all.size())));
  }

 private:
  Choices& choices_;
  Entity scope_;
};

// {"key": value, ...}
Json json_of(std::initializer_list<std::pair<const char*, Json>> members);
Json json_strings(const std::vector<std::string>& texts);
Json json_boolean(bool value);
Json json_number(double value);

}  // namespace leat
