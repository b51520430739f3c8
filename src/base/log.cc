#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>

#include "base/json_text.h"
#include "base/log_tail.h"
#include "base/time.h"

namespace base {
namespace {

std::atomic<LogFormat> g_format{LogFormat::kText};
std::atomic<LogLevel> g_level{LogLevel::kInfo};
std::atomic<LogTap> g_tap{nullptr};

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("rostrum",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    made->set_level(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || static_cast<unsigned char>(c) >= 0x7f) {
      return false;
    }
  }
  return true;
}

void append_text(std::string& line, std::string_view event,
                 std::initializer_list<LogField> fields) {
  line.append(event);
  for (const LogField& field : fields) {
    fmt::format_to(std::back_inserter(line), " {}=", field.key());
    if (!field.is_text() || is_plain(field.value())) {
      line.append(field.value());
    } else {
      append_json_string(line, field.value());
    }
  }
}

}  // namespace

LogField::LogField(std::string_view key, std::string_view value)
    : key_(key), value_(value), is_text_(true) {}
LogField::LogField(std::string_view key, bool value)
    : key_(key), value_(value ? "true" : "false") {}
LogField::LogField(std::string_view key, double value)
    : key_(key), value_(fmt::format("{:.3f}", value)) {}

void configure_log(LogLevel level, LogFormat format) {
  g_level = level;
  g_format = format;
}

bool is_logged(LogLevel level) {
  return level >= g_level.load(std::memory_order_relaxed);
}

void set_log_tap(LogTap tap) {
  g_tap = tap;
}

std::string format_log_line(LogFormat format, std::string_view timestamp, LogLevel level,
                            std::string_view event, std::initializer_list<LogField> fields) {
  std::string line;
  if (format == LogFormat::kJson) {
    fmt::format_to(std::back_inserter(line), R"({{"time":"{}","level":"{}","event":)", timestamp,
                   name_of(level));
    append_json_string(line, event);
    for (const LogField& field : fields) {
      line.push_back(',');
      append_json_string(line, field.key());
      line.push_back(':');
      if (field.is_text()) {
        append_json_string(line, field.value());
      } else {
        line.append(field.value());
      }
    }
    line.push_back('}');
    return line;
  }
  fmt::format_to(std::back_inserter(line), "{} {:<5} ", timestamp, name_of(level));
  append_text(line, event, fields);
  return line;
}

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!is_logged(level)) return;
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const std::string line = format_log_line(g_format, to_rfc3339_ms(now), level, event, fields);
  logger().info(line);
  logger().flush();
  std::string text;
  append_text(text, event, fields);
  log_tail().add(now, level, text);
  if (const LogTap tap = g_tap) tap(line);
}

}  // namespace base
