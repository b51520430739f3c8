// The key behind what leaves this server and comes back to it, or lies in the database while it
// waits: letters, codes in links, what a sign-in elsewhere has to remember. One file, made when it
// is first needed. An immutable value for every thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace app {

class LetterKey {
 public:
  /// "letters.key" in `folder`, made with random octets and mode 0600 if it is not there. Without a
  /// folder the key lives as long as this program. kInvalid for a file that is no key.
  static base::Expected<LetterKey> open(const std::string& folder);
  /// For tests.
  explicit LetterKey(base::ByteSpan key);

  /// Encrypted and authenticated; `purpose` names what it is and whose.
  base::Bytes seal(std::string_view purpose, std::string_view plain) const;
  std::optional<std::string> open_sealed(std::string_view purpose, base::ByteSpan sealed) const;

  /// A code for links that says `subject` and cannot be made by others; it lasts as long as the
  /// key. The subject has no '.'.
  std::string sign(std::string_view purpose, std::string_view subject) const;
  std::optional<std::string> read_signed(std::string_view purpose, std::string_view code) const;

 private:
  base::Bytes sealing_;
  base::Bytes signing_;
};

}  // namespace app
