// `rostrum recording ...`: recordings of a running server.
#pragma once

#include <span>

#include "server/ctl_verbs.h"

namespace server::ctl {

std::span<const Verb> recording_verbs();

}  // namespace server::ctl
