// The development certificate of io/tls.h.
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <set>

#include "base/check.h"
#include "io/address.h"
#include "io/system.h"
#include "io/tls.h"
#include "io/tls_error.h"

namespace io {
namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    (void)kFree(pointer);
  }
};
template <class T, auto kFree>
using Owned = std::unique_ptr<T, Freed<kFree>>;

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  return host.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.*_") ==
         std::string_view::npos;
}

base::Expected<std::string> alternative_names(std::span<const std::string> hosts) {
  std::set<std::string> names{"DNS:localhost", "IP:127.0.0.1", "IP:::1"};
  if (const std::string own = host_name(); is_host_name(own)) names.insert("DNS:" + own);
  for (const std::string& host : hosts) {
    if (!host.empty() && Address::parse(host, 0)) {
      names.insert("IP:" + Address::parse(host, 0)->ip());
    } else if (is_host_name(host)) {
      names.insert("DNS:" + host);
    } else {
      return base::fail(base::ErrorCode::kInvalid, "not a host name or address: " + host);
    }
  }
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  CHECK(extension != nullptr);
  CHECK(X509_add_ext(certificate, extension.get(), -1) == 1);
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(length)};
}

}  // namespace

base::Expected<PemPair> make_development_certificate(std::span<const std::string> hosts) {
  const auto names = alternative_names(hosts);
  if (!names) return base::fail(names.error());

  const Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
  const Owned<X509, X509_free> certificate(X509_new());
  std::array<unsigned char, 16> serial{};
  if (!key || !certificate || RAND_bytes(serial.data(), serial.size()) != 1) {
    return base::fail(take_tls_error("cannot make a key"));
  }
  serial[0] = static_cast<unsigned char>((serial[0] & 0x7fU) | 0x40U);  // positive, full length
  const Owned<BIGNUM, BN_free> number(BN_bin2bn(serial.data(), serial.size(), nullptr));
  X509* native = certificate.get();
  constexpr long kHour = 3600;
  CHECK(X509_set_version(native, X509_VERSION_3) == 1);
  CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(native)) != nullptr);
  // An hour back: the clocks of phones on the same network differ.
  CHECK(X509_gmtime_adj(X509_getm_notBefore(native), -kHour) != nullptr);
  CHECK(X509_gmtime_adj(X509_getm_notAfter(native), 365 * 24 * kHour) != nullptr);
  CHECK(X509_set_pubkey(native, key.get()) == 1);
  X509_NAME* subject = X509_get_subject_name(native);
  const auto common_name = base::as_bytes("Rostrum development");
  CHECK(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, common_name.data(),
                                   static_cast<int>(common_name.size()), -1, 0) == 1);
  CHECK(X509_set_issuer_name(native, subject) == 1);
  add_extension(native, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(native, NID_key_usage, "critical,digitalSignature");
  add_extension(native, NID_ext_key_usage, "serverAuth");
  add_extension(native, NID_subject_key_identifier, "hash");
  add_extension(native, NID_subject_alt_name, *names);
  if (X509_sign(native, key.get(), EVP_sha256()) == 0) {
    return base::fail(take_tls_error("cannot sign a certificate"));
  }

  const Owned<BIO, BIO_free> certificate_text(BIO_new(BIO_s_mem()));
  const Owned<BIO, BIO_free> key_text(BIO_new(BIO_s_mem()));
  CHECK(PEM_write_bio_X509(certificate_text.get(), native) == 1);
  CHECK(PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) == 1);
  return PemPair{text_of(certificate_text.get()), text_of(key_text.get())};
}

}  // namespace io
