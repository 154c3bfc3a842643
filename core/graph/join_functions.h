// User functions of joins, and of calls to systems outside. As all functions: pure, called through
// const&, errors by throwing std::exception.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/graph/functions.h"

namespace leat {

// What a function may ask for while it handles a pair of an interval join.
class JoinContext {
 public:
  virtual ~JoinContext() = default;
  virtual EventTime left_timestamp() const = 0;
  virtual EventTime right_timestamp() const = 0;
  virtual EventTime timestamp() const = 0;  // the later of the two; what is emitted carries it
  virtual void emit(RowView row) = 0;
  virtual void emit_side(uint32_t side, RowView row) = 0;
};

// (Flink: ProcessJoinFunction.)
class ProcessJoinFunction {
 public:
  virtual ~ProcessJoinFunction() = default;
  virtual void process(RowView left, RowView right, JoinContext& ctx) const = 0;
  virtual std::unique_ptr<ProcessJoinFunction> clone() const = 0;
};

// A pair of a window join. (Flink: FlatJoinFunction.)
class JoinFunction {
 public:
  virtual ~JoinFunction() = default;
  virtual void join(RowView left, RowView right, Collector& out) const = 0;
  virtual std::unique_ptr<JoinFunction> clone() const = 0;
};

// The rows of both sides of one key in one window; either may be empty, not both.
class CoGroupFunction {
 public:
  virtual ~CoGroupFunction() = default;
  virtual void co_group(const std::vector<RowView>& left, const std::vector<RowView>& right,
                        Collector& out) const = 0;
  // Whether the answer is another where the rows of a side have another order.
  virtual bool depends_on_order() const { return true; }
  virtual std::unique_ptr<CoGroupFunction> clone() const = 0;
};

// ---- async ----

// One call to a system outside, as its function sees it. Only the first completion counts.
// (Flink: ResultFuture.)
class ResultFuture {
 public:
  virtual ~ResultFuture() = default;
  // Names the call; a function may leave it open for whoever knows its name.
  virtual uint64_t number() const = 0;
  // At once.
  virtual void complete(std::vector<Row> rows) = 0;
  virtual void fail(const std::string& cause) = 0;
  // When the system outside has answered: after a time that nobody here decides.
  virtual void complete_later(std::vector<Row> rows) = 0;
  virtual void fail_later(const std::string& cause) = 0;
};

// (Flink: AsyncFunction.)
class AsyncFunction {
 public:
  virtual ~AsyncFunction() = default;
  // Begins a call. `attempt` counts from 1.
  virtual void invoke(RowView in, uint32_t attempt, ResultFuture& result) const = 0;
  // The call has not been completed in time. The default fails the task.
  virtual void timeout(RowView in, ResultFuture& result) const {
    (void)in;
    result.fail("an asynchronous call has timed out");
  }
  virtual std::unique_ptr<AsyncFunction> clone() const = 0;
};

}  // namespace leat
