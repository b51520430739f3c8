#include "io/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>

#include "base/check.h"
#include "io/tls_error.h"

namespace io {
namespace {

using base::ErrorCode;
using Context = std::shared_ptr<SSL_CTX>;

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct X509Deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct KeyDeleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

std::unique_ptr<BIO, BioDeleter> view_of(const std::string& text) {
  return std::unique_ptr<BIO, BioDeleter>(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::unique_ptr<X509, X509Deleter> read_certificate(BIO* bio) {
  return std::unique_ptr<X509, X509Deleter>(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
}

/// RFC 7301: each name after its length.
std::string alpn_wire(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) {
    CHECK(!name.empty() && name.size() <= 255);
    out.push_back(static_cast<char>(name.size()));
    out += name;
  }
  return out;
}

// The wire form of the server's protocols lives as long as the SSL_CTX that points to it.
void free_alpn(void*, void* pointer, CRYPTO_EX_DATA*, int, long, void*) {
  const std::unique_ptr<std::string> owner(static_cast<std::string*>(pointer));
}

int alpn_slot() {
  static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_alpn);
  return slot;
}

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_length,
                const unsigned char* offered, unsigned offered_length, void* argument) {
  const auto& ours = *static_cast<const std::string*>(argument);
  unsigned char* chosen = nullptr;
  const auto wire = base::as_bytes(ours);
  if (SSL_select_next_proto(&chosen, out_length, wire.data(), static_cast<unsigned>(wire.size()),
                            offered, offered_length) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

Context new_context(const SSL_METHOD* method) {
  Context context(SSL_CTX_new(method), [](SSL_CTX* native) { SSL_CTX_free(native); });
  CHECK(context != nullptr);
  SSL_CTX* native = context.get();
  CHECK(SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) == 1);
  // Forward secrecy and authenticated encryption only; TLS 1.3 has nothing else.
  CHECK(SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                  SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Idle connections give their 32 KiB of buffers back; queued slices may move between retries.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  (void)SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  // One read call takes header and body of a record, and the next records with them.
  SSL_CTX_set_read_ahead(native, 1);
  return context;
}

}  // namespace

void SslDeleter::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

base::Error take_tls_error(std::string_view what) {
  std::string message(what);
  const unsigned long code = ERR_get_error();
  if (const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code)) {
    message += std::string(": ") + reason;
  }
  ERR_clear_error();
  return {ErrorCode::kIo, std::move(message)};
}

base::Expected<Context> TlsContext::make_server(const PemPair& pem) const {
  Context context = new_context(TLS_server_method());
  SSL_CTX* native = context.get();

  const auto chain = view_of(pem.certificate);
  const auto leaf = read_certificate(chain.get());
  if (!leaf || SSL_CTX_use_certificate(native, leaf.get()) != 1) {
    return base::fail(ErrorCode::kInvalid, take_tls_error("TLS certificate").message);
  }
  while (auto issuer = read_certificate(chain.get())) {
    CHECK(SSL_CTX_add0_chain_cert(native, issuer.get()) == 1);
    (void)issuer.release();  // the context owns it now
  }
  ERR_clear_error();  // the end of the chain counts as an error
  const std::unique_ptr<EVP_PKEY, KeyDeleter> key(
      PEM_read_bio_PrivateKey(view_of(pem.private_key).get(), nullptr, nullptr, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(native, key.get()) != 1 ||
      SSL_CTX_check_private_key(native) != 1) {
    return base::fail(ErrorCode::kInvalid, take_tls_error("TLS private key").message);
  }
  if (!server_options_.alpn.empty()) {
    auto wire = std::make_unique<std::string>(alpn_wire(server_options_.alpn));
    SSL_CTX_set_alpn_select_cb(native, select_alpn, wire.get());
    CHECK(SSL_CTX_set_ex_data(native, alpn_slot(), wire.release()) == 1);
  }
  CHECK(SSL_CTX_set_num_tickets(native, 1) == 1);
  if (server_options_.kernel_tls) SSL_CTX_set_options(native, SSL_OP_ENABLE_KTLS);
  return context;
}

base::Expected<std::unique_ptr<TlsContext>> TlsContext::server(const PemPair& pem,
                                                               ServerOptions options) {
  std::unique_ptr<TlsContext> self(new TlsContext());
  self->server_options_ = std::move(options);
  auto context = self->make_server(pem);
  if (!context) return base::fail(std::move(context.error()));
  self->native_ = std::move(*context);
  return self;
}

base::Expected<std::unique_ptr<TlsContext>> TlsContext::client(ClientOptions options) {
  std::unique_ptr<TlsContext> self(new TlsContext());
  Context context = new_context(TLS_client_method());
  SSL_CTX* native = context.get();
  if (!options.alpn.empty()) {
    const std::string wire = alpn_wire(options.alpn);
    const auto bytes = base::as_bytes(wire);
    CHECK(SSL_CTX_set_alpn_protos(native, bytes.data(), static_cast<unsigned>(bytes.size())) == 0);
  }
  if (options.verify) {
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    CHECK(SSL_CTX_set_default_verify_paths(native) == 1);
  }
  if (!options.trusted.empty()) {
    const auto bundle = view_of(options.trusted);
    bool any = false;
    while (auto certificate = read_certificate(bundle.get())) {
      any = X509_STORE_add_cert(SSL_CTX_get_cert_store(native), certificate.get()) == 1 || any;
    }
    ERR_clear_error();
    if (!any) return base::fail(ErrorCode::kInvalid, "no certificate among those to trust");
  }
  self->client_options_ = std::move(options);
  self->native_ = std::move(context);
  return self;
}

base::Expected<void> TlsContext::reload(const PemPair& pem) {
  auto context = make_server(pem);
  if (!context) return base::fail(std::move(context.error()));
  const std::lock_guard lock(mutex_);
  std::array<unsigned char, 128> keys{};
  const long length = SSL_CTX_get_tlsext_ticket_keys(native_.get(), nullptr, 0);
  CHECK(length > 0 && length <= static_cast<long>(keys.size()));
  CHECK(SSL_CTX_get_tlsext_ticket_keys(native_.get(), keys.data(), length) == 1);
  CHECK(SSL_CTX_set_tlsext_ticket_keys(context->get(), keys.data(), length) == 1);
  native_ = std::move(*context);
  return {};
}

SslPointer TlsContext::new_session() const {
  const std::lock_guard lock(mutex_);
  SslPointer ssl(SSL_new(native_.get()));
  CHECK(ssl != nullptr);
  return ssl;
}

}  // namespace io
