// The words after a command that talks to a server: options and the rest. What options there are is
// given as values, most of them made from the operations of the API, so that parsing, help and
// completion read the same table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "control/model.h"

namespace boost::json {
class object;
}

namespace server::ctl {

/// "channelArn" and "ChannelArn" as "channel-arn".
std::string kebab_case(std::string_view name);
/// By its name in the API or in kebab case; null if there is none.
const control::Operation* find_operation(std::string_view word);
/// All names in kebab case, both services, in the order of the tables.
std::vector<std::string> operation_names();

enum class Takes : std::uint8_t { kNothing, kValue };

struct Flag {
  std::string name;  // "--channel-arn"
  Takes takes = Takes::kValue;
  std::string help = {};
  std::string value_name = {};
  std::vector<std::string> values = {};     // what may stand there, for completion
  char letter = 0;                          // of "-h"; 0: none
  const control::Member* member = nullptr;  // the member of the input that it sets
  bool negates = false;                     // of a boolean member: --no-...
};

/// The options of an operation's members: scalars and JSON as --member VALUE, lists of scalars by
/// repeating it, maps as --member NAME=VALUE, booleans as --member and --no-member.
std::vector<Flag> member_flags(const control::Operation& operation);

struct Words {
  struct Given {
    const Flag* flag = nullptr;
    std::string value;
  };
  std::vector<Given> flags;         // in order
  std::vector<std::string> places;  // everything else

  /// The last one's value, null if it was not given. Never of a member.
  const std::string* value(std::string_view name) const;
  bool has(std::string_view name) const { return value(name) != nullptr; }
};

/// Options may stand anywhere, as "--name value" or "--name=value"; after "--" nothing is an
/// option. kInvalid for an option that is none of `flags` (which must outlive the answer), with the
/// one that was probably meant, or without its value. "-" and negative numbers are no options.
base::Expected<Words> parse_words(std::span<const std::string> words, std::span<const Flag> flags);

/// Puts the members that were given into `input`, over what it holds. kInvalid with the option's
/// name for text that is not of the member's type; the server checks everything else.
base::Expected<void> fill_input(const Words& words, boost::json::object& input);

}  // namespace server::ctl
