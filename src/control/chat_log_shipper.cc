#include "control/chat_log_shipper.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/metrics.h"
#include "control/chat_log_health.h"
#include "control/chat_log_object.h"
#include "control/chat_log_store.h"
#include "control/loop_sql.h"
#include "io/loop.h"
#include "io/object_store.h"
#include "io/timer.h"

namespace control {
namespace {

using chat_logs::Lane;
using chat_logs::LaneKey;

// Objects on their way at the same time, each of at most ChatLogSettings::max_object.
constexpr std::size_t kMaxActive = 8;
constexpr std::size_t kMaxActiveOfConfiguration = 4;
// Lanes that wait to be begun: no more pages are looked at.
constexpr std::size_t kMaxDue = 1000;
// Longer than a store takes to answer. Whoever dies holds his lanes that long.
constexpr std::chrono::minutes kLease{2};
constexpr std::chrono::seconds kAfterFailure{1};  // of the database

struct Counters {
  base::Counter& objects = base::metrics().counter("rostrum_chat_log_objects_total",
                                                   "Objects of chat logs that were delivered");
  base::Counter& entries = base::metrics().counter(
      "rostrum_chat_log_entries_total", "Messages and events in chat logs that were delivered");
  base::Counter& failures = base::metrics().counter(
      "rostrum_chat_log_failures_total", "Attempts to deliver an object of chat logs that failed");
};

Counters& counters() {
  static Counters instance;
  return instance;
}

double system_random() {
  static thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

class Shipper final : public ChatLogShipper {
 public:
  Shipper(io::Loop& loop, io::SqlWorkers& sql, io::ObjectStore& store, Options options)
      : loop_(loop),
        store_(store),
        settings_(std::move(options.settings)),
        now_(options.now ? std::move(options.now) : [] { return io::Loop::wall_now(); }),
        random_(options.random ? std::move(options.random) : system_random),
        owner_(base::random_alphanumeric(16)),
        timer_(loop),
        sql_(loop, sql) {
    CHECK(settings_.s3_interval.count() > 0 && settings_.firehose_interval.count() > 0);
  }

  void start() override {
    running_ = true;
    look();
  }

  void stop() override {
    if (!running_) return;
    running_ = false;
    ++run_;  // answers for what was begun before are not meant
    timer_.cancel();
    std::vector<LaneKey> taken;
    for (const auto& [key, active] : active_) taken.push_back(key);
    active_.clear();
    forget_due();
    flushes_.clear();
    flush_until_.reset();
    cursor_ = {};
    looking_ = building_ = look_again_ = false;
    if (taken.empty()) return;
    sql_.write(
        [taken = std::move(taken), owner = owner_](io::SqlConnection& sql) -> base::Expected<void> {
          for (const LaneKey& lane : taken) {
            if (auto released = chat_logs::release(sql, lane, owner); !released) return released;
          }
          return {};
        });
  }

  void flush(std::move_only_function<void()> done) override {
    if (!running_) {
      loop_.post(std::move(done));
      return;
    }
    flushes_.push_back(std::move(done));
    // A round of its own, from the beginning; what had to wait is tried once more.
    flush_until_ = now_();
    failed_in_flush_.clear();
    round_found_nothing_ = false;
    cursor_ = {};
    forget_due();
    health_.end_pauses();
    look_again_ = looking_;
    look();
  }

  const std::map<std::string, Errors>& errors() const override { return health_.errors(); }

 private:
  /// An object on its way.
  struct Active {
    explicit Active(io::Loop& loop) : retry_timer(loop) {}
    Lane lane;
    ChatLogObject object;
    std::unique_ptr<io::ObjectStore::Pending> pending;
    io::Timer retry_timer;  // of writing down what became of it
  };
  ChatLogTimes times() const {
    const base::WallTime now = now_();
    if (flush_until_) return {.now = now, .until = *flush_until_, .all_windows = true};
    return {.now = now, .until = now - settings_.settle, .all_windows = false};
  }

  // ---- looking ----

  void look_later(base::Duration after) {
    timer_.start(after, [this] { look(); });
  }

  // Looks at the next page of lanes.
  void look() {
    if (!running_ || looking_) return;
    if (building_) {  // at once behind it
      look_again_ = true;
      return;
    }
    if (due_.size() >= kMaxDue) {
      look_later(settings_.look_every);
      return;
    }
    timer_.cancel();
    struct Look {
      base::Expected<ChatLogFindings> found;
      chat_logs::Cursor cursor;
    };
    looking_ = sql_.read(
        [cursor = cursor_, settings = settings_, owner = owner_,
         times = times()](io::SqlConnection& sql) mutable {
          auto found = find_chat_logs(sql, cursor, settings, owner, times);
          return Look{std::move(found), std::move(cursor)};
        },
        [this, run = run_](Look look) {
          if (run != run_) return;
          looking_ = false;
          if (std::exchange(look_again_, false)) {
            this->look();
            return;
          }
          on_found(std::move(look.found), std::move(look.cursor));
        });
    if (!looking_) look_later(kAfterFailure);
  }

  void on_found(base::Expected<ChatLogFindings> found, chat_logs::Cursor cursor) {
    if (!found) {
      base::log_error("chat logs cannot be read", {{"reason", found.error().message}});
      look_later(kAfterFailure);
      return;
    }
    if (cursor_.room.empty()) round_found_nothing_ = true;
    cursor_ = std::move(cursor);
    write_marks(*found);
    for (Lane& lane : found->due) {
      if (active_.contains(lane.key) || is_paused(lane.key.configuration)) continue;
      round_found_nothing_ = false;
      add_due(std::move(lane));
    }
    page_was_last_ = found->was_last_page;
    go_on();
  }

  void write_marks(ChatLogFindings& found) {
    if (found.without_mark.empty() && found.finished.empty() && found.ends.empty()) return;
    sql_.write(
        [added = std::move(found.without_mark), finished = std::move(found.finished),
         ends = std::move(found.ends)](io::SqlConnection& sql) -> base::Expected<void> {
          for (const Lane& lane : added) {
            if (auto done = chat_logs::add_mark(sql, lane); !done) return done;
          }
          for (const Lane& lane : finished) {
            if (auto done = chat_logs::remove_mark(sql, lane.key); !done) return done;
          }
          for (const auto& end : ends) {
            if (auto done = chat_logs::set_end(sql, end.lane, end.position); !done) return done;
          }
          return {};
        },
        [](base::Expected<void> written) {
          // The next look finds the same again.
          if (!written) {
            base::log_error("marks of chat logs cannot be written",
                            {{"reason", written.error().message}});
          }
        });
  }

  void add_due(Lane lane) {
    if (waiting_.insert(lane.key).second) due_.push_back(std::move(lane));
  }
  void forget_due() {
    due_.clear();
    waiting_.clear();
  }
  bool is_paused(const std::string& configuration) const {
    if (flush_until_ && failed_in_flush_.contains(configuration)) return true;
    return health_.is_paused(configuration, now_());
  }
  std::size_t active_of(const std::string& configuration) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        active_, [&](const auto& entry) { return entry.first.configuration == configuration; }));
  }

