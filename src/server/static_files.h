// The embedded web files as HTTP answers.
#pragma once

#include <optional>
#include <string_view>

#include "wire/http/message.h"

namespace server {

/// The file at `path`, or the page for the application's own addresses; nullopt if neither. With
/// the platform nearly every address of one to three segments may be somebody's channel.
std::optional<wire::http::Response> static_file(const wire::http::Request& request,
                                                bool has_platform);

}  // namespace server
