// `rostrum channel ...`: what people do with channels every day, on a running server.
#pragma once

#include <span>

#include "server/ctl_verbs.h"

namespace server::ctl {

std::span<const Verb> channel_verbs();

/// The ARN of the channel that a person named: by ARN, by name, or by the id at an ARN's end.
/// kWrongUse if there is none or several have the name.
Result<std::string> find_channel(Client& client, const std::string& word);

}  // namespace server::ctl
