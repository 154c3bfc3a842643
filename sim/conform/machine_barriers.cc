// What a task does with the barriers of its channels. The senders and the queues are modelled here,
// the decisions are the engine's.
#include <algorithm>
#include <deque>
#include <set>

#include "core/runtime/alternating_barriers.h"
#include "core/runtime/barrier_tracker.h"
#include "core/runtime/channel_saver.h"
#include "sim/conform/machine.h"

namespace leat {

namespace {

struct Element {
  enum class Kind : uint8_t { kData, kBarrier, kCancel, kEnd };
  Kind kind = Kind::kData;
  Value data;
  IncomingBarrier barrier;  // also the id of a cancel
  uint64_t sequence = 0;
};

Element element_of(const Value& step) {
  Element element;
  if (has_member(step, "data")) {
    element.data = member(step, "data");
  } else if (has_member(step, "end")) {
    element.kind = Element::Kind::kEnd;
  } else if (has_member(step, "cancel")) {
    element.kind = Element::Kind::kCancel;
    element.barrier.id.value = static_cast<uint64_t>(number_of(member(step, "cancel")));
  } else if (has_member(step, "barrier")) {
    element.kind = Element::Kind::kBarrier;
    element.barrier.id.value = static_cast<uint64_t>(number_of(member(step, "barrier")));
    const Value as = member(step, "as");
    if (as.is_null()) return element;
    if (text_of(as) == "unaligned") {
      element.barrier.as = IncomingBarrier::As::kUnaligned;
    } else if (text_of(as) == "timeout") {
      element.barrier.as = IncomingBarrier::As::kTimeout;
      element.barrier.began = {number_of(member(step, "at"))};
      element.barrier.timeout = {number_of(member(step, "timeout"))};
    } else if (text_of(as) != "aligned") {
      throw UnknownRequest("a barrier does not come as " + to_json(as));
    }
  } else {
    throw UnknownRequest("no element is known by " + to_json(step));
  }
  return element;
}

bool same_element(const Element& a, const Element& b) {
  return a.kind == b.kind && a.data == b.data && a.barrier.id == b.barrier.id;
}

const char* name_of(BarrierAction::Kind kind) {
  switch (kind) {
    case BarrierAction::Kind::kAbortSubsumed:
      return "CHECKPOINT_DECLINED_SUBSUMED";
    case BarrierAction::Kind::kAbortCancelled:
      return "CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER";
    default:
      return "CHECKPOINT_DECLINED_INPUT_END_OF_STREAM";
  }
}

const char* name_of(BarrierAbort reason) {
  switch (reason) {
    case BarrierAbort::kSubsumed:
      return "CHECKPOINT_DECLINED_SUBSUMED";
    case BarrierAbort::kCancelled:
      return "CHECKPOINT_DECLINED_ON_CANCELLATION_BARRIER";
    case BarrierAbort::kInputEnded:
      return "CHECKPOINT_DECLINED_INPUT_END_OF_STREAM";
    case BarrierAbort::kOvertakenByLater:
      return "CHECKPOINT_SUBSUMED";
  }
  return "";
}

// Channels with their senders, and what all sorts of handlers have in common.
class BarrierMachine : public Machine {
 public:
  explicit BarrierMachine(uint32_t channels) : channels_(channels) {}

  void step(const Value& step, MachineResult& result) override {
    did_ = &result.did;
    if (has_member(step, "now")) {
      now_ = {number_of(member(step, "now"))};
      on_time();
    } else if (has_member(step, "send")) {
      send(channel_of(member(step, "send")), element_of(step));
    } else if (has_member(step, "take")) {
      take(step);
    } else {
      throw UnknownRequest("a barrier handler does not know the step " + to_json(step));
    }
    settle();
    if (!blocks()) return;
    std::vector<Value> blocked;
    for (const uint32_t c : blocked_) blocked.push_back(Value::integer(c));
    result.seen["blocked"] = Value::list(std::move(blocked));
  }

