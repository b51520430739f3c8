// How an operation fails: the error's name in the model and one sentence.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace control {

struct ApiError {
  std::string name;     // "ValidationException"
  std::string message;  // says what to do; no secrets
  /// 0: as the service's table of errors says.
  std::uint16_t status = 0;
  // What chat's errors carry beside; empty where it does not apply.
  std::string field = {};  // of the input: "messageReviewHandler.uri"
  std::string resource_id = {};
  std::string resource_type = {};  // "ROOM"
  std::int64_t limit = 0;
  /// For callers of our own: it may be tried again once there is room.
  bool is_disk_full = false;
};

template <class T>
using ApiResult = std::expected<T, ApiError>;
using ApiObject = ApiResult<boost::json::object>;

inline std::unexpected<ApiError> api_fail(std::string_view name, std::string message,
                                          std::uint16_t status = 0) {
  return std::unexpected<ApiError>(
      ApiError{.name = std::string(name), .message = std::move(message), .status = status});
}
inline std::unexpected<ApiError> invalid(std::string message) {
  return api_fail("ValidationException", std::move(message));
}
inline std::unexpected<ApiError> not_found(std::string message) {
  return api_fail("ResourceNotFoundException", std::move(message));
}
inline std::unexpected<ApiError> conflict(std::string message) {
  return api_fail("ConflictException", std::move(message));
}
inline std::unexpected<ApiError> denied(std::string message) {
  return api_fail("AccessDeniedException", std::move(message));
}
inline std::unexpected<ApiError> quota_exceeded(std::string message) {
  return api_fail("ServiceQuotaExceededException", std::move(message));
}
inline std::unexpected<ApiError> throttled(std::string message) {
  return api_fail("ThrottlingException", std::move(message));
}
/// What the database said goes to the log, not to the caller.
std::unexpected<ApiError> internal(const base::Error& error);

}  // namespace control
