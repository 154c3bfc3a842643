#include "core/connectors/log_client.h"

#include <algorithm>

namespace leat {

namespace {

uint32_t attempt_answered(const LogReply& reply) {
  if (const auto* done = std::get_if<Done>(&reply)) return done->attempt;
  if (const auto* missing = std::get_if<Missing>(&reply)) return missing->attempt;
  const auto* refused = std::get_if<RequestRefused>(&reply);
  check(refused != nullptr, "a producer got an answer that is for consumers");
  return refused->attempt;
}

}  // namespace

LogClient::LogClient(std::string topic, uint32_t subtask, uint32_t attempt)
    : topic_(std::move(topic)), subtask_(subtask), attempt_(attempt) {}

uint64_t LogClient::send(ProducerOp op, ConnectorContext& ctx) {
  const uint64_t number = next_number_++;
  if (unanswered_.empty() && !interrupted_) due_ = ctx.now() + kAnswerTimeout;
  unanswered_.push_back(
      {number, encode(ProducerRequest{topic_, subtask_, attempt_, number, std::move(op)}), false});
  if (!interrupted_) ctx.send_external(unanswered_.back().body);
  arm(ctx);
  return number;
}

std::optional<std::string> LogClient::on_reply(const LogReply& reply, ConnectorContext& ctx) {
  if (attempt_answered(reply) != attempt_) return std::nullopt;  // to one that ran here before
  if (const auto* done = std::get_if<Done>(&reply)) {
    mark_answered(done->number, ctx);
    return std::nullopt;
  }
  if (const auto* refused = std::get_if<RequestRefused>(&reply)) return refused->why;
  const uint64_t expected = std::get<Missing>(reply).expected;
  if (expected < answered_below()) {
    return "LogForgetful: the log asks again for request " + std::to_string(expected) +
           ", which it had answered";
  }
  send_again_later(ctx);
  return std::nullopt;
}

void LogClient::on_disconnected(ConnectorContext& ctx) {
  if (!unanswered_.empty()) send_again_later(ctx);
}

void LogClient::on_timer(uint64_t arg, ConnectorContext& ctx) {
  if (!armed_ || arg != kTimerBase + timers_) return;  // replaced by an earlier one
  armed_.reset();
  if (unanswered_.empty()) {
    interrupted_ = false;
    return;
  }
  if (ctx.now() >= due_) {
    for (const Request& request : unanswered_) {
      if (!request.answered) ctx.send_external(request.body);
    }
    interrupted_ = false;
    due_ = ctx.now() + kAnswerTimeout;
  }
  arm(ctx);
}

uint64_t LogClient::answered_below() const {
  return unanswered_.empty() ? next_number_ : unanswered_.front().number;
}

bool LogClient::answered(uint64_t number) const {
  if (number < answered_below()) return true;
  const uint64_t index = number - unanswered_.front().number;
  return index < unanswered_.size() && unanswered_[index].answered;
}

void LogClient::mark_answered(uint64_t number, ConnectorContext& ctx) {
  if (number < answered_below()) return;  // a duplicate's answer
  const uint64_t index = number - unanswered_.front().number;
  check(index < unanswered_.size(), "an answer to a request that was never made");
  unanswered_[index].answered = true;
  while (!unanswered_.empty() && unanswered_.front().answered) unanswered_.pop_front();
  if (interrupted_) return;
  backoff_ = kBackoffMin;
  due_ = ctx.now() + kAnswerTimeout;
}

void LogClient::send_again_later(ConnectorContext& ctx) {
  if (interrupted_) return;
  interrupted_ = true;
  due_ = ctx.now() + backoff_;
  backoff_ = std::min(Duration{backoff_.ms * 2}, kBackoffMax);
  arm(ctx);
}

void LogClient::arm(ConnectorContext& ctx) {
  if (armed_ && *armed_ <= due_) return;
  armed_ = due_;
  ++timers_;
  ctx.call_at(due_, kTimerBase + timers_);
}

}  // namespace leat
