#include "control/control.h"

#include <fmt/format.h>

#include <filesystem>
#include <future>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "control/admission.h"
#include "control/api.h"
#include "control/channel_chat.h"
#include "control/channel_record.h"
#include "control/chat_gate.h"
#include "control/chat_journal.h"
#include "control/chat_log_shipper.h"
#include "control/chat_reviewer.h"
#include "control/chat_tokens.h"
#include "control/declared_channels.h"
#include "control/event_bus.h"
#include "control/health/health_board.h"
#include "control/health/machine_load.h"
#include "control/live_board.h"
#include "control/metric_store.h"
#include "control/model.h"
#include "control/object_stores.h"
#include "control/platform.h"
#include "control/recording/recording_desk.h"
#include "control/room_sweep.h"
#include "control/schema.h"
#include "control/secret_box.h"
#include "control/stream_recorder.h"
#include "control/viewer_gates.h"
#include "io/loop.h"
#include "io/sql_workers.h"
#include "io/timer.h"

namespace control {
namespace {

constexpr std::chrono::seconds kFigures{5};
constexpr std::chrono::seconds kLastWrites{10};
constexpr std::chrono::seconds kLastLogs{2};
constexpr int kLookAfterEvery = 6;  // rounds of figures

class ControlImpl final : public Control {
 public:
  ControlImpl(Settings settings, io::SqlWorkers& sql, SecretBox secrets)
      : settings_(std::move(settings)),
        home_{settings_.region, settings_.account},
        sql_(sql),
        secrets_(std::move(secrets)),
        loops_(1),
        health_([this] { return refresh_figures(); }),
        load_(std::filesystem::path(settings_.secrets_file).parent_path()),
        chat_tokens_(secrets_) {}
  ~ControlImpl() override { stop(); }

  base::Expected<void> set_up();

  // Control
  base::Expected<void> declare(const std::vector<DeclaredChannel>& channels) override;
  live::Live::Above above() override;
  chat::Above& chat_above() override { return *chat_gate_; }
  record::Above& recorder_above() override { return *recordings_; }
  void set_recorder(record::Recorder& recorder) override {
    platform_->recorder = &recorder;
    recordings_->set_recorder(recorder);
  }
  void start(live::Live& live, chat::Chat& chat, std::uint16_t srt_port) override;
  void stop() override;
  live::Admission& admission(io::Loop& loop) override;
  base::Expected<SrtEntry> find_srt(const std::string& stream_key) override;
  bool is_api(const wire::http::Request& request) const override { return Api::is_api(request); }
  void handle(ApiRequest request, Reply reply) override {
    api_->handle(std::move(request), std::move(reply));
  }
  void call(OwnCall call, std::move_only_function<void(OwnAnswer)> done) override {
    api_->call(std::move(call), std::move(done));
  }
  void authorise(ApiRequest request, std::string operation,
                 std::move_only_function<void(std::optional<wire::http::Response>)> done) override {
    api_->authorise(std::move(request), std::move(operation), std::move(done));
  }
  void list_channels(std::size_t limit,
                     std::move_only_function<void(std::vector<ChannelListing>)> done) override;
  void find_channel(const base::ChannelId& id,
                    std::move_only_function<void(std::optional<ChannelListing>)> done) override;
  void enter_chat(ChatEntry entry,
                  std::move_only_function<void(base::Expected<ChatEntryGrant>)> done) override {
    channel_chat_->enter(std::move(entry), std::move(done));
  }
  void chat_messages(
      const base::ChannelId& channel, base::WallTime from, base::WallTime until, std::string after,
      std::size_t limit,
      std::move_only_function<void(base::Expected<std::vector<chat::Entry>>)> done) override {
    channel_chat_->messages(channel, from, until, std::move(after), limit, std::move(done));
  }
  void list_recordings(
      const base::ChannelId& channel, std::string before, std::size_t limit,
      std::move_only_function<void(base::Expected<ChannelRecordings>)> done) override {
    recordings_->list_for_pages(channel, std::move(before), limit, std::move(done));
  }
  std::string metrics_text() const override {
    return prometheus_.with([](const std::string& text) { return text; });
  }
  void listen_to_chat(std::function<void(const chat::Entry&)> listener) override {
    chat_gate_->listen(std::move(listener));
  }
  std::uint64_t subscribe_events(EventLine subscriber) override {
    return events_->subscribe(std::move(subscriber));
  }
  void unsubscribe_events(std::uint64_t token) override { events_->unsubscribe(token); }
  void events_after(
      std::uint64_t after, std::size_t limit,
      std::move_only_function<void(base::Expected<std::vector<EventNotice>>)> done) override {
    events_->read_after(after, limit, std::move(done));
  }

