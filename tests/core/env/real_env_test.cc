#include "core/env/real_env.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/env/real_env_blobs.h"

namespace leat {
namespace {

// Threads tell the test what happened to them by facts; a test waits for one, and nothing sleeps.
constexpr Duration kPatience{20000};

std::string fresh_directory(const std::string& name) {
  const auto path = std::filesystem::path(testing::TempDir()) / ("leat_real_env_" + name);
  std::filesystem::remove_all(path);
  return path.string();
}

RealOptions in(const std::string& directory) { return {directory, 1, std::nullopt}; }

class Toy : public Process {
 public:
  explicit Toy(Env& env) : env_(env) {}
  void start() override {}
  void on_message(const Message&) override {}
  void on_timer(const TimerTag&) override {}
  void on_run(const RunTag&) override {}
  void on_blob(BlobReply) override {}
  void on_disconnect(ProcessId) override {}

 protected:
  void send(uint32_t to, Bytes body, Lane lane = kRpcLane) {
    env_.send({{env_.self(), 0}, {{to}, 0}, lane, std::move(body)});
  }
  // The toy's word to the test.
  void say(uint32_t word) { env_.trace().add(env_.now(), FaultInjected{word, 0, env_.self()}); }
  Env& env_;
};

RealCluster::Condition said(uint32_t word) {
  return [word](ProcessId, ProcTime, const Fact& fact) {
    const auto* f = std::get_if<FaultInjected>(&fact);
    return f != nullptr && f->kind == word;
  };
}

template <class T, class... Args>
RealCluster::Factory make(Args... args) {
  return [=](Env& env) { return std::make_unique<T>(env, args...); };
}

class Counting final : public Toy {  // sends 1..n to process 1
 public:
  Counting(Env& env, uint64_t n) : Toy(env), n_(n) {}
  void start() override {
    for (uint64_t i = 1; i <= n_; ++i) {
      ByteWriter out;
      out.varint(i);
      send(1, out.take(), i % 3);
    }
  }

 private:
  const uint64_t n_;
};
class Checking final : public Toy {  // says 1 when n have come in order, 2 if one did not
 public:
  Checking(Env& env, uint64_t n) : Toy(env), n_(n) {}
  void on_message(const Message& message) override {
    ByteReader in(message.body);
    if (in.varint() != ++last_) say(2);
    if (last_ == n_) say(1);
  }

 private:
  const uint64_t n_;
  uint64_t last_ = 0;
};

TEST(RealEnv, MessagesArriveInOrder) {
  RealCluster cluster(in(fresh_directory("order")));
  cluster.add({0}, make<Counting>(2000u));
  cluster.add({1}, make<Checking>(2000u));
  ASSERT_TRUE(cluster.run_until(said(1), kPatience));
  cluster.stop();
  EXPECT_EQ(cluster.trace({1}).count<FaultInjected>(), 1u);
}

// Two timers out of order, one cancelled, and steps that make the next one ready.
class Timed final : public Toy {
 public:
  using Toy::Toy;
  void start() override {
    env_.call_at({20}, {{}, 0, 2, 0});
    env_.call_at({10}, {{}, 0, 1, 0});
    env_.cancel(env_.call_at({5}, {{}, 0, 9, 0}));
    env_.make_ready({{}, 0, 0}, {1000});
    env_.make_ready({{}, 7, 0}, {0});
  }
  void on_timer(const TimerTag& tag) override {
    heard_.push_back(tag.kind);
    if (env_.now().ms < static_cast<int64_t>(tag.kind) * 10) say(2);
  }
  void on_run(const RunTag& tag) override {
    if (tag.task == 0 && env_.now().ms >= 1000) {
      say(heard_ == std::vector<uint32_t>{1, 2} && runs_ == 5 ? 1 : 2);
    } else if (++runs_ < 5) {
      env_.make_ready({{}, 7, 0}, {0});
    }
  }

