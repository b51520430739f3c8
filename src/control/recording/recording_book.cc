#include "control/recording/recording_book.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "control/event_bus.h"
#include "control/recording/recording_row.h"
#include "io/loop.h"
#include "io/sql_workers.h"
#include "io/timer.h"

namespace control {

struct RecordingBook::Letter {
  record::Notice notice;
  base::WallTime at{};
};

namespace {

using Kind = record::Notice::Kind;

constexpr std::chrono::milliseconds kLookAgain{100};
// The end of a stream is written within milliseconds; a database that stands still takes longer.
constexpr int kMostAttempts = 100;
constexpr std::size_t kMostWaiting = 10'000;
// What a first notice counts for at most: the rest was counted before the server was started.
constexpr std::chrono::seconds kFirstCount{60};
// A recorder that cannot reach its store speaks more often than this.
constexpr std::chrono::hours kLost{24};

bool is_end(Kind kind) {
  return kind == Kind::kEnded || kind == Kind::kEndFailed || kind == Kind::kStartFailed;
}

bool is_over(Kind kind) {
  return is_end(kind) || kind == Kind::kTimeShiftOver;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kStarted:
      return "started";
    case Kind::kGoesOn:
      return "goes_on";
    case Kind::kEnded:
      return "ended";
    case Kind::kStartFailed:
      return "start_failed";
    case Kind::kEndFailed:
      return "end_failed";
    case Kind::kTimeShift:
      return "time_shift";
    case Kind::kTimeShiftOver:
      return "time_shift_over";
  }
  return "unknown";
}

void log_notice(const record::Notice& notice) {
  if (notice.kind == Kind::kGoesOn || notice.kind == Kind::kTimeShift) return;
  base::metrics()
      .counter("rostrum_recording_events_total", "Changes of state of recordings",
               {{"event", std::string(name_of(notice.kind))}})
      .add();
  const base::LogField state("state", name_of(notice.kind));
  const base::LogField recording("recording", notice.facts.recording);
  const base::LogField channel("channel", notice.facts.channel.str());
  if (notice.reason.empty()) {
    base::log_info("recording", {state, recording, channel});
  } else {
    base::log_warn("recording", {state, recording, channel, {"reason", notice.reason}});
  }
}

base::Expected<bool> goes_on(io::SqlConnection& sql, const base::StreamId& stream) {
  auto rows =
      sql.run("SELECT 1 FROM stream_sessions WHERE id = $1 AND ended_at IS NULL", {stream.str()});
  if (!rows) return base::fail(std::move(rows.error()));
  return !rows->empty();
}

}  // namespace

RecordingBook::RecordingBook(io::SqlWorkers& sql, EventBus& events, io::Loop& loop)
    : sql_(sql), events_(events), loop_(loop) {}

RecordingBook::~RecordingBook() = default;

void RecordingBook::on_notice(const record::Notice& notice, base::WallTime now) {
  log_notice(notice);
  keep_figures(notice);
  if (notice.kind == Kind::kTimeShift || notice.kind == Kind::kTimeShiftOver) return;
  write(std::make_shared<const Letter>(Letter{notice, now}), 0);
}

void RecordingBook::keep_figures(const record::Notice& notice) {
  const record::Facts& facts = notice.facts;
  state_.with([&](State& state) {
    const auto known = state.open.find(facts.recording);
    const bool is_new = known == state.open.end();
    base::Duration more = is_new ? std::min<base::Duration>(facts.duration, kFirstCount)
                                 : facts.duration - known->second.counted;
    const bool counts = notice.kind == Kind::kStarted || notice.kind == Kind::kGoesOn ||
                        notice.kind == Kind::kEnded || notice.kind == Kind::kEndFailed;
    if (counts && more > base::Duration::zero()) {
      state.recorded[facts.channel.str()] += std::chrono::duration<double>(more).count();
    }
    if (!is_over(notice.kind)) {
      state.open.insert_or_assign(facts.recording, Open{facts, facts.duration});
    } else if (!is_new) {
      state.open.erase(known);
    }
  });
}

