// The room that belongs to a channel, for the pages: made when it is asked for first, entered by
// visitors under a name and by moderators with an invitation.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "control/control.h"

namespace control {

struct Platform;

class ChannelChat {
 public:
  explicit ChannelChat(Platform& platform) : platform_(platform) {}

  /// Control::enter_chat and chat_messages.
  void enter(Control::ChatEntry entry,
             std::move_only_function<void(base::Expected<Control::ChatEntryGrant>)> done);
  void messages(const base::ChannelId& channel, base::WallTime from, base::WallTime until,
                std::string after, std::size_t limit,
                std::move_only_function<void(base::Expected<std::vector<chat::Entry>>)> done);

 private:
  Platform& platform_;
};

}  // namespace control
