#include "wire/aws/errors.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace wire::aws {
namespace {

struct Row {
  CommonError error;
  std::string_view name;
  std::uint16_t status;
};

constexpr std::array kRows = {
    Row{CommonError::kAccessDenied, "AccessDeniedException", 403},
    Row{CommonError::kExpiredToken, "ExpiredTokenException", 403},
    Row{CommonError::kIncompleteSignature, "IncompleteSignature", 403},
    Row{CommonError::kInternalServer, "InternalServerException", 500},
    Row{CommonError::kInvalidSignature, "InvalidSignatureException", 403},
    Row{CommonError::kMissingAuthenticationToken, "MissingAuthenticationTokenException", 403},
    Row{CommonError::kRequestExpired, "RequestExpired", 400},
    Row{CommonError::kServiceUnavailable, "ServiceUnavailable", 503},
    Row{CommonError::kThrottling, "ThrottlingException", 429},
    Row{CommonError::kUnknownOperation, "UnknownOperationException", 404},
    Row{CommonError::kUnrecognizedClient, "UnrecognizedClientException", 403},
    Row{CommonError::kValidation, "ValidationException", 400},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<std::size_t>(kRows[i].error) != i) return false;
  }
  return true;
}
static_assert(is_in_order());

}  // namespace

std::string_view name_of(CommonError error) {
  return kRows[static_cast<std::size_t>(error)].name;
}

std::uint16_t status_of(CommonError error) {
  return kRows[static_cast<std::size_t>(error)].status;
}

std::string printable(std::string_view text) {
  static constexpr std::size_t kMax = 64;
  std::string out(text.substr(0, kMax));
  const auto is_odd = [](char c) { return c < 0x20 || c > 0x7e; };
  std::ranges::replace_if(out, is_odd, '?');
  if (text.size() > kMax) out += "...";
  return out;
}

Refusal unrecognized_client() {
  return {CommonError::kUnrecognizedClient,
          "The access key that signed this request is not known here."};
}

}  // namespace wire::aws
