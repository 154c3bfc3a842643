// Systems outside that a function of the job calls while it works: an HTTP service, a database.
//
// Such a call is not undone when the job goes back to a checkpoint. So the call goes through this
// seam: on the real clock a client of yours stands behind it, and a simulation counts.
#pragma once

#include <memory>
#include <string>

#include "core/graph/functions.h"

namespace leat {

class Outside {
 public:
  virtual ~Outside() = default;
  // Does something each time that it is called.
  virtual void call(const std::string& system, const std::string& request) = 0;
  // Twice is as good as once: what stands under the key is replaced.
  virtual void put(const std::string& system, const std::string& key, const std::string& value) = 0;
};

// A map that calls systems outside.
class OutsideMapFunction : public MapFunction {
 public:
  explicit OutsideMapFunction(std::shared_ptr<Outside> client) : client_(std::move(client)) {}
  virtual void map(RowView in, Timestamp time, std::span<Value> out, Outside& outside) const = 0;
  void map(RowView in, Timestamp time, std::span<Value> out) const final {
    map(in, time, out, *client_);
  }

 protected:
  const std::shared_ptr<Outside> client_;  // where nothing else stands for it
};

}  // namespace leat
