// The helper program as a transcoder sees it: messages go out, messages come in, and it may end at
// any time. In tests it is made of arithmetic.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "media/pipe/messages.h"

namespace io {
class Chores;
class Loop;
}  // namespace io

namespace live {

class HelperListener {
 public:
  /// Either may destroy the link.
  virtual void on_message(media::pipe::Message message) = 0;
  /// It ended by itself, could not be started or does not make sense: once, never from inside a
  /// call into the link.
  virtual void on_ended(const std::string& how) = 0;

 protected:
  ~HelperListener() = default;
};

/// Destroying it ends the helper.
class HelperLink {
 public:
  virtual ~HelperLink() = default;
  /// False if too much waits for it already; then the message is not sent.
  virtual bool send(const media::pipe::Message& message) = 0;
  virtual std::size_t queued() const = 0;
};

using HelperFactory = std::function<std::unique_ptr<HelperLink>(HelperListener&)>;

/// `program transcode` as a child process; `chores` outlives all links.
HelperFactory helper_processes(io::Loop& loop, io::Chores& chores, std::string program);

}  // namespace live
