#include "control/api_error.h"

#include "base/log.h"

namespace control {

std::unexpected<ApiError> internal(const base::Error& error) {
  base::log_error("request failed inside", {{"reason", error.message}});
  return api_fail("InternalServerException", "the server could not do this; its log says why", 500);
}

}  // namespace control
