#include "server/ctl_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "server/ctl_text.h"

namespace server::ctl {

namespace json = boost::json;
using control::Member;
using control::Shape;
using control::Type;

namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kLeastColumn = 6;
constexpr std::size_t kIndent = 2;
constexpr std::string_view kNothing = "-";

using Row = std::vector<std::string>;

struct Entry {
  std::string_view name;
  const json::value* value = nullptr;
  const Shape* shape = nullptr;  // null: not in the model
};

/// What there is of an object, in the order of its shape.
std::vector<Entry> entries_of(const Shape* shape, const json::object& object) {
  std::vector<Entry> entries;
  const std::span<const Member> members = shape != nullptr && shape->type == Type::kStructure
                                              ? shape->members
                                              : std::span<const Member>();
  for (const Member& member : members) {
    const json::value* value = object.if_contains(member.name);
    if (value != nullptr && !value->is_null())
      entries.push_back({member.name, value, member.shape});
  }
  for (const auto& [name, value] : object) {
    const std::string_view key(name);
    if (!value.is_null() && std::ranges::find(members, key, &Member::name) == members.end()) {
      entries.push_back({key, &value, nullptr});
    }
  }
  return entries;
}

const Shape* item_shape(const Shape* list) {
  return list != nullptr && list->type == Type::kList ? list->members.front().shape : nullptr;
}

bool is_table(const json::value& value) {
  return value.is_array() && !value.get_array().empty() &&
         std::ranges::all_of(value.get_array(), &json::value::is_object);
}

/// Not text, but what text inside other text needs.
std::string raw_line(const json::value& value) {
  if (value.is_string()) return std::string(std::string_view(value.get_string()));
  if (value.is_null()) return {};
  if (value.is_double()) return fmt::format("{}", value.get_double());
  std::string line;
  const auto append = [&](std::string_view piece) {
    if (!line.empty()) line += ',';
    line += piece;
  };
  if (value.is_array() && !is_table(value)) {
    for (const json::value& item : value.get_array()) append(raw_line(item));
  } else if (value.is_object()) {
    for (const auto& [name, item] : value.get_object()) {
      append(fmt::format("{}={}", std::string_view(name), raw_line(item)));
    }
  } else {
    line = json::serialize(value);
  }
  return line;
}

/// One row an object, one column a member that any of them has a value in.
std::vector<Row> rows_of(const Shape* shape, const json::array& objects) {
  std::vector<std::string_view> columns;
  if (shape != nullptr) {
    for (const Member& member : shape->members) columns.push_back(member.name);
  }
  for (const json::value& object : objects) {
    for (const auto& [name, value] : object.get_object()) {
      const std::string_view key(name);
      if (std::ranges::find(columns, key) == columns.end()) columns.push_back(key);
    }
  }
  std::vector<Row> rows(objects.size() + 1);
  for (const std::string_view column : columns) {
    Row cells;
    bool has_any = false;
    for (const json::value& object : objects) {
      const json::value* value = object.get_object().if_contains(column);
      cells.push_back(value == nullptr ? std::string(kNothing) : in_one_line(*value));
      has_any = has_any || cells.back() != kNothing;
    }
    if (!has_any) continue;
    rows[0].emplace_back(column);
    for (std::size_t i = 0; i < cells.size(); ++i) rows[i + 1].push_back(std::move(cells[i]));
  }
  return rows;
}

std::string indent_lines(const std::string& text, std::size_t indent) {
  std::string out;
  bool is_start = true;
  for (const char c : text) {
    if (is_start && c != '\n') out.append(indent, ' ');
    out += c;
    is_start = c == '\n';
  }
  return out;
}

std::string render_array(const Shape* shape, const json::array& array, std::size_t width) {
  return render_table(rows_of(item_shape(shape), array), width);
}

// What fits a line comes first, so that all values are aligned.
std::string render_entries(const std::vector<Entry>& entries, std::size_t width) {
  std::vector<std::pair<std::string, std::string>> lines;
  std::string nested;
  const std::size_t inner = width > kIndent ? width - kIndent : width;
  for (const Entry& entry : entries) {
    const bool is_object = entry.value->is_object() && !entry.value->get_object().empty();
    if (!is_object && !is_table(*entry.value)) {
      lines.emplace_back(printable(entry.name), in_one_line(*entry.value));
      continue;
    }
    nested += printable(entry.name) + "\n";
    nested += indent_lines(
        is_object ? render_entries(entries_of(entry.shape, entry.value->get_object()), inner)
                  : render_array(entry.shape, entry.value->get_array(), inner),
        kIndent);
  }
  return render_lines(lines) + nested;
}

void append_indented(std::string& out, const json::value& value, std::size_t indent) {
  const auto begin_line = [&](bool is_first) {
    out += is_first ? "\n" : ",\n";
    out.append(indent + kIndent, ' ');
  };
  const auto end = [&](char bracket) {
    out += '\n';
    out.append(indent, ' ');
    out += bracket;
  };
  bool is_first = true;
  if (value.is_object() && !value.get_object().empty()) {
    out += '{';
    for (const auto& [name, item] : value.get_object()) {
      begin_line(std::exchange(is_first, false));
      out += json::serialize(json::string_view(name)) + ": ";
      append_indented(out, item, indent + kIndent);
    }
    end('}');
  } else if (value.is_array() && !value.get_array().empty()) {
    out += '[';
    for (const json::value& item : value.get_array()) {
      begin_line(std::exchange(is_first, false));
      append_indented(out, item, indent + kIndent);
    }
    end(']');
  } else {
    out += json::serialize(value);
  }
}

/// Takes a column at a time from the widest until all fit, as far as that goes.
void shrink(std::vector<std::size_t>& widths, std::size_t width) {
  std::size_t total = (widths.size() - 1) * kGap.size();
  for (const std::size_t column : widths) total += column;
  while (total > width) {
    const auto widest = std::ranges::max_element(widths);
    if (*widest <= kLeastColumn) return;
    --*widest;
    --total;
  }
}

}  // namespace

