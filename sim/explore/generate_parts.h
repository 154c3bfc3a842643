// The parts of a generated job. Internal to the generator.
#pragma once

#include <string>
#include <vector>

#include "sim/explore/generate_draw.h"

namespace leat {

// A stream of the graph while it is drawn: its name and what its rows hold.
struct DrawnStream {
  std::string name;
  std::vector<std::string> fields;  // those that expressions may use; the key is called k
  std::string number;               // an int field
  bool stamped = true;              // rows have event times
  std::string key = "string";       // the type of k
};

// One source with its rows.
Json draw_source(const Draw& draw, const std::string& name, bool aligned);
// Rewrites rows one by one, without state; adds what it needs to `nodes`.
DrawnStream draw_stateless(const Draw& draw, const DrawnStream& input, const std::string& name,
                           Json& nodes, Json& sinks);
DrawnStream draw_window(const Draw& draw, const DrawnStream& input, const std::string& name,
                        Json& nodes, Json& sinks);
// The number of subtasks, where it is not the job's.
void set_drawn_parallelism(const Draw& draw, Json& node);
DrawnStream draw_process(const Draw& draw, const DrawnStream& input, const std::string& name,
                         Json& nodes, Json& sinks);
// One function over the rows of two streams, by key.
DrawnStream draw_co_process(const Draw& draw, const DrawnStream& left, const DrawnStream& right,
                            const std::string& name, Json& nodes, Json& sinks);
// A row for each row: the fold of the key so far.
DrawnStream draw_running(const Draw& draw, const DrawnStream& input, const std::string& name,
                         Json& nodes);
// The fold of rows into one row: under `key`, or a reduce.
void draw_fold(const Draw& draw, const DrawnStream& input, const char* key, Json& node);

// Whether a node may make a row of each pair, of which there are as many as rows times rows.
enum class Pairs : uint8_t { kAny, kFew };
DrawnStream draw_two_inputs(const Draw& draw, const DrawnStream& left, const DrawnStream& right,
                            Pairs pairs, const std::string& name, Json& nodes, Json& sinks);
// Windows over rows of two streams; says whether their answers have times that windows can take.
bool draw_window_of_two(const Draw& draw, bool stamped, Json& window);

class GeneratedGraph {
 public:
  explicit GeneratedGraph(Draw draw) : draw_(draw) {}
  void draw();

  Json sources = json_object();
  Json nodes = json_object();
  Json sinks = json_object();

 private:
  DrawnStream draw_inputs();
  DrawnStream unite(DrawnStream stream, const std::vector<std::string>& names,
                    const std::string& name);
  DrawnStream draw_stateful(const Draw& draw, const DrawnStream& input, const std::string& name);
  void add_sink(const Draw& draw, const std::string& from);

  const Draw draw_;
};

}  // namespace leat
