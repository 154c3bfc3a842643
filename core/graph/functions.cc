#include "core/graph/functions.h"

namespace leat {

namespace {
class ReadField final : public ScalarFunction {
 public:
  explicit ReadField(uint32_t index) : index_(index) {}
  Value eval(RowView in, Timestamp) const override { return in[index_]; }
  int field() const override { return static_cast<int>(index_); }
  std::unique_ptr<ScalarFunction> clone() const override {
    return std::make_unique<ReadField>(*this);
  }

 private:
  uint32_t index_;
};
}  // namespace

std::unique_ptr<ScalarFunction> read_field(uint32_t index) {
  return std::make_unique<ReadField>(index);
}

std::vector<Value::MapEntry> MapState::entries() {
  std::vector<Value::MapEntry> all;
  for_each([&](Entry& entry) { all.emplace_back(entry.key(), entry.value()); });
  return all;
}

}  // namespace leat
