// Which tasks a failure restarts.
#include <algorithm>

#include "core/cluster/failover_regions.h"
#include "sim/conform/machine.h"

namespace leat {

namespace {

class FailoverMachine final : public Machine {
 public:
  explicit FailoverMachine(const Value& body) : regions_(regions_of(body, names_)) {}

  void step(const Value& step, MachineResult& result) override {
    std::set<WrittenPartition> unavailable;
    if (has_member(step, "cannot_read"))
      unavailable.insert(partition(text_of(member(step, "cannot_read"))));
    if (has_member(step, "gone")) {
      const Value gone = member(step, "gone");
      for (const Value& name : gone.as_list()) unavailable.insert(partition(text_of(name)));
    }
    std::vector<Value> absent;
    const Value not_started = member(step, "not_started");
    if (!not_started.is_null()) {
      absent.assign(not_started.as_list().begin(), not_started.as_list().end());
    }
    std::vector<Value> restart;
    for (const SubtaskId task :
         regions_.to_restart(this->task(text_of(member(step, "fail"))), unavailable)) {
      const Value name = Value::text(name_of(task));
      if (std::find(absent.begin(), absent.end(), name) == absent.end()) restart.push_back(name);
    }
    std::sort(restart.begin(), restart.end());
    result.seen["restart"] = Value::list(std::move(restart));
  }

  std::map<std::string, Value> summary() override {
    std::vector<Value> list;
    for (const std::vector<SubtaskId>& region : regions_.regions()) {
      std::vector<Value> tasks;
      for (const SubtaskId task : region) tasks.push_back(Value::text(name_of(task)));
      std::sort(tasks.begin(), tasks.end());
      list.push_back(Value::list(std::move(tasks)));
    }
    std::sort(list.begin(), list.end());
    return {{"regions", Value::list(std::move(list))}};
  }

 private:
  static FailoverRegions regions_of(const Value& body, std::vector<std::string>& names) {
    std::vector<uint32_t> parallelism;
    const Value vertices = member(body, "vertices");
    for (const Value& vertex : vertices.as_list()) {
      names.push_back(text_of(member(vertex, "id")));
      parallelism.push_back(static_cast<uint32_t>(number_of(member(vertex, "parallelism"))));
    }
    const auto vertex_of = [&](const Value& name) {
      const auto found = std::find(names.begin(), names.end(), text_of(name));
      if (found == names.end()) throw UnknownRequest("no vertex " + to_json(name));
      return VertexId{static_cast<uint32_t>(found - names.begin())};
    };
    std::vector<RegionEdge> edges;
    const Value list = member(body, "edges");
    for (const Value& edge : list.as_list()) {
      const std::string pattern = text_of(member(edge, "pattern"));
      const std::string type = text_of(member(edge, "type"));
      if ((pattern != "pointwise" && pattern != "all_to_all") ||
          (type != "pipelined" && type != "blocking"))
        throw UnknownRequest("an edge is not " + to_json(edge));
      edges.push_back({vertex_of(member(edge, "from")), vertex_of(member(edge, "to")),
                       pattern == "pointwise" ? Partitioning::kRescale : Partitioning::kHash,
                       type == "pipelined" ? Exchange::kPipelined : Exchange::kBlocking});
    }
    return FailoverRegions(std::move(parallelism), std::move(edges));
  }

  VertexId vertex(std::string_view name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) throw UnknownRequest("no vertex " + std::string(name));
    return {static_cast<uint32_t>(found - names_.begin())};
  }
  // "a0"
  SubtaskId task(const std::string& name) const {
    const size_t digits = name.find_last_not_of("0123456789") + 1;
    if (digits == name.size()) throw UnknownRequest("no task " + name);
    return {vertex(std::string_view(name).substr(0, digits)),
            static_cast<uint32_t>(std::stoul(name.substr(digits)))};
  }
  // "a0>b"
  WrittenPartition partition(const std::string& name) const {
    const size_t arrow = name.find('>');
    if (arrow == std::string::npos) throw UnknownRequest("no partition " + name);
    return {task(name.substr(0, arrow)), vertex(name.substr(arrow + 1))};
  }
  std::string name_of(SubtaskId task) const {
    return names_[task.vertex.value] + std::to_string(task.index);
  }

  std::vector<std::string> names_;
  FailoverRegions regions_;
};

}  // namespace

std::unique_ptr<Machine> make_failover_machine(const Value& body) {
  return std::make_unique<FailoverMachine>(body);
}

}  // namespace leat
