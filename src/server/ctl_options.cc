#include "server/ctl_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdio>

#include "io/files.h"
#include "server/database_place.h"

namespace server::ctl {
namespace {

constexpr std::string_view kEndpoint = "http://127.0.0.1:8080";
constexpr std::string_view kRegion = "local";
constexpr std::size_t kMaxText = std::size_t{4} << 20;

// ROSTRUM_REGION is the server's own setting and means the same to its clients.
constexpr std::array<std::string_view, 3> kVariables = {"ROSTRUM_ENDPOINT", "ROSTRUM_ACCESS_KEY_ID",
                                                        "ROSTRUM_SECRET_ACCESS_KEY"};

std::string variable(const Environment& environment, std::string_view name) {
  const auto found = std::ranges::find(environment, name, &Environment::value_type::first);
  return found == environment.end() ? std::string() : found->second;
}

/// The flag, else the first of the variables that is set, else `otherwise`.
std::string choose(const Words& words, std::string_view flag, const Environment& environment,
                   std::initializer_list<std::string_view> variables,
                   std::string_view otherwise = {}) {
  if (const std::string* given = words.value(flag)) return *given;
  for (const std::string_view name : variables) {
    if (std::string value = variable(environment, name); !value.empty()) return value;
  }
  return std::string(otherwise);
}

std::string shell_word(std::string_view text) {
  const bool is_plain = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-=:").contains(c);
  });
  if (is_plain && !text.empty()) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// The command that makes a key for the server that this machine seems to have.
std::string key_command(const Words& words, const Environment& environment) {
  std::string command = "rostrum key create";
  ConfigArguments arguments;
  if (const std::string* file = words.value("--config")) {
    arguments.file = *file;
    command += " -c " + shell_word(*file);
  }
  for (const auto& entry : environment) {
    if (!is_client_variable(entry.first)) arguments.environment.push_back(entry);
  }
  const auto loaded = read_config(arguments);
  const bool is_here = loaded && (!loaded->config.database.url.empty() ||
                                  io::file_exists(loaded->config.data_dir + "/rostrum.db"));
  return is_here ? fmt::format("`{}` makes one for the server whose data is in {}", command,
                               loaded->config.data_dir)
                 : fmt::format(
                       "`{}`, with the server's configuration (-c FILE or --set "
                       "data_dir=FOLDER), makes one on the server's machine",
                       arguments.file.empty() ? "rostrum key create" : command);
}

}  // namespace

std::vector<Flag> client_flags() {
  return {
      {.name = "--endpoint",
       .help = "The server (default: ROSTRUM_ENDPOINT, or http://127.0.0.1:8080)",
       .value_name = "URL"},
      {.name = "--access-key-id",
       .help = "Who signs (default: ROSTRUM_ACCESS_KEY_ID, AWS_ACCESS_KEY_ID)",
       .value_name = "ID"},
      {.name = "--secret-access-key",
       .help = "Its secret (default: ROSTRUM_SECRET_ACCESS_KEY, AWS_SECRET_ACCESS_KEY)",
       .value_name = "TEXT"},
      {.name = "--region",
       .help = "Region of the signature (default: ROSTRUM_REGION, AWS_REGION, local)",
       .value_name = "NAME"},
      {.name = "--insecure",
       .takes = Takes::kNothing,
       .help = "Accept any certificate of an https endpoint"},
      {.name = "--output",
       .help = "table (for people) or json",
       .value_name = "FORM",
       .values = {"table", "json"}},
      {.name = "--config",
       .help = "The server's configuration, to tell how to make a key",
       .value_name = "FILE",
       .letter = 'c'},
      {.name = "--help", .takes = Takes::kNothing, .help = "Print this", .letter = 'h'},
  };
}

bool is_client_variable(std::string_view name) {
  return std::ranges::find(kVariables, name) != kVariables.end();
}

Result<Access> access_from(const Words& words, const Environment& environment) {
  Access access;
  access.endpoint = choose(words, "--endpoint", environment, {"ROSTRUM_ENDPOINT"}, kEndpoint);
  access.region = choose(words, "--region", environment,
                         {"ROSTRUM_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"}, kRegion);
  access.insecure = words.has("--insecure");
  if (words.has("--access-key-id") || words.has("--secret-access-key")) {
    access.access_key_id = choose(words, "--access-key-id", environment,
                                  {"ROSTRUM_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"});
    access.secret_access_key = choose(words, "--secret-access-key", environment,
                                      {"ROSTRUM_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY"});
  } else if (!variable(environment, "ROSTRUM_ACCESS_KEY_ID").empty()) {
    access.access_key_id = variable(environment, "ROSTRUM_ACCESS_KEY_ID");
    access.secret_access_key = variable(environment, "ROSTRUM_SECRET_ACCESS_KEY");
  } else {
    access.access_key_id = variable(environment, "AWS_ACCESS_KEY_ID");
    access.secret_access_key = variable(environment, "AWS_SECRET_ACCESS_KEY");
    access.session_token = variable(environment, "AWS_SESSION_TOKEN");
  }
  if (access.access_key_id.empty() && access.secret_access_key.empty()) {
    return wrong_use(
        fmt::format("no access key: set ROSTRUM_ACCESS_KEY_ID and ROSTRUM_SECRET_ACCESS_KEY; {}",
                    key_command(words, environment)));
  }
  if (access.access_key_id.empty()) return wrong_use("the access key's id is missing");
  if (access.secret_access_key.empty()) return wrong_use("the access key's secret is missing");
  return access;
}

Result<Output> output_from(const Words& words) {
  const std::string* given = words.value("--output");
  if (given == nullptr || *given == "table") return Output::kTable;
  if (*given == "json") return Output::kJson;
  return wrong_use(fmt::format("--output is table or json, not {}", *given));
}

Result<std::unique_ptr<Client>> connect(const Words& words, const Environment& environment) {
  auto access = access_from(words, environment);
  if (!access) return std::unexpected(access.error());
  return Client::create(std::move(*access));
}

Result<std::string> text_or_file(const std::string& text) {
  if (text == "-") {
    std::string content(kMaxText + 1, '\0');
    content.resize(std::fread(content.data(), 1, content.size(), stdin));
    if (content.size() > kMaxText) return wrong_use("standard input has more than 4 MiB");
    return content;
  }
  if (!text.starts_with('@')) return text;
  auto content = io::read_file(text.substr(1), kMaxText);
  if (!content) return wrong_use(content.error().message);
  return std::string(base::as_text(*content));
}

Result<boost::json::object> input_from(const Words& words) {
  boost::json::object input;
  if (const std::string* given = words.value("--json")) {
    auto text = text_or_file(*given);
    if (!text) return std::unexpected(text.error());
    boost::system::error_code failed;
    boost::json::value value = boost::json::parse(*text, failed);
    if (failed) return wrong_use("--json: " + failed.message());
    if (!value.is_object()) return wrong_use("--json needs a JSON object");
    input = std::move(value.get_object());
  }
  if (auto filled = fill_input(words, input); !filled) return wrong_use(filled.error().message);
  return input;
}

void report(const Failure& failure, CommandOutput& output) {
  output.errors += failure.message + "\n";
  output.exit_code = failure.exit_code;
}

}  // namespace server::ctl
