// What recordings need around them, for tests: a database, events, gates, a loop that the test
// runs, and a recorder that does as it is told.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "control/call.h"
#include "control/channel_record.h"
#include "control/chat_gate.h"
#include "control/chat_journal.h"
#include "control/chat_reviewer.h"
#include "control/chat_tokens.h"
#include "control/event_bus.h"
#include "control/health/health_board.h"
#include "control/health/machine_load.h"
#include "control/live_board.h"
#include "control/platform.h"
#include "control/recording/recording_desk.h"
#include "control/recording/recording_row.h"
#include "control/schema.h"
#include "control/secret_box.h"
#include "control/validation.h"
#include "control/viewer_gates.h"
#include "io/loop.h"
#include "io/sql_test_support.h"
#include "io/sql_workers.h"

namespace control::test {

inline constexpr base::WallTime kRecordStart{std::chrono::seconds(1'800'000'000)};
inline const base::StreamId kStream{"st-aaaaaaaaaaaaaaaaaaaaaaa"};
inline const base::StreamId kSecondStream{"st-bbbbbbbbbbbbbbbbbbbbbbb"};

class ToldRecorder final : public record::Recorder {
 public:
  std::vector<record::Plan> opened;
  std::vector<record::ClipRequest> clips;
  std::vector<record::Facts> removed;
  /// What removing ends with; nothing: it does not end before release() is called.
  std::optional<base::Expected<void>> removal = base::Expected<void>{};
  base::Expected<record::Facts> clip_facts =
      base::fail(base::ErrorCode::kNotFound, "there is no such recording");

  std::unique_ptr<media::PartSink> open(record::Plan plan, base::StreamId,
                                        base::WallTime) override {
    opened.push_back(std::move(plan));
    return nullptr;
  }
  record::Replay& replay(io::Loop&) override {
    CHECK(false && "nobody watches here");
    std::abort();
  }
  void clip(record::ClipRequest request,
            std::move_only_function<void(base::Expected<record::Facts>)> done) override {
    clips.push_back(std::move(request));
    done(clip_facts);
  }
  void remove(record::Facts facts,
              std::move_only_function<void(base::Expected<void>)> done) override {
    removed.push_back(std::move(facts));
    if (removal) return done(*removal);
    waiting_.push_back(std::move(done));
  }
  void release(const base::Expected<void>& result) {
    for (auto& one : std::exchange(waiting_, {})) one(result);
  }
  void drain(io::Loop& reply_to, std::move_only_function<void()> done) override {
    reply_to.post(std::move(done));
  }

 private:
  std::vector<std::move_only_function<void(base::Expected<void>)>> waiting_;
};

class RecordingRig : public io::test::SqlTest {
 protected:
  RecordingRig()
      : database_(prepared()), workers_(std::move(*io::SqlWorkers::create(*database_, {}))) {
    bus_ = std::move(*EventBus::create(loop_, *workers_, box_, home_, {}));
    gates_ = std::move(*ViewerGates::create(settings_, home_, *workers_, box_, board_));
    desk_.emplace(RecordingDesk::Around{.settings = settings_,
                                        .sql = *workers_,
                                        .events = *bus_,
                                        .viewers = *gates_,
                                        .board = board_,
                                        .loop = loop_});
    desk_->set_recorder(recorder_);
    platform_.reset(new Platform{.settings = settings_,
                                 .home = home_,
                                 .sql = *workers_,
                                 .secrets = box_,
                                 .board = board_,
                                 .events = *bus_,
                                 .viewers = *gates_,
                                 .limiter = limiter_,
                                 .chat_tokens = chat_tokens_,
                                 .journal = *journal_,
                                 .chat_above = chat_gate_,
                                 .recordings = *desk_,
                                 .health = health_,
                                 .load = load_,
                                 .loop = loop_,
                                 .recorder = &recorder_});
  }
  /// What waits in the workers refers to the others.
  ~RecordingRig() override { workers_.reset(); }

  /// Lets the loop and the workers work until it is so, or fails.
  template <class Condition>
  void until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "it does not come to pass";
      (void)loop_.run_once(std::chrono::milliseconds(2));
    }
  }
  /// What was begun on the writer is done, then what that posted to the loop, and what this began.
  void settle() {
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(
          workers_->write_and_wait([](io::SqlConnection&) { return base::Expected<void>{}; }));
      bool reached = false;
      loop_.post([&] { reached = true; });  // behind what was posted before
      until([&] { return reached; });
    }
    ASSERT_TRUE(
        workers_->write_and_wait([](io::SqlConnection&) { return base::Expected<void>{}; }));
  }

