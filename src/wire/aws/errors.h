// The errors that every AWS-shaped service answers alike, before any operation is reached, with
// their names on the wire (header x-amzn-ErrorType) and statuses.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace wire::aws {

enum class CommonError : std::uint8_t {
  kAccessDenied,
  kExpiredToken,
  kIncompleteSignature,
  kInternalServer,
  kInvalidSignature,
  kMissingAuthenticationToken,
  kRequestExpired,
  kServiceUnavailable,
  kThrottling,
  kUnknownOperation,
  kUnrecognizedClient,
  kValidation,
};

/// "InvalidSignatureException". Some names have no "Exception": they are spelt as AWS spells them.
std::string_view name_of(CommonError error);
/// The HTTP status: 403 for whatever concerns identity and rights.
std::uint16_t status_of(CommonError error);

/// Why a request is refused. The sentence is for the caller's developer; it names the offending
/// value and never a secret.
struct Refusal {
  CommonError error = CommonError::kInvalidSignature;
  std::string message;
};

inline std::unexpected<Refusal> refuse(CommonError error, std::string message) {
  return std::unexpected<Refusal>(Refusal{error, std::move(message)});
}

/// A value from outside as it may stand in a sentence: at most 64 characters, and anything but
/// printable ASCII as '?'.
std::string printable(std::string_view text);

/// For a key id that the caller's store does not hold.
Refusal unrecognized_client();

}  // namespace wire::aws
