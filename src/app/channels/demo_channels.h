// What the routes of the UGC demo's backend share.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "app/channels/channel_profile.h"
#include "app/core/refusal.h"

namespace app {

/// {avatar?, banner?}
boost::json::object asset_urls(const ChannelProfile& profile);
/// One of the drawn ones, or "custom" where a picture was uploaded.
std::string demo_avatar(const ChannelProfile& profile);
/// 500: what clients of that backend expect for whatever has no name of its own.
std::unexpected<Refusal> unexpected_exception(std::string_view message);

}  // namespace app
