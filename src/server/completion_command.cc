#include "server/completion_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "server/channel_command.h"
#include "server/ctl_command.h"
#include "server/ctl_words.h"
#include "server/recording_command.h"
#include "server/room_command.h"
#include "server/rule_command.h"

namespace server {
namespace {

constexpr std::string_view kBash =
    R"sh(# rostrum: completion for bash. Load it with: source <(rostrum completion bash)
_rostrum() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _rostrum rostrum
)sh";

constexpr std::string_view kZsh = R"sh(#compdef rostrum
# rostrum: completion for zsh. Load it with: source <(rostrum completion zsh)
_rostrum() {
  local -a found
  found=(${(f)"$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( ${#found} )); then
    compadd -- "${found[@]}"
  else
    _files
  fi
}
if [[ "${funcstack[1]}" == "_rostrum" ]]; then
  _rostrum "$@"
else
  compdef _rostrum rostrum
fi
)sh";

constexpr std::string_view kFish =
    R"sh(# rostrum: completion for fish. Load it with: rostrum completion fish | source
function __rostrum_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  set -l found ($before[1] complete -- $before[2..-1] "$current" 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\n' $found
  else
    __fish_complete_path "$current"
  end
end
complete -c rostrum -f -a '(__rostrum_complete)'
)sh";

using Words = std::span<const std::string>;
using Candidates = std::vector<std::string>;

/// Names, or the values of the option before the last word.
Candidates complete_flags(std::span<const ctl::Flag> flags, Words words, const Candidates& others) {
  const std::string& last = words.back();
  const auto find = [&](std::string_view name) {
    return std::ranges::find_if(flags, [&](const ctl::Flag& flag) {
      return flag.takes == ctl::Takes::kValue && flag.name == name;
    });
  };
  if (words.size() >= 2) {
    const auto before = find(words[words.size() - 2]);
    if (before != flags.end()) return before->values;
  }
  Candidates candidates;
  if (const std::size_t equals = last.find('='); equals != std::string::npos) {
    const auto flag = find(std::string_view(last).substr(0, equals));
    if (flag == flags.end()) return {};
    for (const std::string& value : flag->values) candidates.push_back(flag->name + "=" + value);
    return candidates;
  }
  candidates = others;
  for (const ctl::Flag& flag : flags) candidates.push_back(flag.name);
  return candidates;
}

Candidates complete_ctl(Words words) {
  const control::Operation* operation = nullptr;
  for (const std::string& word : words.first(words.size() - 1)) {
    if (operation == nullptr) operation = ctl::find_operation(word);
  }
  if (operation == nullptr) {
    Candidates names = ctl::operation_names();
    // Names of the API for those who begin to write one.
    if (!words.back().empty() && words.back()[0] >= 'A' && words.back()[0] <= 'Z') {
      names.clear();
      for (const control::Service* service : control::all_services()) {
        for (const control::Operation& known : service->operations) names.emplace_back(known.name);
      }
    }
    return complete_flags(ctl::ctl_flags(), words, names);
  }
  return complete_flags(ctl::flags_for(*operation), words, {});
}

Candidates complete_verb(std::span<const ctl::Verb> verbs, Words words) {
  if (words.size() == 1) {
    Candidates names;
    for (const ctl::Verb& verb : verbs) names.emplace_back(verb.name);
    return names;
  }
  const auto verb = std::ranges::find(verbs, words[0], &ctl::Verb::name);
  if (verb == verbs.end()) return {};
  // Places of a verb are names of things on the server: nothing to offer.
  if (words.back().empty() && verb->least > 0) return {};
  return complete_flags(ctl::flags_of(*verb), words, {});
}

/// Commands whose options CLI11 holds.
Candidates complete_app(const CLI::App& top, Words words) {
  const CLI::App* app = &top;
  const auto value_of = [&](const std::string& word) {
    const CLI::Option* option = word.starts_with('-') ? app->get_option_no_throw(word) : nullptr;
    return option != nullptr && option->get_expected_max() > 0;
  };
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (value_of(words[i])) {
      if (i + 2 == words.size()) return {};  // its value is being written
      ++i;
    } else if (!words[i].starts_with('-')) {
      const auto commands = app->get_subcommands(
          [&](const CLI::App* command) { return command->get_name() == words[i]; });
      if (!commands.empty()) app = commands.front();
    }
  }
  Candidates names;
  for (const CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  if (!names.empty() && !words.back().starts_with('-')) return names;
  for (const CLI::Option* option : app->get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  if (shell == "fish") return std::string(kFish);
  return {};
}

std::vector<std::string> complete(const CLI::App& app, Words given) {
  // bash takes "--output=json" apart at the sign.
  std::vector<std::string> words;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const bool is_last = i + 1 == given.size();
    if (given[i] == "=" && i > 0 && given[i - 1].starts_with("--")) {
      if (is_last) words.emplace_back();
      continue;
    }
    words.push_back(given[i]);
  }
  if (words.empty()) words.emplace_back();
  const Words rest = Words(words).subspan(1);
  Candidates candidates;
  if (words.size() > 1 && words[0] == "ctl") {
    candidates = complete_ctl(rest);
  } else if (words.size() > 1 && words[0] == "channel") {
    candidates = complete_verb(ctl::channel_verbs(), rest);
  } else if (words.size() > 1 && words[0] == "rule") {
    candidates = complete_verb(ctl::rule_verbs(), rest);
  } else if (words.size() > 1 && words[0] == "room") {
    candidates = complete_verb(ctl::room_verbs(), rest);
  } else if (words.size() > 1 && words[0] == "recording") {
    candidates = complete_verb(ctl::recording_verbs(), rest);
  } else if (words.size() > 1 && words[0] == "completion") {
    candidates = {"bash", "zsh", "fish"};
  } else {
    candidates = complete_app(app, words);
  }
  std::erase_if(candidates,
                [&](const std::string& word) { return !word.starts_with(words.back()); });
  return candidates;
}

}  // namespace server
