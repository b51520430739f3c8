// The engine as others see it: threads, a folder as its store, and programs that are killed.
#include "record/recorder_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <future>

#include "base/guarded.h"
#include "io/local_object_store.h"
#include "record/layout.h"
#include "record/record_test_support.h"

namespace record {
namespace {

namespace fs = std::filesystem;
using Kind = Notice::Kind;

class NoReplay final : public Replay {
 public:
  std::uint64_t request(const ReplayRequest& /*request*/, wire::http::Responder& /*responder*/,
                        std::uint64_t /*token*/) override {
    return 0;
  }
  void cancel(std::uint64_t /*handle*/) override {}
};

class Listener final : public Above {
 public:
  explicit Listener(std::string objects) : objects_(std::move(objects)) {}

  void on_notice(const Notice& notice) override {
    notices_.with([&](auto& notices) { notices.push_back(notice); });
    if (notice.kind == Kind::kEnded) ended_.set_value(notice);
    if (notice.kind == Kind::kStartFailed || notice.kind == Kind::kEndFailed) {
      failed_.set_value(notice);
    }
  }
  std::unique_ptr<io::ObjectStore> make_store(io::Loop& loop) override {
    if (objects_.empty()) return nullptr;
    return std::move(*io::open_local_object_store(loop, objects_));
  }
  void find(const std::string& /*recording*/, io::Loop& /*reply_to*/,
            std::move_only_function<void(std::optional<Facts>)> /*done*/) override {}
  ReplayAdmission& replay_admission(io::Loop& /*loop*/) override { std::abort(); }

  Notice ended() { return get(ended_); }
  Notice failed() { return get(failed_); }

 private:
  static Notice get(std::promise<Notice>& promise) {
    auto future = promise.get_future();
    if (future.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
      ADD_FAILURE() << "nothing was told";
      return {};
    }
    return future.get();
  }

  const std::string objects_;
  base::Guarded<std::vector<Notice>> notices_;
  std::promise<Notice> ended_;
  std::promise<Notice> failed_;
};

class RecorderEngineTest : public ::testing::Test {
 protected:
  std::unique_ptr<Recorder> make(Above& above) {
    EngineParts parts;
    parts.replay = [](io::Loop&, const Shelf&, const Settings&, Above&) {
      return std::make_unique<NoReplay>();
    };
    parts.tick = std::chrono::milliseconds(20);
    parts.drain_patience = patience_;
    auto made = RecorderEngine::create(loops_, settings_, above, std::move(parts));
    if (!made) ADD_FAILURE() << made.error().message;
    return made ? std::move(*made) : nullptr;
  }
  static void play(media::PartSink& sink, Broadcast& broadcast, int seconds) {
    for (int i = 0; i < seconds * 5; ++i) {
      for (const media::MadePart& part : broadcast.next()) sink.on_part(part);
    }
  }
  static void drain(Recorder& recorder) {
    io::Loop reply;
    bool drained = false;
    recorder.drain(reply, [&] { drained = true; });
    while (!drained) (void)reply.run_once(std::chrono::seconds(1));
  }
  static Plan plan() {
    Plan plan = RecordRig().plan();
    return plan;
  }
  std::string read(const std::string& key) const {
    const auto content = io::read_file(objects_ + "/kept/" + key, 1 << 24);
    return content ? std::string(base::as_text(*content)) : "";
  }

