// How the platform's code says no, and what it answers otherwise.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "wire/http/message.h"

namespace control {
struct OwnAnswer;
}

namespace app {

/// A request that is not fulfilled. `type` is for programs and lasts, `message` is a sentence for
/// people that says what to do, `field` the input it is about.
struct Refusal {
  std::uint16_t status = 400;
  std::string type = "Invalid";
  std::string message = {};
  std::string field = {};
  std::int64_t retry_after = 0;  // seconds
};

template <class T>
using Outcome = std::expected<T, Refusal>;

inline std::unexpected<Refusal> refuse(std::uint16_t status, std::string_view type,
                                       std::string_view message, std::string_view field = {}) {
  return std::unexpected(
      Refusal{status, std::string(type), std::string(message), std::string(field)});
}
inline std::unexpected<Refusal> invalid(std::string_view field, std::string_view message) {
  return refuse(400, "Invalid", message, field);
}
inline std::unexpected<Refusal> not_found(std::string_view message) {
  return refuse(404, "NotFound", message);
}
inline std::unexpected<Refusal> forbidden(std::string_view message) {
  return refuse(403, "Forbidden", message);
}
/// Something of ours does not work: the error goes into the log, the client learns no more than
/// that. kLimit, kTimeout and kDiskFull say that it may be tried again.
std::unexpected<Refusal> broken(const base::Error& error);
/// The same of an operation of the IVS API that failed; `what` is for the log.
std::unexpected<Refusal> broken(std::string_view what, const control::OwnAnswer& answer);

/// What a route gives.
struct Answer {
  Answer() = default;
  Answer(boost::json::object given) : body(std::move(given)) {}  // NOLINT: reads as it is
  static Answer nothing(std::uint16_t status = 204) {
    Answer answer;
    answer.status = status;
    return answer;
  }
  static Answer as_it_is(wire::http::Response response) {
    Answer answer;
    answer.raw = std::move(response);
    return answer;
  }
  /// Call::later() was taken and will be told.
  static Answer comes_later() {
    Answer answer;
    answer.is_later = true;
    return answer;
  }

  std::uint16_t status = 200;
  std::optional<boost::json::object> body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<wire::http::Response> raw;  // in place of all the rest
  bool is_later = false;
};

}  // namespace app
