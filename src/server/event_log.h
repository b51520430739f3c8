// Writes every change of state of a stream to the log and counts it.
#pragma once

#include "live/live.h"

namespace server {

class EventLog final : public live::StreamEvents {
 public:
  void on_event(const live::StreamEvent& event) override;
};

}  // namespace server
