#include "sim/explore/watch.h"

namespace leat {

Violation seen_in_job(std::string name, std::string where, std::string rule) {
  Violation v;
  v.name = std::move(name);
  v.oracle = kJobOracle;
  v.where = std::move(where);
  v.rule = std::move(rule);
  return v;
}

std::vector<WatchPtr> all_watches(const Scenario& scenario) {
  std::vector<WatchPtr> all;
  all.push_back(watch_late_rows(scenario));
  all.push_back(watch_amended_panes(scenario));
  all.push_back(watch_stalled_watermark(scenario));
  all.push_back(watch_uneven_load(scenario));
  all.push_back(watch_growing_state(scenario));
  return all;
}

}  // namespace leat
