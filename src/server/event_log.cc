#include "server/event_log.h"

#include <string>

#include "base/log.h"
#include "base/metrics.h"

namespace server {

void EventLog::on_event(const live::StreamEvent& event) {
  const std::string_view name = live::to_string(event.kind);
  base::metrics()
      .counter("rostrum_stream_events_total", "Changes of state of streams",
               {{"event", std::string(name)}})
      .add();
  base::log_info(
      name,
      {{"channel", event.channel.str()}, {"stream", event.stream.str()}, {"detail", event.detail}});
}

}  // namespace server
