#include "io/fetch.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/check.h"
#include "io/curl.h"

namespace io {
namespace {

constexpr std::size_t kMaxHeaders = 64 << 10;  // octets of an answer's fields
constexpr long kConnectMs = 5'000;

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// What stands between "//" and the path; nothing if it is no address for us.
std::optional<std::string_view> authority_of(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (url.starts_with(scheme)) {
      const std::string_view rest = url.substr(scheme.size());
      const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
      if (!authority.empty()) return authority;
    }
  }
  return std::nullopt;
}

base::Expected<void> check(const FetchRequest& request) {
  const auto wrong = [](const char* what) { return base::fail(base::ErrorCode::kInvalid, what); };
  const auto authority = authority_of(request.url);
  if (!authority) return wrong("only http and https addresses can be fetched");
  if (authority->find('@') != std::string_view::npos) {
    return wrong("an address that is fetched must not hold a name or password");
  }
  if (std::ranges::any_of(request.url, [](char c) { return c <= ' ' || c == '\x7f'; })) {
    return wrong("an address that is fetched must not hold spaces or control characters");
  }
  if (!is_token(request.method)) return wrong("a method must be a word");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_one_line(value)) return wrong("a header field must be one line");
  }
  return {};
}

struct Receiving {
  const FetchRequest& request;
  FetchAnswer answer;
  std::size_t header_octets = 0;
  bool is_too_large = false;
  bool is_out_of_reach = false;
};

// A line of an answer's head; that of a redirection or of "100 Continue" comes before the last.
std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  Receiving& receiving = *static_cast<Receiving*>(user);
  std::string_view line(data, size * count);
  receiving.header_octets += line.size();
  if (receiving.header_octets > kMaxHeaders) {
    receiving.is_too_large = true;
    return 0;
  }
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {
    receiving.answer.headers.clear();
    return size * count;
  }
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) {
      value.remove_prefix(1);
    }
    receiving.answer.headers.emplace_back(lower(line.substr(0, colon)), value);
  }
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  Receiving& receiving = *static_cast<Receiving*>(user);
  const std::string_view piece(data, size * count);
  if (receiving.answer.body.size() + piece.size() > receiving.request.max_body) {
    receiving.is_too_large = true;
    return 0;
  }
  receiving.answer.body += piece;
  return size * count;
}

// Asked for each address that a name has, at the moment of connecting: what a name said before does
// not count.
curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  Receiving& receiving = *static_cast<Receiving*>(user);
  if (receiving.request.reach == FetchReach::kPublic &&
      !is_public_address(&address->addr, address->addrlen)) {
    receiving.is_out_of_reach = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int close_socket(void*, curl_socket_t descriptor) {
  return ::close(descriptor);
}

void set_method(CURL* curl, const FetchRequest& request) {
  if (request.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    return;
  }
  const bool has_body = !request.body.empty() || request.method == "POST" ||
                        request.method == "PUT" || request.method == "PATCH";
  if (has_body) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  } else {
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

CurlList fields_of(const FetchRequest& request) {
  CurlList list;
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    // libcurl's way to send a field without a value.
    list.add(value.empty() ? name + ";" : name + ": " + value);
    has_type = has_type || lower(name) == "content-type";
  }
  if (!has_type) list.add("Content-Type:");  // none, in place of the one of forms
  list.add("Expect:");
  return list;
}

}  // namespace

std::optional<std::string_view> FetchAnswer::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string origin_of(std::string_view url) {
  const auto authority = authority_of(url);
  if (!authority || authority->find('@') != std::string_view::npos) return "an address";
  return std::string(url.substr(0, url.find("//") + 2)) + std::string(*authority);
}

struct Fetcher::Handle {
  CurlHandle curl = make_curl();
  FetchReach reach = FetchReach::kAnywhere;
};

Fetcher::Fetcher() : handle_(std::make_unique<Handle>()) {}
Fetcher::~Fetcher() = default;
Fetcher::Fetcher(Fetcher&&) noexcept = default;
Fetcher& Fetcher::operator=(Fetcher&&) noexcept = default;

base::Expected<FetchAnswer> Fetcher::run(const FetchRequest& request) {
  if (auto fits = check(request); !fits) return base::fail(std::move(fits.error()));
  // A kept connection was made for the reach of its time.
  if (handle_->reach != request.reach) {
    handle_->curl = make_curl();
    handle_->reach = request.reach;
  }
  CURL* curl = handle_->curl.get();
  curl_easy_reset(curl);
  Receiving receiving{request, {}};
  const CurlList fields = fields_of(request);
  const auto limit =
      std::chrono::duration_cast<std::chrono::milliseconds>(request.time_limit).count();
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR,
                   request.url.starts_with("https:") ? "https" : "http,https");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(limit)));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "Rostrum");
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields.get());
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiving);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &receiving);
  curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
  if (!request.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, request.ca_file.c_str());
  }
  set_method(curl, request);
  if (request.max_redirects > 0 && (request.method == "GET" || request.method == "HEAD")) {
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, static_cast<long>(request.max_redirects));
  }
  const CURLcode code = curl_easy_perform(curl);
  const std::string where = origin_of(request.url);
  if (receiving.is_too_large) {
    return base::fail(base::ErrorCode::kLimit, where + ": the answer is larger than " +
                                                   std::to_string(request.max_body) + " octets");
  }
  if (code != CURLE_OK && receiving.is_out_of_reach) {
    return base::fail(base::ErrorCode::kUnauthorized, where + " is not on the public Internet");
  }
  if (code != CURLE_OK) return base::fail(curl_error(code, where));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  receiving.answer.status = static_cast<std::uint16_t>(status);
  return std::move(receiving.answer);
}

base::Expected<FetchAnswer> fetch(const FetchRequest& request) {
  return Fetcher().run(request);
}

}  // namespace io
