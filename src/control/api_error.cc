#include "control/api_error.h"

#include "base/log.h"

namespace control {

std::unexpected<ApiError> internal(const base::Error& error) {
  base::log_error("request failed inside", {{"reason", error.message}});
  if (error.code == base::ErrorCode::kDiskFull) {
    auto full =
        api_fail("InternalServerException", "the server could not do this: its disk is full", 500);
    full.error().is_disk_full = true;
    return full;
  }
  return api_fail("InternalServerException", "the server could not do this; its log says why", 500);
}

}  // namespace control
