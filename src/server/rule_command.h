// `rostrum rule ...`: event rules, their targets and what could not be delivered.
#pragma once

#include <span>

#include "server/ctl_verbs.h"

namespace server::ctl {

std::span<const Verb> rule_verbs();

}  // namespace server::ctl
