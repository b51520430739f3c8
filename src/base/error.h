// Errors as values. Everything the outside can cause returns Expected<T>; nothing throws across a
// header.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace base {

/// What kind of failure it was, for the caller to act on.
enum class ErrorCode {
  kMalformed,     // bytes that break their format
  kUnsupported,   // well-formed, but something we do not carry
  kLimit,         // more than a limit allows
  kNotFound,      // the named thing does not exist
  kConflict,      // it exists already, or is in a state that forbids this
  kUnauthorized,  // key, token or passphrase is missing or wrong
  kClosed,        // the other side has gone
  kTimeout,       // nothing came in time
  kIo,            // the kernel or a library reported a failure
  kDiskFull,      // a disk or a quota is used up: try again once there is room
  kInvalid,       // a setting or argument given by a person is wrong
};

/// Stable lower-case name of a code ("malformed"), for logs and metrics.
std::string_view to_string(ErrorCode code);

/// One failure: a code and one sentence that carries the offending value. Never holds a secret.
struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;

  /// The same error with `context: ` put before its sentence.
  Error with_context(std::string_view context) &&;
};

template <class T>
using Expected = std::expected<T, Error>;

/// `return base::fail(ErrorCode::kMalformed, "...")` in a function that returns Expected.
inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

/// Passes an error on to a caller with another value type.
inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

}  // namespace base
