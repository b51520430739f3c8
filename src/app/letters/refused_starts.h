// Broadcasts that were ended at their start since as many channels are live as may be: whose they
// are is told, and what is known of it goes when one is admitted.
#pragma once

#include <optional>
#include <string>

#include "app/core/parts.h"
#include "app/core/refusal.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

/// Waits for the writer; on a thread of a crew, with its connection.
void note_refused_start(Parts& parts, io::SqlConnection& sql, const std::string& account);
void note_admitted_start(Parts& parts, io::SqlConnection& sql, const std::string& account);

/// The last start of an account's channel, if it was refused a short while ago. Encoders try again
/// by themselves: who looks has to know why nothing comes.
Outcome<std::optional<base::WallTime>> find_refused_start(io::SqlConnection& sql,
                                                          const std::string& account,
                                                          base::WallTime now);

/// What such a person is told.
inline constexpr std::string_view kRefusedStartText =
    "As many channels are live as this server allows. Stop your encoder, and start again when "
    "another broadcast has ended; or ask an administrator to allow more.";

}  // namespace app
