// What all streams of a C++ job have in common: side outputs by tag, sinks, and each other's names.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/api/graph_builder.h"
#include "core/api/row_type.h"
#include "core/graph/specs.h"

namespace leat {

inline constexpr const char* kUnnamedKey = "a key is a member that LEAT_ROW does not name";
inline constexpr const char* kUnnamedArgument =
    "an aggregate takes a member that LEAT_ROW does not name";
// The field that a member of the rows' struct is. Where LEAT_ROW does not name it, the job has the
// mistake `unnamed`, and the answer is field 0.
template <class C, class M>
uint32_t field_of(GraphBuilder& builder, M C::* member, const char* unnamed) {
  const std::optional<uint32_t> index = RowCodec<C>::index_of(member);
  if (!index) builder.fail(unnamed);
  return index.value_or(0);
}

// Names a side output and says what its rows are.
template <RowType T>
struct OutputTag {
  std::string tag;
};

class Sink {
 public:
  static Sink transactional(std::string topic) {
    return {SinkSpec::Kind::kTransactional, std::move(topic)};
  }
  static Sink at_least_once(std::string topic) {
    return {SinkSpec::Kind::kAtLeastOnce, std::move(topic)};
  }
  static Sink print(std::string prefix) { return {SinkSpec::Kind::kPrint, std::move(prefix)}; }
  SinkSpec spec() const { return {kind_, topic_, topic_}; }
  const std::string& topic() const { return topic_; }

 private:
  Sink(SinkSpec::Kind kind, std::string topic) : kind_(kind), topic_(std::move(topic)) {}
  SinkSpec::Kind kind_;
  std::string topic_;
};

template <RowType T>
class DataStream;
template <RowType T>
class KeyedStream;
template <RowType T>
class WindowedStream;

}  // namespace leat
