#include "control/recording/replay_gate.h"

#include <utility>

namespace control {
namespace {

record::ReplayRefusal refusal_of(const live::ViewRefusal& refusal) {
  return {refusal.status, refusal.code, refusal.sentence};
}

}  // namespace

void ReplayGate::authorise_replay(record::ReplayView view, Answer answer) {
  gate_.authorise_view(
      {.channel = std::move(view.channel),
       .token = std::move(view.token),
       .origin = std::move(view.origin),
       .remote_address = std::move(view.remote_address)},
      [answer = std::move(answer)](auto granted) mutable {
        if (!granted) {
          answer(std::unexpected(refusal_of(granted.error())));
          return;
        }
        answer(record::ReplayGrant{std::move(granted->session), granted->max_height});
      });
}

std::expected<std::optional<std::uint32_t>, record::ReplayRefusal> ReplayGate::check_replay(
    const base::ChannelId& channel, std::string_view session, std::string_view origin) {
  const auto bounds = gate_.check_session(channel, session, origin);
  if (!bounds) return std::unexpected(refusal_of(bounds.error()));
  return bounds->max_height;
}

}  // namespace control
