#include "wire/aws/authorization.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace wire::aws {
namespace {

using std::string_view;

constexpr string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t kMaxKeyId = 128;

std::unexpected<Refusal> incomplete(std::string message) {
  return refuse(CommonError::kIncompleteSignature, std::move(message));
}
std::unexpected<Refusal> invalid(std::string message) {
  return refuse(CommonError::kInvalidSignature, std::move(message));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_key_id(string_view text) {
  return !text.empty() && text.size() <= kMaxKeyId && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || c == '-';
  });
}

// A field name in lower case (RFC 9110 section 5.6.2).
bool is_lower_token(string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') ||
           string_view("!#$%&'*+-.^_`|~").find(c) != string_view::npos;
  });
}

bool starts_with_ignoring_case(string_view text, string_view prefix) {
  return text.size() >= prefix.size() &&
         http::equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// Content delivery networks add this one behind the signer's back; nothing here reads it.
constexpr string_view kAddedByNetwork = "x-amz-cf-id";

std::uint32_t number(string_view digits) {
  std::uint32_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<std::uint32_t>(c - '0');
  return value;
}

std::optional<base::WallTime> wall_time(std::uint32_t year, std::uint32_t month, std::uint32_t day,
                                        string_view hour, string_view minute, string_view second) {
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(month), std::chrono::day(day));
  if (!date.ok() || number(hour) > 23 || number(minute) > 59 || number(second) > 59) {
    return std::nullopt;
  }
  return base::WallTime(std::chrono::sys_days(date)) + std::chrono::hours(number(hour)) +
         std::chrono::minutes(number(minute)) + std::chrono::seconds(number(second));
}

/// Only one field of that name, or none; an error for more.
std::expected<std::optional<string_view>, Refusal> single(const http::Headers& headers,
                                                          string_view name) {
  std::optional<string_view> found;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto field = headers[i];
    if (!http::equal_ignoring_case(field.name, name)) continue;
    if (found) return incomplete(fmt::format("The request has more than one {} field.", name));
    found = http::trim(field.value);
  }
  return found;
}

struct Parts {
  std::optional<string_view> credential, signed_headers, signature;
};

std::expected<Parts, Refusal> split(string_view value) {
  if (value.size() > kMaxAuthorizationSize) {
    return incomplete(
        fmt::format("The Authorization field has more than {} octets.", kMaxAuthorizationSize));
  }
  const std::size_t space = std::min(value.find_first_of(" \t"), value.size());
  if (value.substr(0, space) != kAlgorithm) {
    // What stands before the first space may be a secret when there is no scheme at all.
    return incomplete(fmt::format("The Authorization field must begin with '{}'.", kAlgorithm));
  }
  Parts parts;
  string_view list = value.substr(space);
  while (const auto element = http::next_list_element(list)) {
    const std::size_t equals = element->find('=');
    const string_view name = element->substr(0, equals);
    std::optional<string_view>* place = name == "Credential"      ? &parts.credential
                                        : name == "SignedHeaders" ? &parts.signed_headers
                                        : name == "Signature"     ? &parts.signature
                                                                  : nullptr;
    if (place == nullptr || equals == string_view::npos) {
      return incomplete(
          "The Authorization field has a part that is none of Credential, "
          "SignedHeaders and Signature.");
    }
    if (*place) return incomplete(fmt::format("The Authorization field repeats '{}'.", name));
    *place = element->substr(equals + 1);
  }
  std::string missing;
  if (parts.credential.value_or("").empty()) missing += " 'Credential'";
  if (parts.signature.value_or("").empty()) missing += " 'Signature'";
  if (parts.signed_headers.value_or("").empty()) missing += " 'SignedHeaders'";
  if (!missing.empty()) return incomplete("The Authorization field lacks" + missing + ".");
  return parts;
}

std::expected<void, Refusal> read_time(const http::Request& request, Authorization& out) {
  const auto amz_date = single(request.headers, "X-Amz-Date");
  if (!amz_date) return std::unexpected(amz_date.error());
  const auto date = single(request.headers, "Date");
  if (!date) return std::unexpected(date.error());
  if (!*amz_date && !*date) {
    return incomplete("The request has neither an X-Amz-Date nor a Date field.");
  }
  const string_view text = *amz_date ? **amz_date : **date;
  auto time = parse_amz_date(text);
  if (!time && !*amz_date) time = parse_http_date(text);
  if (!time) {
    return incomplete(fmt::format("'{}' is no time such as 20260505T215538Z.", printable(text)));
  }
  out.time = *time;
  out.amz_date = to_amz_date(*time);
  return {};
}

std::expected<void, Refusal> read_credential(string_view credential, Authorization& out) {
  std::array<string_view, 5> parts;
  std::size_t count = 0;
  for (std::size_t start = 0; start <= credential.size(); ++count) {
    const std::size_t end = std::min(credential.find('/', start), credential.size());
    if (count < parts.size()) parts[count] = credential.substr(start, end - start);
    start = end + 1;
  }
  if (count != parts.size()) {
    return incomplete(
        fmt::format("The Credential must have 5 parts between slashes, "
                    "keyid/date/region/service/aws4_request, not {}.",
                    count));
  }
  if (!is_key_id(parts[0])) return incomplete("The Credential begins with no access key id.");
  out.access_key_id = parts[0];
  out.date = parts[1];
  out.region = parts[2];
  out.service = parts[3];
  if (parts[4] != "aws4_request") {
    return invalid(fmt::format("The Credential's scope must end with 'aws4_request', not '{}'.",
                               printable(parts[4])));
  }
  const string_view day = string_view(out.amz_date.data(), 8);
  if (out.date != day) {
    return invalid(
        fmt::format("The date in the Credential's scope is not that of the request: "
                    "'{}' != '{}'.",
                    printable(out.date), day));
  }
  return {};
}

