// Which failures are a full disk (or a quota that is used up): nothing is broken then, and what
// failed may be tried again when there is room. Told by the sentence, in SQLite's words, so that
// the error's code and what is done about it stay those of any other failure of the system.
#pragma once

#include <string_view>

#include "base/error.h"

namespace base {

inline constexpr std::string_view kDiskIsFull = "disk is full";

inline bool is_disk_full(const Error& error) {
  return error.code == ErrorCode::kIo && error.message.contains(kDiskIsFull);
}

}  // namespace base
