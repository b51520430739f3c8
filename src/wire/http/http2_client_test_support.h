// An HTTP/2 client on nghttp2's client API, to drive Http2Connection in tests.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "wire/http/connection.h"

namespace wire::http::testing {

class Http2Client {
 public:
  struct Answer {
    std::map<std::string, std::string> fields;
    std::string body;
    bool is_complete = false;
    std::uint32_t reset_code = 0;
  };
  using Fields = std::vector<std::pair<std::string, std::string>>;

  /// `window` is the initial window of each stream.
  explicit Http2Client(std::uint32_t window = 1 << 20);
  ~Http2Client();

  /// Returns the stream's number.
  std::int32_t request(std::string_view method, std::string_view path, const Fields& extra = {},
                       std::string body = {});
  void reset(std::int32_t stream);
  void ping();
  /// What the client has to send now.
  std::string take_output();
  /// False if nghttp2 finds the server's bytes wrong.
  bool receive(base::ByteSpan data);
  /// Carries bytes both ways, `piece` at a time from the client, until neither has any.
  void exchange(Connection& server, std::size_t piece = 1 << 20);

  Answer& answer(std::int32_t stream) { return answers_[stream]; }
  bool got_goaway() const { return got_goaway_; }
  std::uint32_t goaway_code() const { return goaway_code_; }

 private:
  struct Session;
  std::unique_ptr<Session> session_;
  std::map<std::int32_t, Answer> answers_;
  std::map<std::int32_t, std::string> uploads_;
  bool got_goaway_ = false;
  std::uint32_t goaway_code_ = 0;
};

}  // namespace wire::http::testing
