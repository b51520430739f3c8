#include "server/account_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <memory>
#include <utility>

#include "io/files.h"
#include "server/cli_options.h"
#include "server/ctl_table.h"
#include "server/ctl_text.h"
#include "server/opened_database.h"

namespace server {

namespace json = boost::json;

namespace {

constexpr int kFailed = 1;
constexpr std::size_t kPage = 500;
constexpr std::size_t kMaxImport = 256 << 20;
constexpr std::size_t kMaxPasswordFile = 4096;
constexpr std::string_view kOnce = "The password is shown this once only.\n";

base::Expected<OpenedDatabase> open_accounts(const ConfigArguments& arguments, Missing missing) {
  auto opened = open_database(arguments, missing);
  if (!opened) return opened;
  if (auto prepared = app::prepare_accounts(*opened->sql); !prepared) {
    return base::fail(std::move(prepared.error()));
  }
  return opened;
}

json::object describe(const app::AccountListing& account) {
  return {{"id", account.id},       {"name", account.name},
          {"email", account.email}, {"role", account.role},
          {"state", account.state}, {"createdAt", base::to_rfc3339(account.created_at)}};
}

// The first line of a file.
base::Expected<std::string> read_password(const std::string& file) {
  auto octets = io::read_file(file, kMaxPasswordFile);
  if (!octets) return base::fail(std::move(octets.error()).with_context(file));
  const std::string_view text = base::as_text(*octets);
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::string(line);
}

}  // namespace

CommandOutput create_platform_account(const ConfigArguments& arguments, app::NewAccount account,
                                      Form form) {
  auto opened = open_accounts(arguments, Missing::kMake);
  if (!opened) return failure(opened.error());
  const bool is_made = account.password.empty();
  if (is_made) account.password = app::random_password();
  const auto created = app::create_account(*opened->sql, account);
  if (!created) return failure(created.error());
  CommandOutput output;
  if (form == Form::kJson) {
    json::object described = describe(*created);
    if (is_made) described["password"] = account.password;
    output.output = ctl::indented_json(described);
    return output;
  }
  output.output = fmt::format("created {}\n", created->name);
  if (is_made) {
    output.output = ctl::render_lines({{"name", created->name}, {"password", account.password}});
    output.errors = kOnce;
  }
  return output;
}

CommandOutput list_platform_accounts(const ConfigArguments& arguments, Form form) {
  auto opened = open_accounts(arguments, Missing::kFail);
  if (!opened) return failure(opened.error());
  json::array list;
  std::string lines;
  std::string after;
  while (true) {
    const auto page = app::list_accounts(*opened->sql, after, kPage);
    if (!page) return failure(page.error());
    for (const app::AccountListing& account : *page) {
      if (form == Form::kJson) list.push_back(describe(account));
      lines += fmt::format("{:<20}  {:<13}  {:<10}  {}\n", account.name, account.role,
                           account.state, ctl::printable(account.email));
    }
    if (page->size() < kPage) break;
    after = page->back().name;
  }
  if (form == Form::kJson) return {.output = ctl::indented_json(json::object{{"accounts", list}})};
  return {.output = lines.empty() ? "(no accounts)\n" : lines};
}

CommandOutput set_platform_role(const ConfigArguments& arguments, const std::string& who,
                                const std::string& role) {
  auto opened = open_accounts(arguments, Missing::kFail);
  if (!opened) return failure(opened.error());
  if (auto set = app::set_account_role(*opened->sql, who, role); !set) return failure(set.error());
  return {.output = fmt::format("{} is {} now\n", who, role)};
}

CommandOutput set_platform_password(const ConfigArguments& arguments, const std::string& who,
                                    std::string password) {
  auto opened = open_accounts(arguments, Missing::kFail);
  if (!opened) return failure(opened.error());
  const bool is_made = password.empty();
  if (is_made) password = app::random_password();
  if (auto set = app::set_account_password(*opened->sql, who, password); !set) {
    return failure(set.error());
  }
  if (!is_made) return {.output = fmt::format("{} has a new password\n", who)};
  return {.output = ctl::render_lines({{"name", who}, {"password", password}}),
          .errors = std::string(kOnce)};
}

CommandOutput import_platform_accounts(const ConfigArguments& arguments, const std::string& file) {
  auto octets = io::read_file(file, kMaxImport);
  if (!octets) return failure(std::move(octets.error()).with_context(file));
  auto opened = open_accounts(arguments, Missing::kMake);
  if (!opened) return failure(opened.error());
  const auto import = app::import_accounts(*opened->sql, base::as_text(*octets));
  if (!import) return failure(import.error());
  CommandOutput output{.exit_code = import->failures.empty() ? 0 : kFailed,
                       .output = fmt::format("{} accounts imported\n", import->imported)};
  for (const auto& failed : import->failures) {
    output.errors += fmt::format("{}:{}: {}\n", file, failed.line, failed.reason);
  }
  return output;
}

void add_account_command(CLI::App& app, ConfigArguments& arguments, int& exit_code) {
  struct Given {
    app::NewAccount account;
    std::string who;
    std::string role;
    std::string file;
    bool json = false;
    Form form() const { return json ? Form::kJson : Form::kText; }
  };
  // Callbacks run after this function; they own what the options are written to.
  const auto given = std::make_shared<Given>();
  CLI::App& account =
      *app.add_subcommand("account", "People of the live platform, in the database itself");
  account.require_subcommand(1);
  const auto roles = CLI::IsMember({"viewer", "streamer", "moderator", "administrator"});
  // Of --password-file; a failure is printed.
  const auto password_of = [given, &exit_code]() -> std::optional<std::string> {
    if (given->file.empty()) return std::string();
    auto read = read_password(given->file);
    if (read) return std::move(*read);
    exit_code = print(failure(read.error()));
    return std::nullopt;
  };

  CLI::App& create = *account.add_subcommand("create", "Make an account, which is active at once");
  add_config_options(create, arguments);
  create.add_option("name", given->account.name, "4 to 20 of letters, digits, '.', '_'")
      ->required();
  create.add_option("email", given->account.email, "Its address (may be left out)");
  create.add_option("--role", given->account.role, "What it may do")
      ->check(roles)
      ->capture_default_str();
  create.add_option("--password-file", given->file,
                    "File whose first line is the password (default: one is made and shown)");
  create.add_flag("--json", given->json, "Print JSON");
  create.callback([given, password_of, &arguments, &exit_code] {
    auto password = password_of();
    if (!password) return;
    given->account.password = std::move(*password);
    exit_code = print(create_platform_account(arguments, given->account, given->form()));
  });

  CLI::App& list = *account.add_subcommand("list", "All accounts by name");
  add_config_options(list, arguments);
  list.add_flag("--json", given->json, "Print JSON");
  list.callback([given, &arguments, &exit_code] {
    exit_code = print(list_platform_accounts(arguments, given->form()));
  });

  CLI::App& role = *account.add_subcommand("role", "Change what somebody may do");
  add_config_options(role, arguments);
  role.add_option("who", given->who, "Name or address")->required();
  role.add_option("role", given->role, "viewer, streamer, moderator or administrator")
      ->required()
      ->check(roles);
  role.callback([given, &arguments, &exit_code] {
    exit_code = print(set_platform_role(arguments, given->who, given->role));
  });

  CLI::App& password = *account.add_subcommand("password", "Give a new password; sessions end");
  add_config_options(password, arguments);
  password.add_option("who", given->who, "Name or address")->required();
  password.add_option("--password-file", given->file,
                      "File whose first line is the password (default: one is made and shown)");
  password.callback([given, password_of, &arguments, &exit_code] {
    auto chosen = password_of();
    if (!chosen) return;
    exit_code = print(set_platform_password(arguments, given->who, std::move(*chosen)));
  });

  CLI::App& import = *account.add_subcommand(
      "import", "Take over accounts with their passwords from another system");
  add_config_options(import, arguments);
  import.add_option("file", given->file, "CSV: name,email,password hash[,role]")->required();
  import.callback([given, &arguments, &exit_code] {
    exit_code = print(import_platform_accounts(arguments, given->file));
  });
}

}  // namespace server
