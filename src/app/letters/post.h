// Mail: what is sent, and the development mailbox for what would have been. Letters wait in the
// database until the mail server has taken them. Tables: component "app.letters".
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "app/core/call.h"
#include "app/core/parts.h"
#include "app/core/route.h"

namespace app {

struct Letter {
  std::string to;       // an address
  std::string subject;  // one line
  std::string text;     // plain; lines end with '\n'
  /// What it is about: "verify", "reset", "digest", ... Digests wait behind all others.
  std::string kind;
  /// Where one POST ends letters of this kind (RFC 8058); empty: they cannot be ended.
  std::string unsubscribe_url = {};
};

class LetterKey;

class Post {
 public:
  static base::Expected<std::unique_ptr<Post>> create(Parts& parts, io::SqlConnection& sql);
  virtual ~Post() = default;
  static std::span<const Route> routes();

  /// Within the transaction that makes it necessary.
  virtual Outcome<void> queue(io::SqlConnection& sql, const Letter& letter, base::WallTime now) = 0;
  /// Something may be waiting: looks soon. From any thread.
  virtual void look() = 0;
  /// Who opens what we sealed and signed, for the other files of letters.
  virtual const LetterKey& key() const = 0;
  virtual void start() = 0;
};

}  // namespace app
