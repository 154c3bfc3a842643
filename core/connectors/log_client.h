// The producing side of a connector's talk with the log: requests that take effect in order and
// once, over a connection that may be reset, and with answers that may be lost.
//
// Every request is kept until it is answered. After a reset, a hole that the log has noticed, or a
// long silence all that is unanswered is sent again in its order, after a pause that grows; the log
// drops what it has had. Until then new requests only queue up.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "core/connectors/connector_context.h"
#include "core/connectors/log_protocol.h"

namespace leat {

class LogClient {
 public:
  // For on_timer() of the connector: arguments from here on are the client's.
  static constexpr uint64_t kTimerBase = uint64_t{1} << 62;
  static constexpr Duration kAnswerTimeout{30000};
  static constexpr Duration kBackoffMin{100};
  static constexpr Duration kBackoffMax{10000};

  LogClient(std::string topic, uint32_t subtask, uint32_t attempt);

  // Returns the request's number; they count from 0.
  uint64_t send(ProducerOp op, ConnectorContext& ctx);

  // Returns the cause where the log has refused: the session is over.
  std::optional<std::string> on_reply(const LogReply& reply, ConnectorContext& ctx);
  void on_disconnected(ConnectorContext& ctx);
  void on_timer(uint64_t arg, ConnectorContext& ctx);

  // All requests below this number are answered.
  uint64_t answered_below() const;
  bool answered(uint64_t number) const;
  bool idle() const { return unanswered_.empty(); }
  uint64_t next_number() const { return next_number_; }  // of the next request

 private:
  struct Request {
    uint64_t number = 0;
    Bytes body;
    bool answered = false;
  };

  void mark_answered(uint64_t number, ConnectorContext& ctx);
  void send_again_later(ConnectorContext& ctx);
  void arm(ConnectorContext& ctx);

  const std::string topic_;
  const uint32_t subtask_;
  const uint32_t attempt_;
  uint64_t next_number_ = 0;
  std::deque<Request> unanswered_;  // by number; the first one is unanswered
  bool interrupted_ = false;        // nothing is sent before all is sent again
  Duration backoff_ = kBackoffMin;
  ProcTime due_;                   // when to send again
  std::optional<ProcTime> armed_;  // the timer that is set, and its number
  uint64_t timers_ = 0;
};

}  // namespace leat