std::expected<void, Refusal> read_signed_headers(string_view list, Authorization& out) {
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t end = std::min(list.find(';', start), list.size());
    const string_view name = list.substr(start, end - start);
    start = end + 1;
    if (!is_lower_token(name)) {
      return incomplete(
          fmt::format("SignedHeaders names '{}', which is no field name in lower "
                      "case.",
                      printable(name)));
    }
    if (!out.signed_headers.empty() && out.signed_headers.back() >= name) {
      return incomplete("SignedHeaders must be sorted, each name once.");
    }
    if (out.signed_headers.size() == kMaxSignedHeaders) {
      return incomplete(fmt::format("SignedHeaders names more than {}.", kMaxSignedHeaders));
    }
    out.signed_headers.push_back(name);
  }
  if (!std::ranges::binary_search(out.signed_headers, string_view("host"))) {
    return invalid("'host' must be among the SignedHeaders.");
  }
  return {};
}

/// What the signature must cover is covered, and what it covers is there.
std::expected<void, Refusal> check_coverage(const http::Request& request,
                                            const Authorization& authorization) {
  const auto& names = authorization.signed_headers;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const string_view name = request.headers[i].name;
    if (!starts_with_ignoring_case(name, "x-amz-") ||
        http::equal_ignoring_case(name, kAddedByNetwork)) {
      continue;
    }
    const auto is_same = [name](string_view other) {
      return http::equal_ignoring_case(name, other);
    };
    if (std::ranges::none_of(names, is_same)) {
      return invalid(
          fmt::format("The field '{}' is in the request but not signed.", printable(name)));
    }
  }
  for (const string_view name : names) {
    if (name == "host" ? request.host.empty() : !request.headers.has(name)) {
      return invalid(
          fmt::format("The field '{}' was signed but is not in the request; has a "
                      "proxy removed it?",
                      printable(name)));
    }
  }
  return {};
}

}  // namespace

std::optional<base::WallTime> parse_http_date(string_view text) {
  static constexpr string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  static constexpr string_view kShape = "xxx, 00 xxx 0000 00:00:00 GMT";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == 'x') continue;
    if (kShape[i] == '0' ? !is_digit(text[i]) : text[i] != kShape[i]) return std::nullopt;
  }
  const std::size_t month = kMonths.find(text.substr(8, 3));
  if (month == string_view::npos || month % 3 != 0) return std::nullopt;
  return wall_time(number(text.substr(12, 4)), static_cast<std::uint32_t>(month / 3 + 1),
                   number(text.substr(5, 2)), text.substr(17, 2), text.substr(20, 2),
                   text.substr(23, 2));
}

AmzDate to_amz_date(base::WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  AmzDate text = {};
  fmt::format_to_n(text.data(), text.size(), "{:04}{:02}{:02}T{:02}{:02}{:02}Z", int{date.year()},
                   unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                   clock.minutes().count(), clock.seconds().count());
  return text;
}

std::optional<base::WallTime> parse_amz_date(string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  for (std::size_t i = 0; i < 15; ++i) {
    if (i != 8 && !is_digit(text[i])) return std::nullopt;
  }
  return wall_time(number(text.substr(0, 4)), number(text.substr(4, 2)), number(text.substr(6, 2)),
                   text.substr(9, 2), text.substr(11, 2), text.substr(13, 2));
}

std::expected<Authorization, Refusal> parse_authorization(const http::Request& request) {
  const auto field = single(request.headers, "Authorization");
  if (!field) return std::unexpected(field.error());
  if (!*field) {
    if (http::query_parameter(request.query(), "X-Amz-Signature") ||
        http::query_parameter(request.query(), "X-Amz-Algorithm")) {
      return refuse(CommonError::kMissingAuthenticationToken,
                    "Signatures in the query string are not accepted here; sign with the "
                    "Authorization field.");
    }
    return refuse(CommonError::kMissingAuthenticationToken,
                  "The request has no Authorization field.");
  }
  const auto parts = split(**field);
  if (!parts) return std::unexpected(parts.error());

  Authorization out;
  if (auto read = read_time(request, out); !read) return std::unexpected(read.error());
  if (auto read = read_credential(*parts->credential, out); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_signed_headers(*parts->signed_headers, out); !read) {
    return std::unexpected(read.error());
  }
  out.signature = *parts->signature;

  const auto hash = single(request.headers, "X-Amz-Content-Sha256");
  if (!hash) return std::unexpected(hash.error());
  out.content_sha256 = *hash;
  const auto token = single(request.headers, "X-Amz-Security-Token");
  if (!token) return std::unexpected(token.error());
  out.security_token = *token;
  if (auto checked = check_coverage(request, out); !checked) {
    return std::unexpected(checked.error());
  }
  return out;
}

}  // namespace wire::aws
