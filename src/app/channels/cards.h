// Channels and past broadcasts as pages are told of them ("Card" and "Past" in
// docs/platform-api.md), and the tables of their members.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "app/channels/channel_profile.h"
#include "app/core/live_board.h"
#include "app/core/route.h"

namespace app {

/// `live`: none if it is not. `thumbnail`: a path; empty: none.
boost::json::object card_of(const ChannelProfile& profile, const LiveChannel* live,
                            std::string_view thumbnail);

/// A public channel that belongs to no account.
struct LooseChannel {
  std::string id;    // the last part of its ARN
  std::string name;  // what the API calls it
};
boost::json::object card_of(const LooseChannel& channel, const LiveChannel* live,
                            std::string_view thumbnail);

/// `recording` as ListRecordings gives it.
boost::json::object past_of(const ChannelProfile& profile, const boost::json::object& recording);

/// Where the newest picture of a recording is, also while it goes on; a path.
std::string recording_thumbnail(std::string_view recording);

std::span<const Field> card_fields();
std::span<const Field> past_fields();

}  // namespace app
