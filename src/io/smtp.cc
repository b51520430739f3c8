#include "io/smtp.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "io/curl.h"

namespace io {
namespace {

constexpr long kConnectMs = 5'000;

struct Sending {
  std::string_view rest;
};

std::size_t give(char* out, std::size_t size, std::size_t count, void* user) {
  Sending& sending = *static_cast<Sending*>(user);
  const std::size_t piece = std::min(size * count, sending.rest.size());
  std::memcpy(out, sending.rest.data(), piece);
  sending.rest.remove_prefix(piece);
  return piece;
}

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

}  // namespace

struct Mailer::Handle {
  MailServer server;
  std::string where;  // "smtp://host:port"
  bool is_this_machine = false;
  bool is_secure = false;
  CurlHandle curl = make_curl();
};

Mailer::Mailer(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Mailer::~Mailer() = default;
Mailer::Mailer(Mailer&&) noexcept = default;
Mailer& Mailer::operator=(Mailer&&) noexcept = default;

base::Expected<Mailer> Mailer::create(MailServer server) {
  const std::string_view url = server.url;
  const bool is_secure = url.starts_with("smtps://");
  const auto wrong = [] {
    return base::fail(base::ErrorCode::kInvalid,
                      "a mail server is smtp://host[:port] or smtps://host[:port], without a name "
                      "or password in it");
  };
  if (!is_secure && !url.starts_with("smtp://")) return wrong();
  std::string_view authority = url.substr(url.find("//") + 2);
  while (authority.ends_with('/')) authority.remove_suffix(1);
  const bool plain = std::ranges::all_of(authority, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']' || c == '_';
  });
  if (authority.empty() || !plain) return wrong();
  auto handle = std::make_unique<Handle>();
  handle->where = std::string(is_secure ? "smtps://" : "smtp://") + std::string(authority);
  handle->is_secure = is_secure;
  const std::string_view host = authority.starts_with('[')
                                    ? authority.substr(0, authority.find(']') + 1)
                                    : authority.substr(0, authority.find(':'));
  handle->is_this_machine = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
  handle->server = std::move(server);
  return Mailer(std::move(handle));
}

base::Expected<void> Mailer::send(const Mail& mail) {
  auto message = write_mail(mail);
  if (!message) return base::fail(std::move(message.error()));
  const std::string from = mail_address(mail.from).value_or("");
  const std::string to = mail_address(mail.to).value_or("");
  CurlList receivers;
  receivers.add("<" + to + ">");
  const std::string sender = "<" + from + ">";
  // What stands behind the slash is the name we greet with.
  const std::string url = handle_->where + "/" + from.substr(from.find('@') + 1);
  const MailServer& server = handle_->server;
  const bool has_password = !server.user.empty();
  const long tls = handle_->is_secure         ? CURLUSESSL_ALL
                   : handle_->is_this_machine ? CURLUSESSL_NONE
                   : has_password             ? CURLUSESSL_ALL
                                              : CURLUSESSL_TRY;
  const bool is_checked = handle_->is_secure || has_password;
  Sending sending{*message};
  CURL* curl = handle_->curl.get();
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USE_SSL, tls);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, is_checked ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, is_checked ? 2L : 0L);
  if (!server.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, server.ca_file.c_str());
  if (has_password) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, server.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, server.password.c_str());
  }
  const auto limit =
      std::chrono::duration_cast<std::chrono::milliseconds>(server.time_limit).count();
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(limit)));
  curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                   std::max(1L, static_cast<long>(limit / 1000)));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, sender.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, receivers.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
  curl_easy_setopt(curl, CURLOPT_READDATA, &sending);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
  const CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_OK) return {};
  long reply = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
  base::Error error = curl_error(code, handle_->where);
  // What the server said tells more than where the library stopped.
  const bool is_talk = code != CURLE_OPERATION_TIMEDOUT && code != CURLE_COULDNT_CONNECT &&
                       code != CURLE_COULDNT_RESOLVE_HOST && code != CURLE_LOGIN_DENIED &&
                       code != CURLE_USE_SSL_FAILED;
  if (is_talk && reply >= 400 && reply < 600) {
    error.code = reply >= 500 ? base::ErrorCode::kConflict : base::ErrorCode::kIo;
    error.message =
        handle_->where + ": the server refuses a letter (" + std::to_string(reply) + ")";
  }
  return base::fail(std::move(error));
}

}  // namespace io
