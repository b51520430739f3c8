// Writes configurations for people: `config show` and docs/configuration.md.
#include "base/json_text.h"
#include "server/config.h"
#include "server/config_table.h"

namespace server {
namespace {

constexpr std::string_view kMask = "********";

template <class Owner>
std::string shown_value(const Setting<Owner>& setting, const Owner& owner) {
  std::string text = value_text(setting, owner);
  if (setting.secrecy == Secrecy::kSecret && !text.empty()) text = kMask;
  std::string quoted;
  base::append_json_string(quoted, text);  // JSON strings are YAML strings
  return quoted;
}

std::string_view group_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
}

std::string code(std::string_view text) {
  return text.empty() ? std::string("empty") : "`" + std::string(text) + "`";
}

constexpr std::string_view kIntroduction = R"(# Configuration

Rostrum runs without a configuration: every setting has a default. Settings come from these places,
later ones win:

1. defaults,
2. a YAML file: `rostrum serve --config rostrum.yaml`,
3. environment variables,
4. `--set name=value` on the command line, for example `--set http.listen=:80`.

`rostrum config check FILE` reports every mistake in a file with line and column, `rostrum config
show` prints the settings in force with secrets masked, and `rostrum config docs` prints this page.

Durations are written `200ms`, `1.5s`, `10m`, `48h`; sizes `64KiB`, `8MiB`, `2GiB`; bitrates
`800kbps`, `8.5Mbps`; addresses `127.0.0.1:8080`, `[::1]:8080`, or `:8080` for all addresses, and
port 0 takes a free one. An empty address switches a listener off.

```yaml
log:
  format: json
http:
  listen: ":80"
  public_url: https://live.example.com
live:
  part_duration: 333ms
channels:
  - id: MyChannel001
    name: my-channel
    stream_key: sk_local_replace-this-by-your-own
    insecure_ingest: true
```
)";

constexpr std::string_view kChannelsIntroduction = R"(
## channels

A list in the file, one entry for each channel that the server makes, or brings to this state, at
every start; others are made by the API. Identifiers and stream keys must differ.

| Setting | Values | Default | |
| --- | --- | --- | --- |
)";

constexpr std::string_view kRulesIntroduction = R"(
## event_rules

A list in the file, one entry for each rule with its target. They stand beside the rules that are
made by the API and cannot be changed by it.

| Setting | Values | Default | |
| --- | --- | --- | --- |
)";

constexpr std::string_view kHandlersIntroduction = R"(
## review_handlers

A list in the file, one entry for each function that chat rooms name as `messageReviewHandler`: where
it is, since there is no Lambda here. See [chat.md](chat.md).

| Setting | Values | Default | |
| --- | --- | --- | --- |
)";

constexpr std::string_view kProvidersIntroduction = R"(
## sign_in_providers

A list in the file, one entry for each OpenID Connect provider that people may sign in with. Each has
to know `<address of this server>/api/platform/v1/oidc/<id>/callback` as a redirect address. See
[platform.md](platform.md).

| Setting | Values | Default | |
| --- | --- | --- | --- |
)";

template <class Owner>
void append_entries(std::string& out, std::string_view list, const std::vector<Owner>& entries,
                    std::span<const Setting<Owner>> settings) {
  if (entries.empty()) {
    out.append(list).append(": []\n");
    return;
  }
  out.append(list).append(":\n");
  for (const Owner& entry : entries) {
    std::string_view indent = "  - ";
    for (const auto& setting : settings) {
      out.append(indent).append(setting.name).append(": ");
      out.append(shown_value(setting, entry)).append("\n");
      indent = "    ";
    }
  }
}

template <class Owner>
void append_rows(std::string& out, std::span<const Setting<Owner>> settings) {
  for (const auto& setting : settings) {
    out.append("| ").append(code(setting.name)).append(" | ").append(describe_type(setting));
    out.append(" | ");
    if (setting.required) {
      out += "required";
    } else if (setting.default_text.starts_with('`')) {
      out += setting.default_text;
    } else {
      out += code(setting.default_text);
    }
    out.append(" | ").append(setting.description);
    if (setting.secrecy == Secrecy::kSecret) out += " Secret.";
    out += " |\n";
  }
}

}  // namespace

std::string show_config(const Config& config) {
  std::string out;
  std::string_view group;
  for (const auto& setting : server_settings()) {
    std::string_view name = setting.name;
    if (const std::string_view own = group_of(name); !own.empty()) {
      if (own != group) out.append(own).append(":\n");
      group = own;
      name.remove_prefix(group.size() + 1);
      out += "  ";
    }
    out.append(name).append(": ").append(shown_value(setting, config)).append("\n");
  }
  append_entries(out, "channels", config.channels, channel_settings());
  append_entries(out, "event_rules", config.event_rules, event_rule_settings());
  append_entries(out, "review_handlers", config.review_handlers, review_handler_settings());
  append_entries(out, "sign_in_providers", config.sign_in_providers, sign_in_provider_settings());
  return out;
}

std::string config_markdown() {
  std::string out(kIntroduction);
  std::string_view group = "-";
  for (const auto& setting : server_settings()) {
    if (const std::string_view own = group_of(setting.name); own != group) {
      group = own;
      out.append("\n## ").append(group.empty() ? "General" : group).append("\n\n");
      out += "| Setting | Environment | Values | Default | |\n| --- | --- | --- | --- | --- |\n";
    }
    out.append("| ").append(code(setting.name)).append(" | ");
    out.append(code(environment_name(setting.name))).append(" | ");
    out.append(describe_type(setting)).append(" | ").append(code(setting.default_text));
    out.append(" | ").append(setting.description).append(" |\n");
  }
  out += kChannelsIntroduction;
  append_rows(out, channel_settings());
  out += kRulesIntroduction;
  append_rows(out, event_rule_settings());
  out += kHandlersIntroduction;
  append_rows(out, review_handler_settings());
  out += kProvidersIntroduction;
  append_rows(out, sign_in_provider_settings());
  return out;
}

}  // namespace server
