// The five chat messages by which clients of the UGC demo show a poll and vote in it, each within
// the size that attributes of a message may have. No state; safe from every thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/overlays/poll_record.h"

namespace app {

/// What is said in the owner's name.
struct PollSignal {
  std::string content;
  std::vector<std::pair<std::string, std::string>> attributes;
};
/// Octets of all names and values.
std::size_t octets_of(const PollSignal& signal);

/// May be longer than a message may be: the caller has to look before it starts a poll.
PollSignal start_signal(const PollRecord& poll);
PollSignal stats_signal(const PollRecord& poll, const std::vector<std::int64_t>& counts);
/// The question is cut where it would not fit.
PollSignal heartbeat_signal(const PollRecord& poll, const std::vector<std::int64_t>& counts);
PollSignal end_signal();

/// A vote that somebody sent as a chat message.
struct SubmittedVote {
  std::string user_id;          // of the chat
  std::string option;           // its text
  std::int64_t start_time = 0;  // which poll is meant: milliseconds since 1970; 0: not said
};
/// Cheap: whether a frame may be one.
bool may_be_vote(std::string_view frame);
/// `frame` is a MESSAGE as everybody in the room got it.
std::optional<SubmittedVote> read_vote(std::string_view frame);

}  // namespace app
