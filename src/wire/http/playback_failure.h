// Why a viewer does not get what it asked for, in the form that players of the IVS family read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/http/message.h"

namespace wire::http {

/// Path and query as received, without the query's `token`.
std::string without_token(const Request& request);

/// [{"url", "error", "error_code", "type": "error"}]; the address is left empty without a request,
/// and never repeats a token. What is missing may be there a second later; the rest is not cached.
Response playback_failure(std::uint16_t status, const Request* request, std::string_view code,
                          std::string_view sentence);

}  // namespace wire::http
