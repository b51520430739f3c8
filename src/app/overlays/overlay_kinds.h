// The kinds of overlays: what each may hold, what is wrong with a form, and the text that goes out
// as timed metadata. No state; safe from every thread.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace app {

enum class OverlayKind : std::uint8_t {
  kQuiz,
  kPoll,  // goes through chat, not metadata
  kProduct,
  kAmazonProduct,
  kNotice,
  kCelebration,
};
/// "quiz", "amazon_product", ...
std::string_view to_string(OverlayKind kind);
std::optional<OverlayKind> overlay_kind(std::string_view name);

struct OverlayProblem {
  std::string field;
  std::string message;  // a sentence
};

struct OverlayForm {
  /// What of the input belongs to the kind and has the right type; texts trimmed, in the order in
  /// which the demo's pages write them.
  boost::json::object data;
  /// What stands in the way of starting; drafts may have problems.
  std::vector<OverlayProblem> problems;
  /// For how long; zero: until it is stopped.
  std::chrono::seconds duration{0};
};
OverlayForm read_overlay(OverlayKind kind, const boost::json::object& input);

/// What PutMetadata takes, and what the attributes of a chat message may have together.
inline constexpr std::size_t kMaxOverlayOctets = 1'024;

/// {"data":...,"name":...}, packed. Not for polls.
std::string pack_overlay(OverlayKind kind, const boost::json::object& data);
/// What ends the overlay on the picture: null, packed.
std::string pack_stop();

/// What a client packed itself: a kind and its data; `is_stop` if it is the packed null. Nothing
/// for any other text.
struct UnpackedOverlay {
  bool is_stop = false;
  OverlayKind kind = OverlayKind::kNotice;
  boost::json::object data;
};
std::optional<UnpackedOverlay> unpack_overlay(std::string_view packed);

}  // namespace app
