#include "control/health/event_notes.h"

#include <fmt/format.h>

#include <algorithm>

namespace control {
namespace {

namespace json = boost::json;

struct Row {
  std::string_view name;
  Severity severity;
  std::string_view title;
  std::string_view explanation;
};

using enum Severity;
constexpr Row kRows[] = {
    {"Session Created", kInfo, "Session created", "An encoder has connected."},
    {"Session Ended", kInfo, "Session ended", "The encoder has gone, and is not waited for."},
    {"Stream Start", kInfo, "Stream started", "From now on viewers can watch."},
    {"Stream End", kInfo, "Stream ended", "The broadcast is over."},
    {"Stream Failure", kError, "Stream failure",
     "The server has ended the broadcast, because it could not go on."},
    {"Starvation Start", kError, "Poor stability",
     "Less arrived than was played, so viewers saw pauses. Lower the bitrate, use a cable in place "
     "of Wi-Fi, and look at the load of your computer."},
    {"Starvation End", kSuccess, "Good stability", "Everything arrives in time again."},
    {"Stream Takeover", kInfo, "Taken over",
     "Another encoder goes on with the broadcast; viewers notice nothing."},
    {"Stream Takeover Failure", kWarning, "Takeover refused",
     "Another encoder tried to take the broadcast over."},
    {"Recording Start", kInfo, "Recording started", "From now on the broadcast is kept."},
    {"Recording End", kInfo, "Recording ended", "The recording can be watched."},
    {"Recording Start Failure", kError, "Recording start failure",
     "The broadcast is not being recorded: the place where recordings are kept cannot be used. "
     "Viewers are not affected."},
    {"Recording End Failure", kError, "Recording end failure",
     "The recording could not be finished; what was kept until then may still be there. Viewers "
     "are not affected."},
    {"Ingest Bitrate", kError, "Bitrate limit breach",
     "The encoder sent more than this channel takes, and was disconnected. Lower its bitrate."},
    {"Ingest Resolution", kError, "Resolution limit breach",
     "The picture was larger than this channel takes, and the encoder was disconnected. Choose a "
     "smaller picture."},
    {"Concurrent Broadcasts", kError, "Critical system error",
     "Too many broadcasts run at the same time. Ask the operator of this server."},
    {"Concurrent Viewers", kError, "Critical system error",
     "Too many people watch at the same time, and some were turned away. Ask the operator of this "
     "server."},
    {"Ad Break Inserted", kInfo, "Advertising break", "An advertising break was inserted."},
    {kIngestLost, kWarning, "Connection lost",
     "The encoder lost its connection. The broadcast waited for it."},
    {kIngestBack, kSuccess, "Connection back", "The encoder has reconnected."},
    {"Rendition Change", kInfo, "Qualities changed",
     "The qualities that viewers can choose from have changed."},
};

const Row* find_row(std::string_view name) {
  const auto* const found = std::ranges::find(kRows, name, &Row::name);
  return found == std::end(kRows) ? nullptr : found;
}

double number_of(const json::object& detail, std::string_view name) {
  const json::value* value = detail.if_contains(name);
  if (value == nullptr) return 0;
  if (const auto* whole = value->if_int64()) return static_cast<double>(*whole);
  if (const auto* count = value->if_uint64()) return static_cast<double>(*count);
  const auto* real = value->if_double();
  return real != nullptr ? *real : 0;
}

std::string_view text_in(const json::object& detail, std::string_view name) {
  const json::value* value = detail.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  const json::string& text = value->get_string();
  return {text.data(), text.size()};
}

// With the limit, where the event told it.
std::string breach_text(std::string_view name, const json::object& detail) {
  const double limit = number_of(detail, "limit_value");
  const double over = number_of(detail, "exceeded_by");
  if (limit <= 0) return {};
  if (name == "Ingest Bitrate") {
    return fmt::format(
        "The encoder sent {:.1f} Mbit/s; this channel takes {:.1f}, and the encoder was "
        "disconnected. Lower its bitrate.",
        (limit + over) / 1e6, limit / 1e6);
  }
  if (name != "Ingest Resolution") return {};
  if (text_in(detail, "limit_unit") == "total pixels") {
    return fmt::format(
        "The picture had {:.0f} pixels; this channel takes {:.0f}, and the encoder was "
        "disconnected. Choose a smaller picture.",
        limit + over, limit);
  }
  return fmt::format(
      "An edge of the picture had {:.0f} pixels; this channel takes {:.0f}, and the encoder was "
      "disconnected. Choose a smaller picture.",
      limit + over, limit);
}

std::string_view takeover_text(std::string_view code) {
  if (code == "StreamTakeoverMediaMismatch") {
    return "Another encoder tried to take the broadcast over, with another picture size, other "
           "codecs or other tracks. Give both encoders the same settings.";
  }
  if (code == "StreamTakeoverInvalidPriority") {
    return "Another encoder tried to take the broadcast over, with a priority that is not higher "
           "than that of the running one.";
  }
  if (code == "StreamTakeoverLimitBreached") {
    return "Another encoder tried to take the broadcast over, and that has happened too often "
           "already. Begin a new broadcast.";
  }
  return {};
}

// The sentence that the event itself carries.
std::string reason_text(const Row& row, const json::object& detail) {
  const std::string_view reason = text_in(detail, "reason");
  if (reason.empty()) return {};
  return fmt::format("{} The reason: {}.", row.explanation, reason);
}

std::string own_words(const Row& row, std::string_view code, const json::object& detail) {
  if (row.name == "Stream Takeover Failure") return std::string(takeover_text(code));
  if (row.name == "Stream Failure") return reason_text(row, detail);
  if (row.name == "Rendition Change") return std::string(text_in(detail, "reason"));
  if (row.name == "Ad Break Inserted") {
    const double length = number_of(detail, "duration_seconds");
    return length > 0 ? fmt::format("An advertising break of {:.0f} seconds was inserted.", length)
                      : std::string();
  }
  return breach_text(row.name, detail);
}

}  // namespace

EventNote explain_event(std::string_view name, std::string_view code, const json::object& detail) {
  const Row* row = find_row(name);
  if (row == nullptr) return {Severity::kInfo, std::string(name), {}};
  std::string words = own_words(*row, code, detail);
  if (words.empty()) words = row->explanation;
  return {row->severity, std::string(row->title), std::move(words)};
}

}  // namespace control
