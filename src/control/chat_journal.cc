#include "control/chat_journal.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "base/metrics.h"
#include "control/chat_history.h"
#include "control/loop_sql.h"
#include "io/loop.h"
#include "io/timer.h"

namespace control {
namespace {

using base::ErrorCode;
using chat::Entry;

constexpr std::chrono::hours kCleanUpEvery{1};
constexpr std::chrono::minutes kBetweenWarnings{1};

// What an entry takes while it waits, roughly.
std::size_t octets_of(const Entry& entry) {
  return sizeof(Entry) + entry.payload.size() + entry.user_id.size();
}

class Journal final : public ChatJournal {
 public:
  Journal(io::Loop& loop, io::SqlWorkers& sql, Options options)
      : loop_(loop),
        options_(std::move(options)),
        retry_(loop),
        flush_timer_(loop),
        clean_up_timer_(loop),
        sql_(loop, sql) {
    CHECK(options_.max_batch > 0);
    if (!options_.now) options_.now = &io::Loop::wall_now;
  }

  void record(std::vector<Entry> entries) override {
    on_loop([entries = std::move(entries)](Journal& journal) mutable {
      journal.take(std::move(entries));
    });
  }
  void flush(Flushed done) override {
    on_loop([done = std::move(done)](Journal& journal) mutable {
      journal.flush_here(std::move(done));
    });
  }

  void start() override { clean_up(); }
  void stop() override {
    clean_up_timer_.cancel();
    stopped_ = true;
  }
  std::uint64_t observe(Observer observer) override {
    observers_.emplace(++last_token_, std::move(observer));
    return last_token_;
  }
  void forget_observer(std::uint64_t token) override { observers_.erase(token); }
  base::WallTime written_until() const override {
    return waiting_.empty() ? options_.now() : waiting_.front().recorded_at;
  }
  Figures figures() const override {
    return {.waiting = waiting_.size(),
            .waiting_octets = waiting_octets_,
            .written = written_,
            .dropped = dropped_};
  }

 private:
  struct Waiting {
    Entry entry;
    base::WallTime recorded_at;
  };
  struct Flush {
    std::uint64_t behind;  // the last entry that has to be gone
    base::MonotonicTime until;
    Flushed done;
  };

  template <class Do>
  void on_loop(Do action) {
    loop_.post([weak = std::weak_ptr<Journal*>(self_), action = std::move(action)]() mutable {
      if (const auto alive = weak.lock()) action(**alive);
    });
  }

  void take(std::vector<Entry> entries);
  void make_room();
  void write();
  void on_written(std::size_t count, base::Expected<void> result);
  void remove_first(std::size_t count);
  void flush_here(Flushed done);
  void end_flushes();
  void warn(std::string_view reason);
  void clean_up();
  void clean_up_step();

