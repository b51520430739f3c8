// Tells browsers by Web Push, on a thread of its own: other people's servers may take their time.
// Browsers that are gone are forgotten. Safe from every thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/letters/notice_store.h"
#include "io/fetch.h"
#include "io/sql_workers.h"
#include "io/work_thread.h"

namespace app {

class PushSender {
 public:
  PushSender(P256Key key, std::string contact, io::SqlWorkers& sql)
      : key_(std::move(key)), contact_(std::move(contact)), sql_(sql), thread_("push", {}) {}

  const P256Key& key() const { return key_; }

  /// `text` is for the browser's service worker; a message with the same `topic` (letters and
  /// digits, at most 32) that still waits at the service is replaced. False, and nothing is sent,
  /// if too much waits. `told` runs on the sender's thread once each push service has answered or
  /// did not in time; never, if the sender ends before that.
  [[nodiscard]] bool send(std::vector<PushTarget> targets, std::string text, std::string topic,
                          std::move_only_function<void()> told);

 private:
  struct Message {
    std::vector<PushTarget> targets;
    std::string text;
    std::string topic;
    std::move_only_function<void()> told;
  };
  /// How it went with one browser.
  enum class Result : std::uint8_t { kTaken, kGone, kFailed };
  /// False if the end came first.
  bool deliver(const Message& message);
  Result tell(const PushTarget& target, const Message& message);
  void note(const PushTarget& target, Result result);
  std::string authorization(const std::string& origin);

  struct Known {
    std::string field;
    base::WallTime until{};
  };
  const P256Key key_;
  const std::string contact_;
  io::SqlWorkers& sql_;
  // of the thread:
  io::Fetcher fetcher_;
  std::unordered_map<std::string, Known> fields_;  // by origin
  io::WorkThread thread_;                          // last: it uses the others
};

}  // namespace app
