#include "wire/http/message.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/json_text.h"

namespace wire::http {
namespace {

constexpr std::array<std::pair<std::string_view, Method>, 9> kMethods{{
    {"GET", Method::kGet},
    {"HEAD", Method::kHead},
    {"POST", Method::kPost},
    {"PUT", Method::kPut},
    {"PATCH", Method::kPatch},
    {"DELETE", Method::kDelete},
    {"OPTIONS", Method::kOptions},
    {"CONNECT", Method::kConnect},
    {"TRACE", Method::kTrace},
}};

void write_two_digits(char* at, unsigned value) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string_view to_string(Method method) {
  for (const auto& [text, known] : kMethods) {
    if (known == method) return text;
  }
  return "";
}

Method method_from(std::string_view text) {
  for (const auto& [known, method] : kMethods) {
    if (known == text) return method;
  }
  return Method::kOther;
}

std::string_view Request::raw_path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view Request::query() const {
  const auto mark = target.find('?');
  if (mark == std::string::npos) return {};
  return std::string_view(target).substr(mark + 1);
}

base::Expected<void> Request::set_target(std::string_view received) {
  if (received == "*") {
    target = path = "*";
    return {};
  }
  if (!received.starts_with('/')) {
    const auto scheme_end = received.find("://");
    const std::string_view scheme = received.substr(0, scheme_end);
    if (scheme_end == std::string_view::npos ||
        (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https"))) {
      return base::fail(base::ErrorCode::kMalformed, "the request target is not a path or URL");
    }
    received.remove_prefix(scheme_end + 3);
    const auto authority_end = std::min(received.find_first_of("/?"), received.size());
    host = received.substr(0, authority_end);
    received.remove_prefix(authority_end);
  }
  target = received.starts_with('/') ? std::string(received) : "/" + std::string(received);
  // A fragment never leaves a browser; a raw one would be ambiguous for caches.
  if (target.find('#') != std::string::npos) {
    return base::fail(base::ErrorCode::kMalformed, "the request target holds a '#'");
  }
  auto normalised = normalise_path(raw_path());
  if (!normalised) return base::fail(std::move(normalised.error()));
  path = std::move(*normalised);
  return {};
}

std::size_t Response::body_size() const {
  std::size_t size = 0;
  for (const base::Slice& slice : body) size += slice.size();
  return size;
}

Response Response::with_status(std::uint16_t status) {
  Response response;
  response.status = status;
  return response;
}

Response Response::with_body(std::uint16_t status, std::string_view content_type,
                             base::Slice body) {
  Response response;
  response.status = status;
  response.headers.reserve(160, 6);
  response.headers.add("Content-Type", content_type);
  response.body.push_back(std::move(body));
  return response;
}

Response error_response(std::uint16_t status, std::string_view sentence, ErrorFormat format) {
  std::string text;
  if (format == ErrorFormat::kJson) {
    text = "{\"message\":";
    base::append_json_string(text, sentence);
    text += "}\n";
  } else {
    text = sentence;
    text += '\n';
  }
  Response response = Response::with_body(
      status, format == ErrorFormat::kJson ? "application/json" : "text/plain; charset=utf-8",
      base::Slice::take(std::move(text)));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

std::string_view reason_phrase(std::uint16_t status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

void DateText::update(base::WallTime now) {
  using namespace std::chrono;
  const auto second = floor<seconds>(now);
  const std::int64_t count = second.time_since_epoch().count();
  if (count == second_) return;
  second_ = count;
  static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto day = floor<days>(second);
  const year_month_day date(day);
  const hh_mm_ss time(second - day);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  // "Sun, 06 Nov 1994 08:49:37 GMT"
  static constexpr std::string_view kShape = "---, -- --- ---- --:--:-- GMT";
  std::copy(kShape.begin(), kShape.end(), text_.begin());
  std::copy_n(kDays.begin() + weekday(day).c_encoding() * 3, 3, text_.begin());
  write_two_digits(&text_[5], static_cast<unsigned>(date.day()));
  std::copy_n(kMonths.begin() + (static_cast<unsigned>(date.month()) - 1) * 3, 3,
              text_.begin() + 8);
  write_two_digits(&text_[12], year / 100 % 100);
  write_two_digits(&text_[14], year % 100);
  write_two_digits(&text_[17], static_cast<unsigned>(time.hours().count()));
  write_two_digits(&text_[20], static_cast<unsigned>(time.minutes().count()));
  write_two_digits(&text_[23], static_cast<unsigned>(time.seconds().count()));
}

}  // namespace wire::http
