// A file descriptor that closes itself, and a connected TCP socket made of one.
#pragma once

#include <string>
#include <utility>

#include "base/error.h"
#include "io/address.h"

namespace io {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }

  int get() const { return value_; }
  bool is_open() const { return value_ >= 0; }
  int release() { return std::exchange(value_, -1); }
  void reset();

 private:
  int value_ = -1;
};

/// A connected, non-blocking TCP socket that no loop watches yet: what a Listener or Connector
/// gives and a Connection takes. May be moved to any thread.
struct Socket {
  Descriptor descriptor;
  Address peer;
};

/// `Error{kIo, "what: <text of the error number>"}`; kClosed for resets, kTimeout for timeouts,
/// kDiskFull for a full disk or a quota that is used up.
base::Error system_error(std::string_view what, int error_number);

}  // namespace io
