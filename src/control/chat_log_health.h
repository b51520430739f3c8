// Which destinations of chat logs fail, how often, and when they are tried again. By the id of the
// logging configuration; there are as many as are in use. On the shipper's loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "control/chat_log_shipper.h"

namespace control {

class ChatLogHealth {
 public:
  using Errors = ChatLogShipper::Errors;

  /// A pause grows with every failure (retry_pause); `random` from 0 to 1. The first failure in a
  /// row is logged.
  void failed(const std::string& configuration, const base::Error& error, base::WallTime now,
              double random);
  /// Logged if it failed before.
  void succeeded(const std::string& configuration);
  bool is_paused(const std::string& configuration, base::WallTime now) const;
  /// Its last attempt failed.
  bool is_failing(const std::string& configuration) const {
    return pauses_.contains(configuration);
  }
  /// Everything may be tried again now.
  void end_pauses();
  /// Since the start.
  const std::map<std::string, Errors>& errors() const { return errors_; }

 private:
  struct Pause {
    std::int64_t attempts = 0;
    base::WallTime until{};
  };
  std::map<std::string, Pause> pauses_;
  std::map<std::string, Errors> errors_;
};

}  // namespace control
