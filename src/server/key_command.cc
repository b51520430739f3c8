#include "server/key_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>
#include <utility>

#include "control/control.h"
#include "control/model.h"
#include "server/cli_options.h"
#include "server/ctl_table.h"
#include "server/ctl_text.h"
#include "server/database_place.h"
#include "server/opened_database.h"

namespace server {

namespace json = boost::json;

namespace {

constexpr int kFailed = 1;

json::object describe(const std::string& id, const control::AccessKeyOptions& options) {
  json::object key{{"accessKeyId", id},
                   {"name", options.name},
                   {"access", options.read_only ? "READ_ONLY" : "FULL"}};
  if (!options.service.empty()) key["service"] = options.service;
  if (!options.resource.empty()) key["resource"] = options.resource;
  json::object plan;
  if (options.requests_per_second > 0) plan["requestsPerSecond"] = options.requests_per_second;
  if (options.requests_per_day > 0) plan["requestsPerDay"] = options.requests_per_day;
  if (!plan.empty()) key["usagePlan"] = std::move(plan);
  return key;
}

}  // namespace

CommandOutput create_key(const ConfigArguments& arguments, const control::AccessKeyOptions& options,
                         Form form) {
  auto opened = open_database(arguments, Missing::kMake);
  if (!opened) return failure(opened.error());
  const auto key = control::create_access_key(*opened->sql, secrets_file(opened->config), options);
  if (!key) return failure(key.error());
  CommandOutput output;
  if (opened->is_new) {
    output.errors =
        fmt::format("there was no database; it is now in {}\n", database_path(opened->config));
  }
  if (form == Form::kJson) {
    json::object described = describe(key->id, options);
    described["secretAccessKey"] = key->secret;
    output.output = ctl::indented_json(described);
    return output;
  }
  output.output =
      ctl::render_lines({{"access key id", key->id}, {"secret access key", key->secret}});
  output.errors += "The secret is shown this once only.\n";
  return output;
}

CommandOutput list_keys(const ConfigArguments& arguments, Form form) {
  auto opened = open_database(arguments, Missing::kFail);
  if (!opened) return failure(opened.error());
  const auto keys = control::list_access_keys(*opened->sql);
  if (!keys) return failure(keys.error());
  json::array list;
  for (const control::AccessKeyListing& key : *keys) {
    json::object described = describe(key.id, key.options);
    described["createTime"] = base::to_rfc3339(key.created_at);
    list.emplace_back(std::move(described));
  }
  if (form == Form::kJson)
    return {.output = ctl::indented_json(json::object{{"accessKeys", list}})};
  if (list.empty()) return {.output = "(no access keys)\n"};
  const control::Operation* operation = control::find_operation("ListAccessKeys");
  return {.output = ctl::render(*operation->output, {{"accessKeys", list}}, ctl::terminal_width())};
}

CommandOutput delete_key(const ConfigArguments& arguments, const std::string& id,
                         control::LastKey last) {
  auto opened = open_database(arguments, Missing::kFail);
  if (!opened) return failure(opened.error());
  const auto deleted = control::delete_access_key(*opened->sql, id, last);
  if (deleted) return {.output = fmt::format("deleted {}\n", id)};
  if (deleted.error().code != base::ErrorCode::kConflict) return failure(deleted.error());
  return {.exit_code = kFailed,
          .errors = deleted.error().message + "; --force deletes it all the same\n"};
}

void add_key_command(CLI::App& app, ConfigArguments& arguments, int& exit_code) {
  struct Given {
    control::AccessKeyOptions options;
    std::string id;
    bool force = false;
    bool json = false;
    Form form() const { return json ? Form::kJson : Form::kText; }
  };
  // Callbacks run after this function; they own what the options are written to.
  const auto given = std::make_shared<Given>();
  CLI::App& key = *app.add_subcommand("key", "Access keys for the API, in the database itself");
  key.require_subcommand(1);

  CLI::App& create = *key.add_subcommand("create", "Make a key and print its secret, once");
  add_config_options(create, arguments);
  create.add_option("--name", given->options.name, "For people");
  create.add_flag("--read-only", given->options.read_only, "May only read");
  create.add_option("--service", given->options.service, "For this service only")
      ->check(CLI::IsMember({"ivs", "ivschat", "rostrum"}));
  create.add_option("--resource", given->options.resource,
                    "For resources only whose ARN matches this, with * and ?");
  create.add_option("--requests-per-second", given->options.requests_per_second, "Usage plan")
      ->check(CLI::PositiveNumber);
  create.add_option("--requests-per-day", given->options.requests_per_day, "Usage plan")
      ->check(CLI::PositiveNumber);
  create.add_flag("--json", given->json, "Print JSON");
  create.callback([given, &arguments, &exit_code] {
    exit_code = print(create_key(arguments, given->options, given->form()));
  });

  CLI::App& list = *key.add_subcommand("list", "All keys, without their secrets");
  add_config_options(list, arguments);
  list.add_flag("--json", given->json, "Print JSON");
  list.callback(
      [given, &arguments, &exit_code] { exit_code = print(list_keys(arguments, given->form())); });

  CLI::App& remove = *key.add_subcommand("delete", "Delete a key; servers refuse it from then on");
  add_config_options(remove, arguments);
  remove.add_option("id", given->id, "The key's id")->required();
  remove.add_flag("--force", given->force, "Even the last key that may do everything");
  remove.callback([given, &arguments, &exit_code] {
    exit_code = print(delete_key(
        arguments, given->id, given->force ? control::LastKey::kDelete : control::LastKey::kKeep));
  });
}

}  // namespace server
