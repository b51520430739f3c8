#include "record/recorder_engine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "io/files.h"
#include "record/layout.h"

namespace record {
namespace {

using base::ErrorCode;

// Only one program may work in a spool.
base::Expected<io::Descriptor> lock_spool(const std::string& spool) {
  const std::string path = spool + "/lock";
  io::Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!lock.is_open()) {
    return base::fail(io::system_error("cannot use the recording spool " + spool, errno));
  }
  struct flock whole{};
  whole.l_type = F_WRLCK;
  // Of this opening of the file: a second engine of the same program is kept out, too.
  if (::fcntl(lock.get(), F_OFD_SETLK, &whole) != 0) {
    return base::fail(ErrorCode::kConflict, "another program uses the recording spool " + spool);
  }
  return lock;
}

// Folders of others are left alone: recordings that cannot be taken up are removed.
bool is_recording(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error) || folder.filename().string().size() != 12) {
    return false;
  }
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name != "media" && name != "thumbnails" && !name.starts_with(kJournalFile)) return false;
  }
  return !error;
}

}  // namespace

base::Expected<std::unique_ptr<Recorder>> RecorderEngine::create(io::LoopGroup& loops,
                                                                 Settings settings, Above& above,
                                                                 EngineParts parts) {
  if (settings.spool.empty()) {
    return base::fail(ErrorCode::kInvalid, "recordings need a folder for their spool");
  }
  if (auto made = io::make_directories(settings.spool); !made) {
    return base::fail(std::move(made.error()).with_context("recording spool"));
  }
  auto lock = lock_spool(settings.spool);
  if (!lock) return base::fail(std::move(lock.error()));
  std::unique_ptr<RecorderEngine> engine(
      new RecorderEngine(std::move(settings), above, std::move(parts), std::move(*lock)));
  for (std::size_t i = 0; i < loops.size(); ++i) {
    engine->replays_.push_back(
        engine->parts_.replay(loops.at(i), engine->shelf_, engine->settings_, above));
  }
  engine->thread_.start();
  return engine;
}

RecorderEngine::RecorderEngine(Settings settings, Above& above, EngineParts parts,
                               io::Descriptor lock)
    : settings_(std::move(settings)),
      above_(above),
      parts_(std::move(parts)),
      lock_(std::move(lock)),
      shelf_(settings_.spool),
      around_{.settings = settings_,
              .shelf = shelf_,
              .metrics = metrics_,
              .tell = [this](const Notice& notice) { above_.on_notice(notice); },
              .sync = [this](io::Descriptor file,
                             auto done) { syncer_->sync(std::move(file), std::move(done)); }},
      // Shared with the sinks; see there.
      queue_(std::make_shared<PartQueue>(
          loop(), settings_.max_waiting,
          [this](std::vector<SinkEvent> events) { take(std::move(events)); })) {
  loop().post([this] { begin(); });
}

RecorderEngine::~RecorderEngine() {
  queue_->close();
  thread_.stop_and_join();
}

Now RecorderEngine::now() const {
  return {.monotonic = io::Loop::precise_now(), .wall = io::Loop::wall_now()};
}

// The first thing that the thread does.
void RecorderEngine::begin() {
  syncer_ = std::make_unique<DiskSyncer>(loop());
  store_ = above_.make_store(loop());
  around_.store = store_.get();
  if (parts_.pictures) pictures_ = parts_.pictures(loop());
  around_.pictures = pictures_.get();
  if (parts_.clipper) {
    clipper_ = parts_.clipper(loop(), shelf_, settings_, above_, store_.get());
  }
  recover();
  timer_ = std::make_unique<io::Timer>(loop());
  timer_->start(parts_.tick, [this] { tick(); });
}

void RecorderEngine::recover() {
  std::error_code error;
  std::vector<std::string> folders;
  for (std::filesystem::directory_iterator it(settings_.spool, error), end; !error && it != end;
       it.increment(error)) {
    if (is_recording(it->path())) folders.push_back(it->path().string());
  }
  if (error) {
    base::log_error("cannot read the recording spool", {{"reason", error.message()}});
  }
  std::ranges::sort(folders);
  for (const std::string& folder : folders) {
    auto recording = Recording::recover(around_, folder, now());
    if (recording != nullptr) recordings_.emplace(recording->id(), std::move(recording));
  }
}