  // ---- delivering ----

  // Makes the next object, one at a time, or looks for more when all is done.
  void go_on() {
    if (!running_ || looking_ || building_) return;
    if (std::exchange(look_again_, false)) {
      look();
      return;
    }
    if (std::optional<Lane> lane = take_due()) {
      build(std::move(*lane));
      return;
    }
    if (due_.empty() && active_.empty()) {
      if (!page_was_last_ || (flush_until_ && !round_found_nothing_)) {
        look();
        return;
      }
      if (flush_until_) end_flush();
    }
    // Others go on while some wait for a slow store.
    if (!timer_.is_running()) look_later(settings_.look_every);
  }

  // The first lane that may be begun now.
  std::optional<Lane> take_due() {
    for (auto lane = due_.begin(); lane != due_.end() && active_.size() < kMaxActive;) {
      const std::string& configuration = lane->key.configuration;
      const bool is_waiting = is_paused(configuration);
      // Where something failed before, one attempt is enough to see whether it still does.
      const std::size_t most = health_.is_failing(configuration) ? 1 : kMaxActiveOfConfiguration;
      if (!is_waiting && active_of(configuration) >= most) {
        ++lane;
        continue;
      }
      Lane taken = std::move(*lane);
      lane = due_.erase(lane);
      waiting_.erase(taken.key);
      if (!is_waiting) return taken;
    }
    return std::nullopt;
  }

  void end_flush() {
    flush_until_.reset();
    for (auto& done : std::exchange(flushes_, {})) loop_.post(std::move(done));
  }

  void build(Lane lane) {
    using Built = base::Expected<std::optional<ChatLogObject>>;
    const LaneKey key = lane.key;
    auto active = std::make_unique<Active>(loop_);
    active->lane = lane;
    active_[key] = std::move(active);
    building_ = sql_.read(
        [lane = std::move(lane), settings = settings_, times = times()](io::SqlConnection& sql) {
          return make_chat_log_object(sql, lane, settings, times);
        },
        [this, key, run = run_](Built built) {
          if (run != run_) return;
          building_ = false;
          on_built(key, std::move(built));
        });
    if (!building_) {
      active_.erase(key);
      look_later(kAfterFailure);
    }
  }

