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

}  // namespace leat
