// Invariant checks. A failed CHECK is a bug in Rostrum, never bad input: it prints the place and
// aborts, in every build. DCHECK does the same in debug builds only.
#pragma once

namespace base {

/// Prints `file:line: CHECK failed: expression` to standard error and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* expression);

}  // namespace base

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::base::check_failed(__FILE__, __LINE__, #condition))

#ifdef NDEBUG
#define DCHECK(condition) static_cast<void>(sizeof((condition) ? 1 : 0))
#else
#define DCHECK(condition) CHECK(condition)
#endif
