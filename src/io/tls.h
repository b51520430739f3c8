// TLS settings and certificates, shared by all loops. The sessions themselves are in Connection.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

struct ssl_st;
struct ssl_ctx_st;

namespace io {

struct SslDeleter {
  void operator()(ssl_st* ssl) const;
};
using SslPointer = std::unique_ptr<ssl_st, SslDeleter>;

/// A certificate chain (leaf first) and its private key, both in PEM.
struct PemPair {
  std::string certificate;
  std::string private_key;
};

/// A self-signed ECDSA P-256 certificate, valid for 365 days from now, for `hosts` (names or
/// addresses) as well as localhost, 127.0.0.1, ::1 and this machine's host name.
base::Expected<PemPair> make_development_certificate(std::span<const std::string> hosts);

/// Server or client settings. Thread-safe. TLS 1.2 and 1.3; no session cache, tickets instead.
class TlsContext {
 public:
  struct ServerOptions {
    /// Offered protocols in order of preference; a client that offers none of them is refused, one
    /// that does not offer any gets none.
    std::vector<std::string> alpn = {"h2", "http/1.1"};
    /// Lets the kernel encrypt where it can.
    bool kernel_tls = false;
  };
  struct ClientOptions {
    std::vector<std::string> alpn = {};
    /// Checks the chain against the system's roots and the name given to Connection.
    bool verify = true;
    /// Certificates to trust as well, in PEM; for tests and private authorities.
    std::string trusted = {};
  };

  /// Errors: kInvalid with what is wrong with the certificate or key.
  static base::Expected<std::unique_ptr<TlsContext>> server(const PemPair& pem,
                                                            ServerOptions options);
  static base::Expected<std::unique_ptr<TlsContext>> client(ClientOptions options);

  /// Uses a renewed certificate for new connections; established ones go on, and tickets stay
  /// valid. On error the old one stays.
  base::Expected<void> reload(const PemPair& pem);

  // For Connection.
  SslPointer new_session() const;
  bool verifies() const { return client_options_.verify; }

 private:
  TlsContext() = default;
  base::Expected<std::shared_ptr<ssl_ctx_st>> make_server(const PemPair& pem) const;

  ServerOptions server_options_;
  ClientOptions client_options_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> native_;  // guarded; OpenSSL counts references itself, this is one
};

}  // namespace io
