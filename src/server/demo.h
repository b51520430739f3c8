// The demo channel: a test card with clock and tone, drawn by the av program and published through
// the real RTMP port. On the main loop.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/process.h"
#include "io/timer.h"
#include "server/config.h"

namespace server {

class DemoChannel final : private io::Process::Handler {
 public:
  DemoChannel(io::Loop& loop, const Config::Demo& settings, std::uint16_t rtmp_port);
  ~DemoChannel();

  /// The channel as admission has to know it; its key is new with every start of the program.
  static const ChannelConfig& channel();

 private:
  void on_line(io::Process::Output output, std::string_view line) override;
  void on_exit(io::Process::ExitStatus status) override;
  void start();

  io::Loop& loop_;
  const Config::Demo settings_;
  const std::uint16_t rtmp_port_;
  std::unique_ptr<io::Process> process_;
  io::Timer restart_;
};

}  // namespace server
