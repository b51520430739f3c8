// Runs a program that reads octets and gives others back, and waits for it: for threads that may.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/time.h"

namespace io {

struct FilterLimits {
  std::size_t max_output = std::size_t{16} << 20;
  base::Duration time = std::chrono::seconds(20);
};

struct FilterResult {
  int exit_code = 0;
  int signal = 0;  // that ended it, or 0
  base::Bytes output;
  std::string errors;  // the first 1 KiB of its standard error
};

/// The program, by path or found in PATH, and its arguments (others on the machine can read these);
/// `input` is its standard input. Its end, however it came, is a result. Errors: kNotFound if it
/// cannot be started, kTimeout and kLimit (it was killed), kIo. Never from a loop.
base::Expected<FilterResult> run_filter(std::vector<std::string> arguments, base::ByteSpan input,
                                        const FilterLimits& limits = {});

}  // namespace io
