#include "viz/job_graph.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/viz/run_model.h"

namespace leat::viz_test {
namespace {

void keep(const std::string& name, const std::string& svg) {
  if (const char* folder = std::getenv("LEAT_PICTURES"))
    std::ofstream(std::string(folder) + "/" + name) << svg;
}

TEST(JobGraph, Pictures) {
  for (const uint32_t parallelism : {2U, 4U}) {
    const Quakes quakes = read_quakes(5);
    ModelSetup setup;
    setup.records = quakes.records;
    setup.parallelism = parallelism;
    setup.crashes = {86400000LL * 36 / 10};
    const JobProgram program = model_program(setup);
    RunRecorder recorder(program);
    play(setup, program, recorder);
    const RunView run = recorder.view();
    JobGraphOptions options;
    options.title = "Quakes per day";
    options.processes = {{ProcessId{1}, "worker-1"}, {ProcessId{2}, "worker-2"}};
    options.verdicts["out"] = {true, "as expected"};
    const std::string n = std::to_string(parallelism);
    const auto logical = graph_svg(program, &run, options);
    ASSERT_TRUE(logical.ok()) << logical.error();
    keep("logical" + n + ".svg", logical.value());
    options.level = GraphLevel::kPhysical;
    const auto physical = graph_svg(program, &run, options);
    ASSERT_TRUE(physical.ok()) << physical.error();
    keep("physical" + n + ".svg", physical.value());
    keep("physical" + n + ".dot", to_dot(program, &run, options));
    keep("graph" + n + ".mmd", to_mermaid(program, &run, options));
  }
}

}  // namespace
}  // namespace leat::viz_test
