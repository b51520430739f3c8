#include "server/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "server/account_command.h"
#include "server/backup_command.h"
#include "server/channel_command.h"
#include "server/cli_options.h"
#include "server/completion_command.h"
#include "server/config_command.h"
#include "server/ctl_command.h"
#include "server/key_command.h"
#include "server/loadtest.h"
#include "server/recording_command.h"
#include "server/room_command.h"
#include "server/rule_command.h"
#include "server/server.h"
#include "server/storage_command.h"
#include "server/version.h"

namespace server {
namespace {

int run_serve(ConfigArguments& arguments, const ServeOptions& options, bool demo) {
  if (demo) arguments.overrides.insert(arguments.overrides.begin(), "demo.enabled=true");
  auto loaded = read_config(arguments);
  if (!loaded) {
    CommandOutput output{.exit_code = 2};
    for (const base::Error& error : loaded.error()) output.errors += error.message + "\n";
    return print(output);
  }
  base::configure_log(loaded->config.log.level, loaded->config.log.format);
  for (const std::string& warning : loaded->warnings) {
    base::log_warn("configuration", {{"warning", warning}});
  }
  return serve(std::move(loaded->config), options);
}

void add_shared_options(CLI::App& app, loadtest::CommonOptions& options) {
  app.add_option("--loops", options.loops, "Threads (default: one for each core)")
      ->check(CLI::Range(0, 256));
  app.add_flag("--verify", options.verify_tls, "Check the server's certificate");
  app.add_flag("--json", options.json, "Print one JSON object at the end and nothing else");
}

void add_common_options(CLI::App& app, loadtest::CommonOptions& options) {
  app.add_option("--count", options.count, "How many")->check(CLI::Range(1, 1'000'000));
  app.add_option("--duration", options.duration, "How long after the last start: 30s, 5m")
      ->capture_default_str();
  app.add_option("--start-rate", options.start_rate, "Starts a second (default: all in one)")
      ->check(CLI::Range(0.0, 1e6));
  add_shared_options(app, options);
}

template <class Options>
void add_signature_options(CLI::App& app, Options& options) {
  app.add_option("--access-key-id", options.access_key_id, "Who signs")
      ->envname("AWS_ACCESS_KEY_ID");
  app.add_option("--secret-access-key", options.secret_access_key, "Its secret")
      ->envname("AWS_SECRET_ACCESS_KEY");
  app.add_option("--region", options.region, "Region of the signature")
      ->envname("AWS_REGION")
      ->capture_default_str();
}

void add_publish(CLI::App& app, loadtest::PublishOptions& options, int& exit_code) {
  CLI::App& command = *app.add_subcommand(
      "publish", "Publish synthetic broadcasts (H.264 and AAC headers, filler inside) over RTMP");
  command
      .add_option("--url", options.url,
                  "rtmp[s]://host[:port]/app/KEY{n}: {n} is 1, 2, ...; {n:4} is 0001, 0002, ...")
      ->required();
  add_common_options(command, options);
  command.add_option("--keys", options.keys_file, "File with a stream key a line, for {n}");
  command.add_option("--bitrate", options.bitrate, "Video and audio of each: 2.5Mbps, 800kbps")
      ->capture_default_str();
  command.add_option("--fps", options.fps, "Pictures a second")
      ->check(CLI::Range(1, 120))
      ->capture_default_str();
  command.callback([&] { exit_code = loadtest::run_publish(options); });
}

void add_watch(CLI::App& app, loadtest::WatchOptions& options, int& exit_code) {
  CLI::App& command =
      *app.add_subcommand("watch", "Watch as HLS and low-latency HLS players do, and count");
  command
      .add_option("--url", options.url,
                  "http[s]://host[:port]/path/of/playlist.m3u8: {n} and {n:W} are channel numbers")
      ->required();
  add_common_options(command, options);
  command.add_option("--channels", options.channels, "Channels for {n}, from 1 to this")
      ->check(CLI::Range(1, 100'000));
  command.add_option("--mode", options.mode, "ll: parts and blocking reload; plain: segments")
      ->check(CLI::IsMember({"ll", "plain"}))
      ->capture_default_str();
  command.add_option("--container", options.container, "Ask for this one")
      ->check(CLI::IsMember({"ts", "fmp4"}));
  command
      .add_option("--sample", options.sample,
                  "Viewers that read the stamps of pictures (default: 100)")
      ->check(CLI::Range(0, 100'000));
  command.add_flag("--hints", options.hints, "Ask for the hinted part before it is listed");
  command.add_flag("--park", options.park, "Only hold blocking reloads, fetch no media");
  command.callback([&] { exit_code = loadtest::run_watch(options); });
}

void add_api(CLI::App& app, loadtest::ApiOptions& options, int& exit_code) {
  CLI::App& command =
      *app.add_subcommand("api", "Call an operation of the API, signed, as fast as it answers");
  command.add_option("--endpoint", options.url, "http[s]://host[:port]")->required();
  command.add_option("--operation", options.operation, "Any of both APIs")->capture_default_str();
  command
      .add_option("--input", options.input,
                  "Its JSON; {n} is the number of the request or a line of --values")
      ->capture_default_str();
  command.add_option("--values", options.values_file, "File with a value a line, for {n}");
  command.add_option("--connections", options.count, "Each calls again when it was answered")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command.add_option("--requests", options.requests, "All together (default: until --duration)");
  command.add_option("--duration", options.duration, "How long at most: 30s, 5m")
      ->capture_default_str();
  add_signature_options(command, options);
  command.add_option("--server-pid", options.server_process,
                     "The server's process on this machine: tells its CPU time a request");
  add_shared_options(command, options);
  command.callback([&] { exit_code = loadtest::run_api(options); });
}

void add_chat(CLI::App& app, loadtest::ChatOptions& options, int& exit_code) {
  CLI::App& command = *app.add_subcommand(
      "chat", "Fill chat rooms with members, let some of them talk, and count what arrives");
  command.add_option("--endpoint", options.url, "http[s]://host[:port], for rooms and tokens")
      ->required();
  command.add_option("--url", options.websocket_url,
                     "ws[s]://host[:port] to join at (default: as --endpoint)");
  command.add_option("--room", options.room, "ARN of a room (default: new ones, deleted behind)");
  command.add_option("--rooms", options.rooms, "How many new rooms share the members")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  add_common_options(command, options);
  command.add_option("--rate", options.rate, "Messages a second in each room; 0: nobody talks")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  command
      .add_option("--senders", options.senders,
                  "Members of each room that talk (default: as many as the rate needs)")
      ->check(CLI::Range(0, 10'000));
  command.add_option("--size", options.size, "Octets of a message as it is delivered")
      ->check(CLI::Range(0, 600))
      ->capture_default_str();
  add_signature_options(command, options);
  command.add_option("--server-pid", options.server_process,
                     "The server's process on this machine: tells its CPU time a delivery");
  command.callback([&] { exit_code = loadtest::run_chat(options); });
}

/// Commands that take their options from the API's tables, so that CLI11 cannot know them; words
/// like these may stand among their values.
std::optional<CommandOutput> run_client_command(std::span<const std::string> words,
                                                const ctl::Environment& environment) {
  if (words.empty()) return std::nullopt;
  const auto rest = words.subspan(1);
  if (words[0] == "ctl") return ctl::run_ctl(rest, environment);
  if (words[0] == "channel") {
    return ctl::run_verb("channel", ctl::channel_verbs(), rest, environment);
  }
  if (words[0] == "rule") return ctl::run_verb("rule", ctl::rule_verbs(), rest, environment);
  if (words[0] == "room") return ctl::run_verb("room", ctl::room_verbs(), rest, environment);
  if (words[0] == "recording") {
    return ctl::run_verb("recording", ctl::recording_verbs(), rest, environment);
  }
  return std::nullopt;
}

void add_client_commands(CLI::App& app) {
  app.add_subcommand("ctl", "Call any operation of a running server's API");
  app.add_subcommand("channel", "Channels of a running server: create, list, show, ...");
  app.add_subcommand("rule", "Event rules of a running server: put, list, test, ...");
  app.add_subcommand("room", "Chat rooms of a running server: create, invite, ban, export, ...");
  app.add_subcommand("recording", "Recordings of a running server: list, delete, clip, ...");
}

void add_completion(CLI::App& app, std::string& shell, int& exit_code) {
  CLI::App& command = *app.add_subcommand("completion", "Print a script that completes commands");
  command.add_option("shell", shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command.callback([&] { exit_code = print({.output = completion_script(shell)}); });
}

/// What the scripts of `completion` ask: "complete -- WORD...".
CommandOutput list_completions(const CLI::App& app, std::span<const std::string> words) {
  CommandOutput output;
  for (const std::string& word : complete(app, words)) output.output += word + "\n";
  return output;
}

}  // namespace

int run_command_line(int count, char** words, const char* const* environment) {
  CLI::App app("Rostrum: self-hosted interactive live video", "rostrum");
  app.set_version_flag("--version", "rostrum " + std::string(kVersion));
  app.require_subcommand(1);
  const std::vector<std::string> given(words + std::min(count, 1), words + count);
  ConfigArguments arguments;
  arguments.environment = split_environment(environment);
  if (const auto done = run_client_command(given, arguments.environment)) return print(*done);
  std::erase_if(arguments.environment,
                [](const auto& variable) { return ctl::is_client_variable(variable.first); });
  int exit_code = 0;

  CLI::App& serve_command = *app.add_subcommand("serve", "Run the server");
  add_config_options(serve_command, arguments);
  ServeOptions serve_options;
  bool demo = false;
  serve_command.add_flag("--ephemeral", serve_options.ephemeral,
                         "Free ports and a temporary data folder; prints one JSON line when ready");
  serve_command.add_flag("--demo", demo, "Add a channel with a moving test card");
  serve_command.callback([&] { exit_code = run_serve(arguments, serve_options, demo); });

  CLI::App& config_command = *app.add_subcommand("config", "Look at the configuration");
  config_command.require_subcommand(1);
  const auto add_action = [&](const char* name, const char* help, ConfigAction action) {
    CLI::App& command = *config_command.add_subcommand(name, help);
    if (action == ConfigAction::kCheck) {
      command.add_option("file", arguments.file, "Configuration file (YAML)")->required();
    } else {
      add_config_options(command, arguments);
    }
    command.callback([&, action] { exit_code = print(run_config_command(action, arguments)); });
  };
  add_action("check", "Say whether a configuration file is right", ConfigAction::kCheck);
  add_action("show", "Print the settings that would be used, secrets masked", ConfigAction::kShow);
  add_action("docs", "Print the documentation of all settings (Markdown)", ConfigAction::kDocs);

  CLI::App& loadtest_command = *app.add_subcommand(
      "loadtest", "Put publishers, viewers, callers or chatters in numbers on a server");
  loadtest_command.require_subcommand(1);
  loadtest::PublishOptions publish_options;
  add_publish(loadtest_command, publish_options, exit_code);
  loadtest::WatchOptions watch_options;
  add_watch(loadtest_command, watch_options, exit_code);
  loadtest::ApiOptions api_options;
  add_api(loadtest_command, api_options, exit_code);
  loadtest::ChatOptions chat_options;
  add_chat(loadtest_command, chat_options, exit_code);

  add_key_command(app, arguments, exit_code);
  add_account_command(app, arguments, exit_code);
  add_client_commands(app);
  add_backup_command(app, arguments, exit_code);
  add_storage_command(app, arguments, exit_code);
  std::string shell;
  add_completion(app, shell, exit_code);
  if (given.size() > 1 && given[0] == "complete" && given[1] == "--") {
    return print(list_completions(app, std::span(given).subspan(2)));
  }

  CLI11_PARSE(app, count, words);
  return exit_code;
}

}  // namespace server
