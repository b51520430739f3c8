// The server as a whole: what it uses of its machine, what its renditions cost, and the end of its
// log. For keys without a restriction to a resource (may_touch sees to that).
#include <boost/json/array.hpp>
#include <cmath>

#include "base/log_tail.h"
#include "control/call.h"
#include "control/health/machine_load.h"
#include "control/live_board.h"
#include "control/platform.h"
#include "io/loop.h"
#include "live/live.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::int64_t kUsualLines = 200;

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

json::object load_object(const Call& call, const LoadFigures& figures) {
  json::array loops;
  for (const double share : figures.loops) loops.emplace_back(rounded(share));
  const LiveBoard& board = call.platform.board;
  return {{"time", base::to_rfc3339_ms(figures.at)},
          {"cpuCores", figures.cores},
          {"cpuUsed", rounded(figures.cpu)},
          {"memoryUsed", figures.memory_used},
          {"memoryTotal", figures.memory_total},
          {"diskUsed", figures.disk_used},
          {"diskTotal", figures.disk_total},
          {"spoolBytes", figures.spool_bytes},
          {"receivedBitsPerSecond", figures.received},
          {"sentBitsPerSecond", figures.sent},
          {"loops", std::move(loops)},
          {"streams", board.streams()},
          {"viewers", board.viewers()},
          {"chatConnections", figures.chat_connections},
          {"connections", figures.connections}};
}

json::object budget_object(const live::RenditionLoad& load) {
  json::object budget{{"measured", load.measured},       {"encoder", load.encoder},
                      {"preset", load.preset},           {"cores", rounded(load.cores)},
                      {"coresUsed", rounded(load.used)}, {"renditionsRunning", load.running},
                      {"renditionsShed", load.shed}};
  if (!load.enabled) budget["mode"] = "OFF";
  return budget;
}

ApiObject get_server_status(Call& call) {
  MachineLoad& load = call.platform.load;
  load.look(call.now, io::Loop::precise_now());
  json::object status{{"startedAt", base::to_rfc3339(call.platform.started_at)},
                      {"load", load_object(call, load.figures())}};
  if (!call.platform.settings.version.empty()) status["version"] = call.platform.settings.version;
  if (const live::Live* live = call.platform.live) {
    status["renditions"] = budget_object(live->rendition_status());
  }
  return json::object{{"status", std::move(status)}};
}

base::LogLevel level_of(std::string_view name) {
  if (name == "ERROR") return base::LogLevel::kError;
  if (name == "WARNING") return base::LogLevel::kWarn;
  if (name == "INFO") return base::LogLevel::kInfo;
  return base::LogLevel::kDebug;
}

std::string_view name_of(base::LogLevel level) {
  switch (level) {
    case base::LogLevel::kDebug:
      return "DEBUG";
    case base::LogLevel::kInfo:
      return "INFO";
    case base::LogLevel::kWarn:
      return "WARNING";
    case base::LogLevel::kError:
      return "ERROR";
  }
  return "INFO";
}

ApiObject list_log_lines(Call& call) {
  const auto limit = static_cast<std::size_t>(integer_of(call.input, "maxResults", kUsualLines));
  const base::LogLevel level = level_of(text_of(call.input, "level"));
  const base::LogTail::Page page =
      has(call.input, "after")
          ? base::log_tail().read(static_cast<std::uint64_t>(integer_of(call.input, "after", 0)),
                                  level, limit)
          : base::log_tail().newest(level, limit);
  json::array lines;
  for (const base::LogLine& line : page.lines) {
    lines.emplace_back(json::object{{"sequence", line.sequence},
                                    {"time", base::to_rfc3339_ms(line.time)},
                                    {"level", name_of(line.level)},
                                    {"text", line.text}});
  }
  return json::object{{"lines", std::move(lines)}, {"last", page.last}};
}

}  // namespace

std::span<const Handler> server_status_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"GetServerStatus", kRead, get_server_status},
      {"ListLogLines", kRead, list_log_lines},
  };
  return kHandlers;
}

}  // namespace control
