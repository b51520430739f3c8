// Past broadcasts of a channel for its page, without a signature:
// GET /api/rostrum/v1/channels/<id>/recordings?before=<recording>&limit=<1 to 100>
#pragma once

#include "control/control.h"
#include "server/http_session.h"
#include "wire/http/message.h"

namespace server {

/// Whether the path is one of a channel's recordings.
bool is_recordings_path(std::string_view path);
void serve_recordings(HttpSession& session, wire::http::RequestId id,
                      const wire::http::Request& request, control::Control& control);

/// The body of the answer.
std::string render_recordings(const base::ChannelId& channel,
                              const control::ChannelRecordings& list);

}  // namespace server
