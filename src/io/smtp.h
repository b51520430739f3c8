// Hands letters to a mail server (RFC 5321), one after the other over one connection, waiting for
// each. For threads that may wait, never for loops.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "io/mail_message.h"

namespace io {

struct MailServer {
  /// "smtps://host[:465]": TLS from the first octet; "smtp://host[:25]": STARTTLS if the server
  /// offers it. A password is only ever sent to a server whose certificate is trusted, or on this
  /// machine; without a password a certificate is not asked for, as between mail servers.
  std::string url;
  std::string user = {};
  std::string password = {};  // secret
  /// PEM certificates that are trusted in place of the system's.
  std::string ca_file = {};
  base::Duration time_limit = std::chrono::seconds(20);  // of one letter
};

/// Keeps its connection from one letter to the next. Belongs to one thread at a time.
class Mailer {
 public:
  /// kInvalid for an address that is none of a mail server.
  static base::Expected<Mailer> create(MailServer server);
  ~Mailer();
  Mailer(Mailer&&) noexcept;
  Mailer& operator=(Mailer&&) noexcept;

  /// Once the server has taken the letter. kInvalid for a letter that cannot be written
  /// (addresses), kConflict if the server refuses it for good (5xx), kUnauthorized if it refuses us
  /// or its certificate is not trusted, kUnsupported if it has no TLS where that is needed,
  /// kTimeout and kClosed if it cannot be reached, kIo for anything else (4xx): those may be tried
  /// again. No error holds an address or a password.
  base::Expected<void> send(const Mail& mail);

 private:
  struct Handle;
  explicit Mailer(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace io
