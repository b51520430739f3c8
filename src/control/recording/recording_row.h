// A recording as the database keeps it, and as answers show it.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "control/endpoints.h"
#include "io/sql.h"
#include "record/record.h"

namespace control {

struct RecordingRow {
  enum class State : std::uint8_t { kRecording, kEnded, kFailed };

  record::Facts facts;
  State state = State::kRecording;
  std::string reason;   // of a failure
  std::string clip_of;  // id of the recording it was cut from
  std::string name;     // of a clip, as whoever made it called it
  base::WallTime seen_at{};
};

/// "RECORDING", "ENDED", "FAILED".
std::string_view to_string(RecordingRow::State state);

/// Columns of `recordings r`, in the order of load_recordings.
extern const std::string kRecordingColumns;
base::Expected<std::vector<RecordingRow>> load_recordings(io::SqlConnection& sql,
                                                          std::string_view statement,
                                                          std::span<const io::SqlValue> parameters);
/// Nothing if there is none, or if it is being removed.
base::Expected<std::optional<RecordingRow>> load_recording(io::SqlConnection& sql,
                                                           const std::string& id);
/// Makes it, or brings it to this state. What makes it a clip, and its name, never change.
base::Expected<void> put_recording(io::SqlConnection& sql, const RecordingRow& row);

/// When retention will remove it; nothing if it goes on or is kept for ever.
std::optional<base::WallTime> expiry_of(const RecordingRow& row, base::Duration keep);

/// The addresses of a recording at this deployment.
std::string recording_url(const Endpoints& endpoints, std::string_view id, std::string_view ending);
boost::json::object recording_object(const RecordingRow& row, const Endpoints& endpoints,
                                     base::Duration keep);

}  // namespace control
