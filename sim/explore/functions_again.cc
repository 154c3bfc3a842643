// Functions of two rows or two inputs called again, and those that deal rows out.
#include "sim/explore/calls.h"

namespace leat {

namespace {

using What = TapeEntry::What;

// Two rows as one argument; the last cell says where the second begins.
Row both(RowView a, RowView b) {
  Row all = copy_of(a);
  all.insert(all.end(), b.begin(), b.end());
  all.push_back(Value::integer(static_cast<int64_t>(a.size())));
  return all;
}
RowView first_of(const Row& both) {
  return RowView(both).first(static_cast<size_t>(both.back().as_int()));
}
RowView second_of(const Row& both) {
  const auto begin = static_cast<size_t>(both.back().as_int());
  return RowView(both).subspan(begin, both.size() - 1 - begin);
}

// A row of one of several inputs, with its time.
Row of_input(uint32_t input, RowView row, Timestamp time) {
  Row all = with_time(row, time);
  all.push_back(Value::integer(input));
  return all;
}
struct InputCall {
  explicit InputCall(const CallTape& tape) : all(tape.entries().front().values) {}
  uint32_t input() const { return static_cast<uint32_t>(all.back().as_int()); }
  RowView row() const { return all.first(all.size() - 2); }
  Timestamp time() const {
    const Value& time = all[all.size() - 2];
    return time.is_null() ? Timestamp() : EventTime{time.as_int()};
  }
  RowView all;
};

auto compared(TapePlayer& player) {
  return Telling([&player](RowView row) { player.expect({What::kGave, 0, copy_of(row)}); });
}

class ReduceAgain final : public ReduceFunction {
 public:
  explicit ReduceAgain(const Wrapped<ReduceFunction>& w) : w_(w) {}
  void reduce(RowView a, RowView b, std::span<Value> out) const override {
    const size_t width = out.size();
    record(
        *w_.calls, w_.where, both(a, b),
        [&](const auto& gave) {
          w_.mine->reduce(a, b, out);
          gave(0, out);
        },
        [pristine = w_.pristine, width](const CallTape& tape, TapePlayer& player) {
          const Row& rows = tape.entries().front().values;
          Row row(width);
          pristine->clone()->reduce(first_of(rows), second_of(rows), row);
          player.expect({What::kGave, 0, std::move(row)});
        });
  }
  std::unique_ptr<ReduceFunction> clone() const override {
    return std::make_unique<ReduceAgain>(w_);
  }

 private:
  const Wrapped<ReduceFunction> w_;
};

class PartitionAgain final : public PartitionFunction {
 public:
  explicit PartitionAgain(const Wrapped<PartitionFunction>& w) : w_(w) {}
  int64_t channel(RowView row, uint32_t channels) const override {
    int64_t chosen = 0;
    record(
        *w_.calls, w_.where, copy_of(row),
        [&](const auto& gave) {
          chosen = w_.mine->channel(row, channels);
          gave(0, Row{Value::integer(chosen)});
        },
        [pristine = w_.pristine, channels](const CallTape& tape, TapePlayer& player) {
          const int64_t again = pristine->clone()->channel(tape.entries().front().values, channels);
          player.expect({What::kGave, 0, {Value::integer(again)}});
        });
    return chosen;
  }
  std::unique_ptr<PartitionFunction> clone() const override {
    return std::make_unique<PartitionAgain>(w_);
  }

 private:
  const Wrapped<PartitionFunction> w_;
};

class CoMapAgain final : public CoMapFunction {
 public:
  explicit CoMapAgain(const Wrapped<CoMapFunction>& w) : w_(w) {}
  void map(uint32_t input, RowView in, Timestamp time, std::span<Value> out) const override {
    const size_t width = out.size();
    record(
        *w_.calls, w_.where, of_input(input, in, time),
        [&](const auto& gave) {
          w_.mine->map(input, in, time, out);
          gave(0, out);
        },
        [pristine = w_.pristine, width](const CallTape& tape, TapePlayer& player) {
          const InputCall call(tape);
          Row row(width);
          pristine->clone()->map(call.input(), call.row(), call.time(), row);
          player.expect({What::kGave, 0, std::move(row)});
        });
  }
  std::unique_ptr<CoMapFunction> clone() const override { return std::make_unique<CoMapAgain>(w_); }

 private:
  const Wrapped<CoMapFunction> w_;
};

class CoFlatMapAgain final : public CoFlatMapFunction {
 public:
  explicit CoFlatMapAgain(const Wrapped<CoFlatMapFunction>& w) : w_(w) {}
  void flat_map(uint32_t input, RowView in, Timestamp time, Collector& out) const override {
    record(
        *w_.calls, w_.where, of_input(input, in, time),
        [&](const auto& gave) {
          Telling told([&](RowView row) {
            gave(0, row);
            out.collect(row);
          });
          w_.mine->flat_map(input, in, time, told);
        },
        [pristine = w_.pristine](const CallTape& tape, TapePlayer& player) {
          const InputCall call(tape);
          auto compare = compared(player);
          pristine->clone()->flat_map(call.input(), call.row(), call.time(), compare);
        });
  }
  std::unique_ptr<CoFlatMapFunction> clone() const override {
    return std::make_unique<CoFlatMapAgain>(w_);
  }

 private:
  const Wrapped<CoFlatMapFunction> w_;
};

class JoinAgain final : public JoinFunction {
 public:
  explicit JoinAgain(const Wrapped<JoinFunction>& w) : w_(w) {}
  void join(RowView left, RowView right, Collector& out) const override {
    record(
        *w_.calls, w_.where, both(left, right),
        [&](const auto& gave) {
          Telling told([&](RowView row) {
            gave(0, row);
            out.collect(row);
          });
          w_.mine->join(left, right, told);
        },
        [pristine = w_.pristine](const CallTape& tape, TapePlayer& player) {
          const Row& rows = tape.entries().front().values;
          auto compare = compared(player);
          pristine->clone()->join(first_of(rows), second_of(rows), compare);
        });
  }
  std::unique_ptr<JoinFunction> clone() const override { return std::make_unique<JoinAgain>(w_); }

 private:
  const Wrapped<JoinFunction> w_;
};

template <class Again, class Function>
std::shared_ptr<const Function> made(const Wrapped<Function>& wrapped) {
  return std::make_shared<Again>(wrapped);
}

}  // namespace

std::shared_ptr<const ReduceFunction> called_again(Wrapped<ReduceFunction> wrapped) {
  return made<ReduceAgain>(wrapped);
}
std::shared_ptr<const PartitionFunction> called_again(Wrapped<PartitionFunction> wrapped) {
  return made<PartitionAgain>(wrapped);
}
std::shared_ptr<const CoMapFunction> called_again(Wrapped<CoMapFunction> wrapped) {
  return made<CoMapAgain>(wrapped);
}
std::shared_ptr<const CoFlatMapFunction> called_again(Wrapped<CoFlatMapFunction> wrapped) {
  return made<CoFlatMapAgain>(wrapped);
}
std::shared_ptr<const JoinFunction> called_again(Wrapped<JoinFunction> wrapped) {
  return made<JoinAgain>(wrapped);
}

}  // namespace leat
