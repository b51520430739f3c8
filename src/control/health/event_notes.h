// Says what the events of a session mean to the one who streams. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "control/health/health_note.h"

namespace control {

/// Events that only we have: types with this beginning are not shown by the service's operations.
inline constexpr std::string_view kOwnTypes = "Rostrum ";
/// A publisher was lost or came back: told in the session's list only.
inline constexpr std::string_view kConnectionChange = "Rostrum Connection Change";
inline constexpr std::string_view kIngestLost = "Ingest Lost";
inline constexpr std::string_view kIngestBack = "Ingest Back";

struct EventNote {
  Severity severity = Severity::kInfo;
  std::string title;
  std::string explanation;
};

/// `code` as GetStreamSession gives it; `detail` is what the event said beside its name. Names that
/// are not known are their own title.
EventNote explain_event(std::string_view name, std::string_view code,
                        const boost::json::object& detail);

}  // namespace control
