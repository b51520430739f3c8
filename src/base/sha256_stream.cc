#include "base/sha256_stream.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace base {

struct Sha256Stream::Context {
  Context() : state(EVP_MD_CTX_new()) { begin(); }
  ~Context() { EVP_MD_CTX_free(state); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  void begin() const { CHECK(EVP_DigestInit_ex(state, EVP_sha256(), nullptr) == 1); }

  EVP_MD_CTX* const state;
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::update(ByteSpan data) {
  CHECK(EVP_DigestUpdate(context_->state, data.data(), data.size()) == 1);
}

Sha256Digest Sha256Stream::finish() {
  Sha256Digest digest = {};
  unsigned length = 0;
  CHECK(EVP_DigestFinal_ex(context_->state, digest.data(), &length) == 1);
  CHECK(length == digest.size());
  context_->begin();
  return digest;
}

}  // namespace base
