// Who may publish: stream keys looked up in the database by workers, answered on the loop that
// asked.
#pragma once

#include "control/platform.h"
#include "control/stream_recorder.h"
#include "io/sql.h"
#include "live/live.h"

namespace io {
class Loop;
}

namespace control {

/// One for each loop.
class PublishAdmission final : public live::Admission {
 public:
  PublishAdmission(io::Loop& loop, Platform& platform, StreamRecorder& recorder)
      : loop_(loop), platform_(platform), recorder_(recorder) {}

  void authorise_publish(live::PublishRequest request, Answer answer) override;

 private:
  io::Loop& loop_;
  Platform& platform_;
  StreamRecorder& recorder_;
};

/// For the SRT handshake. kUnauthorized if the key is not known, or the channel has no passphrase
/// and needs one.
base::Expected<SrtEntry> find_srt_entry(io::SqlConnection& sql, const Platform& platform,
                                        const std::string& stream_key);

}  // namespace control
