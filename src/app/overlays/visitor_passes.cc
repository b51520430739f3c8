#include "app/overlays/visitor_passes.h"

#include <charconv>
#include <memory>

#include "base/base64.h"
#include "base/crypto.h"
#include "base/ids.h"
#include "io/files.h"

namespace app {
namespace {

constexpr std::size_t kKeyOctets = 32;
constexpr std::size_t kIdLength = 16;
constexpr std::size_t kMaxToken = 128;
constexpr std::string_view kFile = "visitors.key";

std::string signature(base::ByteSpan key, std::string_view channel, std::string_view said) {
  std::string text = "visitor/";
  text.append(channel).append("/").append(said);
  return base::to_base64url(base::hmac_sha256(key, base::as_bytes(text)));
}

}  // namespace

VisitorPasses::VisitorPasses(base::Bytes key)
    : key_(std::move(key)),
      limiter_(
          std::make_unique<base::Guarded<AddressLimiter>>(AddressLimiter(kPerSecond, kBurst))) {}

base::Expected<VisitorPasses> VisitorPasses::create(const std::string& data_dir) {
  if (data_dir.empty()) return VisitorPasses(base::random_octets(kKeyOctets));
  const std::string path = data_dir + "/" + std::string(kFile);
  auto kept = io::read_file(path, kKeyOctets);
  if (kept && kept->size() == kKeyOctets) return VisitorPasses(std::move(*kept));
  if (kept || kept.error().code == base::ErrorCode::kLimit) {
    return base::fail(base::ErrorCode::kInvalid,
                      path + " does not hold a key of ours: remove it, and a new one is made");
  }
  if (kept.error().code != base::ErrorCode::kNotFound) return base::fail(std::move(kept.error()));
  base::Bytes key = base::random_octets(kKeyOctets);
  if (auto written = io::write_file_atomic(path, key, 0600); !written) {
    return base::fail(std::move(written.error()));
  }
  return VisitorPasses(std::move(key));
}

// "<id>.<seconds since 1970>.<HMAC of both and the channel>".
std::optional<std::string> VisitorPasses::issue(std::string_view channel, std::string_view address,
                                                base::WallTime now, base::MonotonicTime at) {
  const bool allowed = limiter_->with(
      [&](AddressLimiter& limiter) { return limiter.allow(customer_of(address), at); });
  if (!allowed) return std::nullopt;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const std::string said = base::random_alphanumeric(kIdLength) + "." + std::to_string(seconds);
  return said + "." + signature(key_, channel, said);
}

std::optional<std::string> VisitorPasses::read(std::string_view token, std::string_view channel,
                                               base::WallTime now) const {
  const std::size_t last = token.rfind('.');
  if (token.size() > kMaxToken || last == std::string_view::npos) return std::nullopt;
  const std::string_view said = token.substr(0, last);
  if (!base::equal_in_constant_time(std::string_view(signature(key_, channel, said)),
                                    token.substr(last + 1))) {
    return std::nullopt;
  }
  const std::size_t dot = said.find('.');
  if (dot != kIdLength) return std::nullopt;
  const std::string_view digits = said.substr(dot + 1);
  std::int64_t seconds = 0;
  const char* const end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, seconds).ptr != end) return std::nullopt;
  if (now - base::WallTime(std::chrono::seconds(seconds)) > kLifetime) return std::nullopt;
  return std::string(said.substr(0, dot));
}

}  // namespace app
