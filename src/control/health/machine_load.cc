#include "control/health/machine_load.h"

#include <algorithm>

#include "base/metrics.h"
#include "io/family.h"
#include "io/loop.h"
#include "io/system.h"

namespace control {
namespace {

constexpr base::Duration kApart = std::chrono::milliseconds(900);

// The series that the sessions count; the same objects, by their names.
base::Counter& received_bytes() {
  static base::Counter& counter =
      base::metrics().counter("rostrum_ingest_bytes_total", "Bytes of coded media received");
  return counter;
}
base::Counter& sent_bytes() {
  static base::Counter& counter = base::metrics().counter(
      "rostrum_http_sent_bytes_total", "Bytes of HTTP responses handed to sockets");
  return counter;
}
base::Gauge& http_connections() {
  static base::Gauge& gauge =
      base::metrics().gauge("rostrum_http_connections", "Open HTTP connections");
  return gauge;
}
base::Gauge& chat_connections() {
  static base::Gauge& gauge =
      base::metrics().gauge("rostrum_chat_connections", "Open WebSockets of chat");
  return gauge;
}
base::Gauge& spool_bytes() {
  static base::Gauge& gauge = base::metrics().gauge("rostrum_recording_spool_bytes",
                                                    "Bytes of recordings that wait on disk");
  return gauge;
}

double seconds(base::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::uint64_t bits_a_second(std::uint64_t bytes, base::Duration time) {
  return static_cast<std::uint64_t>(static_cast<double>(bytes) * 8 / seconds(time));
}

}  // namespace

void MachineLoad::add_loop(io::Loop& loop) {
  loops_.push_back(&loop);
  times_->with([](auto& times) { times.emplace_back(); });
}

void MachineLoad::ask_loops() {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    loops_[i]->post([times = times_, i] {
      const std::chrono::nanoseconds used = io::thread_cpu_time();
      const base::MonotonicTime now = io::Loop::precise_now();
      times->with([&](std::vector<LoopTime>& all) {
        LoopTime& time = all[i];
        if (time.at != base::MonotonicTime{} && now > time.at) {
          time.share = std::clamp(seconds(used - time.used) / seconds(now - time.at), 0.0, 1.0);
        }
        time.used = used;
        time.at = now;
      });
    });
  }
}

void MachineLoad::look(base::WallTime at, base::MonotonicTime now) {
  state_.with([&](State& state) {
    if (state.looked && now - state.last.at < kApart) return;
    const io::FamilyUse use = io::family_use();
    const Totals totals{.at = now,
                        .cpu = use.cpu,
                        .received = received_bytes().value(),
                        .sent = sent_bytes().value()};
    LoadFigures& figures = state.figures;
    if (state.looked) {
      const base::Duration time = now - state.last.at;
      figures.cpu = std::max(seconds(totals.cpu - state.last.cpu) / seconds(time), 0.0);
      figures.received = bits_a_second(totals.received - state.last.received, time);
      figures.sent = bits_a_second(totals.sent - state.last.sent, time);
    }
    figures.at = at;
    figures.cores = io::machine_cores();
    figures.memory_used = use.resident;
    figures.memory_total = io::machine_memory();
    const io::DiskSpace disk = io::disk_space(folder_);
    figures.disk_used = disk.used;
    figures.disk_total = disk.total;
    figures.spool_bytes =
        static_cast<std::uint64_t>(std::max<std::int64_t>(spool_bytes().value(), 0));
    figures.chat_connections = chat_connections().value();
    figures.connections = http_connections().value();
    state.last = totals;
    state.looked = true;
    ask_loops();
  });
}

LoadFigures MachineLoad::figures() const {
  LoadFigures figures = state_.with([](const State& state) { return state.figures; });
  times_->with([&](const std::vector<LoopTime>& all) {
    for (const LoopTime& time : all) figures.loops.push_back(time.share);
  });
  return figures;
}

}  // namespace control
