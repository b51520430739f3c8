// Publishes encoded H.264 and AAC to an RTMP server through libavformat. Blocking, in one thread;
// `interrupted` is asked often while it waits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "av/libav.h"
#include "base/error.h"
#include "base/time.h"

namespace av {

class RtmpPublisher {
 public:
  struct Options {
    std::string url;  // with the stream key: never logged, never part of an error
    base::Duration timeout = std::chrono::seconds(10);  // for connecting and for each write
    std::function<bool()> interrupted;                  // true ends a wait with an error
  };

  /// Connects and starts publishing.
  static base::Expected<RtmpPublisher> connect(Options options, const AVCodecContext& video,
                                               const AVCodecContext& audio);
  RtmpPublisher(RtmpPublisher&&) noexcept;
  RtmpPublisher& operator=(RtmpPublisher&&) noexcept;
  /// Ends the stream properly (FCUnpublish, deleteStream) if no write failed.
  ~RtmpPublisher();

  enum class Kind { kVideo, kAudio };
  /// Sends one packet whose times are in its encoder's time base. All times must be at least one
  /// AAC frame below zero or later.
  base::Expected<void> send(Kind kind, AVPacket& packet);

 private:
  struct State;
  explicit RtmpPublisher(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace av