  void on_built(const LaneKey& key, base::Expected<std::optional<ChatLogObject>> built) {
    Active& active = *active_.at(key);
    if (!built) {
      base::log_error("chat logs cannot be read", {{"reason", built.error().message}});
      drop(key);
      return;
    }
    const bool has_object = built->has_value();
    if (!has_object && active.lane.planned == 0) {
      drop(key);
      return;
    }
    // What was planned and is not kept any more is done with.
    if (has_object) active.object = std::move(**built);
    const std::int64_t planned = has_object ? active.object.last : active.lane.planned;
    auto claimed = std::make_shared<bool>(false);  // written by the writer, read after its end
    const base::WallTime now = now_();
    sql_.write(
        [lane = active.lane, planned, claimed, owner = owner_,
         now](io::SqlConnection& sql) -> base::Expected<void> {
          auto done = chat_logs::claim(sql, lane, planned, owner, now, now + kLease);
          if (!done) return base::fail(std::move(done.error()));
          *claimed = *done;
          return {};
        },
        [this, key, claimed, has_object, run = run_](base::Expected<void> written) {
          if (run != run_) return;
          if (!written) {
            base::log_error("chat logs cannot be marked", {{"reason", written.error().message}});
          }
          if (!written || !*claimed) {
            drop(key);
          } else if (has_object) {
            put(*active_.at(key));
          } else {
            write_down(*active_.at(key));
          }
        });
    go_on();
  }

  // Not tried again before the next look.
  void drop(const LaneKey& key) {
    active_.erase(key);
    go_on();
  }

  void put(Active& active) {
    active.pending = store_.put(
        std::move(active.object.put),
        [this, key = active.lane.key](base::Expected<void> result) { on_put(key, result); });
    active.object.put = {};
  }

  void on_put(const LaneKey& key, const base::Expected<void>& result) {
    Active& active = *active_.at(key);
    active.pending.reset();
    if (!result) {
      fail(key, result.error());
      return;
    }
    counters().objects.add();
    counters().entries.add(active.object.entries);
    health_.succeeded(key.configuration);
    write_down(active);
  }

  void fail(const LaneKey& key, const base::Error& error) {
    counters().failures.add();
    health_.failed(key.configuration, error, now_(), random_());
    if (flush_until_) failed_in_flush_.insert(key.configuration);
    // The lane is given back, so that a server that can reach the store may take it.
    sql_.write([key, owner = owner_](io::SqlConnection& sql) {
      return chat_logs::release(sql, key, owner);
    });
    drop(key);
  }

  // Again and again until it is known: what was delivered must not be delivered twice.
  void write_down(Active& active) {
    auto advanced = std::make_shared<bool>(false);  // as above
    sql_.write(
        [key = active.lane.key, owner = owner_,
         advanced](io::SqlConnection& sql) -> base::Expected<void> {
          auto done = chat_logs::advance(sql, key, owner);
          if (!done) return base::fail(std::move(done.error()));
          *advanced = *done;
          return {};
        },
        [this, key = active.lane.key, advanced, run = run_](base::Expected<void> written) {
          if (run != run_) return;
          Active& done = *active_.at(key);
          if (!written) {
            base::log_error("what became of chat logs cannot be written",
                            {{"reason", written.error().message}});
            done.retry_timer.start(kAfterFailure, [this, &done] { write_down(done); });
            return;
          }
          if (*advanced && done.object.entries > 0) {  // there may be more
            Lane lane = std::move(done.lane);
            lane.position = done.object.last;
            lane.planned = 0;
            lane.owner.clear();
            add_due(std::move(lane));
          }
          drop(key);
        });
  }

  io::Loop& loop_;
  io::ObjectStore& store_;
  const ChatLogSettings settings_;
  const std::function<base::WallTime()> now_;
  const std::function<double()> random_;
  const std::string owner_;  // tells this server from others
  io::Timer timer_;          // of the next look
  chat_logs::Cursor cursor_;
  std::deque<Lane> due_;       // found and not begun
  std::set<LaneKey> waiting_;  // those
  std::map<LaneKey, std::unique_ptr<Active>> active_;
  ChatLogHealth health_;
  std::uint64_t run_ = 0;
  bool running_ = false;
  bool looking_ = false;
  bool look_again_ = false;  // what is being looked at or made is older than the wish
  bool building_ = false;
  bool page_was_last_ = true;
  bool round_found_nothing_ = false;

  std::vector<std::move_only_function<void()>> flushes_;
  std::optional<base::WallTime> flush_until_;
  std::set<std::string> failed_in_flush_;

  LoopSql sql_;  // last: its end waits for what refers to the others
};

}  // namespace

std::unique_ptr<ChatLogShipper> ChatLogShipper::create(io::Loop& loop, io::SqlWorkers& sql,
                                                       io::ObjectStore& store, Options options) {
  return std::make_unique<Shipper>(loop, sql, store, std::move(options));
}

}  // namespace control