  io::SqlResult run(std::string_view statement, std::vector<io::SqlValue> values = {}) {
    io::SqlResult result;
    const auto written = workers_->write_and_wait([&](io::SqlConnection& sql) {
      auto done = sql.run(statement, std::span<const io::SqlValue>(values));
      if (!done) return base::Expected<void>(base::fail(std::move(done.error())));
      result = std::move(*done);
      return base::Expected<void>{};
    });
    EXPECT_TRUE(written) << (written ? "" : written.error().message);
    return result;
  }

  void add_channel(bool authorized = false, const std::string& configuration = {}) {
    ChannelRecord record;
    record.id = kChannel.str();
    record.name = "the-channel";
    record.type = "STANDARD";
    record.container_format = "TS";
    record.authorized = authorized;
    record.recording_configuration = configuration;
    ASSERT_TRUE(workers_->write_and_wait(
        [&](io::SqlConnection& sql) { return insert_channel(sql, record); }));
  }
  void add_session(const base::StreamId& stream, bool has_ended) {
    run("INSERT INTO stream_sessions (id, channel_id, started_at, ended_at, seen_at, has_error, "
        "channel, ingest, recording) VALUES ($1, $2, 0, $3, 0, 0, '{}', '', '')",
        {stream.str(), kChannel.str(), has_ended ? io::SqlValue(std::int64_t{1}) : io::SqlValue()});
  }

