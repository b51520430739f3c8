// What the operations work on, in one place; made by Control, safe from every worker's thread.
#pragma once

#include "control/arn.h"
#include "control/control.h"
#include "control/rate_limiter.h"

namespace io {
class SqlWorkers;
}

namespace control {

class EventBus;
class LiveBoard;
class SecretBox;
class ViewerGates;

struct Platform {
  const Settings& settings;
  const Home home;
  io::SqlWorkers& sql;
  const SecretBox& secrets;
  LiveBoard& board;
  EventBus& events;
  ViewerGates& viewers;
  RateLimiter& limiter;
  /// Null until start().
  live::Live* live = nullptr;
};

}  // namespace control
