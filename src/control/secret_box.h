// Keeps secrets unreadable in the database: AES-256-GCM with a key that stands in a file beside it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace control {

/// Immutable; safe from every thread.
class SecretBox {
 public:
  /// Reads the key file, or makes it (mode 0600). kMalformed if it holds no key.
  static base::Expected<SecretBox> open_or_create(const std::string& path);

  /// `context` binds the sealed text to its place ("access_key/AKIA..."): it opens nowhere else.
  base::Bytes seal(std::string_view secret, std::string_view context) const;
  base::Expected<std::string> open(base::ByteSpan sealed, std::string_view context) const;
  /// The same for the same text, and tells nothing about it: to look secrets up by.
  base::Bytes fingerprint(std::string_view secret) const;
  /// A key of its own for some purpose ("playback sessions"), 32 octets.
  base::Bytes derive(std::string_view purpose) const;

 private:
  explicit SecretBox(base::Bytes key) : key_(std::move(key)) {}
  base::Bytes key_;
};

}  // namespace control
