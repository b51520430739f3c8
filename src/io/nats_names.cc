#include "io/nats_names.h"

#include <algorithm>

#include "base/utf8.h"

namespace io {
namespace {

using base::ErrorCode;

constexpr std::size_t kMaxName = 255;

base::Expected<void> check_name(std::string_view what, std::string_view name) {
  const bool fits =
      name.size() <= kMaxName && base::is_utf8(name) && std::ranges::none_of(name, [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
      });
  if (fits) return {};
  return base::fail(ErrorCode::kInvalid, "not a NATS " + std::string(what));
}

}  // namespace

base::Expected<void> check_nats_subject(std::string_view subject) {
  if (auto fine = check_name("subject", subject); !fine) return fine;
  const bool broken = subject.empty() || subject.front() == '.' || subject.back() == '.' ||
                      subject.find("..") != subject.npos ||
                      subject.find_first_of("*>") != subject.npos;
  if (broken) return base::fail(ErrorCode::kInvalid, "not a NATS subject");
  return {};
}

base::Expected<void> check_nats_message_id(std::string_view id) {
  return check_name("message id", id);
}

base::Expected<NatsServers> parse_nats_urls(std::string_view text) {
  NatsServers out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const std::string_view url = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const bool tls = url.starts_with("tls://");
    if (!tls && !url.starts_with("nats://")) {
      return base::fail(ErrorCode::kInvalid, "a NATS URL begins with nats:// or tls://");
    }
    const std::string_view authority = url.substr(url.find("://") + 3);
    const auto at = authority.rfind('@');
    const std::string_view host = at == authority.npos ? authority : authority.substr(at + 1);
    if (host.empty() || host.find_first_of("/?# ") != host.npos || host.front() == ':') {
      return base::fail(ErrorCode::kInvalid, "a NATS URL names no server");
    }
    out.all.emplace_back(url);
    out.shown += (out.shown.empty() ? "" : ",") + std::string(host);
    out.tls = out.tls || tls;
  }
  if (out.all.empty()) return base::fail(ErrorCode::kInvalid, "the NATS URL is empty");
  return out;
}

}  // namespace io
