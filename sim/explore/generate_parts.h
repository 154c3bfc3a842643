// The parts of a generated job. Internal to the generator.
#pragma once

#include <string>
#include <vector>

#include "sim/explore/generate_draw.h"

namespace leat {

// Unaligned barriers and alignment timeouts, where the format has them.
void add_barrier_mode(const Draw& draw, Json& checkpoint);

// A stream of the graph while it is drawn: its name and what its rows hold.
struct DrawnStream {
  std::string name;
  std::vector<std::string> fields;  // those that expressions may use; the key is called k
  std::string number;               // an int field
  bool stamped = true;              // rows have event times
};

// One source with its rows.
Json draw_source(const Draw& draw, const std::string& name);
// Rewrites rows one by one, without state; adds what it needs to `nodes`.
DrawnStream draw_stateless(const Draw& draw, const DrawnStream& input, const std::string& name,
                           Json& nodes, Json& sinks);
DrawnStream draw_window(const Draw& draw, const DrawnStream& input, const std::string& name,
                        Json& nodes, Json& sinks);
DrawnStream draw_process(const Draw& draw, const DrawnStream& input, const std::string& name,
                         Json& nodes, Json& sinks);

class GeneratedGraph {
 public:
  explicit GeneratedGraph(Draw draw) : draw_(draw) {}
  void draw();

  Json sources = json_object();
  Json nodes = json_object();
  Json sinks = json_object();

 private:
  DrawnStream draw_inputs();
  DrawnStream draw_stateful(const Draw& draw, const DrawnStream& input, const std::string& name);
  void add_sink(const Draw& draw, const std::string& from);

  const Draw draw_;
};

}  // namespace leat
