#include "server/ctl_help.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "server/ctl_table.h"

namespace server::ctl {

using control::Member;
using control::Operation;
using control::Shape;
using control::Type;

namespace {

constexpr std::size_t kDeepest = 4;
constexpr std::size_t kTextIndent = 6;

std::string bounds(bool has_minimum, std::int64_t minimum, bool has_maximum, std::int64_t maximum,
                   std::string_view unit) {
  const std::string_view gap = unit.empty() ? "" : " ";
  if (has_minimum && has_maximum) return fmt::format(", {} to {}{}{}", minimum, maximum, gap, unit);
  if (has_minimum) return fmt::format(", at least {}{}{}", minimum, gap, unit);
  if (has_maximum) return fmt::format(", at most {}{}{}", maximum, gap, unit);
  return {};
}

std::string join(std::span<const std::string_view> words, std::string_view separator) {
  return fmt::format("{}", fmt::join(words, separator));
}

std::string describe_type(const Member& member, std::size_t depth);

std::string describe_shape(const Shape& shape, std::size_t depth) {
  const std::string entries = bounds(shape.has_minimum && shape.minimum > 0, shape.minimum,
                                     shape.has_maximum, shape.maximum, "entries");
  if (shape.type == Type::kMap) return "map of texts" + entries;
  if (shape.type == Type::kList) {
    return fmt::format("list{} of: {}", entries, describe_type(shape.members.front(), depth));
  }
  if (depth >= kDeepest) return "structure";
  std::string text = shape.exactly_one_member ? "structure with one of:" : "structure:";
  for (const Member& member : shape.members) {
    text += fmt::format("\n{:{}}{}{}: {}", "", 2 * (depth + 1), member.name,
                        member.required ? " (required)" : "", describe_type(member, depth + 1));
  }
  return text;
}

std::string describe_type(const Member& member, std::size_t depth) {
  std::string text;
  switch (member.type) {
    case Type::kString:
      text = "text" + bounds(member.has_minimum, member.minimum, member.has_maximum, member.maximum,
                             "characters");
      break;
    case Type::kEnum:
      text = "one of " + join(member.values, ", ");
      break;
    case Type::kInteger:
    case Type::kLong:
      text = "whole number" +
             bounds(member.has_minimum, member.minimum, member.has_maximum, member.maximum, "");
      break;
    case Type::kFloat:
      text = "number" +
             bounds(member.has_minimum, member.minimum, member.has_maximum, member.maximum, "");
      break;
    case Type::kBoolean:
      text = "yes or no";
      break;
    case Type::kTimestamp:
      text = "time, as 2026-11-22T02:30:00Z";
      break;
    case Type::kStructure:
    case Type::kList:
    case Type::kMap:
      text = describe_shape(*member.shape, depth);
      break;
  }
  if (!member.pattern.empty()) text += fmt::format("; matches {}", member.pattern);
  if (!member.default_json.empty()) text += fmt::format("; default {}", member.default_json);
  return text;
}

void append_indented(std::string& out, std::string_view text, std::size_t indent) {
  out.append(indent, ' ');
  for (const char c : text) {
    out += c;
    if (c == '\n') out.append(indent, ' ');
  }
  out += '\n';
}

std::string usage_of(const Flag& flag) {
  const std::string name =
      flag.letter != 0 ? fmt::format("-{}, {}", flag.letter, flag.name) : flag.name;
  return flag.takes == Takes::kValue ? fmt::format("{} {}", name, flag.value_name) : name;
}

}  // namespace

std::string describe_flags(std::span<const Flag> flags) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Flag& flag : flags) lines.emplace_back(usage_of(flag), flag.help);
  return render_lines(lines, 2);
}

std::string list_operations() {
  std::vector<std::vector<std::string>> rows{{"operation", "command", "service", "changes"}};
  for (const control::Service* service : control::all_services()) {
    for (const Operation& operation : service->operations) {
      rows.push_back({std::string(operation.name), "ctl " + kebab_case(operation.name),
                      std::string(service->name), operation.readonly ? "no" : "yes"});
    }
  }
  return render_table(rows, 0);
}

std::string describe_operation(const Operation& operation, std::span<const Flag> common) {
  std::string text = fmt::format("{} ({} {})\n\nUsage: rostrum ctl {} [options]\n", operation.name,
                                 operation.method, operation.uri, kebab_case(operation.name));
  if (!operation.input->members.empty()) text += "\nMembers:\n";
  for (const Flag& flag : member_flags(operation)) {
    if (flag.negates) continue;
    const Member& member = *flag.member;
    text += "  " + usage_of(flag);
    if (member.type == Type::kBoolean) text += fmt::format(", --no-{}", flag.name.substr(2));
    if (member.type == Type::kList || member.type == Type::kMap) text += " ...";
    if (member.required) text += "  (required)";
    text += '\n';
    append_indented(text, describe_type(member, 0), kTextIndent);
  }
  text += "\nOptions:\n" + describe_flags(common);
  text += "\nErrors: " + join(operation.errors, ", ") + "\n";
  return text;
}

}  // namespace server::ctl
