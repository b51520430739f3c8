#include "server/certificate.h"

#include <string>
#include <vector>

#include "base/log.h"
#include "io/files.h"

namespace server {
namespace {

constexpr std::size_t kMaxPem = 1 << 20;

base::Expected<std::string> read_pem(const std::string& path) {
  auto bytes = io::read_file(path, kMaxPem);
  if (!bytes) return base::fail(bytes.error());
  return std::string(base::as_text(*bytes));
}

base::Expected<io::PemPair> read_pair(const std::string& certificate, const std::string& key) {
  auto certificate_text = read_pem(certificate);
  if (!certificate_text) return base::fail(certificate_text.error());
  auto key_text = read_pem(key);
  if (!key_text) return base::fail(key_text.error());
  return io::PemPair{std::move(*certificate_text), std::move(*key_text)};
}

base::Expected<io::PemPair> development_pair(const Config& config) {
  const std::string certificate = config.data_dir + "/development-certificate.pem";
  const std::string key = config.data_dir + "/development-key.pem";
  if (io::file_exists(certificate) && io::file_exists(key)) return read_pair(certificate, key);
  auto made = io::make_development_certificate(std::vector<std::string>{});
  if (!made) return made;
  // The key first: a certificate without its key would never be replaced.
  if (auto written = io::write_file_atomic(key, base::as_bytes(made->private_key), 0600);
      !written) {
    return base::fail(written.error());
  }
  if (auto written = io::write_file_atomic(certificate, base::as_bytes(made->certificate), 0644);
      !written) {
    return base::fail(written.error());
  }
  base::log_info("made a development certificate", {{"file", certificate}});
  return made;
}

}  // namespace

base::Expected<std::unique_ptr<io::TlsContext>> make_tls_context(const Config& config) {
  auto pair = config.https.certificate.empty()
                  ? development_pair(config)
                  : read_pair(config.https.certificate, config.https.private_key);
  if (!pair) return base::fail(pair.error());
  io::TlsContext::ServerOptions options;
  options.kernel_tls = config.https.ktls;
  return io::TlsContext::server(*pair, options);
}

}  // namespace server
