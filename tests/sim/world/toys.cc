#include "tests/sim/world/toys.h"

namespace leat::toys {

namespace {
constexpr Site kExtra{"toy.extra"};

Entity name_of(ProcessId process, uint32_t part) {
  return entity(entity(entity("gossip"), process.value), part);
}
}  // namespace

Gossip::Gossip(Env& env, uint32_t workers, uint32_t rounds)
    : env_(env), workers_(workers), rounds_(rounds) {}

void Gossip::start() {
  env_.choices().enter_epoch(name_of(env_.self(), 0), 0);
  env_.call_at(env_.now() + Duration{10}, {name_of(env_.self(), 0), 0, 1, 0});
}

void Gossip::tell_all(uint64_t what) {
  for (uint32_t peer = 0; peer < workers_; ++peer) {
    ByteWriter out;
    out.varint(what);
    const Lane lane = env_.choices().choose(kExtra, name_of(env_.self(), 0), 3);
    env_.send(message(env_, peer, out.take(), lane));
  }
}

void Gossip::on_timer(const TimerTag&) {
  if (++round_ > rounds_) {
    if (env_.self().value == 0) finish(env_);
    return;
  }
  env_.choices().enter_epoch(name_of(env_.self(), 0), round_ / 4);
  tell_all(round_);
  env_.blobs().put({0, 0, round_, name_of(env_.self(), 0)},
                   "blob-" + std::to_string(env_.self().value), "state");
  env_.call_at(env_.now() + Duration{10}, {name_of(env_.self(), 0), 0, 1, 0});
}

void Gossip::on_message(const Message& message) {
  ByteReader in(message.body);
  heard_ = mix(heard_, in.varint(), message.from.process.value);
  for (uint32_t channel = 0; channel < 2; ++channel) {
    env_.make_ready({name_of(env_.self(), 1 + channel), 0, channel}, env_.now());
  }
}

void Gossip::on_run(const RunTag& tag) {
  heard_ = mix(heard_, tag.channel);
  env_.trace().add(env_.now(), LogAppended{{env_.self().value}, tag.channel, heard_});
}

void Gossip::on_blob(BlobReply reply) { heard_ = mix(heard_, reply.ok ? 1 : 0); }
void Gossip::on_disconnect(ProcessId peer) { heard_ = mix(heard_, 1000 + peer.value); }

WorldPlan gossip_world(uint32_t workers, uint32_t rounds) {
  WorldPlan plan;
  for (uint32_t i = 0; i < workers; ++i) {
    plan.processes.push_back({"worker-" + std::to_string(i), [=](Env& env) {
                                return std::make_unique<Gossip>(env, workers, rounds);
                              }});
  }
  return plan;
}

}  // namespace leat::toys
