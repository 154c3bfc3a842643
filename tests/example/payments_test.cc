#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "payments_jobs.h"
#include "sim/rapidcheck/rapidcheck.h"

namespace {

rc::Gen<Payment> payment() {
  return rc::gen::build<Payment>(
      rc::gen::set(&Payment::user, rc::gen::element<std::string>("ann", "bob", "cleo")),
      rc::gen::set(&Payment::cents, leat::gen::between(1, 1000)));
}

rc::Gen<leat::JobCase> payments_into(const std::string& job) {
  return leat::gen::job_case(job, {leat::gen::stream("payments", &Payment::at, payment())});
}

const leat::CheckOptions kOptions{.program = "./payments"};

std::vector<Total> totals_of(const std::vector<Payment>& payments) {
  std::map<std::pair<std::string, int64_t>, int64_t> sums;
  for (const Payment& p : payments) sums[{p.user, p.at.ms / 2000}] += p.cents;
  std::vector<Total> totals;
  for (const auto& [key, cents] : sums)
    totals.push_back({key.first, {key.second * 2000}, {key.second * 2000 + 2000}, cents});
  return totals;
}

RC_GTEST_PROP(Totals, exactly_once, ()) {
  const leat::JobCase drawn = *payments_into("totals");
  const leat::CheckedCase checked = leat::check_job(payment_jobs(), drawn, kOptions);
  std::vector<Total> got = checked.rows<Total>("totals");
  std::sort(got.begin(), got.end());
  RC_ASSERT(got == totals_of(drawn.stream("payments").values<Payment>()));
}

RC_GTEST_PROP(MistakeRaises, exactly_once, ()) {
  leat::check_job(payment_jobs(), *payments_into("raises"), kOptions);
}

RC_GTEST_PROP(MistakeFirsts, exactly_once, ()) {
  leat::check_job(payment_jobs(), *payments_into("firsts"), kOptions);
}

}  // namespace
