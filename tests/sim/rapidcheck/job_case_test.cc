// What is drawn for somebody's job: inside what it promises, and the same again from its file.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/api/data_stream.h"
#include "sim/explore/invariance.h"
#include "sim/rapidcheck/rapidcheck.h"
#include "sim/scenario/decode.h"

namespace leat {
namespace {

struct Parcel {
  EventTime sent;
  std::string to;
  std::vector<int64_t> sizes;
};
LEAT_ROW(Parcel, sent, to, sizes)

rc::Gen<Parcel> parcel() {
  return rc::gen::build<Parcel>(
      rc::gen::set(&Parcel::to, rc::gen::element<std::string>("ann", "bob", "MAX \"quoted\"")),
      rc::gen::set(&Parcel::sizes, gen::some<int64_t>(3, gen::between(-5, 5))));
}

// Hands on what comes.
JobRegistry jobs() {
  const JobFactory hand_on = [](const JobInput& input) {
    StreamExecutionEnvironment env(input);
    env.source<Parcel>("parcels").sink_to(Sink::transactional("out"));
    return env.finish();
  };
  return {{"hand_on", hand_on}};
}

rc::Gen<JobCase> drawn(gen::StreamShape shape = {}) {
  return gen::job_case("hand_on", {gen::stream("parcels", &Parcel::sent, parcel(), shape)});
}

std::vector<std::string> texts(const std::vector<Row>& rows) {
  std::vector<std::string> texts;
  for (const Row& row : rows) texts.push_back(to_text(RowView(row)));
  std::sort(texts.begin(), texts.end());
  return texts;
}

RC_GTEST_PROP(JobCases, WhatComesInIsCommittedAndComesBackTyped, ()) {
  const JobCase c = *drawn();
  CheckOptions options;
  options.invariance = CheckOptions::Invariance::kSampled;
  const CheckedCase checked = check_job(jobs(), c, options);
  std::vector<Row> rows;
  for (const CaseRow& row : c.stream("parcels").rows) rows.push_back(row.row);
  const auto out = checked.committed.find("out");
  RC_ASSERT(texts(rows) ==
            texts(out == checked.committed.end() ? std::vector<Row>() : out->second));
  RC_ASSERT(checked.rows<Parcel>("out").size() == c.stream("parcels").values<Parcel>().size());
}

// Whatever has a greater time came at most the bound before it.
RC_GTEST_PROP(JobCases, RowsAreOutOfOrderWithinTheBound, ()) {
  const CaseStream stream = (*drawn()).stream("parcels");
  std::map<uint32_t, int64_t> highest;
  for (const CaseRow& row : stream.rows) {
    RC_ASSERT(row.partition < stream.partitions);
    const int64_t sent = row.row[0].as_int();
    const auto [before, first] = highest.emplace(row.partition, sent);
    RC_ASSERT(first || sent >= before->second - stream.bound.ms);
    before->second = std::max(before->second, sent);
  }
}

TEST(JobCases, LateRowsComeWhereTheyAreAskedFor) {
  gen::StreamShape shape;
  shape.late_percent = 30;
  uint64_t late = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const CaseStream stream =
        drawn(shape)(rc::Random(seed), rc::kNominalSize).value().stream("parcels");
    for (const CaseRow& row : stream.rows)
      late += row.arrival.ms - row.row[0].as_int() > stream.bound.ms ? 1 : 0;
  }
  EXPECT_GT(late, 20u);
}

// Each fault of a case stands in its file, as it was drawn.
RC_GTEST_PROP(JobCases, AFileHasTheFaultsOfItsCase, ()) {
  const JobCase c = *drawn();
  const JobRegistry registry = jobs();
  DecodeOptions options;
  options.jobs = &registry;
  const Decoded decoded = decode_scenario(to_scenario_text(c), "case.json", options);
  RC_ASSERT(decoded.report == "");
  const std::vector<Fault>& faults = decoded.scenario->faults;
  RC_ASSERT(faults.size() == c.faults.size());
  for (size_t i = 0; i < faults.size(); ++i) {
    RC_ASSERT(faults[i].kind == c.faults[i].kind);
    const bool of_storage =
        faults[i].kind == FaultKind::kStorageFail || faults[i].kind == FaultKind::kStorageSlow;
    RC_ASSERT(of_storage || faults[i].process == c.faults[i].process);
  }
}

// Emits a number that grows with each row: another order, another result.
class Numbered : public KeyedProcess<std::string, Parcel, std::string> {
 public:
  void process(const Parcel& parcel, Context& ctx) const {
    auto count = ctx.state(count_);
    count.update(count.get().value_or(0) + 1);
    ctx.emit(std::to_string(parcel.sent.ms) + " is " + std::to_string(*count.get()));
  }

 private:
  State<int64_t> count_ = value_state<int64_t>("count");
};

TEST(JobCases, AFailureNamesTheViolationAndLeavesAFileThatFailsAgain) {
  const JobFactory numbered = [](const JobInput& input) {
    StreamExecutionEnvironment env(input);
    env.source<Parcel>("parcels").key_by(&Parcel::to).process(Numbered()).print("numbered");
    return env.finish();
  };
  const JobRegistry registry = {{"numbered", numbered}};
  JobCase c;
  c.job = "numbered";
  CaseStream stream{"parcels", RowCodec<Parcel>::schema(), "sent", {500}, 1, {}};
  for (const int64_t sent : {300, 0}) {
    Row row(RowCodec<Parcel>::kWidth);
    RowCodec<Parcel>::encode({{sent}, "ann", {}}, row);
    stream.rows.push_back({{400}, 0, row});
  }
  c.streams.push_back(stream);
  CheckOptions options;
  options.directory = testing::TempDir() + "leat-job-case";
  const CheckedCase checked = check_case(registry, c, options);
  EXPECT_EQ(checked.outcome.violation(), "order_dependent");
  EXPECT_NE(checked.failure.find("order_dependent   numbered"), std::string::npos);
  EXPECT_NE(checked.failure.find("expected"), std::string::npos);
  const std::string path = options.directory + "/numbered.json";
  EXPECT_NE(checked.failure.find("PROGRAM run " + path), std::string::npos) << checked.failure;
  DecodeOptions decode;
  decode.jobs = &registry;
  const Decoded again = load_scenario(path, decode);
  ASSERT_TRUE(again.scenario) << again.report;
  ASSERT_FALSE(check_invariance(*again.scenario, c.seed).violations.empty());
  EXPECT_EQ(check_invariance(*again.scenario, c.seed).violations[0].name, "order_dependent");
  c.may_depend_on = {"order"};
  EXPECT_EQ(check_case(registry, c, options).failure, "");
  std::filesystem::remove_all(options.directory);
}

TEST(JobCases, AJobThatRefusesSaysWhy) {
  JobCase c;
  c.job = "nobody";
  EXPECT_NE(check_case(jobs(), c).failure.find("nobody"), std::string::npos);
}

}  // namespace
}  // namespace leat
