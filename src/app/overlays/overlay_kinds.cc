#include "app/overlays/overlay_kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "app/core/call.h"
#include "app/overlays/lz_string.h"
#include "base/check.h"

namespace app {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<OverlayKind, std::string_view>, 6> kNames = {{
    {OverlayKind::kQuiz, "quiz"},
    {OverlayKind::kPoll, "poll"},
    {OverlayKind::kProduct, "product"},
    {OverlayKind::kAmazonProduct, "amazon_product"},
    {OverlayKind::kNotice, "notice"},
    {OverlayKind::kCelebration, "celebration"},
}};

constexpr std::size_t kQuestion = 256;
constexpr std::int64_t kUsualSeconds = 15;
constexpr std::int64_t kCelebrationSeconds = 10;
constexpr std::size_t kMaxUnpacked = 8'192;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_web_address(std::string_view url) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!url.starts_with(scheme)) continue;
    const std::string_view rest = url.substr(scheme.size());
    const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
    return !host.empty() && std::ranges::none_of(url, [](char c) {
      return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '<' || c == '>' || c == '\\';
    });
  }
  return false;
}

class FormReader {
 public:
  explicit FormReader(const json::object& input) : input_(input) {}

  void text(std::string_view field, std::size_t most, bool is_required = true) {
    const json::value* value = input_.if_contains(field);
    std::string given;
    if (value != nullptr && value->is_string()) given = trimmed(value->get_string());
    if (given.empty() && is_required) problem(field, "This is missing.");
    if (characters(given) > most) {
      problem(field, fmt::format("This may have {} characters at most.", most));
    }
    form_.data[field] = std::move(given);
  }

  void address(std::string_view field, std::size_t most) {
    text(field, most);
    const std::string_view given = form_.data.at(field).as_string();
    if (!given.empty() && !is_web_address(given)) {
      problem(field, "This must be an address that begins with https:// or http://.");
    }
  }

  void answers(std::size_t least, std::size_t most, std::size_t most_characters) {
    json::array list;
    const json::value* value = input_.if_contains("answers");
    if (value != nullptr && value->is_array()) {
      for (const json::value& each : value->get_array()) {
        if (!each.is_string() || list.size() == kMostEntries) continue;
        list.emplace_back(trimmed(each.get_string()));
      }
    }
    if (list.size() < least || list.size() > most) {
      problem("answers", fmt::format("There must be {} to {} answers.", least, most));
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string_view answer = list[i].as_string();
      if (answer.empty()) {
        problem("answers", "An answer is empty.");
      } else if (characters(answer) > most_characters) {
        problem("answers",
                fmt::format("An answer may have {} characters at most.", most_characters));
      } else if (std::count(list.begin(), list.end(), list[i]) > 1) {
        problem("answers", "Two answers are the same.");
      } else {
        continue;
      }
      break;
    }
    answers_ = list.size();
    form_.data["answers"] = std::move(list);
  }

  void correct_answer() {
    const std::int64_t index = integer("correctAnswerIndex", 0);
    if (index < 0 || static_cast<std::size_t>(index) >= std::max<std::size_t>(answers_, 1)) {
      problem("correctAnswerIndex", "Choose the right answer.");
    }
    form_.data["correctAnswerIndex"] = index;
  }

  void duration(std::int64_t least, std::int64_t most) {
    const std::int64_t seconds = integer("duration", kUsualSeconds);
    if (seconds < least || seconds > most) {
      problem("duration", fmt::format("Choose {} to {} seconds.", least, most));
    }
    form_.data["duration"] = seconds;
    form_.duration = std::chrono::seconds(std::clamp(seconds, least, most));
  }

  void fixed_duration(std::int64_t seconds) {
    form_.data["duration"] = seconds;
    form_.duration = std::chrono::seconds(seconds);
  }

  void poll_options() {
    const json::value* results = input_.if_contains("results");
    const bool is_hidden = results != nullptr && *results == "hidden";
    form_.data["results"] = is_hidden ? "hidden" : "live";
    const json::value* visitors = input_.if_contains("visitors");
    form_.data["visitors"] = visitors != nullptr && visitors->is_bool() && visitors->get_bool();
  }

