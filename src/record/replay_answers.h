// What viewers of recordings are answered, in the form that players of the IVS family read and live
// viewers get. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "record/catalog.h"
#include "record/record.h"
#include "wire/http/message.h"

namespace record {

inline constexpr std::string_view kOpenSession = "-";

/// [{"url", "error", "error_code", "type": "error"}]; the address never repeats a token.
wire::http::Response replay_failure(std::uint16_t status, const wire::http::Request& request,
                                    std::string_view code, std::string_view sentence);
wire::http::Response replay_refused(const ReplayRefusal& refusal,
                                    const wire::http::Request& request);
/// For what could not be read or made.
wire::http::Response replay_error(const base::Error& error, const wire::http::Request& request);

/// "public" or, for what is bound to a session, "private".
void add_brief_caching(wire::http::Response& response, std::string_view session, int seconds);
/// Of what never changes under its name.
void add_lasting_caching(wire::http::Response& response, std::string_view session);

/// "attachment; ..." with the channel's name and the day.
std::string disposition_of(const Facts& facts);

}  // namespace record
