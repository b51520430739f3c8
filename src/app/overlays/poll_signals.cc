#include "app/overlays/poll_signals.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "app/overlays/overlay_kinds.h"

namespace app {
namespace {

namespace json = boost::json;

constexpr std::string_view kVote = "SUBMIT_VOTE";

std::int64_t milliseconds(base::WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

json::array votes_json(const PollRecord& poll, const std::vector<std::int64_t>* counts) {
  json::array votes;
  for (std::size_t i = 0; i < poll.options.size(); ++i) {
    votes.emplace_back(json::object{{"option", poll.options[i]},
                                    {"count", counts != nullptr ? (*counts)[i] : 0},
                                    {"key", std::to_string(i)}});
  }
  return votes;
}

// What clients compare with the tracking id of a channel: the last part of its ARN in small
// letters.
std::string creator_of(const PollRecord& poll) {
  std::string id = poll.channel_arn.substr(poll.channel_arn.find('/') + 1);
  std::ranges::transform(id, id.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return id;
}

PollSignal heartbeat(const PollRecord& poll, const std::vector<std::int64_t>& counts,
                     std::string_view question) {
  return {.content = "heart beat",
          .attributes = {{"eventType", "HEART_BEAT"},
                         {"updatedVotes", json::serialize(votes_json(poll, &counts))},
                         {"duration", std::to_string(poll.duration.count())},
                         {"question", std::string(question)},
                         {"expiry", base::to_rfc3339_ms(poll.expires_at)},
                         {"startTime", std::to_string(milliseconds(poll.started_at))},
                         {"voters", "{}"},
                         {"pollCreatorId", creator_of(poll)}}};
}

// Without the last character.
std::string_view shortened(std::string_view text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) {
    text.remove_suffix(1);
  }
  if (!text.empty()) text.remove_suffix(1);
  return text;
}

}  // namespace

std::size_t octets_of(const PollSignal& signal) {
  std::size_t octets = 0;
  for (const auto& [name, value] : signal.attributes) octets += name.size() + value.size();
  return octets;
}

PollSignal start_signal(const PollRecord& poll) {
  const json::object data{{"duration", poll.duration.count()},
                          {"expiry", base::to_rfc3339_ms(poll.expires_at)},
                          {"startTime", milliseconds(poll.started_at)},
                          {"question", poll.question},
                          {"votes", votes_json(poll, nullptr)},
                          {"voters", json::object{}},
                          {"isActive", true},
                          {"pollCreatorId", creator_of(poll)}};
  return {
      .content = "start poll",
      .attributes = {{"eventType", "START_POLL"}, {"pollStreamActionData", json::serialize(data)}}};
}

PollSignal stats_signal(const PollRecord& poll, const std::vector<std::int64_t>& counts) {
  return {.content = "vote stats",
          .attributes = {{"eventType", "SEND_VOTE_STATS"},
                         {"updatedVotes", json::serialize(votes_json(poll, &counts))}}};
}

PollSignal heartbeat_signal(const PollRecord& poll, const std::vector<std::int64_t>& counts) {
  PollSignal signal = heartbeat(poll, counts, poll.question);
  std::string_view question = poll.question;
  while (octets_of(signal) > kMaxOverlayOctets && !question.empty()) {
    question = shortened(question);
    signal = heartbeat(poll, counts, std::string(question) + "…");
  }
  return signal;
}

PollSignal end_signal() {
  return {.content = "end poll", .attributes = {{"eventType", "END_POLL"}}};
}

bool may_be_vote(std::string_view frame) {
  return frame.find(kVote) != std::string_view::npos;
}

std::optional<SubmittedVote> read_vote(std::string_view frame) {
  boost::system::error_code failed;
  const json::value value = json::parse(frame, failed);
  if (failed || !value.is_object()) return std::nullopt;
  const auto object_in = [](const json::object& from, std::string_view name) {
    const json::value* member = from.if_contains(name);
    return member != nullptr ? member->if_object() : nullptr;
  };
  const auto text_in = [](const json::object& from, std::string_view name) {
    const json::value* member = from.if_contains(name);
    const json::string* text = member != nullptr ? member->if_string() : nullptr;
    return text != nullptr ? std::string(*text) : std::string();
  };
  const json::object* sender = object_in(value.get_object(), "Sender");
  const json::object* attributes = object_in(value.get_object(), "Attributes");
  if (sender == nullptr || attributes == nullptr) return std::nullopt;
  if (text_in(*attributes, "eventType") != kVote) return std::nullopt;
  SubmittedVote vote{.user_id = text_in(*sender, "UserId"),
                     .option = text_in(*attributes, "option")};
  const std::string start = text_in(*attributes, "startTime");
  if (!start.empty()) {
    const char* const end = start.data() + start.size();
    if (std::from_chars(start.data(), end, vote.start_time).ptr != end) return std::nullopt;
  }
  if (vote.user_id.empty() || vote.option.empty()) return std::nullopt;
  return vote;
}

}  // namespace app
