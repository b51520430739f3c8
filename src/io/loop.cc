#include "io/loop.h"

#include <pthread.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <latch>
#include <string>
#include <thread>

#include "base/check.h"
#include "base/slice.h"
#include "io/bulk_watch.h"
#include "io/coarse_timer.h"
#include "io/epoll_set.h"

namespace io {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadScratch = 64 * 1024;
constexpr std::size_t kRecordScratch = 16 * 1024;  // the largest TLS record

// Its address names the thread.
thread_local const char thread_mark = 0;

void ignore_broken_pipes() {
  // A peer that resets its connection must be an error value, not a signal.
  struct sigaction action{};
  action.sa_handler = SIG_IGN;
  CHECK(::sigaction(SIGPIPE, &action, nullptr) == 0);
}

}  // namespace

// Asio runs timers, posts and the resolver. Descriptors of connections sit in an epoll set of our
// own, which Asio watches as one descriptor: a connection then needs no memory in Asio, no
// operation object for a wait, and a burst of ready connections costs one more epoll_wait in all
// instead of an epoll_ctl each.
struct Loop::Reactor {
  Reactor() : context(1), work(context.get_executor()), epoll(context, ::dup(set.native())) {}

  EpollSet set;
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  asio::posix::stream_descriptor epoll;  // the set, once more
};

Loop::Loop(unsigned index)
    : index_(index),
      reactor_(std::make_unique<Reactor>()),
      read_scratch_(kReadScratch),
      record_scratch_(kRecordScratch),
      spare_queue_(std::make_unique<std::vector<base::Slice>>()) {
  ignore_broken_pipes();
  CHECK(reactor_->epoll.native_handle() >= 0);
  coarse_timers_ = std::make_unique<CoarseTimers>(*this);
  wait_for_descriptors();
}

Loop::~Loop() {
  CHECK(runner_.load() == nullptr);
  // Tasks may own objects of this loop, whose destructors use it: they go first, while it works.
  std::vector<Task> unused;
  while (true) {
    {
      const std::lock_guard lock(tasks_mutex_);
      unused.swap(tasks_);
    }
    if (unused.empty()) break;
    unused.clear();
  }
}

boost::asio::io_context& Loop::context() {
  return reactor_->context;
}

void Loop::run() {
  CHECK(runner_.exchange(&thread_mark) == nullptr);
  reactor_->context.restart();
  while (!stopped_.exchange(false)) {
    now_is_fresh_ = false;
    (void)reactor_->context.run_one();
  }
  runner_.store(nullptr);
}

bool Loop::run_once(std::chrono::milliseconds timeout) {
  CHECK(runner_.exchange(&thread_mark) == nullptr);
  reactor_->context.restart();
  now_is_fresh_ = false;
  const bool handled = reactor_->context.run_one_for(timeout) > 0;
  runner_.store(nullptr);
  return handled;
}

void Loop::stop() {
  stopped_.store(true);
  asio::post(reactor_->context, [] {});
}

void Loop::post(Task task) {
  bool wake = false;
  {
    const std::lock_guard lock(tasks_mutex_);
    wake = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  // One wake-up carries all tasks that arrive before the loop gets to them.
  if (wake) asio::post(reactor_->context, [this] { run_tasks(); });
}

void Loop::run_tasks() {
  {
    const std::lock_guard lock(tasks_mutex_);
    running_tasks_.swap(tasks_);
  }
  for (Task& task : running_tasks_) {
    task();
    task = nullptr;
  }
  running_tasks_.clear();
}

bool Loop::is_current() const {
  const void* runner = runner_.load(std::memory_order_relaxed);
  return runner == nullptr || runner == &thread_mark;
}

base::MonotonicTime Loop::now() const {
  if (!now_is_fresh_) {
    now_ = precise_now();
    now_is_fresh_ = runner_.load(std::memory_order_relaxed) != nullptr;
  }
  return now_;
}

base::MonotonicTime Loop::precise_now() {
  return std::chrono::steady_clock::now();
}

base::WallTime Loop::wall_now() {
  return std::chrono::time_point_cast<base::WallTime::duration>(std::chrono::system_clock::now());
}

EpollSet& Loop::set_for(Urgency urgency) {
  DCHECK(is_current());
  if (urgency == Urgency::kPrompt) return reactor_->set;
  if (bulk_ == nullptr) bulk_ = std::make_unique<BulkWatch>(*this);
  return bulk_->set();
}

void Loop::watch(int descriptor, std::uint32_t events, Watcher& watcher, Urgency urgency) {
  set_for(urgency).add(descriptor, events, watcher);
}

void Loop::rewatch(int descriptor, std::uint32_t events, Watcher& watcher, Urgency urgency) {
  set_for(urgency).modify(descriptor, events, watcher);
}

void Loop::unwatch(int descriptor, Watcher& watcher, Urgency urgency) {
  set_for(urgency).remove(descriptor, watcher);
}

void Loop::wait_for_descriptors() {
  reactor_->epoll.async_wait(asio::posix::descriptor_base::wait_read,
                             [this](const boost::system::error_code& error) {
                               if (error) return;
                               (void)reactor_->set.dispatch();
                               wait_for_descriptors();
                             });
}

void Loop::defer(Deferred& deferred) {
  DCHECK(is_current());
  deferred_.push(deferred);
  if (deferred_scheduled_) return;
  deferred_scheduled_ = true;
  asio::post(reactor_->context, [this] { run_deferred(); });
}

void Loop::run_deferred() {
  deferred_scheduled_ = false;
  DeferredList round;  // what is put off meanwhile waits for the next round: descriptors first
  round.take(deferred_);
  while (Deferred* deferred = round.pop()) deferred->on_deferred();
}

struct LoopGroup::Threads {
  std::vector<std::jthread> running;
};

LoopGroup::LoopGroup(unsigned count) : threads_(std::make_unique<Threads>()) {
  if (count == 0) count = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>(i));
}

LoopGroup::~LoopGroup() {
  stop_and_join();
}

void LoopGroup::start() {
  CHECK(threads_->running.empty());
  std::latch ready(static_cast<std::ptrdiff_t>(loops_.size()));
  for (auto& loop : loops_) {
    loop->post([&ready] { ready.count_down(); });
    threads_->running.emplace_back([&loop = *loop] { loop.run(); });
    const std::string name = "loop-" + std::to_string(loop->index());
    (void)::pthread_setname_np(threads_->running.back().native_handle(), name.c_str());
  }
  ready.wait();
}

void LoopGroup::stop_and_join() {
  if (threads_->running.empty()) return;
  for (auto& loop : loops_) loop->stop();
  threads_->running.clear();
}

}  // namespace io
