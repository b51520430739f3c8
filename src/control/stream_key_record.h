// Making stream keys.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "control/call.h"

namespace control {

/// A new key for a channel that has none: `{arn, value, channelArn, tags}`. kConflict if it has
/// one.
base::Expected<boost::json::object> insert_stream_key(Call& call, std::string_view channel_id,
                                                      std::string tags);
/// The same with a given value, for channels that the configuration declares.
base::Expected<void> insert_stream_key_value(io::SqlConnection& sql, const SecretBox& secrets,
                                             std::string_view channel_id, std::string_view value,
                                             base::WallTime now);

}  // namespace control
