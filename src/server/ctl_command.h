// `rostrum ctl OPERATION`: any operation of the API on a running server.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "server/config_command.h"
#include "server/ctl_options.h"

namespace server::ctl {

/// Options of ctl that are no member of an operation.
std::vector<Flag> ctl_flags();
/// All options for an operation. Where both have a name, it is the member's (the access key that is
/// to be deleted, not the one that signs).
std::vector<Flag> flags_for(const control::Operation& operation);

/// Runs the words behind `rostrum ctl`. Blocks until the server has answered.
CommandOutput run_ctl(std::span<const std::string> words, const Environment& environment);

/// Entries so far, on one line of standard error; nothing if that is no terminal. The line goes
/// away when this is destroyed.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t entries);

 private:
  const bool is_visible_;
  bool is_written_ = false;
};

/// An answer in the form that was asked for.
std::string format_answer(const control::Operation& operation, const boost::json::object& answer,
                          Output output);

}  // namespace server::ctl
