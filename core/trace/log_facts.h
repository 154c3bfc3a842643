// Facts of the external log: what became visible, and when. What a fact is: facts.h.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/hash.h"
#include "core/base/ids.h"
#include "core/base/time.h"

namespace leat {

struct LogAppended {  // rows made visible at once (no transaction)
  static constexpr const char* kName = "LogAppended";
  NodeId sink;
  uint32_t rows = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("sink", sink);
    f("rows", rows);
    f("hash", hash);
  }
};
struct TransactionPreCommitted {  // flushed and frozen for `checkpoint`
  static constexpr const char* kName = "TransactionPreCommitted";
  NodeId sink;
  uint32_t subtask = 0;
  uint64_t transaction = 0;
  CheckpointId checkpoint;
  uint32_t rows = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("sink", sink);
    f("subtask", subtask);
    f("transaction", transaction);
    f("checkpoint", checkpoint);
    f("rows", rows);
    f("hash", hash);
  }
};
struct TransactionCommitted {
  static constexpr const char* kName = "TransactionCommitted";
  NodeId sink;
  uint32_t subtask = 0;
  uint64_t transaction = 0;
  uint32_t rows = 0;
  uint64_t hash = 0;
  template <class F>
  void fields(F&& f) const {
    f("sink", sink);
    f("subtask", subtask);
    f("transaction", transaction);
    f("rows", rows);
    f("hash", hash);
  }
};
struct TransactionAborted {
  static constexpr const char* kName = "TransactionAborted";
  NodeId sink;
  uint32_t subtask = 0;
  uint64_t transaction = 0;
  template <class F>
  void fields(F&& f) const {
    f("sink", sink);
    f("subtask", subtask);
    f("transaction", transaction);
  }
};
struct GroupOffsetCommitted {  // where a consumer group stands, for whoever monitors it
  static constexpr const char* kName = "GroupOffsetCommitted";
  uint64_t group = 0;  // group_hash(topic, group)
  uint32_t partition = 0;
  uint64_t offset = 0;
  template <class F>
  void fields(F&& f) const {
    f("group", group);
    f("partition", partition);
    f("offset", offset);
  }
};
inline uint64_t group_hash(std::string_view topic, std::string_view group) {
  return mix(hash_name(topic), hash_name(group));
}

}  // namespace leat
