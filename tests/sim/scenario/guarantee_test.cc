// What lies outside the guarantee that a scenario declares is refused when it is loaded.
#include <gtest/gtest.h>

#include "sim/scenario/decode.h"

namespace leat {
namespace {

// A job with one sink; `around` is the rest of the file.
std::string job(const std::string& sink, const std::string& around) {
  return R"({"sources": {"s": {"fields": ["v:int"], "rows": [[1], [2]]}},
             "sinks": {"out": )" +
         sink + "}" + around + "}";
}
const std::string kTransactional = R"("s")";
const std::string kAtLeastOnce = R"({"from": "s", "kind": "at_least_once"})";

// "code at: what", or nothing where the file is accepted.
std::string refusal(const std::string& text) {
  const Decoded decoded = decode_scenario(text, "x.json");
  std::string said;
  for (const Diagnostic& d : decoded.diagnostics.all()) {
    if (d.level != Diagnostic::Level::kError) continue;
    EXPECT_NE(d.help, "");
    said += d.code + " " + text.substr(d.span.begin, d.span.end - d.span.begin);
  }
  EXPECT_EQ(said.empty(), decoded.scenario.has_value());
  return said;
}

TEST(Guarantee, NothingIsExactlyOnceOverARestartWithoutCheckpoints) {
  const std::string restart = R"(, "restart": {"attempts": 3})";
  EXPECT_EQ(refusal(job(kTransactional, restart)), "SC150 \"restart\"");
  EXPECT_EQ(refusal(job(kTransactional, restart + R"(, "checkpoint": {"every": "1s"})")), "");
  EXPECT_EQ(refusal(job(kAtLeastOnce, restart)), "");
  EXPECT_EQ(refusal(job(kTransactional, R"(, "restart": {"strategy": "none"})")), "");
  EXPECT_EQ(refusal(job(kTransactional, "")), "");
}

TEST(Guarantee, ANewLeaderIsARestartToo) {
  EXPECT_EQ(refusal(job(kTransactional, R"(, "faults": [{"kill": "jobmanager", "at": 5}])")),
            "SC150 \"faults\"");
  EXPECT_EQ(refusal(job(kTransactional, R"(, "faults": [{"kill": "worker-1", "at": 5}])")), "");
  EXPECT_EQ(refusal(job(kTransactional, R"(, "random_faults": {"max": 1})")),
            "SC150 \"random_faults\"");
  EXPECT_EQ(
      refusal(job(kTransactional, R"(, "random_faults": {"max": 1, "kinds": ["pause", "reset"]})")),
      "");
}

TEST(Guarantee, ATransactionOutlivesACheckpointAndARecovery) {
  const auto with = [](const std::string& timeout, const std::string& around) {
    return refusal(job(kTransactional, R"(, "checkpoint": {"every": "2s"}, "cluster":
        {"heartbeat_interval": "1s", "heartbeat_timeout": "3s", "transaction_timeout": ")" +
                                           timeout + "\"}" + around));
  };
  EXPECT_EQ(with("1s", ""), "SC151 \"1s\"");
  EXPECT_EQ(with("4s", ""), "SC151 \"4s\"");  // there are restarts
  EXPECT_EQ(with("4s", R"(, "restart": {"strategy": "none"})"), "");
  EXPECT_EQ(with("10s", ""), "");
  // Storage is slow: a checkpoint takes that much longer.
  EXPECT_EQ(with("10s", R"(, "world": {"storage": ["1s", "4s"]})"), "SC151 \"10s\"");
}

TEST(Guarantee, ATransactionOutlivesEveryFault) {
  const auto with = [](const std::string& fault) {
    return refusal(
        job(kTransactional, R"(, "checkpoint": {"every": "2s"}, "faults": [)" + fault + "]"));
  };
  EXPECT_EQ(with(R"({"pause": "worker-1", "at": 5, "for": "10min"})"), "");
  EXPECT_EQ(with(R"({"pause": "worker-1", "at": 5, "for": "2h"})"),
            R"(SC152 {"pause": "worker-1", "at": 5, "for": "2h"})");
  EXPECT_EQ(with(R"({"reset": ["worker-1", "log"], "at": 5})"), "");
}

TEST(Guarantee, WhatIsWrongIsSaidWithItsNumbers) {
  const Decoded decoded = decode_scenario(
      job(kTransactional, R"(, "checkpoint": {"every": "2h"}, "restart": {"strategy": "none"})"),
      "x.json");
  ASSERT_EQ(decoded.diagnostics.errors(), 1u);
  EXPECT_EQ(decoded.diagnostics.all()[0].what,
            "the log aborts a transaction of \"out\" after 1 h, and one may have to stay open for "
            "2 h 282 ms (a checkpoint interval, the checkpoint itself, and a recovery)");
}

}  // namespace
}  // namespace leat
