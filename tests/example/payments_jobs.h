// The jobs of this project. Payments come in out of order.
#pragma once

#include <string>

#include "core/api/row_type.h"
#include "core/graph/job_registry.h"

struct Payment {
  std::string user;
  int64_t cents = 0;
  leat::EventTime at;
};
LEAT_ROW(Payment, user, cents, at)

struct Total {
  std::string user;
  leat::EventTime start;
  leat::EventTime end;
  int64_t cents = 0;
  bool operator<(const Total& other) const { return key() < other.key(); }
  bool operator==(const Total& other) const { return key() == other.key(); }
  std::tuple<std::string, int64_t, int64_t> key() const { return {user, start.ms, cents}; }
};
LEAT_ROW(Total, user, start, end, cents)

// "totals": what each user paid in each two seconds.
// "raises": who pays more than in the payment before; wrong, because "before" is taken to be the
// order of arrival.
// "firsts": the first payment of each user; wrong, because it remembers users where no checkpoint
// does.
leat::JobRegistry payment_jobs();
