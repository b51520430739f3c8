#include "server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdio>
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
#include "io/timer.h"
#include "io/tls.h"
#include "live/live.h"
#include "server/certificate.h"
#include "server/database_place.h"
#include "server/demo.h"
#include "server/first_channel.h"
#include "server/loop_services.h"
#include "server/module_settings.h"
#include "server/version.h"

namespace server {
namespace {

using Service = LoopServices::Service;

constexpr std::chrono::milliseconds kDrainCheck{20};
// How long after its playlist's next turn a viewer may think before it is taken to be done.
constexpr std::chrono::seconds kReadingPause{1};

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
      base::log_error("cannot start", {{"reason", started.error().message}});
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
  std::string base_url(std::string_view scheme, const ListenAddress& address,
                       std::uint16_t port) const;
  void on_signal();
  void drain();
  void let_viewers_finish();
  void close_viewers();
  void drop_members();
  void wait_for_viewers();
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
  std::unique_ptr<io::Timer> timer_;
  base::MonotonicTime drain_deadline_{};
  base::MonotonicTime last_request_{};
  std::uint64_t seen_requests_ = 0;
  std::size_t loops_that_listen_ = 0;
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
  if (config_.polls.enabled) {
    auto polls = app::PollResults::create(poll_settings(config_), *sql_, main_);
    if (!polls) return base::fail(std::move(polls.error()).with_context("polls"));
    polls_ = std::move(*polls);
  }
  const LoopServices::Shared shared{.config = &config_,
                                    .live = live_.get(),
                                    .control = control_.get(),
                                    .chat = chat_.get(),
                                    .max_chat_message = chat_settings(config_).max_message,
                                    .polls = polls_.get(),
                                    .site = &site_,
                                    .readiness = this,
                                    .tls = tls_.get(),
                                    .rtmp_context_of = &rtmp_context_of_};
  for (std::size_t i = 0; i < loops_->size(); ++i) {
    services_.push_back(std::make_unique<LoopServices>(loops_->at(i), shared));
  }
  if (auto listening = listen_tcp(); !listening) return listening;
  if (auto listening = listen_srt(); !listening) return listening;
  timer_ = std::make_unique<io::Timer>(main_);
  signals_ = std::make_unique<io::SignalSet>(main_, std::initializer_list<int>{SIGTERM, SIGINT},
                                             [this](int) { on_signal(); });
  ready_.set(1);
  control_->start(*live_, *chat_, site_.srt_port);
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

std::string Server::base_url(std::string_view scheme, const ListenAddress& address,
                             std::uint16_t port) const {
  const bool any = address.host.empty() || address.host == "::" || address.host == "0.0.0.0";
  const bool v6 = address.host.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}", scheme,
                     any  ? "localhost"
                     : v6 ? fmt::format("[{}]", address.host)
                          : address.host,
                     port);
}

