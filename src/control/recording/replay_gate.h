// Who may watch recordings: the same gate as for what is live, with the same tokens, rules and
// sessions. One for each loop, used there only.
#pragma once

#include "live/live.h"
#include "record/record.h"

namespace control {

class ReplayGate final : public record::ReplayAdmission {
 public:
  /// The gate of the same loop; it outlives this one.
  explicit ReplayGate(live::ViewAdmission& gate) : gate_(gate) {}

  void authorise_replay(record::ReplayView view, Answer answer) override;
  std::expected<std::optional<std::uint32_t>, record::ReplayRefusal> check_replay(
      const base::ChannelId& channel, std::string_view session, std::string_view origin) override;

 private:
  live::ViewAdmission& gate_;
};

}  // namespace control
