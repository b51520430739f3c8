// A listener that records, and shortcuts for talking to a server connection in tests.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "wire/http/connection.h"

namespace wire::http::testing {

struct RecordingListener : Connection::Listener {
  struct Received {
    RequestId id;
    Request request;
  };
  std::vector<Received> requests;
  std::vector<RequestId> cancelled;
  /// Called for each request after it was recorded.
  std::function<void(RequestId, const Request&)> answer;
  std::size_t limit_for_uploads = 0;  // for targets that start with /upload

  void on_request(RequestId id, Request&& request) override {
    requests.push_back({id, std::move(request)});
    if (answer) answer(id, Request(requests.back().request));
  }
  void on_cancelled(RequestId id) override { cancelled.push_back(id); }
  std::size_t body_limit(const Request& head, std::size_t default_limit) override {
    return head.path.starts_with("/upload") && limit_for_uploads > 0 ? limit_for_uploads
                                                                     : default_limit;
  }
};

inline std::string take_text(Connection& connection) {
  std::vector<base::Slice> slices;
  connection.take_output(slices);
  std::string text;
  for (const base::Slice& slice : slices) text += slice.text();
  return text;
}

inline Response text_response(std::string body) {
  return Response::with_body(200, "text/plain", base::Slice::take(std::move(body)));
}

inline const DateText& fixed_date() {
  static const DateText date{base::WallTime(std::chrono::seconds(784111777))};
  return date;
}

}  // namespace wire::http::testing
