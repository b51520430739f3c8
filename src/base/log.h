// Structured log: an event name and fields, written to standard error as text or JSON lines.
// Safe from every loop. Never pass a stream key, token or password.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace base {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

/// One `key=value` of a log line. Numbers and booleans stay such in JSON.
class LogField {
 public:
  LogField(std::string_view key, std::string_view value);
  LogField(std::string_view key, const char* value) : LogField(key, std::string_view(value)) {}
  LogField(std::string_view key, const std::string& value)
      : LogField(key, std::string_view(value)) {}
  LogField(std::string_view key, bool value);
  LogField(std::string_view key, double value);
  template <class Integer>
    requires std::is_integral_v<Integer>
  LogField(std::string_view key, Integer value) : key_(key), value_(std::to_string(value)) {}

  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }
  bool is_text() const { return is_text_; }

 private:
  std::string_view key_;
  std::string value_;
  bool is_text_ = false;
};

/// Sets level and format for the whole program; call once at start. Default: info, text.
void configure_log(LogLevel level, LogFormat format);

/// Whether lines of this level are written: asked before fields are made on a hot path.
bool is_logged(LogLevel level);

/// Receives every finished line, for log tails and tests; called on the logging thread of control.
using LogTap = void (*)(std::string_view line);
void set_log_tap(LogTap tap);

/// Writes one line. `event` is a short lower-case phrase that stays the same for one kind of event.
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

inline void log_debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kDebug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kInfo, event, fields);
}
inline void log_warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kWarn, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) {
  log(LogLevel::kError, event, fields);
}

/// The line as it would be written, without its line end; `timestamp` stands first. For tests.
std::string format_log_line(LogFormat format, std::string_view timestamp, LogLevel level,
                            std::string_view event, std::initializer_list<LogField> fields);

}  // namespace base