 private:
  base::Expected<void> set_up_chat();
  void take_figures();
  bool refresh_figures();
  void look_after(base::WallTime now);
  void check_views();

  Settings settings_;
  const Home home_;
  io::SqlWorkers& sql_;
  const SecretBox secrets_;
  io::LoopGroup loops_;  // one: deliveries, figures
  LiveBoard board_;
  HealthBoard health_;
  MachineLoad load_;
  RateLimiter limiter_;
  const ChatTokens chat_tokens_;
  std::unique_ptr<ChatJournal> journal_;
  std::unique_ptr<io::ObjectStore> objects_;
  std::unique_ptr<ChatLogShipper> shipper_;
  std::unique_ptr<ChatReviewer> reviewer_;
  std::unique_ptr<ChatGate> chat_gate_;
  std::unique_ptr<EventBus> events_;
  std::unique_ptr<MetricStore> metrics_;
  std::unique_ptr<ViewerGates> viewers_;
  std::unique_ptr<RecordingDesk> recordings_;
  std::unique_ptr<Platform> platform_;
  std::unique_ptr<StreamRecorder> recorder_;
  std::unique_ptr<ChannelChat> channel_chat_;
  std::unique_ptr<Api> api_;
  std::vector<std::pair<io::Loop*, std::unique_ptr<PublishAdmission>>> admissions_;
  std::unique_ptr<io::Timer> timer_;
  base::Guarded<std::string> prometheus_;
  int rounds_ = 0;
  bool running_ = false;
};

base::Expected<void> ControlImpl::set_up() {
  auto events = EventBus::create(loops_.at(0), sql_, secrets_, home_, settings_.rules);
  if (!events) return base::fail(std::move(events.error()));
  events_ = std::move(*events);
  auto viewers = ViewerGates::create(settings_, home_, sql_, secrets_, board_);
  if (!viewers) return base::fail(std::move(viewers.error()));
  viewers_ = std::move(*viewers);
  metrics_ = MetricStore::create(
      sql_, home_, [this](std::string_view address) { return viewers_->country_of(address); });
  if (auto made = set_up_chat(); !made) return made;
  recordings_ = std::make_unique<RecordingDesk>(RecordingDesk::Around{.settings = settings_,
                                                                      .sql = sql_,
                                                                      .events = *events_,
                                                                      .viewers = *viewers_,
                                                                      .board = board_,
                                                                      .loop = loops_.at(0)});
  platform_ = std::make_unique<Platform>(Platform{.settings = settings_,
                                                  .home = home_,
                                                  .sql = sql_,
                                                  .secrets = secrets_,
                                                  .board = board_,
                                                  .events = *events_,
                                                  .viewers = *viewers_,
                                                  .limiter = limiter_,
                                                  .chat_tokens = chat_tokens_,
                                                  .journal = *journal_,
                                                  .chat_above = *chat_gate_,
                                                  .recordings = *recordings_,
                                                  .health = health_,
                                                  .load = load_,
                                                  .loop = loops_.at(0),
                                                  .started_at = io::Loop::wall_now()});
  channel_chat_ = std::make_unique<ChannelChat>(*platform_);
  recorder_ = std::make_unique<StreamRecorder>(*platform_);
  api_ = std::make_unique<Api>(*platform_, *metrics_);
  return sql_.write_and_wait(
      [this](io::SqlConnection& sql) { return recorder_->end_orphans(sql); });
}

base::Expected<void> ControlImpl::set_up_chat() {
  journal_ = ChatJournal::create(loops_.at(0), sql_, {.keep = settings_.chat.history_keep});
  ChatReviewer::Options options;
  for (const ReviewHandlerSettings& handler : settings_.chat.review_handlers) {
    options.handlers[handler.function] = {handler.url, handler.secret, handler.timeout};
  }
  auto reviewer = ChatReviewer::create(loops_.at(0), std::move(options));
  if (!reviewer) return base::fail(std::move(reviewer.error()));
  reviewer_ = std::move(*reviewer);
  auto objects = open_object_store(loops_.at(0), settings_.objects);
  if (!objects) return base::fail(std::move(objects.error()).with_context("storage"));
  objects_ = std::move(*objects);
  shipper_ = ChatLogShipper::create(loops_.at(0), sql_, *objects_,
                                    {.settings = {.account = settings_.account,
                                                  .region = settings_.region,
                                                  .s3_interval = settings_.chat.log_interval}});
  chat_gate_ = std::make_unique<ChatGate>(home_, sql_, chat_tokens_, *journal_, *reviewer_,
                                          settings_.chat.history);
  return {};
}

base::Expected<void> ControlImpl::declare(const std::vector<DeclaredChannel>& channels) {
  return sql_.write_and_wait([&](io::SqlConnection& sql) {
    return declare_channels(sql, secrets_, channels, io::Loop::wall_now());
  });
}

live::Live::Above ControlImpl::above() {
  return {recorder_.get(),
          [this](io::Loop& loop) -> live::ViewAdmission& { return viewers_->of(loop); },
          [this](const live::PublishGrant& grant, const base::StreamId& stream,
                 base::WallTime started_at) -> std::unique_ptr<media::PartSink> {
            record::Recorder* const recorder = platform_->recorder;
            const auto plan = std::static_pointer_cast<const record::Plan>(grant.recording);
            if (recorder == nullptr || plan == nullptr) return nullptr;
            return recorder->open(*plan, stream, started_at);
          }};
}

void ControlImpl::start(live::Live& live, chat::Chat& chat, std::uint16_t srt_port) {
  settings_.srt_port = srt_port;
  platform_->live = &live;
  platform_->chat = &chat;
  for (const auto& [loop, admission] : admissions_) load_.add_loop(*loop);
  running_ = true;
  loops_.start();
  loops_.at(0).post([this] {
    events_->start();
    journal_->start();
    shipper_->start();
    recordings_->start();
    timer_ = std::make_unique<io::Timer>(loops_.at(0));
    take_figures();
  });
}

void ControlImpl::stop() {
  if (!running_) return;
  running_ = false;
  // What was said last is written before the loop ends. Its logs are delivered if that is quick:
  // they go on after the next start.
  auto written = std::make_shared<std::promise<void>>();
  auto delivered = std::make_shared<std::promise<void>>();
  journal_->flush([this, written, delivered](base::Expected<void>) {
    written->set_value();
    shipper_->flush([delivered] { delivered->set_value(); });
  });
  if (written->get_future().wait_for(kLastWrites) == std::future_status::ready) {
    (void)delivered->get_future().wait_for(kLastLogs);
  }
  loops_.at(0).post([this] {
    health_.stop();
    timer_.reset();
    events_->stop();
    reviewer_->stop();
    shipper_->stop();
    recordings_->stop();
    journal_->stop();
    loops_.at(0).stop();
  });
  loops_.stop_and_join();
  platform_->live = nullptr;
  platform_->chat = nullptr;
}

// The same figures serve GetStream, the metrics and the limits.
void ControlImpl::take_figures() {
  platform_->live->status(loops_.at(0), [this](std::vector<live::StreamStatus> taken) {
    if (timer_ == nullptr) return;
    const base::WallTime now = io::Loop::wall_now();
    const auto list = std::make_shared<const std::vector<live::StreamStatus>>(std::move(taken));
    const std::vector<live::StreamStatus>& streams = *list;
    board_.on_figures(streams);
    health_.on_figures(list, now, io::Loop::precise_now());
    load_.look(now, io::Loop::precise_now());
    const ChatStatus chat{.figures = platform_->chat->figures(),
                          .reviews = reviewer_->failures(),
                          .logs = shipper_->errors()};
    metrics_->sample(streams, now, chat, recordings_->book().take_recorded_seconds());
    prometheus_.with([&](std::string& text) { text = metrics_->prometheus_text(streams, chat); });
    check_views();
    if (++rounds_ % kLookAfterEvery == 0) look_after(now);
    timer_->start(kFigures, [this] { take_figures(); });
  });
}

// Between the rounds, for somebody who looks at a stream's health.
bool ControlImpl::refresh_figures() {
  if (platform_->live == nullptr) return false;
  platform_->live->status(loops_.at(0), [this](std::vector<live::StreamStatus> streams) {
    if (timer_ == nullptr) return;
    board_.on_figures(streams);
    health_.on_figures(std::make_shared<const std::vector<live::StreamStatus>>(std::move(streams)),
                       io::Loop::wall_now(), io::Loop::precise_now());
  });
  return true;
}

void ControlImpl::look_after(base::WallTime now) {
  recorder_->look_after(now);
  recordings_->look_after(now);
  sql_.write([now](io::SqlConnection& sql) { return sweep_rooms(sql, now); },
             [](base::Expected<void> swept) {
               if (!swept) {
                 base::log_warn("rooms were not swept", {{"reason", swept.error().message}});
               }
             });
}

void ControlImpl::check_views() {
  const std::uint64_t refused = viewers_->take_refused_views();
  if (refused == 0) return;
  std::int64_t most = static_cast<std::int64_t>(settings_.max_concurrent_views);
  if (most == 0) most = service_quota("concurrentViews");
  recorder_->on_account_limit("Concurrent Viewers", "viewers", most,
                              static_cast<std::int64_t>(refused), io::Loop::wall_now());
}

live::Admission& ControlImpl::admission(io::Loop& loop) {
  for (const auto& [known, admission] : admissions_) {
    if (known == &loop) return *admission;
  }
  admissions_.emplace_back(&loop, std::make_unique<PublishAdmission>(loop, *platform_, *recorder_));
  return *admissions_.back().second;
}

base::Expected<SrtEntry> ControlImpl::find_srt(const std::string& stream_key) {
  base::Expected<SrtEntry> entry =
      base::fail(base::ErrorCode::kIo, "stream keys cannot be checked now");
  sql_.read_and_wait(
      [&](io::SqlConnection& sql) { entry = find_srt_entry(sql, *platform_, stream_key); });
  return entry;
}

// The live ones, then as many others as there is room for.
void ControlImpl::list_channels(std::size_t limit,
                                std::move_only_function<void(std::vector<ChannelListing>)> done) {
  auto kept = std::make_shared<decltype(done)>(std::move(done));
  const bool taken = sql_.read([this, limit, kept](io::SqlConnection& sql) {
    std::vector<ChannelListing> list;
    const auto add = [&](const ChannelRecord& channel) {
      const base::ChannelId id(channel.id);
      for (const ChannelListing& listed : list) {
        if (listed.id == id) return;
      }
      if (list.size() < limit) list.push_back({id, channel.name, channel.authorized});
    };
    for (const LiveStream& stream : board_.all()) {
      auto channel = load_channel(sql, stream.channel.str());
      if (channel && *channel) add(**channel);
      if (list.size() >= limit) break;
    }
    static const std::string statement = fmt::format(
        "SELECT {} FROM channels c WHERE c.authorized = 0 ORDER BY c.id LIMIT $1", kChannelColumns);
    const io::SqlValue most = static_cast<std::int64_t>(limit);
    if (auto others = load_channels(sql, statement, std::span(&most, 1))) {
      for (const ChannelRecord& channel : *others) add(channel);
    }
    (*kept)(std::move(list));
  });
  if (!taken) (*kept)({});
}

void ControlImpl::find_channel(const base::ChannelId& id,
                               std::move_only_function<void(std::optional<ChannelListing>)> done) {
  auto kept = std::make_shared<decltype(done)>(std::move(done));
  const bool taken = sql_.read([id, kept](io::SqlConnection& sql) {
    auto channel = load_channel(sql, id.str());
    if (!channel || !*channel) {
      (*kept)(std::nullopt);
    } else {
      (*kept)(ChannelListing{id, (*channel)->name, (*channel)->authorized});
    }
  });
  if (!taken) (*kept)(std::nullopt);
}

}  // namespace

base::Expected<bool> has_channels(io::SqlConnection& sql) {
  auto rows = sql.run("SELECT 1 FROM channels LIMIT 1");
  if (!rows) return base::fail(std::move(rows.error()));
  return !rows->empty();
}

std::size_t chat_sends_per_second() {
  return static_cast<std::size_t>(service_quota("chat/sendMessagePerSecondAllRooms"));
}

base::Expected<void> prepare_database(io::SqlDatabase& database) {
  auto connection = database.connect();
  if (!connection) return base::fail(std::move(connection.error()));
  return migrate_schema(**connection);
}

base::Expected<std::unique_ptr<Control>> Control::create(Settings settings, io::SqlWorkers& sql) {
  auto secrets = SecretBox::open_or_create(settings.secrets_file);
  if (!secrets) return base::fail(std::move(secrets.error()));
  auto made = std::make_unique<ControlImpl>(std::move(settings), sql, std::move(*secrets));
  if (auto ready = made->set_up(); !ready) return base::fail(std::move(ready.error()));
  return std::unique_ptr<Control>(std::move(made));
}

}  // namespace control
