// What every load test does: workers, one on each loop, started together, asked for their figures
// every second, and ended in time or by Ctrl-C.
#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/time.h"
#include "io/loop.h"
#include "io/signals.h"
#include "io/timer.h"

namespace server::loadtest {

/// How the actors of a test are spread: actor i runs on loop i % loops, from `start_of(i)` on.
struct Spread {
  std::uint32_t count = 1;
  double start_rate = 0;  // 0: all within one second

  base::Duration start_of(std::uint64_t index) const {
    const double rate = start_rate > 0 ? start_rate : std::max(1.0, static_cast<double>(count));
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(index) / rate * 1e9));
  }
};

/// Worker: `using Figures` (a value with merge()); made and destroyed by the caller's thread, used
/// on its loop: start(), figures(), finish() (leave politely), close() (end at once). Figures may
/// have is_complete(): true when nothing is left to do, which ends the test within a second.
template <class Worker>
class Run {
 public:
  using Figures = typename Worker::Figures;
  using Make = std::function<std::unique_ptr<Worker>(io::Loop&)>;
  using Tick = std::function<void(std::chrono::seconds elapsed, const Figures&)>;

  /// Runs for the time it takes to start all, then `duration`. Calls `tick` about once a second on
  /// the calling thread. Returns what all workers counted.
  static Figures run(unsigned loops, base::Duration duration, const Make& make, const Tick& tick) {
    Run run(loops, duration, tick);
    return run.run_workers(make);
  }

 private:
  Run(unsigned loops, base::Duration duration, const Tick& tick)
      : group_(loops), timer_(main_), tick_(tick), duration_(duration) {}

  Figures run_workers(const Make& make) {
    for (std::size_t i = 0; i < group_.size(); ++i) workers_.push_back(make(group_.at(i)));
    const io::SignalSet signals(main_, {SIGTERM, SIGINT}, [this](int) { end(); });
    group_.start();
    started_ = io::Loop::precise_now();
    for_each([](Worker& worker) { worker.start(); });
    next_second();
    main_.run();
    group_.stop_and_join();
    for (const auto& worker : workers_) worker->close();
    return gathered_;
  }

  template <class Task>
  void for_each(Task task) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      group_.at(i).post([task, &worker = *workers_[i]]() mutable { task(worker); });
    }
  }

  // Asks every worker; calls `then` with the sum when all have answered.
  void gather(std::function<void()> then) {
    awaited_ = workers_.size();
    gathered_ = {};
    for_each([this, round = ++round_, then = std::move(then)](Worker& worker) {
      auto figures = std::make_shared<Figures>(worker.figures());
      main_.post([this, round, figures, then] {
        if (round != round_) return;  // asked again meanwhile
        gathered_.merge(*figures);
        if (--awaited_ == 0) then();
      });
    });
  }

  void next_second() {
    timer_.start_at(started_ + std::chrono::seconds(++second_), [this] {
      gather([this] {
        if (ending_) return;
        tick_(std::chrono::seconds(second_), gathered_);
        if (io::Loop::precise_now() - started_ >= duration_ || is_complete()) {
          end();
        } else {
          next_second();
        }
      });
    });
  }

  bool is_complete() const {
    if constexpr (requires { gathered_.is_complete(); }) {
      return gathered_.is_complete();
    } else {
      return false;
    }
  }

  // Leave, wait for the goodbyes to go out, count for the last time.
  void end() {
    if (ending_) return;
    ending_ = true;
    for_each([](Worker& worker) { worker.finish(); });
    timer_.start(std::chrono::milliseconds(300), [this] { gather([this] { main_.stop(); }); });
  }

  io::Loop main_;
  io::LoopGroup group_;
  io::Timer timer_;
  const Tick& tick_;
  const base::Duration duration_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Figures gathered_{};
  std::size_t awaited_ = 0;
  std::uint64_t round_ = 0;
  std::int64_t second_ = 0;
  bool ending_ = false;
  base::MonotonicTime started_{};
};

}  // namespace server::loadtest