 private:
  std::vector<uint32_t> heard_;
  int runs_ = 0;
};

// A second on its clock, ten milliseconds on the real one.
TEST(RealEnv, TimersAndStepsComeInTheOrderOfTheirTimesOnAFasterClock) {
  RealCluster cluster({fresh_directory("timers"), 100, std::nullopt});
  cluster.add({0}, make<Timed>());
  ASSERT_TRUE(cluster.run_until(said(1), kPatience));
  cluster.stop();
  EXPECT_EQ(cluster.trace({0}).count<FaultInjected>(), 1u);
}

class Storing final : public Toy {
 public:
  using Toy::Toy;
  void start() override { env_.blobs().put({3, 1, 0}, "a/b", "bytes"); }
  void on_blob(BlobReply reply) override {
    if (reply.ticket.endpoint != 3) say(2);
    switch (reply.ticket.kind) {
      case 1:
        if (!reply.ok) say(2);
        return env_.blobs().get({3, 2, 0}, "a/b");
      case 2:
        if (!reply.ok || reply.bytes != "bytes") say(2);
        env_.blobs().remove("a/b");
        env_.blobs().put({3, 4, 0}, "a/c", "kept");
        return env_.blobs().get({3, 3, 0}, "a/b");
      case 3:
        return say(reply.ok ? 2 : 1);
      default:
        return;
    }
  }
};

TEST(RealEnv, BlobsAreFiles) {
  const std::string directory = fresh_directory("blobs");
  RealCluster cluster(in(directory));
  cluster.add({0}, make<Storing>());
  ASSERT_TRUE(cluster.run_until(said(1), kPatience));
  cluster.stop();
  EXPECT_EQ(cluster.trace({0}).count<FaultInjected>(), 1u);
  EXPECT_EQ(read_blobs(directory, "a/"), (std::map<std::string, Bytes>{{"a/c", "kept"}}));
  EXPECT_EQ(read_blobs(directory, "b").size(), 0u);
}

TEST(RealEnv, ABlobThatCannotBeWrittenIsReported) {
  const std::string directory = fresh_directory("broken");
  ASSERT_TRUE(write_blob(directory, "a", "file", "t").ok());
  EXPECT_FALSE(write_blob(directory, "a/b", "below a file", "t").ok());
  EXPECT_FALSE(read_blob(directory, "nothing").ok());
}

class Mortal final : public Toy {  // says how often it has been started, and does not remember
 public:
  using Toy::Toy;
  void start() override { say(10 + env_.incarnation()); }
};
class Witness final : public Toy {
 public:
  using Toy::Toy;
  void on_disconnect(ProcessId peer) override { say(20 + peer.value); }
};

TEST(RealEnv, AProcessDiesAndStartsAgainAsItsNextIncarnation) {
  RealCluster cluster(in(fresh_directory("mortal")));
  cluster.add({1}, make<Mortal>());
  cluster.add({2}, make<Witness>());
  ASSERT_TRUE(cluster.run_until(said(11), kPatience));
  cluster.kill({1});
  std::set<uint32_t> words;
  const auto hear = [&](ProcessId, ProcTime, const Fact& fact) {
    if (const auto* f = std::get_if<FaultInjected>(&fact)) words.insert(f->kind);
    return words == std::set<uint32_t>{12, 21};  // it lives again; the other's connection was reset
  };
  ASSERT_TRUE(cluster.run_until(hear, kPatience));
  cluster.stop();
  EXPECT_EQ(cluster.trace({1}).count<ProcessDied>(), 1u);
}

TEST(RealEnv, WaitingEndsWithPatience) {
  RealCluster cluster(in(fresh_directory("patience")));
  cluster.add({1}, make<Witness>());
  EXPECT_FALSE(cluster.run_until(said(1), Duration{1}));
}

class Choosing final : public Toy {
 public:
  using Toy::Toy;
  void start() override {
    constexpr Site kSite("toy");
    uint32_t sum = 0;
    for (int i = 0; i < 20; ++i) sum = sum * 3 + env_.choices().choose(kSite, entity("x"), 5);
    say(sum);
    say(1);
  }
};

TEST(RealEnv, ChoicesArePlainOrAFunctionOfTheSeed) {
  const auto digest_of = [](std::optional<uint64_t> seed) {
    RealCluster cluster({fresh_directory("choices"), 1, seed});
    cluster.add({1}, make<Choosing>());
    uint32_t sum = 0;
    const bool met = cluster.run_until(
        [&](ProcessId, ProcTime, const Fact& fact) {
          const auto* f = std::get_if<FaultInjected>(&fact);
          if (f != nullptr && f->kind != 1) sum = f->kind;
          return f != nullptr && f->kind == 1;
        },
        kPatience);
    EXPECT_TRUE(met);
    cluster.stop();
    return sum;
  };
  EXPECT_EQ(digest_of({}), 0u);
  EXPECT_EQ(digest_of(7), digest_of(7));
  EXPECT_NE(digest_of(7), digest_of(8));
}

}  // namespace
}  // namespace leat
