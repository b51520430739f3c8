#include "server/static_files.h"

#include <brotli/decode.h>

#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/check.h"
#include "server/web_files.h"
#include "wire/http/representation.h"

namespace server {
namespace {

using wire::http::ContentCoding;
using wire::http::Request;
using wire::http::Response;

struct StaticFile {
  const WebFile* file = nullptr;
  base::Slice plain;  // decompressed once, at start
};

base::Slice decompress(const WebFile& file) {
  if (!file.is_brotli) return base::Slice::unowned(file.data);
  BrotliDecoderState* state = BrotliDecoderCreateInstance(nullptr, nullptr, nullptr);
  CHECK(state != nullptr);
  base::Bytes plain;
  const std::uint8_t* input = file.data.data();
  std::size_t input_left = file.data.size();
  BrotliDecoderResult result = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
  while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
    std::size_t output_left = 0;
    result =
        BrotliDecoderDecompressStream(state, &input_left, &input, &output_left, nullptr, nullptr);
    std::size_t size = 0;
    const std::uint8_t* output = BrotliDecoderTakeOutput(state, &size);
    plain.insert(plain.end(), output, output + size);
  }
  BrotliDecoderDestroyInstance(state);
  CHECK(result == BROTLI_DECODER_RESULT_SUCCESS);
  return base::Slice::take(std::move(plain));
}

const StaticFile* find(std::string_view path) {
  static const auto files = [] {
    std::unordered_map<std::string_view, StaticFile> all;
    for (const WebFile& file : web_files()) all[file.path] = {&file, decompress(file)};
    return all;
  }();
  const auto found = files.find(path);
  return found == files.end() ? nullptr : &found->second;
}

constexpr std::string_view kConsole = "/console/index.html";

constexpr std::string_view kIndex = "/index.html";

// Whether the platform's pages may show something there: "/name", "/name/profile", "/manager"...
// Only to who wants a page: programs that miss a route of the API are told that it is none.
bool is_platform_page(const Request& request) {
  const std::string_view path = request.path;
  return path.size() <= 128 && std::ranges::count(path, '/') <= 3 && !path.starts_with("/api/") &&
         request.headers.get("Accept").find("text/html") != std::string_view::npos;
}

// Beside the index, which serves every address, the build makes pages that name all that an address
// will need, so that it comes at once (web/scripts/page_files.ts): by the address's only word, and
// one for whatever else may be somebody's channel.
constexpr std::string_view kPages = "/pages/";
constexpr std::string_view kDirectoryPage = "/pages/directory.html";
constexpr std::string_view kChannelPage = "/pages/channel.html";

bool is_name(std::string_view word) {
  return word.size() >= 4 && word.size() <= 20 && std::ranges::all_of(word, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_';
         });
}

const StaticFile* find_page_of_platform(const Request& request) {
  const std::string_view word = std::string_view(request.path).substr(1);
  const StaticFile* found = nullptr;
  if (word.empty()) {
    found = find(kDirectoryPage);
  } else if (is_name(word)) {
    found = find(std::string(kPages) + std::string(word) + ".html");
    if (found == nullptr) found = find(kChannelPage);
  }
  return found != nullptr ? found : find(kIndex);
}

// The page whose own router shows something for this address; null if none does.
const StaticFile* find_page(const Request& request, bool has_platform) {
  const std::string_view path = request.path;
  if (path == "/console" || path.starts_with("/console/")) return find(kConsole);
  if (path.starts_with("/watch/")) return find(kIndex);
  if (has_platform && is_platform_page(request)) return find_page_of_platform(request);
  return path == "/" ? find(kIndex) : nullptr;
}

// The channel's own answer is the only one that the page of its name cannot name itself.
void add_answer_of_channel(const Request& request, Response& response) {
  response.headers.add("Link", "</api/platform/v1/channels" + request.path +
                                   ">; rel=preload; as=fetch; crossorigin");
}

// Operators type a secret into the console: it runs no script but ours, and in nobody's frame.
// Pictures and playlists may come from wherever `http.public_url` points; dialogs put styles into
// the page.
constexpr std::string_view kConsolePolicy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src *; img-src * data: blob:; "
    "media-src * blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

// People type passwords into the platform's pages. Those that play a channel by its id may stand in
// others' frames (docs/embedding.md).
constexpr std::string_view kPlatformPolicy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src *; img-src * data: blob:; "
    "media-src * blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

bool is_of_platform(const WebFile& file) {
  return file.path == kIndex || file.path.starts_with(kPages);
}

void add_policy(Response& response, std::string_view policy) {
  response.headers.add("Content-Security-Policy", policy);
  response.headers.add("X-Frame-Options", "DENY");
  response.headers.add("Referrer-Policy", "same-origin");
}

}  // namespace

std::optional<Response> static_file(const Request& request, bool has_platform) {
  const StaticFile* found = find(request.path);
  if (found == nullptr) found = find_page(request, has_platform);
  if (found == nullptr) return std::nullopt;
  const WebFile& file = *found->file;
  const bool brotli =
      file.is_brotli &&
      wire::http::choose_coding(request, {ContentCoding::kBrotli}) == ContentCoding::kBrotli;
  Response response = Response::with_body(200, file.content_type,
                                          brotli ? base::Slice::unowned(file.data) : found->plain);
  if (brotli) response.headers.add("Content-Encoding", "br");
  if (file.is_brotli) response.headers.add("Vary", "Accept-Encoding");
  response.headers.add("Cache-Control",
                       file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.add("ETag", file.etag);
  response.headers.add("X-Content-Type-Options", "nosniff");
  if (file.path == kConsole) {
    add_policy(response, kConsolePolicy);
  } else if (has_platform && is_of_platform(file) && !request.path.starts_with("/watch/")) {
    add_policy(response, kPlatformPolicy);
    if (file.path == kChannelPage && request.path != kChannelPage) {
      add_answer_of_channel(request, response);
    }
  }
  (void)wire::http::apply_if_none_match(request, response);
  return response;
}

}  // namespace server