  // The chosen item of a search, without what viewers' pages do not show.
  void item() {
    json::object images;
    if (const json::value* given = input_.if_contains("images"); given && given->is_object()) {
      for (const std::string_view size : {"large", "medium", "small"}) {
        const json::value* image = given->get_object().if_contains(size);
        if (image == nullptr || !image->is_object()) continue;
        const json::value* url = image->get_object().if_contains("url");
        if (url == nullptr || !url->is_string()) continue;
        if (is_web_address(url->get_string())) images[size] = json::object{{"url", *url}};
      }
    }
    form_.data["images"] = std::move(images);
    text("title", 512);
    json::object price;
    if (const json::value* given = input_.if_contains("price"); given && given->is_object()) {
      const json::value* amount = given->get_object().if_contains("displayAmount");
      if (amount != nullptr && amount->is_string()) price["displayAmount"] = *amount;
    }
    form_.data["price"] = std::move(price);
    address("productURL", 512);
    text("merchantInfo", 256, false);
  }

  void problem(std::string_view field, std::string message) {
    form_.problems.push_back({std::string(field), std::move(message)});
  }
  OverlayForm take() { return std::move(form_); }

 private:
  static constexpr std::size_t kMostEntries = 16;

  std::int64_t integer(std::string_view field, std::int64_t absent) const {
    const json::value* value = input_.if_contains(field);
    if (value == nullptr || value->is_null()) return absent;
    if (value->is_int64()) return value->get_int64();
    if (value->is_uint64() || !value->is_double()) return -1;
    const double number = value->get_double();
    const bool is_whole = number >= 0 && number <= 1'000 &&
                          number == static_cast<double>(static_cast<std::int64_t>(number));
    return is_whole ? static_cast<std::int64_t>(number) : -1;
  }

  const json::object& input_;
  OverlayForm form_;
  std::size_t answers_ = 0;
};

}  // namespace

std::string_view to_string(OverlayKind kind) {
  const auto* const found = std::ranges::find(kNames, kind, &decltype(kNames)::value_type::first);
  CHECK(found != kNames.end());
  return found->second;
}

std::optional<OverlayKind> overlay_kind(std::string_view name) {
  for (const auto& [kind, known] : kNames) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

OverlayForm read_overlay(OverlayKind kind, const json::object& input) {
  FormReader reader(input);
  switch (kind) {
    case OverlayKind::kQuiz:
      reader.text("question", kQuestion);
      reader.answers(3, 5, 128);
      reader.correct_answer();
      reader.duration(5, 30);
      break;
    case OverlayKind::kPoll:
      reader.text("question", kQuestion);
      reader.answers(2, 5, 40);
      reader.duration(10, 120);
      reader.poll_options();
      break;
    case OverlayKind::kProduct:
      reader.text("title", 32);
      reader.text("price", 10);
      reader.address("imageUrl", 256);
      reader.text("description", 256);
      break;
    case OverlayKind::kAmazonProduct:
      reader.item();
      break;
    case OverlayKind::kNotice:
      reader.text("title", 24);
      reader.text("message", 256);
      reader.duration(5, 30);
      break;
    case OverlayKind::kCelebration:
      reader.fixed_duration(kCelebrationSeconds);
      break;
  }
  return reader.take();
}

std::string pack_overlay(OverlayKind kind, const json::object& data) {
  return lz_compress_base64(
      json::serialize(json::object{{"data", data}, {"name", to_string(kind)}}));
}

std::string pack_stop() {
  return lz_compress_base64("null");
}

std::optional<UnpackedOverlay> unpack_overlay(std::string_view packed) {
  const auto text = lz_decompress_base64(packed, kMaxUnpacked);
  if (!text) return std::nullopt;
  boost::system::error_code failed;
  json::value value = json::parse(*text, failed);
  if (failed) return std::nullopt;
  if (value.is_null()) return UnpackedOverlay{.is_stop = true, .data = {}};
  if (!value.is_object()) return std::nullopt;
  const json::value* name = value.get_object().if_contains("name");
  const json::value* data = value.get_object().if_contains("data");
  if (name == nullptr || !name->is_string()) return std::nullopt;
  if (data == nullptr || !data->is_object()) return std::nullopt;
  const auto kind = overlay_kind(name->get_string());
  if (!kind || *kind == OverlayKind::kPoll) return std::nullopt;
  return UnpackedOverlay{.kind = *kind, .data = data->get_object()};
}

}  // namespace app
