#include "app/core/refusal.h"

#include <fmt/format.h>

#include "base/log.h"
#include "control/control.h"

namespace app {

std::unexpected<Refusal> broken(const base::Error& error) {
  if (error.code == base::ErrorCode::kLimit || error.code == base::ErrorCode::kTimeout) {
    Refusal refusal{503, "Busy", "The server has too much to do. Try again in a moment."};
    refusal.retry_after = 2;
    return std::unexpected(std::move(refusal));
  }
  if (error.code == base::ErrorCode::kDiskFull) {
    base::log_error("a request to the platform failed", {{"reason", error.message}});
    Refusal refusal{507, "DiskFull", "The server has no room left for this. Try again later."};
    refusal.retry_after = 60;
    return std::unexpected(std::move(refusal));
  }
  base::log_error("a request to the platform failed", {{"reason", error.message}});
  return refuse(500, "Unexpected", "Something went wrong here. Try again later.");
}

std::unexpected<Refusal> broken(std::string_view what, const control::OwnAnswer& answer) {
  using enum base::ErrorCode;
  return broken(base::Error{answer.is_disk_full ? kDiskFull : kIo,
                            fmt::format("{}: {} {}", what, answer.error, answer.message)});
}

}  // namespace app