std::string render_table(const std::vector<Row>& rows, std::size_t width) {
  if (rows.empty() || rows.front().empty()) return {};
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  if (width > 0) shrink(widths, width);
  std::string out;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const Keep keep = row[i].starts_with("arn:") ? Keep::kEnd : Keep::kBeginning;
      const std::string cell = fit(row[i], widths[i], keep);
      line += cell;
      line.append(widths[i] - display_width(cell) + kGap.size(), ' ');
    }
    line.resize(line.find_last_not_of(' ') + 1);
    // Columns that cannot get narrower go over the edge of the terminal.
    out += (width > 0 ? fit(line, width) : line) + "\n";
  }
  return out;
}

std::string render_lines(const std::vector<std::pair<std::string, std::string>>& lines,
                         std::size_t indent) {
  std::size_t widest = 0;
  for (const auto& [name, value] : lines) widest = std::max(widest, display_width(name));
  std::string out;
  for (const auto& [name, value] : lines) {
    out.append(indent, ' ');
    out += name;
    out.append(widest - display_width(name) + kGap.size(), ' ');
    out += value + "\n";
  }
  return out;
}

std::string render(const Shape& shape, const json::object& answer, std::size_t width) {
  std::vector<Entry> entries = entries_of(&shape, answer);
  if (entries.size() != 1) return render_entries(entries, width);
  const Entry& only = entries.front();
  if (is_table(*only.value)) return render_array(only.shape, only.value->get_array(), width);
  if (only.value->is_object()) {
    return render_entries(entries_of(only.shape, only.value->get_object()), width);
  }
  return render_entries(entries, width);
}

std::string in_one_line(const json::value& value) {
  std::string line = printable(raw_line(value));
  return line.empty() ? std::string(kNothing) : line;
}

std::string indented_json(const json::value& value) {
  std::string out;
  append_indented(out, value, 0);
  return out + "\n";
}

}  // namespace server::ctl
