#include "live/helper_link.h"

#include <utility>
#include <vector>

#include "base/log.h"
#include "io/loop.h"
#include "io/pipe_process.h"

namespace live {
namespace {

// Some seconds of the highest bitrate. A helper that is so far behind has been relieved long ago.
constexpr std::size_t kMostQueued = std::size_t{16} << 20;

class HelperProcess final : public HelperLink, private io::PipeProcess::Handler {
 public:
  HelperProcess(io::Loop& loop, io::Chores& chores, const std::string& program,
                HelperListener& listener)
      : listener_(listener),
        process_(io::PipeProcess::start(loop, chores, {{program, "transcode"}, 0, kMostQueued},
                                        *this)) {}
  ~HelperProcess() override {
    if (alive_ != nullptr) *alive_ = false;
  }

  bool send(const media::pipe::Message& message) override {
    return process_->write(media::pipe::encode(message));
  }
  std::size_t queued() const override { return process_->queued(); }

 private:
  void on_output(base::Slice data) override {
    if (broken_) return;
    std::vector<media::pipe::Message> messages;
    const auto read = reader_.feed(std::move(data), messages);
    bool alive = true;
    alive_ = &alive;
    for (media::pipe::Message& message : messages) {
      listener_.on_message(std::move(message));
      if (!alive) return;
    }
    alive_ = nullptr;
    if (read) return;
    broken_ = true;
    listener_.on_ended("what it says makes no sense: " + read.error().message);
  }
  void on_error_line(std::string_view line) override {
    base::log_warn("rendition helper", {{"line", line}});
  }
  void on_exit(const std::string& how) override {
    if (!broken_) listener_.on_ended(how);
  }

  HelperListener& listener_;
  media::pipe::Reader reader_;
  bool broken_ = false;
  bool* alive_ = nullptr;  // set to false by the destructor while a message is told
  std::unique_ptr<io::PipeProcess> process_;
};

}  // namespace

HelperFactory helper_processes(io::Loop& loop, io::Chores& chores, std::string program) {
  return [&loop, &chores, program = std::move(program)](HelperListener& listener) {
    return std::make_unique<HelperProcess>(loop, chores, program, listener);
  };
}

}  // namespace live