 protected:
  struct Channel {
    std::deque<Element> queue;
    std::deque<Element> at_sender;  // it has stopped
    bool stopped = false;
    uint64_t next_sequence = 0;
  };

  // What holds a channel back is its sender, who has stopped: what has come before is taken.
  virtual bool blocks() const { return true; }
  // Whether the sender stops behind this barrier.
  virtual bool stops(const IncomingBarrier& barrier) const = 0;
  virtual void arrive(uint32_t c, Element element) { channels_[c].queue.push_back(element); }
  virtual void on_barrier(uint32_t c, const IncomingBarrier& barrier) = 0;
  virtual void on_cancel(uint32_t c, CheckpointId id) = 0;
  virtual void on_end(uint32_t c) = 0;
  virtual void on_time() {}
  // What is to be handled before the task turns to a channel again. False: nothing.
  virtual bool handle_next() { return false; }

  void say(std::vector<std::pair<std::string_view, Value>> what) {
    did_->push_back(object_of(std::move(what)));
  }
  void abort(CheckpointId id, const char* reason) {
    say({{"abort", id_value(id.value)}, {"reason", Value::text(reason)}});
  }
  void block_channel(uint32_t c) { blocked_.insert(c); }
  void unblock_channel(uint32_t c) {
    blocked_.erase(c);
    if (!channels_[c].stopped) return;
    say({{"unblock", Value::integer(c)}});
    resumed_.push_back(c);
  }

  std::vector<Channel> channels_;
  std::set<uint32_t> blocked_;
  ProcTime now_{0};

 private:
  uint32_t channel_of(const Value& value) const {
    const int64_t c = number_of(value);
    if (c < 0 || static_cast<size_t>(c) >= channels_.size())
      throw UnknownRequest("no such channel");
    return static_cast<uint32_t>(c);
  }

  void send(uint32_t c, Element element) {
    Channel& channel = channels_[c];
    if (channel.stopped) {
      channel.at_sender.push_back(std::move(element));
      return;
    }
    element.sequence = channel.next_sequence++;
    channel.stopped = element.kind == Element::Kind::kBarrier && stops(element.barrier);
    arrive(c, std::move(element));
  }

  void settle() {
    for (;;) {
      if (handle_next()) continue;
      if (resumed_.empty()) return;
      const uint32_t c = resumed_.front();
      resumed_.pop_front();
      channels_[c].stopped = false;
      std::deque<Element> waiting = std::exchange(channels_[c].at_sender, {});
      for (Element& element : waiting) {
        send(c, std::move(element));
        while (handle_next()) {
        }
      }
    }
  }

  void take(const Value& step) {
    if (member(step, "take").type() == ValueType::kString) {
      for (uint32_t c = 0; c < channels_.size(); ++c) {
        if (!channels_[c].queue.empty())
          throw JobError("channel " + std::to_string(c) + " has something to take");
      }
      return;
    }
    const uint32_t c = channel_of(member(step, "take"));
    Channel& channel = channels_[c];
    if (channel.queue.empty()) throw JobError("nothing can be taken");
    const Element element = std::move(channel.queue.front());
    channel.queue.pop_front();
    if (!same_element(element, element_of(step))) throw JobError("another element comes first");
    switch (element.kind) {
      case Element::Kind::kData:
        return;
      case Element::Kind::kBarrier:
        return on_barrier(c, element.barrier);
      case Element::Kind::kCancel:
        return on_cancel(c, element.barrier.id);
      case Element::Kind::kEnd:
        return on_end(c);
    }
  }

  std::deque<uint32_t> resumed_;
  std::vector<Value>* did_ = nullptr;
};

// Aligned, and at least once: both leave lists of actions.
class AlignedMachine final : public BarrierMachine {
 public:
  AlignedMachine(uint32_t channels, AfterTasksFinish after)
      : BarrierMachine(channels), handler_(channels, after) {}

