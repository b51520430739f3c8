// Commands of several verbs ("channel create", "channel list") on top of the API's operations: one
// table of values that running, help and completion read.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/config_command.h"
#include "server/ctl_options.h"

namespace server::ctl {

struct Verb {
  using Run = Result<CommandOutput> (*)(Client& client, const Words& words, Output form);

  std::string_view name;
  std::string_view places = {};  // what else is expected: "CHANNEL TEXT|@FILE|-"
  std::size_t least = 0;         // of these
  std::size_t most = 0;
  std::string_view help;
  std::vector<Flag> (*flags)() = nullptr;  // of its own; null: none
  Run run = nullptr;
};

/// Of the verb and of every client.
std::vector<Flag> flags_of(const Verb& verb);

/// Runs the words behind `rostrum COMMAND`.
CommandOutput run_verb(std::string_view command, std::span<const Verb> verbs,
                       std::span<const std::string> words, const Environment& environment);

/// Calls an operation by its name, which must exist.
Result<boost::json::object> call(Client& client, std::string_view operation,
                                 const boost::json::object& input);
Result<boost::json::object> call_all(Client& client, std::string_view operation,
                                     const boost::json::object& input);
/// The same as an answer in the form that was asked for.
Result<CommandOutput> call_and_show(Client& client, std::string_view operation,
                                    const boost::json::object& input, Output form);
/// Text of a member; "" if there is none.
std::string text_of(const boost::json::object& object, std::string_view name);
/// Calls `show` with every object in the list of that name.
void for_each_in(const boost::json::object& object, std::string_view name,
                 const std::function<void(const boost::json::object&)>& show);

}  // namespace server::ctl
