// One letter as mail servers take it (RFC 5322, MIME): text in any language, addresses in ASCII.
// Nothing that is put in can add a header field or a second receiver.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace io {

struct Mail {
  std::string from;     // "Rostrum <rostrum@example.org>" or an address alone
  std::string to;       // an address
  std::string subject;  // UTF-8; line ends and control characters become spaces
  std::string text;     // UTF-8; lines end with '\n'
  /// What stands before the '@' of the Message-ID: letters, digits, '-', '.', '_'. The same letter
  /// sent again has the same.
  std::string id;
  base::WallTime date{};
  /// Where one POST ends such letters (RFC 8058); empty: they cannot be ended.
  std::string unsubscribe_url = {};
};

/// The address in "name <address>" or of an address alone, if it is one that we can write:
/// printable ASCII, one '@', no quotes.
base::Expected<std::string> mail_address(std::string_view text);

/// Head and body, lines end with CR LF. kInvalid for addresses that are none.
base::Expected<std::string> write_mail(const Mail& mail);

/// A text of a header field (RFC 2047): as it is, or in encoded words of whole characters. At most
/// 66 characters stand in the first line.
std::string encode_header_text(std::string_view text);
/// Quoted-printable (RFC 2045 section 6.7) with lines of at most 76 characters.
std::string encode_quoted_printable(std::string_view text);
/// "Sun, 22 Nov 2026 13:05:42 +0000".
std::string mail_date(base::WallTime time);

}  // namespace io
