#include "wire/http/playback_failure.h"

#include <utility>

#include "base/json_text.h"
#include "base/slice.h"
#include "wire/http/url.h"

namespace wire::http {
namespace {

bool is_token(std::string_view raw_name) {
  const auto name = percent_decode(raw_name, Plus::kSpace);
  // What cannot be read might be one.
  return !name || *name == "token";
}

}  // namespace

std::string without_token(const Request& request) {
  std::string text(request.raw_path());
  std::string_view query = request.query();
  char separator = '?';
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (pair.empty() || is_token(pair.substr(0, pair.find('=')))) continue;
    text += std::exchange(separator, '&');
    text += pair;
  }
  return text;
}

Response playback_failure(std::uint16_t status, const Request* request, std::string_view code,
                          std::string_view sentence) {
  std::string text = "[{\"url\":";
  base::append_json_string(text, request != nullptr ? without_token(*request) : "");
  text += ",\"error\":";
  base::append_json_string(text, sentence);
  text += ",\"error_code\":";
  base::append_json_string(text, code);
  text += ",\"type\":\"error\"}]";
  Response response =
      Response::with_body(status, "application/json", base::Slice::take(std::move(text)));
  response.headers.add("Cache-Control", status == 404 ? "public, max-age=1" : "no-store");
  return response;
}

}  // namespace wire::http
