#include "av/picture_command.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "av/libav.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;

constexpr int kLargestEdge = 4096;
constexpr std::size_t kMostOctets = std::size_t{32} << 20;
[[maybe_unused]] constexpr rlim_t kMostMemory = rlim_t{1} << 30;
constexpr rlim_t kMostSeconds = 10;

std::optional<int> edge_from(std::string_view text) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < 1 || value > kLargestEdge) return std::nullopt;
  return value;
}

void limit(__rlimit_resource what, rlim_t most) {
  const rlimit value{.rlim_cur = most, .rlim_max = most};
  // What cannot be limited is still watched by whoever started us.
  (void)::setrlimit(what, &value);
}

void limit_ourselves() {
#if !__has_feature(address_sanitizer)  // which needs terabytes of addresses
  limit(RLIMIT_AS, kMostMemory);
#endif
  limit(RLIMIT_CPU, kMostSeconds);
  limit(RLIMIT_CORE, 0);
}

base::Expected<base::Bytes> read_all() {
  base::Bytes all;
  std::vector<std::uint8_t> piece(std::size_t{64} << 10);
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(ErrorCode::kIo, "standard input cannot be read");
    if (count == 0) return all;
    if (all.size() + static_cast<std::size_t>(count) > kMostOctets) {
      return fail(ErrorCode::kLimit, "the file has more than 32 MiB");
    }
    all.insert(all.end(), piece.begin(), piece.begin() + count);
  }
}

bool write_all(base::ByteSpan octets) {
  while (!octets.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, octets.data(), octets.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

int exit_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnsupported:
      return 3;
    case ErrorCode::kMalformed:
      return 4;
    case ErrorCode::kLimit:
      return 5;
    default:
      return 1;
  }
}

}  // namespace

const std::string_view kPictureUsage =
    "rostrum-av picture [--cover WIDTHxHEIGHT] [--most EDGE]\n"
    "  makes a JPEG or PNG of the JPEG, PNG or WebP in standard input; started by the server\n";

base::Expected<PictureForm> parse_picture_options(std::span<const std::string_view> words) {
  PictureForm form;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 == words.size()) {
      return fail(ErrorCode::kInvalid, "a value is missing behind " + std::string(words[i]));
    }
    const std::string_view value = words[i + 1];
    if (words[i] == "--cover") {
      const std::size_t by = value.find('x');
      const auto width = edge_from(value.substr(0, by));
      const auto height =
          edge_from(by == std::string_view::npos ? std::string_view() : value.substr(by + 1));
      if (!width || !height) {
        return fail(ErrorCode::kInvalid, "\"" + std::string(value) + "\" is no size like 256x256");
      }
      form.width = *width;
      form.height = *height;
    } else if (words[i] == "--most") {
      const auto edge = edge_from(value);
      if (!edge) return fail(ErrorCode::kInvalid, "\"" + std::string(value) + "\" is no edge");
      form.max_edge = *edge;
    } else {
      return fail(ErrorCode::kInvalid, "there is no option " + std::string(words[i]));
    }
  }
  return form;
}

int run_picture(const PictureForm& form) {
  silence_libav();
  limit_ourselves();
  const auto made = [&]() -> base::Expected<RemadePicture> {
    const auto file = read_all();
    if (!file) return fail(file.error());
    return remake_picture(*file, form);
  }();
  if (!made) {
    (void)std::fprintf(stderr, "%s\n", made.error().message.c_str());
    return exit_code(made.error().code);
  }
  const std::string line = (made->is_png ? "image/png " : "image/jpeg ") +
                           std::to_string(made->width) + " " + std::to_string(made->height) + "\n";
  return write_all(base::as_bytes(line)) && write_all(made->octets.span()) ? 0 : 1;
}

}  // namespace av
