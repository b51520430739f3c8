#include "control/recording/recording_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/log.h"
#include "control/channel_record.h"
#include "control/live_board.h"
#include "control/object_stores.h"
#include "control/recording/recording_row.h"
#include "control/viewer_gates.h"
#include "io/loop.h"
#include "io/sql_workers.h"

namespace control {
namespace {

constexpr std::size_t kMostListed = 100;

std::int64_t microseconds(base::WallTime time) {
  return time.time_since_epoch().count();
}

RecordingListing listing_of(const RecordingRow& row) {
  return {.id = row.facts.recording,
          .name = row.name,
          .started_at = row.facts.started_at,
          .duration = row.facts.duration,
          .is_clip = !row.clip_of.empty(),
          .has_thumbnails = row.facts.thumbnails > 0};
}

/// What can be played and is over, newest first.
base::Expected<std::vector<RecordingRow>> past_broadcasts(io::SqlConnection& sql,
                                                          const base::ChannelId& channel,
                                                          const std::string& before,
                                                          std::size_t limit) {
  std::int64_t start = std::numeric_limits<std::int64_t>::max();
  if (!before.empty()) {
    auto last = load_recording(sql, before);
    if (!last) return base::fail(std::move(last.error()));
    if (!*last) return std::vector<RecordingRow>{};
    start = microseconds((*last)->facts.started_at);
  }
  static const std::string statement = fmt::format(
      "SELECT {} FROM recordings r WHERE r.channel_id = $1 AND r.remove_at IS NULL AND "
      "r.state <> 'RECORDING' AND r.duration > 0 AND r.renditions <> '[]' AND "
      "(r.started_at < $2 OR (r.started_at = $2 AND r.id < $3)) "
      "ORDER BY r.started_at DESC, r.id DESC LIMIT $4",
      kRecordingColumns);
  const io::SqlValue values[] = {channel.str(), start, before,
                                 static_cast<std::int64_t>(std::min(limit, kMostListed))};
  return load_recordings(sql, statement, values);
}

}  // namespace

RecordingDesk::RecordingDesk(const Around& around)
    : around_(around),
      book_(around.sql, around.events, around.loop),
      remover_(around.loop, around.sql),
      buckets_(
          around.loop, around.sql,
          around.settings.objects.endpoint.empty() ? BucketChecks::MakeStore()
                                                   : [this] { return make_store(around_.loop); }) {}

RecordingDesk::~RecordingDesk() = default;

void RecordingDesk::on_notice(const record::Notice& notice) {
  book_.on_notice(notice, io::Loop::wall_now());
}

std::unique_ptr<io::ObjectStore> RecordingDesk::make_store(io::Loop& loop) {
  auto store = open_object_store(loop, around_.settings.objects);
  if (store) return std::move(*store);
  base::log_error("recordings cannot be stored", {{"reason", store.error().message}});
  return nullptr;
}

void RecordingDesk::find(const std::string& recording, io::Loop& reply_to,
                         std::move_only_function<void(std::optional<record::Facts>)> done) {
  // Shared between the task, which may be refused, and this function.
  auto kept = std::make_shared<decltype(done)>(std::move(done));
  const auto reply = [&reply_to, kept](std::optional<record::Facts> facts) {
    reply_to.post([kept, facts = std::move(facts)]() mutable { (*kept)(std::move(facts)); });
  };
  const bool taken = around_.sql.read([this, recording, reply](io::SqlConnection& sql) {
    std::optional<record::Facts> facts = book_.find_open(recording);
    if (!facts) {
      auto row = load_recording(sql, recording);
      if (!row) {
        base::log_error("a recording cannot be looked up", {{"reason", row.error().message}});
      } else if (*row) {
        facts = std::move((*row)->facts);
      }
    }
    // The gates learn of its channel before anybody asks them about a session.
    if (facts) around_.viewers.ensure(sql, facts->channel);
    reply(std::move(facts));
  });
  if (!taken) reply(std::nullopt);
}

record::ReplayAdmission& RecordingDesk::replay_admission(io::Loop& loop) {
  for (const auto& [known, gate] : gates_) {
    if (known == &loop) return *gate;
  }
  gates_.emplace_back(&loop, std::make_unique<ReplayGate>(around_.viewers.of(loop)));
  return *gates_.back().second;
}

void RecordingDesk::start() {
  book_.start();
  buckets_.start();
}

void RecordingDesk::stop() {
  book_.stop();
  buckets_.stop();
}

void RecordingDesk::look_after(base::WallTime now) {
  if (recorder_ == nullptr) return;
  remover_.sweep(*recorder_, around_.settings.recording, now);
  around_.sql.write([this, now](io::SqlConnection& sql) { return book_.give_up_lost(sql, now); },
                    [](base::Expected<void> written) {
                      if (!written) {
                        base::log_warn("recordings were not looked after",
                                       {{"reason", written.error().message}});
                      }
                    });
}

std::optional<base::WallTime> RecordingDesk::reach_of(const base::ChannelId& channel,
                                                      base::WallTime now) const {
  if (!around_.board.find(channel)) return std::nullopt;
  const auto open = book_.find_open_of(channel);
  if (!open) return std::nullopt;
  if (!open->time_shift) return open->started_at;
  const auto window =
      std::chrono::duration_cast<std::chrono::microseconds>(around_.settings.recording.time_shift);
  return std::max<base::WallTime>(open->started_at, now - window);
}

void RecordingDesk::list_for_pages(
    const base::ChannelId& channel, std::string before, std::size_t limit,
    std::move_only_function<void(base::Expected<ChannelRecordings>)> done) {
  auto kept = std::make_shared<decltype(done)>(std::move(done));
  const bool taken = around_.sql.read(
      [this, channel, before = std::move(before), limit, kept](io::SqlConnection& sql) {
        auto known = load_channel(sql, channel.str());
        if (!known) return (*kept)(base::fail(std::move(known.error())));
        if (!*known) {
          return (*kept)(base::fail(base::ErrorCode::kNotFound, "there is no such channel"));
        }
        ChannelRecordings list;
        if ((*known)->authorized) return (*kept)(std::move(list));
        auto rows = past_broadcasts(sql, channel, before, limit);
        if (!rows) return (*kept)(base::fail(std::move(rows.error())));
        for (const RecordingRow& row : *rows) list.recordings.push_back(listing_of(row));
        list.reaches_back_to = reach_of(channel, io::Loop::wall_now());
        (*kept)(std::move(list));
      });
  if (!taken) (*kept)(base::fail(base::ErrorCode::kLimit, "too many requests wait"));
}

}  // namespace control
