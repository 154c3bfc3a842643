// The one seam between the engine and the world.
//
// A process (a JobManager, a TaskManager, an external system) is a single-threaded step machine: it
// is called with one message, timer, storage reply or step at a time and never blocks. It meets
// time, other processes, storage and chance only through the Env handed to it. The simulation
// implements Env (sim/world), and so does the real clock (core/env/real_env.h); nothing in core/
// knows which.
//
// A crash is a destructor: the Process object is destroyed, nothing polite happens. What it sent is
// on the wire or lost, its timers, steps and storage replies never come.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/env/choices.h"
#include "core/trace/trace.h"

namespace leat {

// An endpoint inside a process. Endpoints exchange messages only, also inside one process.
struct Address {
  ProcessId process;
  uint32_t endpoint = 0;
  friend constexpr auto operator<=>(Address, Address) = default;
};

// Order holds per (from, to, lane) while both processes live and no reset comes between; different
// lanes may overtake one another.
using Lane = uint64_t;
inline constexpr Lane kRpcLane = 0;

struct Message {
  Address from;
  Address to;
  Lane lane = kRpcLane;
  Bytes body;  // canonical bytes: nothing is shared between processes
};

// Says what a timer was set for. `who` makes its identity stable over code changes and restarts.
struct TimerTag {
  Entity who;
  uint32_t endpoint = 0;
  uint32_t kind = 0;
  uint64_t arg = 0;
};
struct TimerId {
  uint64_t value = 0;  // 0: none
  friend constexpr auto operator<=>(TimerId, TimerId) = default;
};

// A task of this process could do one step on one of its channels. The world decides which of all
// announced steps comes next; a process keeps no run queue of its own that would hide the choice.
struct RunTag {
  Entity who;            // the channel (or split) of the subtask
  uint32_t task = 0;     // the process's own number for the task: steps of one task never overlap
  uint32_t channel = 0;  // the task's own number for the channel
};

// A request to durable storage; the reply carries it back. By `who` asks, its kind and its argument
// (never by the name of the blob, which anyone may change) chance knows it.
struct BlobTicket {
  uint32_t endpoint = 0;
  uint32_t kind = 0;
  uint64_t arg = 0;
  Entity who{};
};
struct BlobReply {
  BlobTicket ticket;
  bool ok = false;
  std::string error;    // where !ok
  Bytes bytes;          // of a get
  std::string put{};    // the blob of a put, which may be there also where !ok; "" of a get
  bool absent = false;  // of a get, !ok: there is no such blob; otherwise it may be there
};

// Durable storage that all processes see. Writes are atomic and asynchronous: a crash before the
// reply leaves the blob as it was or whole, and so does a reply with !ok. Requests of one process
// may be answered in any order.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  virtual void put(BlobTicket ticket, std::string name, Bytes bytes) = 0;
  virtual void get(BlobTicket ticket, std::string name) = 0;  // absent: a reply with !ok
  // No reply; absent is fine. REQUIRES: a name.
  virtual void remove(std::string name) = 0;
};

class Env {
 public:
  virtual ~Env() = default;

  virtual ProcessId self() const = 0;
  // Counts the starts of this process from 1.
  virtual uint32_t incarnation() const = 0;
  virtual ProcTime now() const = 0;

  // Calls on_timer(tag) once, at or after `when`, unless cancelled or the process dies first.
  virtual TimerId call_at(ProcTime when, TimerTag tag) = 0;
  virtual void cancel(TimerId timer) = 0;

  // In order per lane; lost if the receiver is dead or the connection is reset on the way.
  // REQUIRES: from.process == self().
  virtual void send(Message message) = 0;

  // Calls on_run(tag) once, at or after `not_before`, when the task is not busy.
  virtual void make_ready(RunTag tag, ProcTime not_before) = 0;

  virtual BlobStore& blobs() = 0;
  virtual Choices& choices() = 0;
  virtual Trace& trace() = 0;
};

class Process {
 public:
  virtual ~Process() = default;

  virtual void start() = 0;
  virtual void on_message(const Message& message) = 0;
  virtual void on_timer(const TimerTag& tag) = 0;
  virtual void on_run(const RunTag& tag) = 0;
  virtual void on_blob(BlobReply reply) = 0;
  // The connection with `peer` was reset: what was in flight either way is lost. Sending again
  // opens a new one. (A peer that died silently is noticed by missing heartbeats only.)
  virtual void on_disconnect(ProcessId peer) = 0;
};

}  // namespace leat
