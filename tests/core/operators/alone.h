// One operator, driven alone, told as text: "a 0 2000 7 @1999", "W 1999", "idle".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/operators/operator.h"

namespace leat {

class Alone final : public OperatorContext {
 public:
  explicit Alone(StreamNode node);

  // Each returns what came out.
  std::vector<std::string> open();
  std::vector<std::string> row(Row row, Timestamp time, uint32_t input = 0);
  std::vector<std::string> watermark(int64_t time);
  std::vector<std::string> status(StreamStatus status);
  std::vector<std::string> clock(int64_t time);
  // State as bytes; and a new attempt that has it.
  Bytes snapshot();
  void restart(const Bytes& bytes);
  Operator& op() { return *operator_; }

  // What is answered where the engine is free (0: the plainest).
  uint32_t tie = 0;
  std::vector<Fact> facts;

  const StreamNode& node() const override { return node_; }
  const JobConfig& config() const override { return config_; }
  uint32_t subtask() const override { return 0; }
  uint32_t parallelism() const override { return 1; }
  ExecutionId execution() const override { return {}; }
  NodeId node_id() const override { return {}; }
  RowBatch& out() override { return out_; }
  RowBatch& side(uint32_t side) override { return sides_[side]; }
  void flush() override;
  void emit(Watermark watermark) override;
  void emit(StreamStatus status) override;
  ProcTime now() const override { return now_; }
  void wake_at(ProcTime time) override { wake_ = time; }
  void cancel_wake() override { wake_.reset(); }
  Choices& choices() override { return choices_; }
  Entity entity() const override { return leat::entity("alone"); }
  void add_fact(const Fact& fact) override { facts.push_back(fact); }
  const std::vector<RecordTap*>& taps() const override { return taps_; }

 private:
  class Answers final : public Choices {
   public:
    explicit Answers(Alone& alone) : alone_(alone) {}
    uint32_t choose(const Site&, Entity, uint32_t count) override {
      return alone_.tie < count ? alone_.tie : 0;
    }
    Identity choose_among(const Site&, std::span<const Identity> all) override { return all[0]; }
    void enter_epoch(Entity, uint64_t) override {}

   private:
    Alone& alone_;
  };

  std::vector<std::string> told();
  void take(RowBatch& rows, const std::string& prefix);

  StreamNode node_;
  JobConfig config_;
  Answers choices_{*this};
  std::vector<RecordTap*> taps_;
  RowBatch out_;
  std::vector<RowBatch> sides_;
  std::vector<std::string> log_;
  ProcTime now_{0};
  std::optional<ProcTime> wake_;
  std::unique_ptr<Operator> operator_;
};

}  // namespace leat
