#include "server/loadtest_playlist.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace server::loadtest {
namespace {

using base::ErrorCode;

constexpr std::size_t kMaxEntries = 10'000;

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The value of one attribute of a list, without its quotes (section 4.2).
std::optional<std::string_view> attribute(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const std::size_t equals = list.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = list.substr(0, equals);
    list.remove_prefix(equals + 1);
    std::string_view value;
    if (list.starts_with('"')) {
      const std::size_t end = list.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      value = list.substr(1, end - 1);
      list.remove_prefix(end + 1);
    } else {
      value = list.substr(0, list.find(','));
      list.remove_prefix(value.size());
    }
    if (key == name) return value;
    if (!take(list, ",")) return std::nullopt;
  }
  return std::nullopt;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Seconds up to a day; nothing for what is no duration.
std::optional<double> seconds(std::string_view text) {
  const auto value = number<double>(text);
  if (!value || !std::isfinite(*value) || *value < 0 || *value > 86'400) return std::nullopt;
  return value;
}

class Reader {
 public:
  base::Expected<ViewerPlaylist> read(std::string_view text) {
    if (take_line(text) != "#EXTM3U") {
      return base::fail(ErrorCode::kMalformed, "no #EXTM3U at the start of the playlist");
    }
    while (!text.empty()) {
      if (auto fine = line(take_line(text)); !fine) return base::fail(std::move(fine.error()));
    }
    out_.next_msn = msn_;
    out_.next_part = part_;
    return std::move(out_);
  }

 private:
  base::Expected<void> line(std::string_view text) {
    if (text.empty()) return {};
    if (!text.starts_with('#')) return uri(text);
    const std::string_view whole = text;
    bool fine = true;
    if (take(text, "#EXT-X-STREAM-INF:")) {
      const auto bandwidth = number<std::uint64_t>(attribute(text, "BANDWIDTH").value_or(""));
      fine = bandwidth.has_value();
      variant_ = bandwidth;
    } else if (take(text, "#EXT-X-MEDIA-SEQUENCE:")) {
      const auto value = number<std::uint64_t>(text);
      fine =
          value && *value < std::uint64_t{1} << 62 && out_.segments.empty() && out_.parts.empty();
      if (fine) msn_ = *value;
    } else if (take(text, "#EXT-X-TARGETDURATION:")) {
      fine = keep(seconds(text), out_.target_duration);
    } else if (take(text, "#EXT-X-PART-INF:")) {
      fine = keep(seconds(attribute(text, "PART-TARGET").value_or("")), out_.part_target);
    } else if (take(text, "#EXT-X-SERVER-CONTROL:")) {
      out_.can_block = attribute(text, "CAN-BLOCK-RELOAD") == "YES";
    } else if (take(text, "#EXT-X-MAP:")) {
      out_.map_uri = attribute(text, "URI").value_or("");
    } else if (take(text, "#EXT-X-PRELOAD-HINT:")) {
      if (attribute(text, "TYPE") == "PART") out_.hint_uri = attribute(text, "URI").value_or("");
    } else if (take(text, "#EXT-X-PART:")) {
      return part(text);
    } else if (take(text, "#EXTINF:")) {
      duration_ = seconds(text.substr(0, text.find(',')));
      fine = duration_.has_value();
    } else if (text == "#EXT-X-ENDLIST") {
      out_.ended = true;
    }
    if (fine) return {};
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("broken line in a playlist: {:?}", whole.substr(0, 100)));
  }

  static bool keep(std::optional<double> value, double& place) {
    if (value) place = *value;
    return value.has_value();
  }

  base::Expected<void> part(std::string_view list) {
    const auto duration = seconds(attribute(list, "DURATION").value_or(""));
    const auto uri = attribute(list, "URI");
    if (!duration || !uri || uri->empty()) {
      return base::fail(ErrorCode::kMalformed, "a part without duration or URI");
    }
    if (out_.parts.size() >= kMaxEntries) return too_many();
    out_.parts.push_back({msn_, part_++, *duration, std::string(*uri)});
    return {};
  }

  base::Expected<void> uri(std::string_view text) {
    if (variant_) {
      if (out_.variants.size() >= kMaxEntries) return too_many();
      out_.is_multivariant = true;
      out_.variants.push_back({*variant_, std::string(text)});
      variant_.reset();
      return {};
    }
    if (!duration_) return base::fail(ErrorCode::kMalformed, "a segment without #EXTINF");
    if (out_.segments.size() >= kMaxEntries) return too_many();
    out_.segments.push_back({msn_++, 0, *duration_, std::string(text)});
    part_ = 0;
    duration_.reset();
    return {};
  }

  static base::Expected<void> too_many() {
    return base::fail(ErrorCode::kLimit, "a playlist with more than 10,000 entries");
  }

  ViewerPlaylist out_;
  std::uint64_t msn_ = 0;
  std::uint32_t part_ = 0;
  std::optional<double> duration_;        // of the segment whose URI is to come
  std::optional<std::uint64_t> variant_;  // bandwidth of the variant whose URI is to come
};

}  // namespace

const ViewerPlaylist::Variant* ViewerPlaylist::best() const {
  const auto found = std::max_element(
      variants.begin(), variants.end(),
      [](const Variant& a, const Variant& b) { return a.bandwidth < b.bandwidth; });
  return found == variants.end() ? nullptr : &*found;
}

base::Expected<ViewerPlaylist> read_playlist(std::string_view text) {
  return Reader().read(text);
}

std::optional<std::string> resolve(std::string_view base, std::string_view uri) {
  if (uri.empty() || uri.find("://") != std::string_view::npos || uri.starts_with("//")) {
    return std::nullopt;
  }
  if (uri.starts_with('/')) return std::string(uri);
  const std::string_view path = base.substr(0, base.find_first_of("?#"));
  std::string out(path.substr(0, path.rfind('/') + 1));
  if (out.empty()) out = "/";
  out.append(uri);
  return out;
}

}  // namespace server::loadtest
