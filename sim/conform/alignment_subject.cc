// A source under watermark alignment, with a scripted reader: rows queue up in it and are polled
// one by one while the alignment lets them (conformance core.md, "alignment").
#include <deque>

#include "core/operators/source_output.h"
#include "core/operators/watermark_alignment.h"
#include "sim/conform/harness_context.h"
#include "sim/conform/scripts.h"
#include "sim/conform/subject.h"

namespace leat {

namespace {

StreamNode node_of_width(uint32_t width) {
  StreamNode node;
  node.name = "conform";
  node.output.fields.resize(width);
  return node;
}

WatermarkAlignment::Pausing pausing_of(const Value& spec) {
  const auto is = [&](const char* name, bool otherwise) {
    return has_member(spec, name) ? member(spec, name).as_bool() : otherwise;
  };
  if (is("pausable", true)) return WatermarkAlignment::Pausing::kAllowed;
  return is("allow_unaligned", false) ? WatermarkAlignment::Pausing::kIgnored
                                      : WatermarkAlignment::Pausing::kRefused;
}

uint32_t samples_of(const Value& spec) {
  return has_member(spec, "buffer") ? static_cast<uint32_t>(number_of(member(spec, "buffer"))) : 3;
}

class AlignmentSubject final : public Subject, private SourceOutputListener {
 public:
  AlignmentSubject(const Value& spec, uint32_t width)
      : ctx_(node_of_width(width), {}),
        output_(scripted_timestamp(spec), scripted_generator(spec)),
        alignment_(samples_of(spec), pausing_of(spec)) {
    output_.listen(*this);
  }

  void step(const Value& step, StepResult& result) override {
    ctx_.record_to(result);
    act(step, result);
    read(result);
  }
  void rows(std::span<const Value> steps, StepResult& result) override {
    ctx_.record_to(result);
    for (const Value& step : steps) act(step, result);
    read(result);
  }

 private:
  struct Waiting {
    SourceOutput::Split split;
    RowBatch row;
  };

  // What may be read now.
  void read(StepResult& result) {
    follow_pauses();
    while (poll()) follow_pauses();
    ctx_.flush();
    result.split_watermarks.clear();  // alignment is told of them here
    if (alignment_.waiting()) result.told["waiting"] = Value::boolean(true);
    std::vector<Value> paused;
    for (const uint32_t split : alignment_.paused_splits())
      paused.push_back(Value::text(names_[split]));
    if (!paused.empty()) result.told["paused"] = Value::list(std::move(paused));
  }

  // SourceOutputListener
  void on_watermark(EventTime time) override { alignment_.on_watermark(time); }
  void on_idle(bool idle) override { alignment_.on_idle(idle); }
  void on_split_watermark(uint32_t split, EventTime time) override {
    alignment_.on_split_watermark(split, time);
  }
  void on_split_idle(uint32_t split, bool idle) override { alignment_.on_split_idle(split, idle); }

  uint32_t split_of(const Value& step, const char* name) {
    const std::string text = text_of(member(step, name));
    const uint32_t split = ctx_.split_number(text);
    if (split >= names_.size()) names_.push_back(text);
    return split;
  }

  void act(const Value& step, StepResult& result) {
    if (has_member(step, "row")) {
      Waiting waiting{std::nullopt, batch_of({&step, 1})};
      if (has_member(step, "split")) waiting.split = split_of(step, "split");
      queue_.push_back(std::move(waiting));
    } else if (has_member(step, "add_split")) {
      const uint32_t split = split_of(step, "add_split");
      output_.add_split(split);
      alignment_.add_split(split);
    } else if (has_member(step, "release_split")) {
      const uint32_t split = split_of(step, "release_split");
      output_.release_split(split, ctx_);
      alignment_.release_split(split);
    } else if (has_member(step, "probe")) {
      output_.probe(ctx_);
    } else if (has_member(step, "now")) {
      ctx_.set_clock({number_of(member(step, "now"))});
    } else if (has_member(step, "report")) {
      const std::optional<EventTime> reported = alignment_.report();
      if (reported) result.told["reported"] = Value::list({Value::integer(reported->ms)});
    } else if (has_member(step, "max_watermark")) {
      alignment_.set_limit({number_of(member(step, "max_watermark"))});
    } else {
      throw UnknownRequest("an aligned source does not know the step " + to_json(step));
    }
  }

  // The clocks of idleness stand still while nothing may be read.
  void follow_pauses() {
    const auto follow = [&](SourceOutput::Split split, bool still) {
      still ? output_.pause(split, ctx_) : output_.resume(split, ctx_);
    };
    follow(std::nullopt, alignment_.waiting());
    for (uint32_t split = 0; split < names_.size(); ++split) {
      if (output_.has_split(split)) follow(split, alignment_.paused(split));
    }
  }

  bool poll() {
    if (alignment_.waiting()) return false;
    for (auto next = queue_.begin(); next != queue_.end(); ++next) {
      if (next->split && alignment_.paused(*next->split)) continue;
      Waiting taken = std::move(*next);
      queue_.erase(next);
      output_.emit(taken.split, taken.row, ctx_);
      ctx_.flush();
      return true;
    }
    return false;
  }

  HarnessContext ctx_;
  SourceOutput output_;
  WatermarkAlignment alignment_;
  std::vector<std::string> names_;
  std::deque<Waiting> queue_;
};

}  // namespace

std::unique_ptr<Subject> make_alignment_subject(const Value& body) {
  const auto width = static_cast<uint32_t>(member(body, "fields").as_list().size());
  return std::make_unique<AlignmentSubject>(member(member(body, "node"), "aligned_source"), width);
}

}  // namespace leat