 private:
  bool stops(const IncomingBarrier&) const override { return true; }
  void on_barrier(uint32_t c, const IncomingBarrier& barrier) override {
    act(handler_.on_barrier(c, barrier.id));
  }
  void on_cancel(uint32_t, CheckpointId id) override { act(handler_.on_cancel(id)); }
  void on_end(uint32_t c) override { act(handler_.on_end(c)); }

  void act(const std::vector<BarrierAction>& actions) {
    for (const BarrierAction& action : actions) {
      switch (action.kind) {
        case BarrierAction::Kind::kBlock:
          block_channel(action.channel);
          break;
        case BarrierAction::Kind::kUnblock:
          unblock_channel(action.channel);
          break;
        case BarrierAction::Kind::kTrigger:
          say({{"trigger", id_value(action.checkpoint.value)}});
          break;
        default:
          abort(action.checkpoint, name_of(action.kind));
      }
    }
  }
  BarrierHandler handler_;
};

class AtLeastOnceMachine final : public BarrierMachine {
 public:
  AtLeastOnceMachine(uint32_t channels, AfterTasksFinish after)
      : BarrierMachine(channels), handler_(channels, after) {}

 private:
  bool blocks() const override { return false; }
  bool stops(const IncomingBarrier&) const override { return false; }
  void on_barrier(uint32_t c, const IncomingBarrier& barrier) override {
    act(handler_.on_barrier(c, barrier.id));
  }
  void on_cancel(uint32_t c, CheckpointId id) override { act(handler_.on_cancel(c, id)); }
  void on_end(uint32_t c) override { act(handler_.on_end(c)); }

  void act(const std::vector<BarrierAction>& actions) {
    for (const BarrierAction& action : actions) {
      if (action.kind == BarrierAction::Kind::kTrigger) {
        say({{"trigger", id_value(action.checkpoint.value)}});
      } else {
        abort(action.checkpoint, name_of(action.kind));
      }
    }
  }
  BarrierTracker handler_;
};

class UnalignedMachine final : public BarrierMachine, private BarrierEffects {
 public:
  UnalignedMachine(uint32_t channels, AfterTasksFinish after)
      : BarrierMachine(channels), handler_(channels, after, *this), savers_(channels) {}

  std::map<std::string, Value> summary() override {
    std::vector<Value::MapEntry> checkpoints;
    for (const auto& [id, channels] : saved_) {
      if (!complete_.contains(id)) continue;
      std::vector<Value::MapEntry> by_channel;
      for (uint32_t c = 0; c < channels_.size(); ++c) {
        const auto found = channels.find(c);
        by_channel.emplace_back(
            Value::text(std::to_string(c)),
            Value::list(found == channels.end() ? std::vector<Value>() : found->second));
      }
      checkpoints.emplace_back(Value::text(std::to_string(id)), Value::map(std::move(by_channel)));
    }
    return {{"channel_state", Value::map(std::move(checkpoints))}};
  }

 private:
  // Announcements, and barriers that overtake, are handled before anything else.
  struct Urgent {
    uint32_t channel = 0;
    IncomingBarrier barrier;
    bool announcement = false;
  };

