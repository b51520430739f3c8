// The command line of `rostrum-av testcard`.
#include <charconv>

#include "av/testcard_command.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;

std::optional<std::int64_t> number(std::string_view text, std::int64_t low, std::int64_t high) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < low || value > high) return std::nullopt;
  return value;
}

base::Expected<void> set_size(VideoSettings& video, std::string_view text) {
  const std::size_t cross = text.find('x');
  if (cross != std::string_view::npos) {
    const auto width = number(text.substr(0, cross), 480, 3840);
    const auto height = number(text.substr(cross + 1), 270, 2160);
    if (width && height && *width % 2 == 0 && *height % 2 == 0) {
      video.width = static_cast<int>(*width);
      video.height = static_cast<int>(*height);
      return {};
    }
  }
  return fail(ErrorCode::kInvalid, "--size must be WIDTHxHEIGHT, even, from 480x270 to 3840x2160");
}

base::Expected<void> set_bitrate(VideoSettings& video, std::string_view text) {
  if (text.ends_with('k')) {
    if (const auto kilobits = number(text.substr(0, text.size() - 1), 100, 50'000)) {
      video.bitrate = *kilobits * 1000;
      return {};
    }
  }
  return fail(ErrorCode::kInvalid, "--bitrate must be from 100k to 50000k");
}

base::Expected<void> set_option(TestcardOptions& options, std::string_view name,
                                std::string_view value) {
  if (name == "--url") {
    const bool is_rtmp = value.starts_with("rtmp://") || value.starts_with("rtmps://");
    if (value != "-" && !is_rtmp) {
      return fail(ErrorCode::kInvalid, "--url must be - or begin with rtmp:// or rtmps://");
    }
    options.url = value == "-" ? std::string() : std::string(value);
    return {};
  }
  if (name == "--size") return set_size(options.video, value);
  if (name == "--bitrate") return set_bitrate(options.video, value);
  if (name == "--fps") {
    const auto rate = number(value, 1, 120);
    if (!rate) return fail(ErrorCode::kInvalid, "--fps must be from 1 to 120");
    options.video.frame_rate = static_cast<int>(*rate);
    return {};
  }
  if (name == "--duration") {
    const auto seconds = number(value, 1, 31'536'000);
    if (!seconds) return fail(ErrorCode::kInvalid, "--duration must be whole seconds, at least 1");
    options.duration = std::chrono::seconds(*seconds);
    return {};
  }
  return fail(ErrorCode::kInvalid, "there is no option " + std::string(name.substr(0, 32)));
}

}  // namespace

const std::string_view kTestcardUsage =
    "rostrum-av testcard --url URL|- [--size 1280x720] [--fps 30] [--bitrate 2500k] "
    "[--duration SECONDS]";

base::Expected<TestcardOptions> parse_testcard_options(std::span<const std::string_view> words) {
  TestcardOptions options;
  bool has_url = false;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (!words[i].starts_with("--")) {
      return fail(ErrorCode::kInvalid, "every option begins with two hyphens");
    }
    if (i + 1 == words.size()) {
      return fail(ErrorCode::kInvalid, std::string(words[i].substr(0, 32)) + " needs a value");
    }
    if (auto set = set_option(options, words[i], words[i + 1]); !set) {
      return fail(std::move(set.error()));
    }
    has_url = has_url || words[i] == "--url";
  }
  if (!has_url) return fail(ErrorCode::kInvalid, "--url is missing");
  return options;
}

}  // namespace av