void RecordingBook::write(std::shared_ptr<const Letter> letter, int attempt) {
  // Set by the writer's thread, read when it is done.
  enum class Outcome : std::uint8_t { kSilent, kTold, kTooEarly };
  auto outcome = std::make_shared<Outcome>(Outcome::kSilent);
  const bool waits = state_.with([](const State& state) { return state.waits; });
  const bool may_wait = waits && attempt < kMostAttempts;
  sql_.write(
      [this, letter, outcome, may_wait](io::SqlConnection& sql) -> base::Expected<void> {
        *outcome = Outcome::kSilent;
        if (may_wait && is_end(letter->notice.kind)) {
          auto early = goes_on(sql, letter->notice.stream);
          if (!early) return base::fail(std::move(early.error()));
          if (*early) {
            *outcome = Outcome::kTooEarly;
            return {};
          }
        }
        auto told = write_notice(sql, events_, letter->notice, letter->at);
        if (!told) return base::fail(std::move(told.error()));
        if (*told) *outcome = Outcome::kTold;
        return {};
      },
      [this, letter, outcome, attempt, may_wait](base::Expected<void> written) {
        if (written && *outcome == Outcome::kTold) events_.wake();
        const bool again = !written || *outcome == Outcome::kTooEarly;
        // Figures come again by themselves.
        if (!again || letter->notice.kind == Kind::kGoesOn) return;
        if (may_wait) {
          write_later(letter, attempt + 1);
        } else if (!written) {
          base::log_error(
              "a recording's event was lost",
              {{"recording", letter->notice.facts.recording}, {"reason", written.error().message}});
        }
      });
}

void RecordingBook::write_later(std::shared_ptr<const Letter> letter, int attempt) {
  loop_.post([this, letter = std::move(letter), attempt] {
    if (timer_ == nullptr || waiting_.size() >= kMostWaiting) {
      write(letter, kMostAttempts);
      return;
    }
    waiting_.emplace_back(letter, attempt);
    if (waiting_.size() == 1) timer_->start(kLookAgain, [this] { send_waiting(); });
  });
}

void RecordingBook::send_waiting() {
  for (auto& [letter, attempt] : std::exchange(waiting_, {})) write(std::move(letter), attempt);
}

void RecordingBook::start() {
  timer_ = std::make_unique<io::Timer>(loop_);
  state_.with([](State& state) { state.waits = true; });
}

void RecordingBook::stop() {
  state_.with([](State& state) { state.waits = false; });
  timer_.reset();
  send_waiting();
}

std::optional<record::Facts> RecordingBook::find_open(const std::string& recording) const {
  return state_.with([&](const State& state) -> std::optional<record::Facts> {
    const auto known = state.open.find(recording);
    if (known == state.open.end()) return std::nullopt;
    return known->second.facts;
  });
}

std::optional<record::Facts> RecordingBook::find_open_of(const base::ChannelId& channel) const {
  return state_.with([&](const State& state) -> std::optional<record::Facts> {
    for (const auto& [id, open] : state.open) {
      const bool has_media = open.facts.time_shift || !open.facts.renditions.empty();
      if (open.facts.channel == channel && has_media) return open.facts;
    }
    return std::nullopt;
  });
}

std::map<std::string, double> RecordingBook::take_recorded_seconds() {
  return state_.with([](State& state) { return std::exchange(state.recorded, {}); });
}

base::Expected<void> RecordingBook::give_up_lost(io::SqlConnection& sql, base::WallTime now) {
  const std::int64_t oldest = (now - std::chrono::duration_cast<std::chrono::microseconds>(kLost))
                                  .time_since_epoch()
                                  .count();
  auto rows =
      sql.run("SELECT id FROM recordings WHERE state = 'RECORDING' AND seen_at < $1", {oldest});
  if (!rows) return base::fail(std::move(rows.error()));
  for (std::size_t row = 0; row < rows->size(); ++row) {
    if (find_open(rows->text(row, 0))) continue;
    auto failed = sql.run(
        "UPDATE recordings SET state = 'FAILED', ended_at = seen_at, "
        "reason = 'the server ended, and the recorder knows nothing of it any more' WHERE id = $1",
        {rows->text(row, 0)});
    if (!failed) return base::fail(std::move(failed.error()));
  }
  return {};
}

}  // namespace control
