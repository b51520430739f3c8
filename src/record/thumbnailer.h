// Thumbnails made by the helper program: `rostrum-av thumbnails`, one for all recordings, started
// when it is first needed and again, after growing pauses, when it has ended. On the recorder's
// loop.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "io/pipe_process.h"
#include "record/picture_maker.h"

namespace io {
class Chores;
class Loop;
}  // namespace io

namespace record {

class Thumbnailer final : public PictureMaker, private io::PipeProcess::Handler {
 public:
  /// `helper` is the program. The others outlive it.
  Thumbnailer(io::Loop& loop, io::Chores& chores, std::string helper);
  ~Thumbnailer() override;

  void make(media::Track track, media::Sample sample, std::uint32_t max_width,
            std::uint32_t max_height, Done done) override;

 private:
  static constexpr std::size_t kMaxWaiting = 16;
  static constexpr base::Duration kPatience = std::chrono::seconds(30);
  static constexpr base::Duration kFirstPause = std::chrono::seconds(1);
  static constexpr base::Duration kLongestPause = std::chrono::minutes(1);

  struct Waiting {
    base::MonotonicTime since;
    Done done;
  };

  void on_output(base::Slice data) override;
  void on_error_line(std::string_view line) override;
  void on_exit(const std::string& how) override;
  void refuse(Done done, const std::string& why);
  bool is_stuck() const;
  void stop(const std::string& why);

  io::Loop& loop_;
  io::Chores& chores_;
  const std::string helper_;
  std::unique_ptr<io::PipeProcess> process_;
  media::pipe::Reader reader_;
  std::map<std::uint64_t, Waiting> waiting_;
  std::uint64_t last_id_ = 0;
  base::Duration pause_ = kFirstPause;
  base::MonotonicTime start_after_{};
};

}  // namespace record
