#include "server/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "base/log.h"
#include "server/config_command.h"
#include "server/loadtest.h"
#include "server/server.h"
#include "server/version.h"

namespace server {
namespace {

void print(std::FILE* stream, const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stream);
}

void add_config_options(CLI::App& app, ConfigArguments& arguments) {
  app.add_option("-c,--config", arguments.file, "Configuration file (YAML)");
  app.add_option("--set", arguments.overrides, "One setting, as name=value; may be repeated");
}

int run_serve(ConfigArguments& arguments, const ServeOptions& options, bool demo) {
  if (demo) arguments.overrides.insert(arguments.overrides.begin(), "demo.enabled=true");
  auto loaded = read_config(arguments);
  if (!loaded) {
    for (const base::Error& error : loaded.error()) print(stderr, error.message + "\n");
    return 2;
  }
  base::configure_log(loaded->config.log.level, loaded->config.log.format);
  for (const std::string& warning : loaded->warnings) {
    base::log_warn("configuration", {{"warning", warning}});
  }
  return serve(std::move(loaded->config), options);
}

void add_common_options(CLI::App& app, loadtest::CommonOptions& options) {
  app.add_option("--count", options.count, "How many")->check(CLI::Range(1, 1'000'000));
  app.add_option("--duration", options.duration, "How long after the last start: 30s, 5m")
      ->capture_default_str();
  app.add_option("--start-rate", options.start_rate, "Starts a second (default: all in one)")
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--loops", options.loops, "Threads (default: one for each core)")
      ->check(CLI::Range(0, 256));
  app.add_flag("--verify", options.verify_tls, "Check the server's certificate");
  app.add_flag("--json", options.json, "Print one JSON object at the end and nothing else");
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

}  // namespace

int run_command_line(int count, char** words, const char* const* environment) {
  CLI::App app("Rostrum: self-hosted interactive live video", "rostrum");
  app.set_version_flag("--version", "rostrum " + std::string(kVersion));
  app.require_subcommand(1);
  ConfigArguments arguments;
  arguments.environment = split_environment(environment);
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
    command.callback([&, action] {
      const CommandOutput result = run_config_command(action, arguments);
      print(stdout, result.output);
      print(stderr, result.errors);
      exit_code = result.exit_code;
    });
  };
  add_action("check", "Say whether a configuration file is right", ConfigAction::kCheck);
  add_action("show", "Print the settings that would be used, secrets masked", ConfigAction::kShow);
  add_action("docs", "Print the documentation of all settings (Markdown)", ConfigAction::kDocs);

  CLI::App& loadtest_command =
      *app.add_subcommand("loadtest", "Put publishers or viewers in numbers on a server");
  loadtest_command.require_subcommand(1);
  loadtest::PublishOptions publish_options;
  add_publish(loadtest_command, publish_options, exit_code);
  loadtest::WatchOptions watch_options;
  add_watch(loadtest_command, watch_options, exit_code);

  CLI11_PARSE(app, count, words);
  return exit_code;
}

}  // namespace server
