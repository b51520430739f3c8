// SHA-256 of what comes in pieces. Belongs to one thread at a time.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/crypto.h"

namespace base {

class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  void update(ByteSpan data);
  /// Of everything so far; the stream begins anew.
  Sha256Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace base
