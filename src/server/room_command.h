// `rostrum room ...`: chat rooms of a running server.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/ctl_verbs.h"

namespace server::ctl {

std::span<const Verb> room_verbs();

/// The ARN of the room that an ARN, an id or a name means. kWrongUse if none or several do.
Result<std::string> find_room(Client& client, const std::string& word);

/// A row of CSV (RFC 4180) that no spreadsheet takes for formulas.
std::string csv_row(std::span<const std::string_view> fields);

}  // namespace server::ctl
