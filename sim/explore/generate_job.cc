#include "sim/explore/generate_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/explore/generate_parts.h"

namespace leat {

namespace {

// Whether a node asks for slots of its own.
bool has_apart(const Json& nodes) {
  return std::any_of(nodes.members.begin(), nodes.members.end(), [](const JsonMember& node) {
    return node.value.find("slot_sharing_group") != nullptr;
  });
}

Json draw_cluster(const Draw& draw, bool apart) {
  Json cluster = json_object();
  set_member(cluster, "workers", json_integer(draw.between("workers", 1, 3)));
  if (!apart && draw.chance("spread", 40)) {
    // Slots to spare: subtasks may come to lie elsewhere after a failure.
    set_member(cluster, "slots", json_integer(3));
  }
  if (draw.chance("small buffers", 40))
    set_member(cluster, "buffers", json_integer(draw.between("buffers", 1, 3)));
  if (draw.chance("small batches", 60)) {
    set_member(cluster, "batch_rows",
               json_integer(draw.one_of<int64_t>("batch rows", {1, 2, 3, 8, 32})));
  }
  if (draw.chance("prompt", 40)) {
    set_member(cluster, "buffer_timeout",
               json_integer(draw.one_of<int64_t>("buffer timeout", {0, 1, 10, 500})));
  }
  if (draw.chance("watchful", 65)) {
    set_member(cluster, "heartbeat_interval", json_integer(500));
    set_member(cluster, "heartbeat_timeout", json_integer(2500));
  }
  return cluster;
}

Json draw_checkpoint(const Draw& draw) {
  Json checkpoint = json_object();
  set_member(checkpoint, "every",
             json_integer(draw.one_of<int64_t>("every", {100, 300, 50, 20, 700, 40})));
  if (draw.chance("concurrent", 20))
    set_member(checkpoint, "max_concurrent", json_integer(draw.between("how many", 2, 3)));
  if (draw.chance("pause", 20)) set_member(checkpoint, "min_pause", json_integer(50));
  if (draw.chance("keep", 30))
    set_member(checkpoint, "keep", json_integer(draw.between("kept", 2, 3)));
  if (draw.chance("impatient", 12)) {
    // What a storage or a network is slow for is given up, and the next one may do.
    set_member(checkpoint, "timeout", json_integer(draw.one_of<int64_t>("timeout", {5000, 20000})));
    set_member(checkpoint, "tolerable_failures", json_integer(1000));
  } else if (draw.chance("tolerant", 30)) {
    set_member(checkpoint, "tolerable_failures",
               json_integer(draw.one_of<int64_t>("how many fail", {100, 1, 2, 3})));
  }
  if (draw.chance("at least once", 5)) {
    set_member(checkpoint, "mode", json_text("at_least_once"));
  } else if (checkpoint.find("max_concurrent") == nullptr && draw.chance("unaligned", 25)) {
    set_member(checkpoint, "unaligned", json_text("forced"));
    // One may wait for itself until it is given up (Plan::may_wait_for_itself). Were the next
    // barrier there at once, no row would ever get through between.
    if (checkpoint.find("timeout") != nullptr && checkpoint.find("min_pause") == nullptr)
      set_member(checkpoint, "min_pause", json_integer(50));
    if (draw.chance("aligned at first", 50)) {
      set_member(checkpoint, "alignment_timeout",
                 json_integer(draw.one_of<int64_t>("for", {20, 1, 5, 100})));
    }
  }
  return checkpoint;
}

// Room enough for all that is done to a job.
Json draw_restart(const Draw& draw) {
  Json restart = json_of({{"delay", json_integer(draw.one_of<int64_t>("delay", {50, 1, 500}))}});
  switch (draw.upto("strategy", 6)) {
    case 4:
      set_member(restart, "strategy", json_text("exponential_delay"));
      set_member(restart, "attempts", json_integer(100));
      set_member(restart, "max_delay", json_integer(2000));
      set_member(restart, "multiplier", json_number(2));
      set_member(restart, "reset_after", json_integer(draw.one_of<int64_t>("calm", {3000, 60000})));
      if (draw.chance("jitter", 50)) set_member(restart, "jitter", json_number(0.2));
      break;
    case 5:
      set_member(restart, "strategy", json_text("failure_rate"));
      set_member(restart, "max_failures", json_integer(100));
      set_member(restart, "interval", json_integer(60000));
      break;
    default:
      set_member(restart, "strategy", json_text("fixed_delay"));
      set_member(restart, "attempts", json_integer(100));
  }
  return restart;
}

std::string draw_worker(const Draw& draw, const Json& scenario) {
  const int64_t workers = scenario.find("cluster")->value.find("workers")->value.integer;
  return fmt::format("worker-{}", draw.between("worker", 1, workers));
}

// Hardly any room: with these kills some jobs are given up, at the very failure that is one too
// many.
Json draw_little_room(const Draw& draw, Json& scenario) {
  Json faults = json_list();
  for (uint32_t i = 0, n = 1 + draw.upto("kills", 6); i < n; ++i) {
    const Draw kill = draw.below("kill", i);
    faults.items.push_back(json_of(
        {{"at", json_integer(kill.between("at", 50, 3000))},
         {"kill", json_text(draw_worker(kill, scenario))},
         {"for", json_integer(kill.one_of<int64_t>("for", {100, 1, 500, 100, 500, 6000}))}}));
  }
  // Who waits for slots longer than this has failed once more.
  if (draw.chance("slots in time", 50)) {
    Json cluster = scenario.find("cluster")->value;
    set_member(cluster, "slot_request_timeout",
               json_integer(draw.one_of<int64_t>("slot timeout", {4000, 2000})));
    set_member(scenario, "cluster", std::move(cluster));
  }
  set_member(scenario, "faults", std::move(faults));
  Json restart = json_of({{"delay", json_integer(draw.one_of<int64_t>("delay", {50, 1, 400}))}});
  switch (draw.upto("strategy", 3)) {
    case 1:
      set_member(restart, "strategy", json_text("failure_rate"));
      set_member(restart, "max_failures", json_integer(draw.between("failures", 1, 2)));
      set_member(restart, "interval",
                 json_integer(draw.one_of<int64_t>("interval", {1000, 300, 3000})));
      break;
    case 2:
      set_member(restart, "strategy", json_text("exponential_delay"));
      set_member(restart, "attempts", json_integer(draw.between("attempts", 1, 3)));
      set_member(restart, "max_delay", json_integer(1000));
      set_member(restart, "multiplier", json_number(2));
      set_member(restart, "reset_after",
                 json_integer(draw.one_of<int64_t>("calm", {300, 100, 1500})));
      break;
    default:
      set_member(restart, "strategy", json_text("fixed_delay"));
      set_member(restart, "attempts", json_integer(draw.between("attempts", 1, 3)));
  }
  return restart;
}

// The same small mishap several times, with time to get over it between: what counts them in a row
// must not count on. Writes of a checkpoint that fail, as many as are tolerated at once; or breaks
// of one connection.
Json draw_the_same_again(const Draw& draw, const Json& scenario) {
  const JsonMember* tolerated = scenario.find("checkpoint")->value.find("tolerable_failures");
  const bool writes = tolerated != nullptr && tolerated->value.integer <= 3;
  const std::string worker = draw_worker(draw, scenario);
  Json faults = json_list();
  for (int64_t i = 0, n = 2 + draw.upto("times", 4); i < n; ++i) {
    Json fault = writes ? json_of({{"fail", json_text("storage")}})
                        : json_of({{"reset", json_strings({"jobmanager", worker})}});
    const Json when = writes ? json_text(fmt::format("{} CheckpointTriggered", 2 * i + 2))
                             : json_integer(200 + i * draw.one_of<int64_t>("apart", {1500, 700}));
    set_member(fault, writes ? "after" : "at", when);
    faults.items.push_back(std::move(fault));
  }
  return faults;
}

Json draw_world(const Draw& draw) {
  Json world = json_object();
  const auto range = [](int64_t least, int64_t most) {
    return json_list({json_integer(least), json_integer(most)});
  };
  const int64_t most = draw.one_of<int64_t>("latency", {20, 5, 1, 100, 20, 400});
  set_member(world, "latency", range(1, most));
  set_member(world, "storage",
             range(1, draw.one_of<int64_t>("storage", {20, 5, 50, 400, 20, 1500})));
  set_member(world, "step_cost_max", json_integer(draw.one_of<int64_t>("step", {2, 0, 10, 40})));
  return world;
}

// What is done to the job, and how it gets over that.
void draw_failures(const Draw& draw, Json& scenario) {
  if (draw.chance("little room", 8)) {
    return set_member(scenario, "restart", draw_little_room(draw.below("little room"), scenario));
  }
  set_member(scenario, "restart", draw_restart(draw.below("restart")));
  if (draw.chance("the same again", 10)) {
    return set_member(scenario, "faults",
                      draw_the_same_again(draw.below("the same again"), scenario));
  }
  // Half of all bugs need no fault at all, and some need several.
  const auto faults = draw.one_of<int64_t>("faults", {0, 1, 2, 3, 4, 5, 6});
  if (faults > 0) set_member(scenario, "random_faults", json_of({{"max", json_integer(faults)}}));
}

void draw_frame(const Draw& draw, bool apart, Json& scenario) {
  const auto parallelism = draw.one_of<int64_t>("parallelism", {2, 1, 3, 2});
  set_member(scenario, "parallelism", json_integer(parallelism));
  if (draw.chance("few groups", 30)) {
    set_member(scenario, "max_parallelism", json_integer(draw.between("groups", 3, 8)));
  }
  if (draw.chance("unchained", 25)) set_member(scenario, "chaining", json_boolean(false));
  if (draw.chance("watermarks", 50)) {
    set_member(scenario, "auto_watermark_interval",
               json_integer(draw.one_of<int64_t>("interval", {50, 10, 1, 500})));
  }
  set_member(scenario, "cluster", draw_cluster(draw.below("cluster"), apart));
  if (draw.chance("batch", 4)) {
    set_member(scenario, "mode", json_text("batch"));
  } else if (!draw.chance("without checkpoints", 5)) {
    set_member(scenario, "checkpoint", draw_checkpoint(draw.below("checkpoint")));
    draw_failures(draw, scenario);
  }
  set_member(scenario, "world", draw_world(draw.below("world")));
}

}  // namespace

std::string generate_job(Choices& choices, uint64_t seed) {
  const Draw draw(choices, "job");
  Json scenario = json_object();
  set_member(scenario, "leat", json_integer(1));
  set_member(scenario, "scenario", json_text("generated"));
  set_member(scenario, "seed", json_integer(static_cast<int64_t>(seed & INT64_MAX)));
  GeneratedGraph graph(draw.below("graph"));
  graph.draw();
  draw_frame(draw, has_apart(graph.nodes), scenario);
  set_member(scenario, "sources", std::move(graph.sources));
  set_member(scenario, "nodes", std::move(graph.nodes));
  // Where steps take no time, all rows may meet in one instant, and a join that answers often makes
  // many pairs of them.
  if (scenario.find("world")->value.find("step_cost_max")->value.integer == 0)
    set_member(scenario, "limits", json_of({{"steps_per_instant", json_integer(1'000'000)}}));
  set_member(scenario, "sinks", std::move(graph.sinks));
  return to_text(scenario);
}

}  // namespace leat
