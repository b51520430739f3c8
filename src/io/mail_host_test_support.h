// A mail server for tests: writes down what it is told and takes every letter, unless it was given
// other replies. Everything is inline.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "io/talk_server_test_support.h"

namespace io::test {

class MailHost {
 public:
  /// `replies` stand in for its usual ones, by the beginning of a command ("" for the greeting, "."
  /// for the end of a letter).
  explicit MailHost(std::map<std::string, std::string> replies = {})
      : replies_(std::move(replies)), server_([this](Conversation& client) { talk(client); }) {}

  std::string url() const { return "smtp://" + server_.authority(); }
  std::vector<std::string> commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  std::vector<std::string> letters() const {
    const std::lock_guard lock(mutex_);
    return letters_;
  }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }
  /// Once so many have come, or ten seconds have passed.
  std::vector<std::string> wait_for(std::size_t count) const {
    std::unique_lock lock(mutex_);
    (void)came_.wait_for(lock, std::chrono::seconds(10), [&] { return letters_.size() >= count; });
    return letters_;
  }

 private:
  std::string reply(const std::string& command, const std::string& usual) const {
    for (const auto& [beginning, reply] : replies_) {
      if (!beginning.empty() && command.starts_with(beginning)) return reply + "\r\n";
    }
    return usual + "\r\n";
  }
  void note(const std::string& command) {
    const std::lock_guard lock(mutex_);
    commands_.push_back(command);
  }
  void talk(Conversation& client) {
    {
      const std::lock_guard lock(mutex_);
      ++connections_;
    }
    const auto greeting = replies_.find("");
    if (greeting != replies_.end()) return client.say(greeting->second + "\r\n");
    client.say("220 mail.test\r\n");
    while (const auto line = client.line()) {
      if (*line == "QUIT") return client.say("221 bye\r\n");
      note(*line);
      if (line->starts_with("EHLO")) {
        client.say("250-mail.test\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n");
      } else if (*line == "DATA") {
        take_letter(client);
      } else if (line->starts_with("AUTH")) {
        client.say("334 \r\n");
        note(client.line().value_or(""));
        client.say(reply(*line, "235 welcome"));
      } else {
        client.say(reply(*line, "250 ok"));
      }
    }
  }
  void take_letter(Conversation& client) {
    const std::string answer = reply("DATA", "354 go on");
    client.say(answer);
    if (!answer.starts_with("354")) return;
    std::string letter;
    while (const auto part = client.line()) {
      if (*part == ".") break;
      letter += *part + "\n";
    }
    {
      const std::lock_guard lock(mutex_);
      letters_.push_back(letter);
    }
    came_.notify_all();
    client.say(reply(".", "250 taken"));
  }

  const std::map<std::string, std::string> replies_;
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::vector<std::string> commands_;  // these three guarded by mutex_
  std::vector<std::string> letters_;
  int connections_ = 0;
  TalkServer server_;  // last: it uses the others
};

}  // namespace io::test