std::unique_ptr<media::PartSink> RecorderEngine::open(Plan plan, base::StreamId stream,
                                                      base::WallTime started_at) {
  return queue_->open(std::move(plan), std::move(stream), started_at);
}

Replay& RecorderEngine::replay(io::Loop& loop) {
  return *replays_.at(loop.index());
}

void RecorderEngine::take(std::vector<SinkEvent> events) {
  std::vector<Recording*> touched;
  for (SinkEvent& event : events) {
    if (auto* began = std::get_if<SinkBegan>(&event.what)) {
      if (drain_ == nullptr) sessions_.emplace(event.sink, Session{.began = std::move(*began)});
      continue;
    }
    const auto found = sessions_.find(event.sink);
    if (found == sessions_.end()) continue;
    Session& session = found->second;
    if (const auto* part = std::get_if<media::MadePart>(&event.what)) {
      on_part(session, *part);
      Recording* recording = session.recording;
      if (recording != nullptr && std::ranges::find(touched, recording) == touched.end()) {
        touched.push_back(recording);
      }
      continue;
    }
    if (std::holds_alternative<SinkOverflowed>(event.what)) {
      constexpr std::string_view kReason = "the disk is too slow for what is recorded";
      if (session.recording != nullptr) session.recording->fail(std::string(kReason), false);
      if (session.recording == nullptr && !session.is_over) {
        fail_start(session.began, std::string(kReason));
      }
      session.is_over = true;
      continue;
    }
    end_session(session);
    sessions_.erase(found);
  }
  for (Recording* recording : touched) recording->flush(now());
  keep_to_budget();
}

void RecorderEngine::on_part(Session& session, const media::MadePart& part) {
  if (session.is_over) return;
  if (session.recording == nullptr) {
    session.recording = recording_for(session.began, *part.rendition);
    session.is_over = session.recording == nullptr;
  }
  if (session.recording != nullptr) session.recording->on_part(part);
}

// The recording that waits for this broadcast, or a new one.
Recording* RecorderEngine::recording_for(const SinkBegan& began, const media::RenditionInfo& info) {
  if (began.plan.time_shift == base::Duration::zero() && store_ == nullptr) {
    fail_start(began, "no object store is configured");
    return nullptr;
  }
  for (const auto& [id, recording] : recordings_) {
    if (recording->phase() != Recording::Phase::kWaiting ||
        recording->state().plan().channel != began.plan.channel) {
      continue;
    }
    if (recording->takes(began.plan, info)) {
      recording->begin_broadcast(began.stream, began.started_at);
      return recording.get();
    }
    recording->end();
    recording->flush(now());
  }
  auto made = Recording::begin(around_, began.plan, began.started_at);
  if (!made) {
    fail_start(began, made.error().message);
    return nullptr;
  }
  Recording* recording = made->get();
  recordings_.emplace(recording->id(), std::move(*made));
  recording->begin_broadcast(began.stream, began.started_at);
  base::log_info("recording", {{"recording", recording->id()},
                               {"channel", began.plan.channel.str()},
                               {"stream", began.stream.str()}});
  return recording;
}

void RecorderEngine::fail_start(const SinkBegan& began, const std::string& reason) {
  base::log_error("recording cannot start",
                  {{"channel", began.plan.channel.str()}, {"reason", reason}});
  metrics_.failures.add();
  if (began.plan.time_shift > base::Duration::zero()) return;
  Notice notice;
  notice.kind = Notice::Kind::kStartFailed;
  notice.stream = began.stream;
  notice.reason = reason;
  notice.facts.recording = base::random_alphanumeric(12);
  notice.facts.session = base::random_alphanumeric(16);
  notice.facts.channel = began.plan.channel;
  notice.facts.channel_arn = began.plan.channel_arn;
  notice.facts.channel_name = began.plan.channel_name;
  notice.facts.bucket = began.plan.bucket;
  notice.facts.streams = {began.stream};
  notice.facts.started_at = began.started_at;
  notice.facts.ended_at = began.started_at;
  above_.on_notice(notice);
}

void RecorderEngine::end_session(Session& session) {
  if (session.recording != nullptr) session.recording->end_broadcast(now());
  session.recording = nullptr;
  session.is_over = true;
}

