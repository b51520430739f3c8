#include "server/demo.h"

#include <fmt/format.h>

#include "base/ids.h"
#include "base/log.h"
#include "io/loop.h"
#include "server/helper_program.h"

namespace server {
namespace {

constexpr std::chrono::seconds kRestartAfter{1};

std::string_view size_text(DemoSize size) {
  switch (size) {
    case DemoSize::k640x360:
      return "640x360";
    case DemoSize::k1280x720:
      return "1280x720";
    case DemoSize::k1920x1080:
      return "1920x1080";
  }
  return "1280x720";
}

}  // namespace

const ChannelConfig& DemoChannel::channel() {
  static const ChannelConfig demo = [] {
    ChannelConfig made;
    made.id = base::ChannelId("demodemodemo");
    made.name = "Demo";
    made.stream_key = "sk_local_" + base::random_alphanumeric(24);
    made.insecure_ingest = true;
    made.max_bitrate = {20'000'000};
    return made;
  }();
  return demo;
}

DemoChannel::DemoChannel(io::Loop& loop, const Config::Demo& settings, std::uint16_t rtmp_port)
    : loop_(loop), settings_(settings), rtmp_port_(rtmp_port), restart_(loop) {
  start();
}

DemoChannel::~DemoChannel() = default;

void DemoChannel::start() {
  io::Process::Options options;
  options.arguments = {
      helper_program(), "testcard",
      "--url",          "-",
      "--size",         std::string(size_text(settings_.size)),
      "--fps",          fmt::format("{}", settings_.frame_rate),
      "--bitrate",      fmt::format("{}k", settings_.bitrate.bits_per_second / 1000)};
  options.input = fmt::format("rtmp://127.0.0.1:{}/app/{}\n", rtmp_port_, channel().stream_key);
  options.keep_input_open = true;
  auto spawned = io::Process::spawn(loop_, options, *this);
  if (!spawned) {
    base::log_error("cannot start the demo channel", {{"reason", spawned.error().message}});
    return;
  }
  process_ = std::move(*spawned);
}

void DemoChannel::on_line(io::Process::Output, std::string_view line) {
  base::log_info("test card", {{"line", line}});
}

void DemoChannel::on_exit(io::Process::ExitStatus status) {
  base::log_warn("the test card ended; starting it again",
                 {{"code", status.code}, {"signal", status.signal}});
  process_.reset();
  restart_.start(kRestartAfter, [this] { start(); });
}

}  // namespace server