void Server::announce() const {
  const std::string http = base_url("http", config_.http.listen, http_port_);
  if (options_.ephemeral) {
    boost::json::object ready{
        {"http", http},
        {"https", base_url("https", config_.https.listen, https_port_)},
        {"rtmp", base_url("rtmp", config_.rtmp.listen, site_.rtmp_port)},
        {"rtmps", base_url("rtmps", config_.rtmps.listen, site_.rtmps_port)},
        {"srt", base_url("srt", config_.srt.listen, site_.srt_port)},
        {"dataDir", config_.data_dir},
        {"region", config_.region},
    };
    if (first_key_) {
      ready["accessKeyId"] = first_key_->id;
      ready["secretAccessKey"] = first_key_->secret;
    }
    if (first_channel_) {
      ready["channel"] = {{"id", first_channel_->id.str()},
                          {"streamKey", first_channel_->stream_key},
                          {"playbackPath", live_->playback_path(first_channel_->id)}};
    }
    fmt::print("{}\n", boost::json::serialize(ready));
    (void)std::fflush(stdout);
    return;
  }
  base::log_info("ready", {{"version", kVersion}, {"http", http}, {"loops", services_.size()}});
  // On standard output, for the person at the terminal: the key must not get into the log.
  fmt::print("\n  Rostrum {} is running: {}/\n", kVersion, http);
  if (demo_ != nullptr) {
    fmt::print("\n  Watch the demo channel\n      {}/watch/{}\n", http,
               DemoChannel::channel().id.str());
  }
  if (first_channel_ && config_.rtmp.listen.enabled) {
    fmt::print(
        "\n  Publish your own with OBS or ffmpeg\n      server      {0}/app\n"
        "      stream key  {1}\n"
        "      ffmpeg -re -i video.mp4 -c:v libx264 -bf 0 -g 60 -c:a aac -f flv {0}/app/{1}\n"
        "  and watch it\n      {2}/watch/{3}\n",
        base_url("rtmp", config_.rtmp.listen, site_.rtmp_port), first_channel_->stream_key, http,
        first_channel_->id.str());
  }
  if (first_key_) {
    fmt::print(
        "\n  Call the API with any AWS SDK, the aws-cli or rostrum ctl; this key is shown once\n"
        "      endpoint           {}\n      access key id      {}\n      secret access key  {}\n",
        http, first_key_->id, first_key_->secret);
  }
  fmt::print("\n  Stop with Ctrl-C.\n\n");
  (void)std::fflush(stdout);
}

void Server::on_signal() {
  if (!is_ready()) {
    base::log_warn("ending at once");
    main_.stop();
    return;
  }
  ready_.set(0);
  base::log_info("draining", {{"reason", "signal"}});
  drain();
}

// Publishers out, playlists ended; then the viewers get the time to read to the end.
void Server::drain() {
  drain_deadline_ = main_.now() + config_.shutdown.drain_timeout;
  demo_.reset();
  srt_.reset();
  for (const auto& services : services_) {
    services->loop().post([&services = *services] { services.stop_ingest(); });
  }
  live_->drain(main_, [this] {
    live_->status(main_, [this](const std::vector<live::StreamStatus>& streams) {
      const bool watched = std::any_of(streams.begin(), streams.end(),
                                       [](const auto& stream) { return stream.viewers > 0; });
      // A viewer asks for the playlist once a segment, or has only now been told the end.
      last_request_ = main_.now();
      watched ? let_viewers_finish() : close_viewers();
    });
  });
}

void Server::let_viewers_finish() {
  static base::Counter& requests =
      base::metrics().counter("rostrum_http_requests_total", "HTTP requests received");
  const base::MonotonicTime now = main_.now();
  if (std::exchange(seen_requests_, requests.value()) != requests.value()) last_request_ = now;
  if (now - last_request_ >= config_.live.segment_duration + kReadingPause ||
      now >= drain_deadline_) {
    close_viewers();
    return;
  }
  timer_->start(kDrainCheck, [this] { let_viewers_finish(); });
}

void Server::close_viewers() {
  loops_that_listen_ = services_.size();
  for (const auto& services : services_) {
    services->loop().post([this, &services = *services] {
      services.drain_http();
      main_.post([this] {
        if (--loops_that_listen_ == 0) drop_members();
      });
    });
  }
}

// Clients of chat come back at once and give up after a few refusals. So they are dropped when
// nobody is let in any more: those who wait for the API before they come find the next server. What
// was said is kept first.
void Server::drop_members() {
  chat_->drain(main_, [this] {
    for (const auto& services : services_) {
      services->loop().post([&services = *services] { services.drop_chat(); });
    }
    wait_for_viewers();
  });
}

void Server::wait_for_viewers() {
  if (open_connections().value() == 0 || main_.now() >= drain_deadline_) {
    main_.stop();
    return;
  }
  timer_->start(kDrainCheck, [this] { wait_for_viewers(); });
}

void Server::stop() {
  demo_.reset();
  srt_.reset();
  loops_->stop_and_join();
  for (const auto& services : services_) services->close_all();
  services_.clear();
  control_->stop();
  polls_.reset();
  chat_.reset();
  live_.reset();
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
