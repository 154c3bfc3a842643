// An expected failure: the caller decides. Carries a sentence with ids and numbers in it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/base/check.h"

namespace leat {

struct Error {
  std::string what;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }
  // REQUIRES: ok().
  T& value() {
    check(ok(), "value() of a failed result");
    return std::get<T>(state_);
  }
  const T& value() const {
    check(ok(), "value() of a failed result");
    return std::get<T>(state_);
  }
  // REQUIRES: !ok().
  const std::string& error() const {
    check(!ok(), "error() of a good result");
    return std::get<Error>(state_).what;
  }

 private:
  std::variant<T, Error> state_;
};

}  // namespace leat
