#include "io/descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace io {

void Descriptor::reset() {
  if (value_ >= 0) (void)::close(std::exchange(value_, -1));  // the number is free in any case
}

base::Error system_error(std::string_view what, int error_number) {
  base::ErrorCode code = base::ErrorCode::kIo;
  if (error_number == EPIPE || error_number == ECONNRESET) code = base::ErrorCode::kClosed;
  if (error_number == ETIMEDOUT) code = base::ErrorCode::kTimeout;
  if (error_number == EADDRINUSE || error_number == EEXIST) code = base::ErrorCode::kConflict;
  if (error_number == ENOENT) code = base::ErrorCode::kNotFound;
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return {base::ErrorCode::kDiskFull, std::string(what) + ": the disk is full"};
  }
  return {code, std::string(what) + ": " + std::generic_category().message(error_number)};
}

}  // namespace io