  io::Loop& loop_;
  Options options_;
  /// Those being written are the first.
  std::deque<Waiting> waiting_;
  std::size_t waiting_octets_ = 0;
  std::uint64_t gone_ = 0;       // entries that were in waiting_ once
  std::size_t under_way_ = 0;    // the first so many are being written
  std::size_t batch_limit_ = 0;  // while looking for the one that cannot be written; 0: none
  std::deque<Flush> flushes_;    // in the order of `behind` and of `until`
  std::uint64_t written_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_and_not_told_ = 0;
  std::optional<base::MonotonicTime> warned_at_;
  std::map<std::uint64_t, Observer> observers_;
  std::uint64_t last_token_ = 0;
  bool stopped_ = false;
  io::Timer retry_;
  io::Timer flush_timer_;
  io::Timer clean_up_timer_;
  base::Gauge& backlog_ = base::metrics().gauge(
      "rostrum_chat_journal_backlog", "Chat messages and events that are not written down yet");
  base::Counter& lost_ = base::metrics().counter(
      "rostrum_chat_journal_dropped_total", "Chat messages and events that were not written down");
  const std::shared_ptr<Journal*> self_ = std::make_shared<Journal*>(this);
  LoopSql sql_;  // last: its end waits for what refers to the others
};

void Journal::take(std::vector<Entry> entries) {
  const base::WallTime now = options_.now();
  for (Entry& entry : entries) {
    waiting_octets_ += octets_of(entry);
    waiting_.push_back({std::move(entry), now});
  }
  make_room();
  write();
}

// Those being written stay: they may be there already.
void Journal::make_room() {
  std::size_t end = under_way_;
  std::size_t count = waiting_.size();
  std::size_t octets = waiting_octets_;
  while (end < waiting_.size() && (count > options_.max_entries || octets > options_.max_octets)) {
    octets -= octets_of(waiting_[end].entry);
    --count;
    ++end;
  }
  const std::size_t dropped = end - under_way_;
  if (dropped > 0) {
    const auto first = waiting_.begin() + static_cast<std::ptrdiff_t>(under_way_);
    waiting_.erase(first, first + static_cast<std::ptrdiff_t>(dropped));
    waiting_octets_ = octets;
    gone_ += dropped;
    dropped_ += dropped;
    dropped_and_not_told_ += dropped;
    lost_.add(dropped);
    warn("too many wait for the database");
    end_flushes();
  }
  backlog_.set(static_cast<std::int64_t>(waiting_.size()));
}

void Journal::write() {
  if (under_way_ > 0 || waiting_.empty() || retry_.is_running()) return;
  constexpr std::size_t kMostOctets = 4 << 20;
  const std::size_t most =
      std::min(waiting_.size(), batch_limit_ > 0 ? batch_limit_ : options_.max_batch);
  // The batch is given away as a copy: slices share their octets.
  std::vector<Entry> batch;
  std::size_t octets = 0;
  for (std::size_t i = 0; i < most && (i == 0 || octets < kMostOctets); ++i) {
    octets += octets_of(waiting_[i].entry);
    batch.push_back(waiting_[i].entry);
  }
  const std::size_t count = batch.size();
  under_way_ = count;
  sql_.write([batch = std::move(batch)](
                 io::SqlConnection& sql) { return chat_history::insert(sql, batch); },
             [this, count](base::Expected<void> result) { on_written(count, std::move(result)); });
}

void Journal::on_written(std::size_t count, base::Expected<void> result) {
  under_way_ = 0;
  if (result) {
    std::vector<Entry> entries;
    if (!observers_.empty()) {
      for (std::size_t i = 0; i < count; ++i) entries.push_back(std::move(waiting_[i].entry));
    }
    written_ += count;
    remove_first(count);
    // An observer may end itself or another.
    for (auto at = observers_.begin(); at != observers_.end();) {
      const std::uint64_t token = at->first;
      at->second(entries);
      at = observers_.upper_bound(token);
    }
  } else if (result.error().code == ErrorCode::kInvalid) {
    // One of them holds what no database takes: it is found by writing fewer at a time.
    if (count > 1) {
      batch_limit_ = (count + 1) / 2;
    } else {
      ++dropped_;
      ++dropped_and_not_told_;
      lost_.add(1);
      remove_first(1);
      warn(result.error().message);
      batch_limit_ = 0;
    }
  } else {
    warn(result.error().message);
    retry_.start(options_.pause, [this] { write(); });
  }
  end_flushes();
  write();
}

void Journal::remove_first(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    waiting_octets_ -= octets_of(waiting_.front().entry);
    waiting_.pop_front();
  }
  gone_ += count;
  backlog_.set(static_cast<std::int64_t>(waiting_.size()));
}

void Journal::flush_here(Flushed done) {
  if (waiting_.empty()) return done({});
  const base::MonotonicTime until = loop_.now() + options_.patience;
  flushes_.push_back({gone_ + waiting_.size(), until, std::move(done)});
  if (!flush_timer_.is_running()) flush_timer_.start_at(until, [this] { end_flushes(); });
}

void Journal::end_flushes() {
  std::vector<std::pair<Flushed, base::Expected<void>>> ended;
  const base::MonotonicTime now = loop_.now();
  while (!flushes_.empty()) {
    Flush& flush = flushes_.front();
    // While some are being written, those behind them may be gone before them.
    if (under_way_ == 0 && flush.behind <= gone_) {
      ended.emplace_back(std::move(flush.done), base::Expected<void>());
    } else if (flush.until <= now) {
      ended.emplace_back(std::move(flush.done),
                         base::fail(ErrorCode::kTimeout, "the database takes too long"));
    } else {
      flush_timer_.start_at(flush.until, [this] { end_flushes(); });
      break;
    }
    flushes_.pop_front();
  }
  if (flushes_.empty()) flush_timer_.cancel();
  for (auto& [done, result] : ended) done(std::move(result));
}

void Journal::warn(std::string_view reason) {
  const base::MonotonicTime now = loop_.now();
  if (warned_at_ && now - *warned_at_ < kBetweenWarnings) return;
  warned_at_ = now;
  base::log_error("what is said in chat cannot be written down",
                  {{"reason", std::string(reason)},
                   {"waiting", std::to_string(waiting_.size())},
                   {"dropped", std::to_string(dropped_and_not_told_)}});
  dropped_and_not_told_ = 0;
}

void Journal::clean_up() {
  if (stopped_ || options_.keep <= base::Duration::zero()) return;
  clean_up_timer_.start(kCleanUpEvery, [this] { clean_up(); });
  clean_up_step();
}

// A transaction for each step, so that others are not held up.
void Journal::clean_up_step() {
  const auto older_than =
      std::chrono::floor<base::WallTime::duration>(options_.now() - options_.keep);
  auto more = std::make_shared<bool>(false);  // written by the writer, read after its end
  sql_.write(
      [older_than, more](io::SqlConnection& sql) -> base::Expected<void> {
        auto step = chat_history::prune(sql, older_than);
        if (!step) return base::fail(std::move(step.error()));
        *more = *step;
        return {};
      },
      [this, more](base::Expected<void> done) {
        if (!done) {
          base::log_error("old chat cannot be deleted", {{"reason", done.error().message}});
        } else if (*more && !stopped_) {
          clean_up_step();
        }
      });
}

}  // namespace

std::unique_ptr<ChatJournal> ChatJournal::create(io::Loop& loop, io::SqlWorkers& sql,
                                                 Options options) {
  return std::make_unique<Journal>(loop, sql, std::move(options));
}

}  // namespace control
