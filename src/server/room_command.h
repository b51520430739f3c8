// `rostrum room ...`: chat rooms of a running server.
#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>

#include "server/ctl_verbs.h"

namespace server::ctl {

std::span<const Verb> room_verbs();

/// The ARN of the room that an ARN, an id or a name means. kWrongUse if none or several do.
Result<std::string> find_room(Client& client, const std::string& word);

/// One message or event as a row of CSV (RFC 4180): time, type, user, text.
std::string csv_row(const boost::json::object& message);

}  // namespace server::ctl
