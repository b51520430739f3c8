#include "server/server.h"

#include <csignal>
#include <optional>
#include <utility>
#include <vector>

#include "app/app.h"
#include "base/log.h"
#include "base/metrics.h"
#include "chat/chat.h"
#include "control/chat_nats_bus.h"
#include "control/control.h"
#include "io/files.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/signals.h"
#include "io/sql_workers.h"
#include "io/srt.h"
#include "io/system.h"
#include "io/tls.h"
#include "live/live.h"
#include "record/record.h"
#include "server/announcement.h"
#include "server/certificate.h"
#include "server/database_place.h"
#include "server/demo.h"
#include "server/draining.h"
#include "server/first_channel.h"
#include "server/loop_services.h"
#include "server/module_settings.h"
#include "server/version.h"

namespace server {
namespace {

using Service = LoopServices::Service;

void take_free_ports(Config& config) {
  for (ListenAddress* address : {&config.http.listen, &config.https.listen, &config.rtmp.listen,
                                 &config.rtmps.listen, &config.srt.listen}) {
    *address = {true, "127.0.0.1", 0};
  }
}

class Server final : private Readiness {
 public:
  Server(Config config, const ServeOptions& options)
      : config_(std::move(config)), options_(options) {}

  int run() {
    if (auto started = start(); !started) {
      tell_of_failure(started.error());
      return 1;
    }
    announce();
    main_.run();
    stop();
    return 0;
  }

 private:
  bool is_ready() const override { return ready_.value() != 0; }

  base::Expected<void> start();
  base::Expected<void> prepare_data();
  base::Expected<void> open_database();
  base::Expected<void> start_control();
  base::Expected<void> listen_tcp();
  base::Expected<std::uint16_t> listen_on(const ListenAddress& address, Service service);
  base::Expected<void> listen_srt();
  void announce() const;
  void tell_of_failure(const base::Error& error) const;
  void on_signal();
  void stop();

