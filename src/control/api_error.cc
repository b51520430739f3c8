#include "control/api_error.h"

#include "base/disk_full.h"
#include "base/log.h"

namespace control {

std::unexpected<ApiError> internal(const base::Error& error) {
  base::log_error("request failed inside", {{"reason", error.message}});
  if (base::is_disk_full(error)) {
    return api_fail("InternalServerException",
                    "the server could not do this: its " + std::string(base::kDiskIsFull), 500);
  }
  return api_fail("InternalServerException", "the server could not do this; its log says why", 500);
}

}  // namespace control