  record::Facts facts(const std::string& id = "recordingAAA") const {
    record::Facts facts;
    facts.recording = id;
    facts.session = "sessionSESSION16";
    facts.channel = kChannel;
    facts.channel_arn = make_arn(home_, "channel", kChannel.str());
    facts.channel_name = "the-channel";
    facts.bucket = "bucket";
    facts.prefix = "ivs/v1/000000000000/channel00001/2027/1/15/8/0/" + id;
    facts.streams = {kStream};
    facts.started_at = kRecordStart;
    facts.duration = std::chrono::milliseconds(10'500);
    facts.bytes = 123'456'789'012;
    facts.container = media::PartContainer::kFmp4;
    facts.renditions = {{.name = "720p30",
                         .width = 1280,
                         .height = 720,
                         .frame_rate = 29.97,
                         .bandwidth = 3'000'000,
                         .codecs = {"avc1.4d401f", "mp4a.40.2"}},
                        {.name = "audio_only", .bandwidth = 64'000, .codecs = {"mp4a.40.2"}}};
    facts.thumbnails = 3;
    facts.thumbnail_interval = std::chrono::seconds(5);
    return facts;
  }
  record::Notice notice(record::Notice::Kind kind, std::string reason = {}) const {
    return {.kind = kind, .stream = kStream, .reason = std::move(reason), .facts = facts()};
  }
  /// A recording that is over.
  void add_recording(const std::string& id, base::Duration started_after,
                     std::uint64_t bytes = 1000) {
    RecordingRow row;
    row.facts = facts(id);
    row.facts.bytes = bytes;
    row.facts.started_at =
        kRecordStart + std::chrono::duration_cast<std::chrono::microseconds>(started_after);
    row.facts.ended_at = row.facts.started_at + std::chrono::seconds(10);
    row.state = RecordingRow::State::kEnded;
    row.seen_at = *row.facts.ended_at;
    put(row);
  }
  void put(const RecordingRow& row) {
    ASSERT_TRUE(
        workers_->write_and_wait([&](io::SqlConnection& sql) { return put_recording(sql, row); }));
  }
  std::optional<RecordingRow> load(const std::string& id = "recordingAAA") {
    std::optional<RecordingRow> found;
    workers_->read_and_wait([&](io::SqlConnection& sql) {
      auto row = load_recording(sql, id);
      ASSERT_TRUE(row) << row.error().message;
      found = std::move(*row);
    });
    return found;
  }
  /// Ids in the table, also of what is being removed.
  std::vector<std::string> ids() {
    const io::SqlResult rows = run("SELECT id FROM recordings ORDER BY id");
    std::vector<std::string> list;
    for (std::size_t i = 0; i < rows.size(); ++i) list.push_back(rows.text(i, 0));
    return list;
  }
  std::vector<boost::json::object> events() {
    const io::SqlResult rows = run("SELECT envelope FROM events ORDER BY sequence");
    std::vector<boost::json::object> list;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      list.push_back(boost::json::parse(rows.text(i, 0)).as_object());
    }
    return list;
  }
  /// "Recording Start", ... of each event.
  std::vector<std::string> statuses() {
    std::vector<std::string> list;
    for (const boost::json::object& event : events()) {
      list.push_back(text_of(event.at("detail").as_object(), "recording_status"));
    }
    return list;
  }

  /// An operation as the API runs it: validated, in a transaction, with what comes later.
  ApiObject call(std::string_view name, std::string_view input, std::span<const Handler> handlers) {
    const Operation* operation = find_operation(name);
    CHECK(operation != nullptr);
    const auto handler = std::ranges::find(handlers, name, &Handler::operation);
    CHECK(handler != handlers.end());
    const boost::json::object body = boost::json::parse(input).as_object();
    if (auto valid = validate(*operation->input, body); !valid) {
      return std::unexpected(valid.error());
    }
    ApiObject output;
    std::vector<std::move_only_function<void()>> after;
    std::move_only_function<void(boost::json::object, Call::Finish)> later;
    (void)workers_->write_and_wait([&](io::SqlConnection& sql) -> base::Expected<void> {
      Call made{*operation, body, caller_, endpoints_, *platform_, sql, kRecordStart};
      output = handler->run(made);
      after = std::move(made.after_commit);
      later = std::move(made.later);
      if (!output) return base::fail(base::ErrorCode::kInvalid, "undone");
      return {};
    });
    if (!output) return output;
    for (auto& follow : after) follow();
    if (!later) return output;
    auto finished = std::make_shared<base::Guarded<std::optional<ApiObject>>>();
    later(std::move(*output), [finished](ApiObject done) {
      finished->with([&](auto& value) { value = std::move(done); });
    });
    until([&] { return finished->with([](const auto& value) { return value.has_value(); }); });
    return finished->with([](auto& value) {
      return value ? std::move(*value) : ApiObject(api_fail("Nothing", "nobody answered"));
    });
  }
  std::string text(std::string_view name, std::string_view input,
                   std::span<const Handler> handlers = recording_handlers()) {
    const auto output = call(name, input, handlers);
    return output ? boost::json::serialize(*output)
                  : output.error().name + ": " + output.error().message;
  }

  const base::ChannelId kChannel{"channel00001"};
  io::Loop loop_;
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlWorkers> workers_;
  const SecretBox box_ = std::move(*SecretBox::open_or_create(folder() + "/key"));
  const Home home_{"local", "000000000000"};
  Settings settings_;
  const AccessKey caller_;
  const Endpoints endpoints_{.public_url = "https://live.example.com", .ingest = {}, .srt = {}};
  LiveBoard board_;
  std::unique_ptr<EventBus> bus_;
  std::unique_ptr<ViewerGates> gates_;
  ToldRecorder recorder_;
  std::optional<RecordingDesk> desk_;
  HealthBoard health_{[] { return false; }};
  MachineLoad load_{folder()};
  RateLimiter limiter_;
  const ChatTokens chat_tokens_{box_};
  const std::unique_ptr<ChatJournal> journal_ = ChatJournal::create(loop_, *workers_, {});
  const std::unique_ptr<ChatReviewer> reviewer_ = std::move(*ChatReviewer::create(loop_, {}));
  ChatGate chat_gate_{home_, *workers_, chat_tokens_, *journal_, *reviewer_, 0};
  std::unique_ptr<Platform> platform_;

 private:
  std::unique_ptr<io::SqlDatabase> prepared() {
    auto database = open();
    CHECK(prepare_database(*database).has_value());
    return database;
  }
};

}  // namespace control::test