  Config config_;
  const ServeOptions options_;
  io::Loop main_;
  std::optional<io::TemporaryDirectory> temporary_;
  std::unique_ptr<io::TlsContext> tls_;
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlWorkers> sql_;
  std::unique_ptr<io::LoopGroup> loops_;
  std::unique_ptr<control::Control> control_;
  std::unique_ptr<app::PollResults> polls_;
  std::unique_ptr<app::Platform> platform_;
  std::unique_ptr<record::Recorder> recorder_;
  std::unique_ptr<live::Live> live_;
  std::unique_ptr<chat::Chat> chat_;
  /// Made because there was none: now, or at an earlier start and still there.
  std::optional<ChannelConfig> first_channel_;
  bool first_channel_is_new_ = false;
  std::optional<control::AccessKeySecret> first_key_;
  SiteInfo site_;
  std::move_only_function<RtmpContext&(io::Loop&)> rtmp_context_of_;
  std::vector<std::unique_ptr<LoopServices>> services_;
  std::unique_ptr<io::SrtListener> srt_;
  std::unique_ptr<DemoChannel> demo_;
  std::unique_ptr<io::SignalSet> signals_;
  std::unique_ptr<Draining> draining_;
  std::uint16_t http_port_ = 0;
  std::uint16_t https_port_ = 0;
  base::Gauge& ready_ =
      base::metrics().gauge("rostrum_ready", "1 while new work is taken, 0 while draining");
};

base::Expected<void> Server::prepare_data() {
  if (options_.ephemeral) {
    auto made = io::TemporaryDirectory::create();
    if (!made) return base::fail(made.error());
    temporary_.emplace(std::move(*made));
    config_.data_dir = temporary_->path();
    take_free_ports(config_);
    return {};
  }
  return io::make_directories(config_.data_dir);
}

base::Expected<void> Server::start() {
  io::raise_open_file_limit();
  if (auto prepared = prepare_data(); !prepared) return prepared;
  auto settings = live_settings(config_);
  if (!settings) return base::fail(std::move(settings.error()));
  if (config_.https.listen.enabled || config_.rtmps.listen.enabled) {
    auto tls = make_tls_context(config_);
    if (!tls) return base::fail(std::move(tls.error()).with_context("TLS"));
    tls_ = std::move(*tls);
  }
  if (auto opened = open_database(); !opened) return opened;
  loops_ = std::make_unique<io::LoopGroup>(static_cast<unsigned>(config_.threads));
  if (auto controlled = start_control(); !controlled) return controlled;
  auto recorder =
      record::Recorder::create(*loops_, record_settings(config_), control_->recorder_above());
  if (!recorder) return base::fail(std::move(recorder.error()).with_context("recording.spool"));
  recorder_ = std::move(*recorder);
  control_->set_recorder(*recorder_);
  live_ = live::Live::create(*loops_, std::move(*settings), control_->above());
  std::unique_ptr<chat::Bus> bus;
  if (!config_.cluster.nats_url.empty()) {
    auto made = control::make_chat_nats_bus(main_, {.url = config_.cluster.nats_url});
    if (!made) return base::fail(std::move(made.error()).with_context("cluster.nats_url"));
    bus = std::move(*made);
  }
  chat_ =
      chat::Chat::create(*loops_, chat_settings(config_), control_->chat_above(), std::move(bus));
  rtmp_context_of_ = [this](io::Loop& loop) -> RtmpContext& {
    return services_.at(loop.index())->rtmp_context();
  };
  site_.version = kVersion;
  site_.public_url = config_.http.public_url;
  site_.metrics_enabled = config_.metrics.enabled;
  auto proxies = TrustedProxies::parse(config_.http.trusted_proxies);
  if (!proxies) return base::fail(std::move(proxies.error()).with_context("http.trusted_proxies"));
  site_.proxies = std::move(*proxies);
  if (config_.polls.enabled) {
    auto polls = app::PollResults::create(poll_settings(config_), *sql_, main_);
    if (!polls) return base::fail(std::move(polls.error()).with_context("polls"));
    polls_ = std::move(*polls);
  }
  if (config_.platform.enabled) {
    auto platform =
        app::Platform::create(platform_settings(config_), *database_, *sql_, *control_, main_);
    if (!platform) return base::fail(std::move(platform.error()).with_context("platform"));
    platform_ = std::move(*platform);
  }
  const LoopServices::Shared shared{.config = &config_,
                                    .live = live_.get(),
                                    .recorder = recorder_.get(),
                                    .control = control_.get(),
                                    .chat = chat_.get(),
                                    .max_chat_message = chat_settings(config_).max_message,
                                    .polls = polls_.get(),
                                    .platform = platform_.get(),
                                    .site = &site_,
                                    .readiness = this,
                                    .tls = tls_.get(),
                                    .rtmp_context_of = &rtmp_context_of_};
  for (std::size_t i = 0; i < loops_->size(); ++i) {
    services_.push_back(std::make_unique<LoopServices>(loops_->at(i), shared));
  }
  if (auto listening = listen_tcp(); !listening) return listening;
  if (auto listening = listen_srt(); !listening) return listening;
  signals_ = std::make_unique<io::SignalSet>(main_, std::initializer_list<int>{SIGTERM, SIGINT},
                                             [this](int) { on_signal(); });
  ready_.set(1);
  control_->start(*live_, *chat_, site_.srt_port);
  if (platform_ != nullptr) {
    platform_->start({.rtmp = site_.rtmp_port, .rtmps = site_.rtmps_port});
  }
  loops_->start();
  if (config_.demo.enabled) {
    demo_ = std::make_unique<DemoChannel>(main_, config_.demo, site_.rtmp_port);
  }
  return {};
}

// What the database needs before anything works with it: its tables and, the first time, a key.
base::Expected<void> Server::open_database() {
  auto database = io::SqlDatabase::open({.url = database_url(config_)});
  if (!database) return base::fail(std::move(database.error()).with_context("database"));
  database_ = std::move(*database);
  if (auto prepared = control::prepare_database(*database_); !prepared) {
    return base::fail(std::move(prepared.error()).with_context("database"));
  }
  auto connection = database_->connect();
  if (!connection) return base::fail(std::move(connection.error()));
  auto has_keys = control::has_access_keys(**connection);
  if (!has_keys) return base::fail(std::move(has_keys.error()));
  if (!*has_keys) {
    auto made = control::create_access_key(**connection, secrets_file(config_), {.name = "first"});
    if (!made) return base::fail(std::move(made.error()));
    first_key_ = std::move(*made);
  }
  auto has_channels = control::has_channels(**connection);
  if (!has_channels) return base::fail(std::move(has_channels.error()));
  first_channel_is_new_ = !*has_channels && config_.channels.empty();
  if (first_channel_is_new_ || (config_.channels.empty() && has_first_channel(config_))) {
    auto made = load_first_channel(config_);
    if (!made) return base::fail(std::move(made.error()));
    first_channel_ = std::move(*made);
  }
  auto workers = io::SqlWorkers::create(*database_, {});
  if (!workers) return base::fail(std::move(workers.error()).with_context("database"));
  sql_ = std::move(*workers);
  return {};
}

base::Expected<void> Server::start_control() {
  auto made = control::Control::create(control_settings(config_), *sql_);
  if (!made) return base::fail(std::move(made.error()));
  control_ = std::move(*made);
  std::vector<control::DeclaredChannel> channels;
  for (const ChannelConfig& channel : config_.channels) channels.push_back(declared(channel));
  if (first_channel_is_new_) channels.push_back(declared(*first_channel_));
  if (config_.demo.enabled) channels.push_back(declared(DemoChannel::channel()));
  if (auto done = control_->declare(channels); !done) return done;
  if (first_channel_ && !first_channel_is_new_) {
    // Its owner may have deleted it or changed its key since.
    const auto found = control_->find_srt(first_channel_->stream_key);
    if (!found || found->channel != first_channel_->id) first_channel_.reset();
  }
  return {};
}

base::Expected<std::uint16_t> Server::listen_on(const ListenAddress& address, Service service) {
  if (!address.enabled) return 0;
  auto sockets = io::bind_tcp(address.host, address.port, services_.size());
  if (!sockets) return base::fail(sockets.error());
  const std::uint16_t port = sockets->front().local.port();
  for (std::size_t i = 0; i < services_.size(); ++i) {
    services_[i]->listen(service, std::move((*sockets)[i]));
  }
  return port;
}

base::Expected<void> Server::listen_tcp() {
  const struct {
    const ListenAddress& address;
    Service service;
    std::uint16_t& port;
    std::string_view setting;
  } rows[] = {{config_.http.listen, Service::kHttp, http_port_, "http.listen"},
              {config_.https.listen, Service::kHttps, https_port_, "https.listen"},
              {config_.rtmp.listen, Service::kRtmp, site_.rtmp_port, "rtmp.listen"},
              {config_.rtmps.listen, Service::kRtmps, site_.rtmps_port, "rtmps.listen"}};
  for (const auto& row : rows) {
    auto port = listen_on(row.address, row.service);
    if (!port) return base::fail(std::move(port.error()).with_context(row.setting));
    row.port = *port;
  }
  return {};
}

base::Expected<void> Server::listen_srt() {
  if (!config_.srt.listen.enabled) return {};
  auto listener = listen_for_srt(config_, *control_, *live_, [this](io::Loop& loop) -> SrtContext& {
    return services_.at(loop.index())->srt_context();
  });
  if (!listener) return base::fail(std::move(listener.error()).with_context("srt.listen"));
  srt_ = std::move(*listener);
  site_.srt_port = srt_->local_port();
  return {};
}

void Server::announce() const {
  const Addresses addresses{base_url("http", config_.http.listen, http_port_),
                            base_url("https", config_.https.listen, https_port_),
                            base_url("rtmp", config_.rtmp.listen, site_.rtmp_port),
                            base_url("rtmps", config_.rtmps.listen, site_.rtmps_port),
                            base_url("srt", config_.srt.listen, site_.srt_port)};
  const std::string path = first_channel_ ? live_->playback_path(first_channel_->id) : "";
  const app::Platform::FirstAdministrator* administrator =
      platform_ != nullptr && platform_->first_administrator() ? &*platform_->first_administrator()
                                                               : nullptr;
  const Announcement announcement{config_,
                                  addresses,
                                  first_channel_ ? &*first_channel_ : nullptr,
                                  path,
                                  first_key_ ? &*first_key_ : nullptr,
                                  administrator};
  if (options_.ephemeral) {
    announce_as_json(announcement);
    return;
  }
  base::log_info("ready",
                 {{"version", kVersion}, {"http", addresses.http}, {"loops", services_.size()}});
  announce_to_person(announcement);
}

void Server::tell_of_failure(const base::Error& error) const {
  if (error.code == base::ErrorCode::kDiskFull) {
    base::log_error("cannot start",
                    {{"reason", error.message},
                     {"advice", "make room there, then start again; what is there is kept"},
                     {"data_dir", config_.data_dir}});
  } else {
    base::log_error("cannot start", {{"reason", error.message}});
  }
  // It is in the database: the next start makes no other.
  if (first_key_ && !options_.ephemeral) announce_key(*first_key_);
}

void Server::on_signal() {
  if (!is_ready()) {
    base::log_warn("ending at once");
    main_.stop();
    return;
  }
  ready_.set(0);
  base::log_info("draining", {{"reason", "signal"}});
  demo_.reset();
  srt_.reset();
  draining_ = std::make_unique<Draining>(
      main_, Draining::Parts{*live_, *recorder_, *chat_, services_},
      Draining::Times{config_.shutdown.drain_timeout, config_.live.segment_duration},
      [this] { main_.stop(); });
}

void Server::stop() {
  draining_.reset();
  demo_.reset();
  srt_.reset();
  loops_->stop_and_join();
  for (const auto& services : services_) services->close_all();
  services_.clear();
  platform_.reset();
  control_->stop();
  polls_.reset();
  chat_.reset();
  live_.reset();
  recorder_.reset();
  // What waits for the database still refers to control: the last events of the streams do.
  sql_.reset();
  control_.reset();
  base::log_info("stopped");
}

}  // namespace

int serve(Config config, const ServeOptions& options) {
  return Server(std::move(config), options).run();
}

}  // namespace server