  io::TemporaryDirectory folder_{std::move(*io::TemporaryDirectory::create())};
  std::string objects_ = folder_.path() + "/objects";
  Settings settings_{.spool = folder_.path() + "/spool", .helper = {}};
  base::Duration patience_ = std::chrono::seconds(5);
  io::LoopGroup loops_{1};
};

TEST_F(RecorderEngineTest, RecordsIntoAFolder) {
  Listener listener(objects_);
  auto recorder = make(listener);
  Broadcast broadcast({});
  auto sink = recorder->open(plan(), base::StreamId("st-1"), broadcast.options().started_at);
  play(*sink, broadcast, 25);
  sink->on_end();
  sink.reset();
  const Notice ended = listener.ended();
  EXPECT_EQ(ended.facts.duration, std::chrono::seconds(25));
  std::string second;
  for (std::uint64_t i = 50; i < 100; ++i) second += part_octets("720p30", i, 1000);
  EXPECT_EQ(read(ended.facts.prefix + "/media/hls/720p30/1.ts"), second);
  EXPECT_THAT(read(ended.facts.prefix + "/media/hls/720p30/playlist.m3u8"),
              ::testing::HasSubstr("#EXT-X-ENDLIST"));

  // And away with it.
  std::promise<base::Expected<void>> removed;
  recorder->remove(ended.facts,
                   [&](base::Expected<void> result) { removed.set_value(std::move(result)); });
  EXPECT_TRUE(removed.get_future().get());
  for (const auto& entry : fs::recursive_directory_iterator(objects_)) {
    EXPECT_FALSE(entry.is_regular_file()) << entry.path();
  }
}

TEST_F(RecorderEngineTest, OneSpoolIsForOneProgram) {
  Listener listener(objects_);
  auto recorder = make(listener);
  EngineParts parts;
  parts.replay = [](io::Loop&, const Shelf&, const Settings&, Above&) {
    return std::make_unique<NoReplay>();
  };
  const auto second = RecorderEngine::create(loops_, settings_, listener, std::move(parts));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kConflict);
}

TEST_F(RecorderEngineTest, WithoutAStoreOnlyTimeShiftWorks) {
  Listener listener("");
  auto recorder = make(listener);
  Broadcast broadcast({});
  auto sink = recorder->open(plan(), base::StreamId("st-1"), broadcast.options().started_at);
  play(*sink, broadcast, 1);
  const Notice failed = listener.failed();
  EXPECT_EQ(failed.kind, Kind::kStartFailed);
  EXPECT_EQ(failed.stream, base::StreamId("st-1"));
  EXPECT_EQ(failed.reason, "no object store is configured");
}

TEST_F(RecorderEngineTest, AFullSpoolEndsTheRecording) {
  settings_.max_spool = 100'000;
  // A file where the store's folder of the bucket would be.
  fs::create_directories(objects_);
  ASSERT_TRUE(io::write_file_atomic(objects_ + "/kept", {}, 0600));
  patience_ = std::chrono::milliseconds(1);
  {
    Listener listener(objects_);
    auto recorder = make(listener);
    Broadcast broadcast({});
    auto sink = recorder->open(plan(), base::StreamId("st-1"), broadcast.options().started_at);
    play(*sink, broadcast, 30);
    drain(*recorder);
  }
  for (const auto& entry : fs::recursive_directory_iterator(settings_.spool)) {
    EXPECT_NE(entry.path().extension(), ".ts");
  }
  // What became of it can be stored, and is told, only now.
  fs::remove(objects_ + "/kept");
  Listener listener(objects_);
  auto recorder = make(listener);
  const Notice failed = listener.failed();
  EXPECT_EQ(failed.kind, Kind::kStartFailed);
  EXPECT_THAT(failed.reason, ::testing::HasSubstr("the recording spool is full"));
  EXPECT_THAT(read(failed.facts.prefix + "/events/recording-failed.json"),
              ::testing::HasSubstr("RECORDING_ENDED_WITH_FAILURE"));
}

TEST_F(RecorderEngineTest, ManyWaitingOctetsAreTooMany) {
  settings_.max_waiting = 20'000;
  Listener listener(objects_);
  auto recorder = make(listener);
  Broadcast broadcast({});
  auto sink = recorder->open(plan(), base::StreamId("st-1"), broadcast.options().started_at);
  // All at once: far faster than any disk, for this is more than may wait.
  std::vector<media::MadePart> parts;
  for (int i = 0; i < 3'000; ++i) parts.push_back(broadcast.next()[0]);
  for (const media::MadePart& part : parts) sink->on_part(part);
  sink->on_end();
  sink.reset();
  EXPECT_EQ(listener.failed().reason, "the disk is too slow for what is recorded");
}

// Killed with SIGKILL while it records; what is in the spool then is finished at the next start.
TEST_F(RecorderEngineTest, AKilledProgramLosesNothing) {
  const auto record_and_die = [&] {
    Listener listener(objects_);
    auto recorder = make(listener);
    Broadcast broadcast({});
    auto sink = recorder->open(plan(), base::StreamId("st-1"), broadcast.options().started_at);
    play(*sink, broadcast, 17);
    // On the recorder's thread, behind the parts.
    recorder->clip({}, [](base::Expected<Facts>) { (void)::kill(::getpid(), SIGKILL); });
    (void)::pause();
  };
  EXPECT_EXIT(record_and_die(), ::testing::KilledBySignal(SIGKILL), "");

  Listener listener(objects_);
  auto recorder = make(listener);
  const Notice ended = listener.ended();
  EXPECT_EQ(ended.facts.duration, std::chrono::seconds(17));
  EXPECT_EQ(ended.facts.ended_at,
            base::WallTime(std::chrono::seconds(1'800'000'000)) + std::chrono::seconds(17));
  std::string second;
  for (std::uint64_t i = 50; i < 85; ++i) second += part_octets("720p30", i, 1000);
  EXPECT_EQ(read(ended.facts.prefix + "/media/hls/720p30/1.ts"), second);
}

TEST_F(RecorderEngineTest, FoldersOfOthersAreLeftAlone) {
  fs::create_directories(settings_.spool + "/certificates");
  fs::create_directories(settings_.spool + "/AbCdEf123456/media");
  ASSERT_TRUE(io::write_file_atomic(settings_.spool + "/certificates/key.pem", {}, 0600));
  Listener listener(objects_);
  auto recorder = make(listener);
  drain(*recorder);
  EXPECT_TRUE(fs::exists(settings_.spool + "/certificates/key.pem"));
  EXPECT_FALSE(fs::exists(settings_.spool + "/AbCdEf123456"));
}

TEST_F(RecorderEngineTest, DrainedAndTakenUpAgain) {
  Plan waits = plan();
  waits.reconnect_window = std::chrono::seconds(300);
  const auto started = io::Loop::wall_now();
  {
    Listener listener(objects_);
    auto recorder = make(listener);
    Broadcast broadcast({.started_at = started});
    auto sink = recorder->open(waits, base::StreamId("st-1"), started);
    play(*sink, broadcast, 4);
    drain(*recorder);
  }
  Listener listener(objects_);
  auto recorder = make(listener);
  Broadcast more({.started_at = started + std::chrono::seconds(10)});
  auto sink = recorder->open(waits, base::StreamId("st-2"), more.options().started_at);
  play(*sink, more, 4);
  sink.reset();
  // Another kind of broadcast ends the waiting.
  Broadcast other({.renditions = {"480p30"}, .started_at = started});
  auto last = recorder->open(waits, base::StreamId("st-3"), started);
  play(*last, other, 1);
  const Notice ended = listener.ended();
  EXPECT_EQ(ended.facts.streams.size(), 2U);
  EXPECT_EQ(ended.facts.duration, std::chrono::seconds(8));
}

}  // namespace
}  // namespace record