void RecorderEngine::tick() {
  std::int64_t running = 0;
  for (const auto& [id, recording] : recordings_) {
    recording->tick(now());
    if (recording->phase() == Recording::Phase::kOnAir) ++running;
  }
  metrics_.running.set(running);
  forget_gone();
  keep_to_budget();
  go_on_draining();
  timer_->start(parts_.tick, [this] { tick(); });
}

void RecorderEngine::forget_gone() {
  std::erase_if(recordings_, [&](const auto& entry) {
    if (!entry.second->is_gone()) return false;
    for (auto& [sink, session] : sessions_) {
      if (session.recording != entry.second.get()) continue;
      session.recording = nullptr;
      session.is_over = true;
    }
    return true;
  });
}

// What is in the store already goes first; then the recording that takes most room fails.
void RecorderEngine::keep_to_budget() {
  const auto sum = [&] {
    std::uint64_t octets = 0;
    for (const auto& [id, recording] : recordings_) octets += recording->spool_octets();
    return octets;
  };
  if (sum() <= settings_.max_spool) return;
  for (const auto& [id, recording] : recordings_) recording->drop_stored_files();
  while (sum() > settings_.max_spool) {
    Recording* largest = nullptr;
    for (const auto& [id, recording] : recordings_) {
      const auto phase = recording->phase();
      if (phase == Recording::Phase::kFailing || phase == Recording::Phase::kOver) continue;
      if (largest == nullptr || recording->spool_octets() > largest->spool_octets()) {
        largest = recording.get();
      }
    }
    if (largest == nullptr) return;
    largest->fail(fmt::format("the recording spool is full ({} MiB): the object store is too slow "
                              "or cannot be reached",
                              settings_.max_spool >> 20),
                  true);
    largest->flush(now());
  }
}

void RecorderEngine::clip(ClipRequest request,
                          std::move_only_function<void(base::Expected<Facts>)> done) {
  loop().post([this, request = std::move(request), done = std::move(done)]() mutable {
    if (clipper_ == nullptr || store_ == nullptr) {
      done(base::fail(ErrorCode::kUnsupported, "no object store is configured"));
      return;
    }
    clipper_->clip(std::move(request), std::move(done));
  });
}

void RecorderEngine::remove(Facts facts, std::move_only_function<void(base::Expected<void>)> done) {
  loop().post([this, facts = std::move(facts), done = std::move(done)]() mutable {
    const auto found = recordings_.find(facts.recording);
    if (found != recordings_.end() && found->second->phase() != Recording::Phase::kOver) {
      done(base::fail(ErrorCode::kConflict, "the recording goes on or is being stored"));
      return;
    }
    if (store_ == nullptr) {
      done(base::fail(ErrorCode::kUnsupported, "no object store is configured"));
      return;
    }
    shelf_.remove(facts.recording);
    std::deque<std::string> prefixes;
    if (!facts.prefix.empty()) prefixes.push_back(facts.prefix + "/");
    if (!facts.recording.empty()) prefixes.push_back(own_prefix(facts.recording));
    const std::uint64_t id = ++last_removal_;
    auto removal = std::make_unique<Removal>(
        *store_, facts.bucket, std::move(prefixes),
        [this, id, done = std::move(done)](base::Expected<void> result) mutable {
          const auto ended = removals_.extract(id);  // this runs inside of it
          done(std::move(result));
        });
    removals_.emplace(id, std::move(removal)).first->second->start();
  });
}

void RecorderEngine::drain(io::Loop& reply_to, std::move_only_function<void()> done) {
  loop().post([this, &reply_to, done = std::move(done)]() mutable {
    drain_ = std::make_unique<Drain>();
    drain_->reply_to = &reply_to;
    drain_->done = std::move(done);
    drain_->deadline = now().monotonic + parts_.drain_patience;
    for (auto& [sink, session] : sessions_) end_session(session);
    sessions_.clear();
    go_on_draining();
  });
}

void RecorderEngine::go_on_draining() {
  if (drain_ == nullptr || !drain_->done) return;
  const bool idle =
      removals_.empty() && std::ranges::all_of(recordings_, [](const auto& entry) {
        const auto phase = entry.second->phase();
        return phase == Recording::Phase::kOver || phase == Recording::Phase::kWaiting;
      });
  if (!idle && now().monotonic < drain_->deadline) return;
  drain_->reply_to->post(std::move(drain_->done));
  drain_->done = nullptr;
}

}  // namespace record