  bool stops(const IncomingBarrier& barrier) const override {
    return barrier.as != IncomingBarrier::As::kUnaligned;
  }
  void arrive(uint32_t c, Element element) override {
    if (element.kind == Element::Kind::kData) {
      if (const auto id = savers_[c].on_data()) save(*id, c, {element.data});
    }
    if (element.kind == Element::Kind::kBarrier) {
      savers_[c].on_barrier(element.barrier.id, element.sequence);
      if (element.barrier.as == IncomingBarrier::As::kUnaligned) {
        urgent_.push_back({c, element.barrier, false});
        return;
      }
      if (element.barrier.as == IncomingBarrier::As::kTimeout) {
        urgent_.push_back({c, element.barrier, true});
      }
    }
    channels_[c].queue.push_back(std::move(element));
  }
  bool handle_next() override {
    if (urgent_.empty()) return false;
    const Urgent next = urgent_.front();
    urgent_.pop_front();
    if (next.announcement) {
      handler_.on_announcement(next.channel, next.barrier, now_);
    } else {
      handler_.on_barrier(next.channel, next.barrier, now_);
    }
    return true;
  }
  void on_barrier(uint32_t c, const IncomingBarrier& barrier) override {
    handler_.on_barrier(c, barrier, now_);
  }
  void on_cancel(uint32_t, CheckpointId id) override { handler_.on_cancel(id); }
  void on_end(uint32_t c) override { handler_.on_end(c, now_); }
  void on_time() override { handler_.on_time(now_); }

  void block(uint32_t c) override { block_channel(c); }
  void unblock(uint32_t c) override { unblock_channel(c); }
  void trigger(CheckpointId id, Alignment how) override {
    say({{"trigger", id_value(id.value)},
         {"unaligned", Value::boolean(how == Alignment::kUnaligned)}});
  }
  void abort(CheckpointId id, BarrierAbort reason) override {
    BarrierMachine::abort(id, name_of(reason));
  }
  void all_barriers(CheckpointId id) override {
    complete_.insert(id.value);
    say({{"all_barriers", id_value(id.value)}});
  }
  bool start_saving(CheckpointId id) override {
    for (uint32_t c = 0; c < channels_.size(); ++c) {
      if (!savers_[c].start(id)) return false;
      std::vector<Value> data;
      for (const Element& element : channels_[c].queue) {
        if (element.kind != Element::Kind::kData) continue;
        if (!savers_[c].saves_queued(element.sequence)) break;
        data.push_back(element.data);
      }
      if (!data.empty()) save(id, c, std::move(data));
    }
    return true;
  }
  void stop_saving(CheckpointId id) override {
    for (ChannelSaver& saver : savers_) saver.stop(id);
  }
  void overtake(uint32_t c) override {
    auto& queue = channels_[c].queue;
    const auto barrier = std::find_if(queue.begin(), queue.end(), [](const Element& e) {
      return e.kind == Element::Kind::kBarrier;
    });
    check(barrier != queue.end(), "no barrier is there to overtake");
    urgent_.push_back({c, barrier->barrier, false});
    queue.erase(barrier);
  }
  void save(CheckpointId id, uint32_t c, std::vector<Value> data) {
    auto& kept = saved_[id.value][c];
    kept.insert(kept.end(), data.begin(), data.end());
    say({{"save", id_value(id.value)},
         {"channel", Value::integer(c)},
         {"data", Value::list(std::move(data))}});
  }

  AlternatingBarriers handler_;
  std::vector<ChannelSaver> savers_;
  std::deque<Urgent> urgent_;
  std::map<uint64_t, std::map<uint32_t, std::vector<Value>>> saved_;
  std::set<uint64_t> complete_;
};

}  // namespace

std::unique_ptr<Machine> make_barrier_machine(const Value& body) {
  const auto channels = static_cast<uint32_t>(number_of(member(body, "channels")));
  const bool ends = has_member(body, "after_finish") && !member(body, "after_finish").as_bool();
  const AfterTasksFinish after = ends ? AfterTasksFinish::kEnd : AfterTasksFinish::kGoOn;
  const std::string mode = text_of(member(body, "mode"));
  if (mode == "aligned") return std::make_unique<AlignedMachine>(channels, after);
  if (mode == "at_least_once") return std::make_unique<AtLeastOnceMachine>(channels, after);
  if (mode == "unaligned") return std::make_unique<UnalignedMachine>(channels, after);
  throw UnknownRequest("the mode \"" + mode + "\" is not known");
}

}  // namespace leat
